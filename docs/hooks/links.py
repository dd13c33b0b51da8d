"""Makes the links of the repository's Markdown into those of the site. A link to a file of the repository that a page shows goes
to that page; of a link to any other file, which the site does not have, only the text stays. In what the compiler prints, the
name of a diagnostic leads to its page."""

import os
import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SHOWN = re.compile(r"^\{\{ text (\S+) \}\}$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s:#]+)(#[^)\s]*)?\)")
DIAGNOSTIC = re.compile(r">((?:error|warning)\[([a-z0-9-]+)\])<")
CODE = re.compile(r"^([ \t]*)(`{3,}).*?^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)

shown = {}


def on_files(files, config):
    """Notes which page shows which file."""
    shown.clear()
    for page in files.documentation_pages():
        for name in SHOWN.findall(page.content_string):
            own = source(page, config)
            shown[(own.parent / name).resolve()] = own
    return files


def on_page_markdown(markdown, page, config, files):
    own = source(page.file, config)
    here = own.parent
    base = next((path.parent for path, by in shown.items() if by == own), here)

    def kept(link):
        label, target, anchor = link.groups()
        path = (base / target).resolve()
        if path in shown:
            path = shown[path]
        elif not path.is_relative_to(config.docs_dir) and path.exists():
            return label
        return f"[{label}]({os.path.relpath(path, here)}{anchor or ''})"

    parts, end = [], 0
    for code in CODE.finditer(markdown):
        parts += [LINK.sub(kept, markdown[end : code.start()]), code[0]]
        end = code.end()
    return "".join(parts) + LINK.sub(kept, markdown[end:])


def source(file, config):
    """Where a page is, or would be if it were not generated."""
    return Path(config.docs_dir) / file.src_uri


def on_page_content(content, page, config, files):
    def linked(match):
        label, name = match.groups()
        file = files.get_file_from_path(f"diagnostics/{name}.md")
        return f'><a href="{file.url_relative_to(page.file)}">{label}</a><' if file else match[0]

    return DIAGNOSTIC.sub(linked, content)
