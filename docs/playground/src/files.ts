// The tabs of the files: open, add, rename, remove.

import { byId, element } from "./dom";
import { markTab, tabList } from "./tabs";

export interface FilesOptions {
  open(path: string): void;
  add(path: string): void;
  rename(path: string, name: string): void;
  remove(path: string): void;
  prompt(title: string, value: string): Promise<string | null>;
  say(text: string): void;
}

const SETTINGS = "initflow.toml";

export class Files {
  #paths: string[] = [];
  #open = "";

  constructor(readonly options: FilesOptions) {
    tabList(byId("files"), (tab) => options.open(tab.dataset["path"]!));
    byId("add-file").addEventListener("click", () => void this.#add());
    byId("rename-file").addEventListener("click", () => void this.#rename());
    byId("remove-file").addEventListener("click", () => {
      const gone = this.#open;
      options.remove(gone);
      options.say(`${gone} is removed.`);
    });
  }

  /** @param errors the number of errors of each file */
  show(paths: string[], open: string, errors: (path: string) => number): void {
    [this.#paths, this.#open] = [paths, open];
    byId<HTMLButtonElement>("remove-file").disabled = paths.filter(isSource).length < 2 && isSource(open);
    const label = (path: string) => `${path}${errors(path) > 0 ? ` (${errors(path)} ${errors(path) === 1 ? "error" : "errors"})` : ""}`;
    const key = (path: string) => `${path}\n${label(path)}`;
    const known = [...byId("files").children].map((tab) => `${(tab as HTMLElement).dataset["path"]}\n${tab.getAttribute("aria-label")}`);
    if (known.join("\n\n") !== paths.map(key).join("\n\n")) {
      byId("files").replaceChildren(...paths.map((path) => {
        const tab = element("button", { type: "button", role: "tab", id: `file-${path}`, ariaLabel: label(path) }, path);
        tab.dataset["path"] = path;
        tab.classList.toggle("wrong", errors(path) > 0);
        tab.setAttribute("aria-controls", "editor");
        return tab;
      }));
    }
    markTab(byId("files"), `file-${open}`);
    byId("editor").setAttribute("aria-labelledby", `file-${open}`);
  }

  async #add(): Promise<void> {
    const name = await this.#name("Name of the new file", this.#paths.includes("lib.initflow") ? "" : "lib.initflow");
    if (name !== null) this.options.add(name);
  }

  async #rename(): Promise<void> {
    const name = await this.#name(`New name of ${this.#open}`, this.#open);
    if (name !== null && name !== this.#open) this.options.rename(this.#open, name);
  }

  async #name(title: string, value: string): Promise<string | null> {
    const name = (await this.options.prompt(title, value))?.trim();
    if (!name) return null;
    const isTaken = name !== value && this.#paths.includes(name);
    const isName = /^[\w@+-][\w@.+-]*(\/[\w@+-][\w@.+-]*)*$/.test(name) && /\.(initflow|toml|params|ya?ml|json|lock)$/.test(name);
    if (isTaken) this.options.say(`There is a file ${name} already.`);
    else if (!isName) this.options.say(`A file ends with .initflow, or is ${SETTINGS} or a file that it names.`);
    else return name;
    return null;
  }
}

export function isSource(path: string): boolean {
  return path.endsWith(".initflow");
}
