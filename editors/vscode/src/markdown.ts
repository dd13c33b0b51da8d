// Colors the programs in Markdown previews, such as those of explanations.

import highlighter from "highlight.js/lib/core";
import initflow from "../../highlightjs/initflow.js";

/** What is used of markdown-it. */
interface MarkdownIt {
  options: { highlight?: ((code: string, language: string, attributes: string) => string) | null };
}

highlighter.registerLanguage("initflow", initflow);

/** Changes the preview's renderer, which has the classes of highlight.js. */
export function highlightMarkdown<Renderer extends MarkdownIt>(md: Renderer): Renderer {
  const others = md.options.highlight;
  md.options.highlight = (code, language, attributes) => {
    // The documents of initflow mark what a program shows after a comma.
    if (language.split(",")[0] !== "initflow") return others?.(code, language, attributes) ?? "";
    return highlighter.highlight(code, { language: "initflow", ignoreIllegals: true }).value;
  };
  return md;
}
