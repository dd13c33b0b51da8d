"""Makes the fences of the repository's Markdown into those of the site: `initflow` is highlighted, and a fence
`initflow NAME` says that it raises NAME."""

import re

import terminal
from lexer import InitflowLexer
from pygments.lexers import _lexer_cache
from pygments.lexers._mapping import LEXERS

INFO = re.compile(r"^([ \t]*)```(initflow|toml|yaml) (--kube )?([\w.-]+)$", re.MULTILINE)


def on_config(config):
    # As a plugin of Pygments registers itself, for which it would have to be installed.
    LEXERS[InitflowLexer.__name__] = ("lexer", InitflowLexer.name, tuple(InitflowLexer.aliases), (), ())
    _lexer_cache[InitflowLexer.name] = InitflowLexer
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {}).setdefault("custom_fences", [])
    fences.append({"name": "terminal", "class": "terminal", "format": terminal.fence})
    return config


def on_page_markdown(markdown, page, config, files):
    return INFO.sub(titled, markdown)


def titled(fence):
    indent, language, kube, word = fence.groups()
    title = f"for Kubernetes {word}" if kube else f"raises {word}"
    return f'{indent}```{language} title="{title}"'
