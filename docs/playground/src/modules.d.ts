// What the build puts into the page.

declare module "worker-code" {
  const code: string;
  export default code;
}

declare module "examples" {
  const examples: { name: string; title: string; files: Record<string, string> }[];
  export default examples;
}
