"""Adds the playground that `playground/build` has built, and the script by which readers edit programs in place."""

from pathlib import Path

from mkdocs.structure.files import File

DOCS = Path(__file__).parents[1]
BUILT = DOCS.parent / "target/playground/index.html"


def on_files(files, config):
    for uri, path in (("playground/index.html", BUILT), ("assets/playground.js", DOCS / "playground/embed.js")):
        files.append(File.generated(config, uri, content=path.read_bytes()))
    return files
