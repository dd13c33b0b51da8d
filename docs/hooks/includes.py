"""Puts programs, and what the compiler makes of them, into pages.

A line `{{ VERB FILE [OPTIONS] }}` is replaced. The command runs in the folder of FILE, which is relative to the page:

    program   the file, highlighted by the ending of its name
    edit      the same, for a reader who edits it in place; other files of FILE's folder may follow, which belong to it
    change    two files, relative to the page: what changes from the first to the second
    yaml      what it compiles to, folded
    plan      the picture of its plan
    table     its plan as text
    check     what `initflow check` prints, which may be errors
    import    what a manifest becomes
    test      what `initflow test` prints
    diff      what `initflow diff OPTIONS FILE` prints
    status    what `initflow status` prints
    verify    what `initflow verify` prints
    text      a Markdown file of the repository as the page
"""

import difflib
import hashlib
import re
import shlex
from pathlib import Path

from compiler import initflow, initflow_on_terminal
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

LINE = re.compile(r"^([ \t]*)\{\{ (\w+)((?: [^\n]*?)?) \}\}[ \t]*$", re.MULTILINE)
LANGUAGES = {"yml": "yaml", "sh": "bash", "tmpl": "text", "tpl": "text", "params": "text"}
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{\n(.*?)\n\}\n(?=</style>)", re.DOTALL)


def on_page_markdown(markdown, page, config, files):
    place = Place(page, config, files)

    def included(line):
        indent, verb, words = line.groups()
        if verb not in VERBS:
            raise PluginError(f"{page.file.src_uri}: unknown include `{verb}`")
        name, *options = shlex.split(words)
        path = place.folder / name
        if not path.exists():
            raise PluginError(f"{page.file.src_uri}: there is no `{name}`")
        text = VERBS[verb](path, options, place)
        return "".join(f"{indent}{line}" if line.strip() else line for line in text.splitlines(keepends=True))

    return LINE.sub(included, markdown)


class Place:
    """Where an include is."""

    def __init__(self, page, config, files):
        self.page, self.config, self.files = page, config, files
        self.folder = (Path(config.docs_dir) / page.file.src_uri).parent

    def add(self, name, content):
        """Adds a file beside the page."""
        folder = Path(self.page.file.src_uri).parent
        uri = (folder / name).as_posix()
        if not self.files.get_file_from_path(uri):
            self.files.append(File.generated(self.config, uri, content=content))


def program(path, options, place):
    title = options[0] if options else path.name
    ending = path.suffix.removeprefix(".")
    return fence(LANGUAGES.get(ending, ending or "text"), path.read_text(), title)


def edit(path, options, place):
    files = [path, *(path.parent / name for name in options)]
    shown = "\n".join(program(file, [], place) for file in files)
    return f'<div class="edit" markdown>\n\n{shown}\n</div>\n'


def change(path, options, place):
    after = place.folder / options[0]
    texts = [file.read_text().splitlines() for file in (path, after)]
    lines = list(difflib.unified_diff(*texts, n=2, lineterm=""))[2:]
    if not lines:
        raise PluginError(f"{path} and {after} are the same")
    shown = [line for line in lines if not line.startswith("@@")]
    indent = min(len(line) - 1 - len(line[1:].lstrip()) for line in shown if line[1:].strip())
    return fence("diff", "\n".join(line[:1] + line[1 + indent :] for line in shown) + "\n", path.name)


def yaml(path, options, place):
    text = run("compile", path, options)
    count = text.count("\n")
    return folded(f"The YAML: {count} lines", fence("yaml", text))


def plan(path, options, place):
    picture = run("plan", path, ["--format", "svg", *options])
    dark = DARK.search(picture)
    described = re.search(r'<title id="plan-title">(.*?)</title>', picture)[1]
    images = []
    for scheme, rules in (("light", ""), ("dark", dark[1] + "\n")):
        content = DARK.sub(lambda _: rules, picture)
        name = f"{path.stem}-{hashlib.sha256(content.encode()).hexdigest()[:8]}.svg"
        place.add(name, content)
        images.append(f"[![{described}]({name})]({name}){{ .on-{scheme} }}")
    return '<div class="plan" tabindex="0" markdown>\n\n' + "".join(images) + "\n\n</div>\n"


def table(path, options, place):
    return terminal("plan", path, options)


def check(path, options, place):
    return terminal("check", path, options)


def test(path, options, place):
    return terminal("test", path, options)


def diff(path, options, place):
    return terminal("diff", path, options)


def status(path, options, place):
    return terminal("status", path, options)


def verify(path, options, place):
    return terminal("verify", path, options)


def imported(path, options, place):
    return fence("initflow", run("import", path, options), f"initflow import {path.name}")


def text(path, options, place):
    return path.read_text()


VERBS = {
    "program": program,
    "edit": edit,
    "change": change,
    "yaml": yaml,
    "plan": plan,
    "table": table,
    "check": check,
    "import": imported,
    "test": test,
    "diff": diff,
    "status": status,
    "verify": verify,
    "text": text,
}


def run(command, path, options):
    return initflow(command, *options, path.name, folder=path.parent)


def terminal(command, path, options):
    """A command and what it prints, with colors."""
    shown = initflow_on_terminal(command, *options, path.name, folder=path.parent)
    call = shlex.join(["initflow", command, *options, path.name])
    return fence("terminal", f"\x1b[2m$\x1b[0m \x1b[1m{call}\x1b[0m\n{shown}")


def folded(title, content):
    return f'??? example "{title}"\n\n' + "".join(f"    {line}" for line in content.splitlines(keepends=True))


def fence(language, text, title=None):
    """A fence that is longer than every one in the text."""
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    head = f'{language} title="{title}"' if title else language
    return f"{ticks}{head}\n{text.rstrip()}\n{ticks}\n"
