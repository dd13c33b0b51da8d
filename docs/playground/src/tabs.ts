// A list of tabs as screen readers know it: one stop of the Tab key, arrow keys between the tabs.

/** Makes the keys work in a list of tabs; its tabs may change. */
export function tabList(list: HTMLElement, choose: (tab: HTMLElement) => void): void {
  const tabs = () => [...list.querySelectorAll<HTMLElement>("[role=tab]")];
  list.addEventListener("click", ({ target }) => {
    const tab = (target as Element).closest<HTMLElement>("[role=tab]");
    if (tab) choose(tab);
  });
  list.addEventListener("keydown", (event) => {
    const all = tabs();
    const at = all.indexOf((event.target as Element).closest<HTMLElement>("[role=tab]")!);
    if (at < 0) return;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const tab = all[(next + all.length) % all.length]!;
    choose(tab);
    // The list may have been drawn again.
    tabs().find((known) => known.id === tab.id)?.focus();
  });
}

/** Marks the tab that is chosen. */
export function markTab(list: HTMLElement, chosen: string): void {
  for (const tab of list.querySelectorAll<HTMLElement>("[role=tab]")) {
    const is = tab.id === chosen;
    tab.setAttribute("aria-selected", String(is));
    tab.tabIndex = is ? 0 : -1;
  }
}
