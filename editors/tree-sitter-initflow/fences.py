"""Writes into a folder the programs in the project's Markdown files that must compile: fences.py ROOT FOLDER"""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

root, folder = map(Path, sys.argv[1:])
files = subprocess.run(["git", "ls-files", "*.md"], cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout
for file in files.split():
    programs = re.findall(r"^( *)```initflow(?! fails)[^\n]*\n(.*?)^\1```$", (root / file).read_text(), re.S | re.M)
    for number, (_, program) in enumerate(programs, 1):
        name = file.replace("/", "-").removesuffix(".md")
        (folder / f"{name}-{number}.initflow").write_text(textwrap.dedent(program))
