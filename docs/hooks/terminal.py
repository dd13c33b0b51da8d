"""Shows what a command prints on a terminal, with its colors: the fence `terminal`."""

import html
import re

COLORS = ["black", "red", "green", "yellow", "blue", "purple", "cyan", "white"]


def fence(source, language, css_class, options, md, **_):
    return f'<div class="terminal"><pre tabindex="0"><code>{styled(source)}</code></pre></div>'


def styled(text):
    """Turns the escape sequences of colors into spans."""
    shown, spans = [], 0
    for plain, codes in re.findall(r"([^\x1b]+)|\x1b\[([0-9;]*)m", text):
        if plain:
            shown.append(html.escape(plain, quote=False))
        elif codes in ("", "0"):
            shown.append("</span>" * spans)
            spans = 0
        else:
            shown.append(f'<span class="{names(codes)}">')
            spans += 1
    return "".join(shown) + "</span>" * spans


def names(codes):
    """The classes of `1;33`, `94` or `38;5;9`."""
    if codes.startswith("38;5;"):
        return COLORS[int(codes.removeprefix("38;5;")) % 8]
    styles = {"1": "bold", "2": "muted"}
    return " ".join(styles.get(code) or COLORS[int(code) % 10] for code in codes.split(";"))
