"""Orders the pages. The entry `FOLDER/` of the navigation has the pages that the folder's `index.md` links to, in that order;
the headings above the links are sections."""

import posixpath
import re
from pathlib import Path

ITEM = re.compile(r"^## (.+)|\]\(([^)#:\s]+\.md)(?:#[^)]*)?\)", re.MULTILINE)


def on_config(config):
    config.nav = expanded(config.nav, Path(config.docs_dir))
    return config


def expanded(entry, root):
    if isinstance(entry, dict):
        return {title: expanded(value, root) for title, value in entry.items()}
    if isinstance(entry, list):
        values = [expanded(value, root) for value in entry]
        return [page for value in values for page in (value if isinstance(value, list) else [value])]
    return pages(entry.rstrip("/"), root) if entry.endswith("/") else entry


def pages(folder, root):
    index = f"{folder}/index.md"
    seen, contents, section = {index}, [index], None
    for title, link in ITEM.findall((root / index).read_text()):
        if title:
            section = []
            contents.append({title: section})
            continue
        path = posixpath.normpath(posixpath.join(folder, link))
        if path.startswith(f"{folder}/") and path not in seen:
            seen.add(path)
            (contents if section is None else section).append(path)
    return [entry for entry in contents if entry and (isinstance(entry, str) or all(entry.values()))]
