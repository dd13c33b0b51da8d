// Renders a plan as a page: which container starts when and why, and what is reserved meanwhile, as a table with bars.
//
// All text is escaped; a click on a name sends a message with its place.

import type { Amounts, PlanAnswer, Start, Workload } from "./protocol";

/** The whole page. `nonce` permits its only script and style. */
export function planPage(plan: PlanAnswer | null, nonce: string): string {
  const body =
    plan === null
      ? `<p class="empty">The source has errors, so there is no plan.</p>`
      : plan.workloads.map(section).join("\n") || `<p class="empty">The source has no workload.</p>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>Plan</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
${body}
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`;
}

function section(workload: Workload): string {
  const resources = Object.keys(workload.effective.requests);
  const highest = new Map(resources.map((name) => [name, peak(workload, name)]));
  const rows = workload.order.map((start, at) => row(start, at + 1, highest)).join("\n");
  const heads = resources.map((name) => `<th>${text(name)} reserved</th>`).join("");
  const place = attributes(workload.span);
  return `<section>
<h2><a href="#" ${place}>${text(workload.kind)} ${text(workload.name)}</a></h2>
<table>
<thead><tr><th class="number">#</th><th>role</th><th>name</th><th>why here</th><th>requests</th>${heads}</tr></thead>
<tbody>
${rows}
</tbody>
</table>
${totals(workload)}
</section>`;
}

function row(start: Start, number: number, highest: Map<string, number>): string {
  const bars = [...highest].map(([name, most]) => bar(start.reserved[name], most)).join("");
  const moved = start.moved ? ` <span class="moved">moved</span>` : "";
  return (
    `<tr class="${start.role === "app" || start.role === "sidecar" ? start.role : "step"}">` +
    `<td class="number">${number}</td><td><span class="role">${text(start.role)}</span></td>` +
    `<td><a href="#" ${attributes(start.span)}>${text(start.name)}</a></td>` +
    `<td>${code(start.because)}${moved}</td><td>${text(amounts(start.requests))}</td>${bars}</tr>`
  );
}

function bar(amount: string | undefined, most: number): string {
  if (amount === undefined) return `<td class="bar none">none</td>`;
  const share = most > 0 ? Math.round((100 * magnitude(amount)) / most) : 0;
  const full = share >= 100 ? ` class="peak"` : "";
  return `<td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect${full} width="${Math.min(share, 100)}" height="10"/></svg> ${text(amount)}</td>`;
}

function totals(workload: Workload): string {
  const { requests, limits, unbounded, setBy, qos } = workload.effective;
  const names = [...new Set([...Object.keys(requests), ...Object.keys(limits), ...Object.keys(unbounded)])];
  const rows = names.map((name) => {
    const without = unbounded[name];
    const limit = without === undefined ? text(limits[name] ?? "–") : `unbounded by ${code(`\`${without}\``)}`;
    return `<tr><td>${text(name)}</td><td>${text(requests[name] ?? "–")}</td><td>${limit}</td><td>${code(setBy[name]?.because ?? "")}</td></tr>`;
  });
  const table =
    rows.length === 0
      ? ""
      : `<table class="totals">
<thead><tr><th>effective</th><th>requests</th><th>limits</th><th>set by</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
`;
  return `${table}<p class="note">QoS class ${text(qos)}; all before LimitRanges, webhooks and RuntimeClass overhead</p>`;
}

function peak(workload: Workload, resource: string): number {
  const values = workload.order.map((start) => magnitude(start.reserved[resource] ?? "0"));
  return Math.max(0, ...values);
}

const UNITS: Record<string, number> = {
  m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** The length of an amount's bar: the compiler computes the exact sums. */
export function magnitude(amount: string): number {
  const [, digits, unit] = /^([0-9.]+)([A-Za-z]*)$/.exec(amount) ?? [];
  return digits === undefined ? 0 : Number(digits) * (UNITS[unit ?? ""] ?? 1);
}

function amounts(of: Amounts): string {
  return Object.entries(of).map(([name, amount]) => `${name} ${amount}`).join(", ") || "none";
}

function attributes(place: { file: string; line: number; column: number }): string {
  return `data-file="${text(place.file)}" data-line="${place.line}" data-column="${place.column}"`;
}

/** Text in which words between backticks are code. */
function code(phrase: string): string {
  return text(phrase).replace(/`([^`]*)`/g, "<code>$1</code>");
}

function text(raw: string): string {
  const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return raw.replace(/[&<>"']/g, (letter) => escapes[letter] ?? letter);
}

const STYLE = `
body { font-family: var(--vscode-font-family, sans-serif); font-size: var(--vscode-font-size, 13px); color: var(--vscode-foreground, #1f2328); padding: 0 1.5em 1.5em; }
h2 { font-size: 1.2em; font-weight: 600; margin: 1.4em 0 .5em; }
h2 a { color: inherit; }
a { color: var(--vscode-textLink-foreground, #0969da); text-decoration: none; }
a:hover { text-decoration: underline; }
table { border-collapse: collapse; margin-bottom: .8em; }
th { text-align: left; font-weight: normal; color: var(--vscode-descriptionForeground, #59636e); }
th, td { padding: .25em 1em .25em 0; border-bottom: 1px solid var(--vscode-editorWidget-border, #d1d9e0); vertical-align: top; }
.bar { white-space: nowrap; }
.number { text-align: right; color: var(--vscode-descriptionForeground, #59636e); }
.role { display: inline-block; min-width: 5em; border-left: 3px solid; padding-left: .5em; }
.step .role { border-color: var(--vscode-charts-blue, #1a85ff); }
.sidecar .role { border-color: var(--vscode-charts-purple, #8250df); }
.app .role { border-color: var(--vscode-charts-green, #388a34); }
.moved { color: var(--vscode-charts-orange, #d18616); }
.bar svg { width: 5em; height: .7em; margin-right: .5em; }
.bar rect { fill: var(--vscode-charts-blue, #1a85ff); opacity: .55; }
.bar rect.peak { fill: var(--vscode-charts-orange, #d18616); opacity: 1; }
.bar.none, .note, .empty { color: var(--vscode-descriptionForeground, #59636e); }
code { font-family: var(--vscode-editor-font-family, monospace); }
`;

const SCRIPT = `
const host = acquireVsCodeApi();
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link) return;
  event.preventDefault();
  host.postMessage({ file: link.dataset.file, line: Number(link.dataset.line), column: Number(link.dataset.column) });
});
`;
