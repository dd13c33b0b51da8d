"""Orders the pages: the entry `FOLDER/` of the navigation has the pages that the folder's `index.md` links to, in that
order."""

import posixpath
import re
from pathlib import Path

LINK = re.compile(r"\]\(([^)#:\s]+\.md)(?:#[^)]*)?\)")


def on_config(config):
    config.nav = [expanded(entry, Path(config.docs_dir)) for entry in config.nav]
    return config


def expanded(entry, root):
    if isinstance(entry, dict):
        return {title: expanded(value, root) for title, value in entry.items()}
    if isinstance(entry, list):
        return [expanded(value, root) for value in entry]
    return pages(entry.rstrip("/"), root) if entry.endswith("/") else entry


def pages(folder, root):
    index = f"{folder}/index.md"
    links = LINK.findall((root / index).read_text())
    paths = [posixpath.normpath(posixpath.join(folder, link)) for link in links]
    inside = [path for path in paths if path.startswith(f"{folder}/")]
    return list(dict.fromkeys([index, *inside]))
