// Declares what is bundled and has no types of its own.

declare module "*.initflow" {
  const text: string;
  export default text;
}

declare module "*/highlightjs/initflow.js" {
  import type { LanguageFn } from "highlight.js";
  const language: LanguageFn;
  export default language;
}
