"""Makes the tables of the repository's Markdown into those of the site. A `|` in code in a table is written `\\|`, as GitHub requires,
and the site would show the backslash. A path of fields, such as `workloads[].order[].name`, may be broken at its dots."""

import re

ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
CODE = re.compile(r"(`+)(?!`)(.*?)(?<!`)\1(?!`)")
PATH = re.compile(r"[\w.\[\]]+\.\w+")


def on_page_markdown(markdown, page, config, files):
    return ROW.sub(lambda row: CODE.sub(shown, row[0]), markdown)


def shown(code):
    if "[]." in code[2] and PATH.fullmatch(code[2]):
        return f"<code>{code[2].replace('.', '.<wbr>')}</code>"
    return code[0].replace(r"\|", "|")
