
"use strict";
const root = document.documentElement;
const theme = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
const name = () => { theme.textContent = isDark() ? "Light colors" : "Dark colors"; };
theme.hidden = false;
theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
system.addEventListener("change", name);
name();

const announcement = document.getElementById("announcement");
const row = (button) => document.getElementById(button.getAttribute("aria-controls"));
const show = (button, open) => {
  button.setAttribute("aria-expanded", open);
  button.closest("tr").classList.toggle("open", open);
  row(button).classList.toggle("open", open);
  row(button).hidden = !open;
};
for (const section of document.querySelectorAll("section")) {
  const buttons = [...section.querySelectorAll("tbody button")];
  const marks = section.querySelectorAll(".plan [data-entry]");
  const light = (at) => marks.forEach((mark) => mark.classList.toggle("lit", Number(mark.dataset.entry) === at));
  const go = (at) => {
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, at))];
    buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  };
  buttons.forEach((button, at) => {
    show(button, false);
    button.tabIndex = at === 0 ? 0 : -1;
    const toggle = (open) => {
      show(button, open);
      const details = [...row(button).querySelectorAll("dl > div")];
      const text = details.map((item) => `${item.firstChild.textContent}: ${item.lastChild.textContent}`).join("; ");
      announcement.textContent = open ? `${button.textContent}. ${text}` : `${button.textContent} closed`;
    };
    button.addEventListener("click", () => toggle(button.getAttribute("aria-expanded") !== "true"));
    button.addEventListener("focus", () => light(at));
    button.addEventListener("blur", () => light(-1));
    button.addEventListener("keydown", (event) => {
      const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (to !== undefined) go(to);
      else if (event.key === "Escape") toggle(false);
      else return;
      event.preventDefault();
    });
  });
  for (const mark of marks) {
    mark.addEventListener("click", () => { const at = Number(mark.dataset.entry); go(at); buttons[at].click(); });
  }
}
addEventListener("beforeprint", () => document.querySelectorAll("tbody button").forEach((button) => show(button, true)));
