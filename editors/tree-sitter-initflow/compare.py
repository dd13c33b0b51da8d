"""Lists where the colors of tree-sitter differ from the language server's: compare.py INITFLOW TREE_SITTER FILES…"""

import json
import re
import subprocess
import sys
from pathlib import Path

# The class of the server's tokens that corresponds to each capture.
CLASSES = {
    "boolean": "keyword",
    "comment": "comment",
    "constant": "enumMember",
    "function": "function",
    "function.call": "function",
    "keyword": "keyword",
    "number": "number",
    "operator": "operator",
    "property": "property",
    "punctuation.special": "string",
    "string": "string",
    "string.escape": "string",
    "string.special.path": "string",
    "type": "type",
    "variable": "variable",
    "variable.parameter": "parameter",
}
CAPTURE = re.compile(r"pattern: *(\d+), capture: \d+ - ([\w.]+), start: \((\d+), (\d+)\), end: \((\d+), (\d+)\)")
# A script, as it is written: `script "sh -c" args '''text'''`.
SCRIPT = re.compile(rb"^(?:[^#\n]*[{;])?[ \t]*script\b([^\n;{}]*?)('''.*?'''|\"\"\".*?\"\"\")", re.MULTILINE | re.DOTALL)


class Server:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.requests = 0
        tokens = {"requests": {"full": True}, "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"]}
        capabilities = {
            "general": {"positionEncodings": ["utf-8"]},
            "textDocument": {"semanticTokens": {**tokens, "multilineTokenSupport": True}},
        }
        answer = self.request("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self.legend = answer["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"]
        self.notify("initialized", {})

    def notify(self, method, params, **more):
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def request(self, method, params):
        self.requests += 1
        self.notify(method, params, id=self.requests)
        while True:
            length = 0
            while header := self.process.stdout.readline().strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            message = json.loads(self.process.stdout.read(length))
            if "method" not in message and message.get("id") == self.requests:
                return message["result"]

    def classes(self, path, text, starts):
        """The class of each byte."""
        document = {"uri": path.as_uri(), "languageId": "initflow", "version": 1, "text": text.decode()}
        self.notify("textDocument/didOpen", {"textDocument": document})
        data = self.request("textDocument/semanticTokens/full", {"textDocument": {"uri": document["uri"]}})["data"]
        painted = [None] * len(text)
        line = column = 0
        for at in range(0, len(data), 5):
            lines, columns, length, kind, _ = data[at : at + 5]
            line, column = line + lines, columns if lines else column + columns
            start = starts[line] + column
            painted[start : start + length] = [self.legend[kind]] * length
        return painted


def captured(program, path, text, starts):
    """The class of each byte: that of the shortest capture there, or the last pattern's if several are as short."""
    query = [program, "query", "--captures", "queries/highlights.scm", path]
    output = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    spans = []
    for pattern, name, *place in CAPTURE.findall(output):
        line, column, last, end = map(int, place)
        if name in CLASSES:
            spans.append((starts[line] + column, -(starts[last] + end), int(pattern), CLASSES[name]))
    painted = [None] * len(text)
    for start, end, _, kind in sorted(spans):
        painted[start:-end] = [kind] * (-end - start)
    return painted


def in_script(text):
    """Whether each byte is in a script of several lines, which the server leaves to the grammar of its language."""
    inside = bytearray(len(text))
    for script in SCRIPT.finditer(text):
        start, end = script.span(2)
        if b"\n" in script[2]:
            inside[start:end] = b"\1" * (end - start)
    return inside


def compare(server, program, path):
    """The differences, one for each line and pair of classes."""
    text = path.read_bytes()
    scripts = in_script(text)
    starts = [0, *(place.end() for place in re.finditer(b"\n", text))]
    differences = {}
    pairs = zip(server.classes(path, text, starts), captured(program, path, text, starts))
    for at, (wanted, seen) in enumerate(pairs):
        # Values of Kubernetes in lower case look like names.
        if wanted == seen or (scripts[at] and wanted is None) or text[at : at + 1].isspace() or (wanted, seen) == ("enumMember", "variable"):
            continue
        line = text.count(b"\n", 0, at) + 1
        differences.setdefault((line, wanted, seen), f"{path}:{line}: {seen}, not {wanted}: {text.splitlines()[line - 1].decode()}")
    return differences.values()


def main(initflow, tree_sitter, *paths):
    server = Server(initflow)
    differences = [one for path in paths for one in compare(server, tree_sitter, Path(path).resolve())]
    server.process.kill()
    print(*differences, f"{len(paths)} files, {len(differences)} differences", sep="\n")
    return bool(differences)


sys.exit(main(*sys.argv[1:]))
