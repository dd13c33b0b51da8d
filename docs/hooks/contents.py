"""Orders the pages. The entry `FOLDER/` of the navigation has the pages of the folder to which its `index.md` links, in that order;
the headings above the links are sections. Pages of other folders that belong there follow the name: `FOLDER/ other.md`."""

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
    folder, *others = entry.split()
    return pages(folder.rstrip("/"), others, root) if folder.endswith("/") else entry


def pages(folder, others, root):
    index = f"{folder}/index.md"
    seen, contents, section = {index}, [index], None
    for title, link in ITEM.findall((root / index).read_text()):
        if title:
            section = []
            contents.append({title: section})
            continue
        path = posixpath.normpath(posixpath.join(folder, link))
        if (path.startswith(f"{folder}/") or path in others) and path not in seen:
            seen.add(path)
            (contents if section is None else section).append(path)
    return [entry for entry in contents if entry and (isinstance(entry, str) or all(entry.values()))]
