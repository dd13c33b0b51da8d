"""Adds the playground, if `playground/build` has built it: a page with it, and a script by which readers edit programs in place."""

from pathlib import Path

from mkdocs.structure.files import File

DOCS = Path(__file__).parents[1]
BUILT = DOCS.parent / "target/playground/index.html"

PAGE = """---
hide: [navigation, toc]
---
# Playground

The compiler runs in your browser. What you write does not leave it, unless you copy the link, which contains the program.
[Open the playground in a page of its own](playground/index.html).

<iframe class="playground whole" title="Playground" allow="clipboard-write"></iframe>
"""


def on_config(config):
    if BUILT.exists():
        config.nav.insert(3, {"Playground": "playground.md"})
        config.extra_javascript.append("assets/playground.js")
    return config


def on_files(files, config):
    if BUILT.exists():
        add = lambda uri, content: files.append(File.generated(config, uri, content=content))
        add("playground.md", PAGE)
        add("playground/index.html", BUILT.read_bytes())
        add("assets/playground.js", (DOCS / "playground/embed.js").read_bytes())
    return files
