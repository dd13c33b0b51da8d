"""Prints where the first link in the output of a command leads, which runs in a terminal: tmux does not show links."""

import os
import pty
import re
import subprocess
import sys
from urllib.parse import unquote

terminal, other = pty.openpty()
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=other, stderr=other)
os.close(other)
output = b""
try:
    while data := os.read(terminal, 65536):
        output += data
except OSError:
    pass  # Linux reports the end of a terminal so.
child.wait()
link = re.search(rb"error\[\x1b\]8;;file://([^\x1b]*)\x1b\\[a-z-]+\x1b\]8;;\x1b\\\]", output)
print(unquote(link[1].decode()) if link else output)
