// Declares files that are bundled as texts.

declare module "*.initflow" {
  const text: string;
  export default text;
}
