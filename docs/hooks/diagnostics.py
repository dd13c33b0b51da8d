"""Makes a page of each diagnostic from its explanation, with the message that its program raises, and links the names of
diagnostics in all pages to these pages."""

import os
import re
from pathlib import Path

from mkdocs.structure.files import File, InclusionLevel

REPOSITORY = Path(__file__).parents[2]
EXPLANATIONS = REPOSITORY / "src" / "diagnostic" / "explain"
# As the compiler shows them; a test writes them.
MESSAGES = REPOSITORY / "tests" / "docs" / "messages"
FOLDER = "diagnostics"

NAMES = frozenset(path.stem for path in EXPLANATIONS.glob("*.md"))
FENCE = re.compile(r"^```(\w+)( fails)?\n(.*?)^```$\n?", re.MULTILINE | re.DOTALL)
# Fences and headings stay as they are, and so does code that is not the name of a diagnostic.
CODE = re.compile(r"^([ \t]*)(`{3,}).*?^\1\2[ \t]*$|^#[^\n]*$|(?<![`\[])`([a-z-]+)`(?![`\]])", re.MULTILINE | re.DOTALL)


def on_files(files, config):
    for name in sorted(NAMES):
        content = explanation(name)
        uri = f"{FOLDER}/{name}.md"
        files.append(File.generated(config, uri, content=content, inclusion=InclusionLevel.NOT_IN_NAV))
    return files


def on_page_markdown(markdown, page, config, files):
    own = Path(page.file.src_uri)

    def linked(code):
        name = code[3]
        # A single word, such as `deprecated`, may mean something else.
        is_name = name in NAMES and ("-" in name or own.as_posix() == f"{FOLDER}/index.md")
        if not is_name or own.as_posix() == f"{FOLDER}/{name}.md":
            return code[0]
        return f"[`{name}`]({os.path.relpath(f'{FOLDER}/{name}.md', own.parent)})"

    return CODE.sub(linked, markdown)


def explanation(name):
    """The page of a diagnostic."""
    heading, text = (EXPLANATIONS / f"{name}.md").read_text().split("\n", 1)
    message = (MESSAGES / f"{name}.txt").read_text().split("\n\nfix (")[0].strip()
    failing = None

    def shown(fence):
        nonlocal failing
        language, fails, program = fence.groups()
        if fails:
            failing = language
            return f'```{language} title="raises {name}"\n{program}```\n\n```text\n{message}\n```\n'
        title = ' title="fixed"' if language == failing else ""
        return f"```{language}{title}\n{program}```\n"

    return f"{heading}\n\n{FENCE.sub(shown, text)}\nSee [all diagnostics](index.md).\n"
