// Measures pictures by their pixels, so that each renderer is held to the same rules: no text covers another, and no line runs
// through a text.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const inserted = (svg, style) => svg.replace("</style>", `${style}</style>`);
const scheme = (svg, name) => svg.replace("@media (prefers-color-scheme: dark)", name === "dark" ? "@media all" : "@media not all");

// Colors that stay apart after the edges of letters are blended.
const color = (at) => [16 * (at % 16), 16 * (Math.floor(at / 16) % 16), 16 * Math.floor(at / 256) + 8];

// Each text in a color of its own, and nothing else.
function texts(svg) {
  let at = 0;
  const colored = svg.replace(/<text /g, () => `<text style="fill: rgb(${color(at++)}); stroke: none" `);
  return inserted(colored, ".plan rect, .plan path, .plan circle { display: none }");
}

const renderers = {
  Chromium: (svg) => `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`,
  librsvg: (svg) => `data:image/png;base64,${execFileSync("rsvg-convert", [], { input: svg, maxBuffer: 1 << 28 }).toString("base64")}`,
};

export async function measure(browser, name) {
  const page = await (await browser.newContext()).newPage();
  const source = readFileSync(`${name}.svg`, "utf8");
  const shown = [...source.matchAll(/<text [^>]*>([^<]*)/g)].map((match) => match[1]);
  assert(shown.length < 4096, name);
  for (const colors of ["light", "dark"]) {
    const svg = scheme(source, colors);
    for (const [renderer, draw] of Object.entries(renderers)) {
      const drawn = { texts: draw(texts(svg)), rest: draw(inserted(svg, "text { display: none }")) };
      const found = await page.evaluate(look, { drawn, colors: shown.map((_, at) => color(at)) });
      const what = `${name}, ${colors}, ${renderer}`;
      const text = (at) => shown[at];
      assert.deepEqual(found.missing.map(text), [], `${what}: texts that are not drawn`);
      assert.deepEqual(found.overlaps.map((pair) => pair.map(text)), [], `${what}: texts over each other`);
      assert.deepEqual(found.crossed.map(text), [], `${what}: texts with a line through them`);
    }
  }
  await page.context().close();
}

// Runs in the page: the box of each text's ink, and what else is in it.
async function look({ drawn, colors }) {
  const pixels = async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [texts, rest] = [await pixels(drawn.texts), await pixels(drawn.rest)];
  const places = new Map(colors.map((color, at) => [color.join(), at]));
  const boxes = colors.map(() => null);
  for (let y = 0; y < texts.height; y += 1) {
    for (let x = 0; x < texts.width; x += 1) {
      const at = 4 * (y * texts.width + x);
      if (texts.data[at + 3] < 160) continue;
      const [r, g, b] = [0, 1, 2].map((channel) => texts.data[at + channel]);
      const near = [16 * Math.round(r / 16), 16 * Math.round(g / 16), 16 * Math.round((b - 8) / 16) + 8];
      const text = places.get(near.join());
      if (text === undefined) continue;
      const box = boxes[text] ?? { left: x, right: x, top: y, bottom: y };
      boxes[text] = { left: Math.min(box.left, x), right: Math.max(box.right, x), top: Math.min(box.top, y), bottom: Math.max(box.bottom, y) };
    }
  }
  const there = boxes.map((box, at) => ({ box, at })).filter(({ box }) => box);
  const meet = (a, b) => a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
  const overlaps = there.flatMap((a, nth) => there.slice(nth + 1).filter((b) => meet(a.box, b.box)).map((b) => [a.at, b.at]));
  const isCrossed = ({ box }) => {
    const pixel = (x, y) => rest.data.slice(4 * (y * rest.width + x), 4 * (y * rest.width + x) + 3);
    const ground = pixel(box.left, box.top);
    for (let y = box.top; y <= box.bottom; y += 1) {
      for (let x = box.left; x <= box.right; x += 1) {
        if (pixel(x, y).some((value, channel) => Math.abs(value - ground[channel]) > 24)) return true;
      }
    }
    return false;
  };
  return {
    missing: boxes.flatMap((box, at) => (box ? [] : [at])),
    overlaps,
    crossed: there.filter(isCrossed).map(({ at }) => at),
  };
}
