// Shows the compiler's Markdown. Tags in it stay text, and links lead out of the page.

import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: false, linkify: false });

export function rendered(text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "markdown";
  element.innerHTML = markdown.render(text);
  for (const link of element.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return element;
}
