// Lets a reader of the site edit a program in place: a button replaces the program by the playground with it.
//
// A page shows such a program as `<div class="edit">` with a block of code for each of its files, or with one for manifests. The
// playground is the page that the script's own address leads to, `../playground/index.html`; nothing of it is loaded before the
// reader wants it.

{
  const playground = new URL("../playground/index.html", document.currentScript.src).href;

  /** The program as the playground reads it from an address: JSON, compressed, as Base64 for addresses. */
  async function packed(program) {
    const stream = new Blob([JSON.stringify(program)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  async function edit(place, blocks) {
    const name = (block) => block.querySelector(".filename")?.textContent.trim() || "main.initflow";
    const files = Object.fromEntries(blocks.map((block) => [name(block), block.querySelector("code").textContent]));
    const [[title, text]] = Object.entries(files);
    const frame = document.createElement("iframe");
    frame.className = "playground";
    frame.title = `Playground: ${title}`;
    frame.allow = "clipboard-write";
    const program = /\.ya?ml$/.test(title) ? { files: { "main.initflow": "" }, manifests: text, show: "import" } : { files };
    show(frame, ["embed", `p=${await packed(program)}`]);
    place.replaceChildren(frame);
  }

  /** Opens the playground in a frame, and has it follow the site from light to dark. */
  function show(frame, parts) {
    const follow = () => {
      const theme = document.body.dataset.mdColorScheme === "slate" ? "dark" : "light";
      const address = `${playground}#${[...parts, `theme=${theme}`].join("&")}`;
      // The site also sets the scheme that it has, and the same address would load the page again.
      if (frame.src !== address) frame.src = address;
    };
    follow();
    new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  }

  for (const frame of document.querySelectorAll("iframe.playground")) show(frame, []);
  for (const place of document.querySelectorAll("div.edit")) {
    const blocks = [...place.querySelectorAll(".highlight")];
    if (blocks.length === 0) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "md-button edit-button";
    button.textContent = "Edit here";
    button.addEventListener("click", () => void edit(place, blocks));
    place.append(button);
  }
}
