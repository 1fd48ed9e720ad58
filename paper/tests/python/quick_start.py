"""Runs a program of the paper gateway's page as it stands there, against a gateway on another port.

Usage: quick_start.py PAGE MODULE PORT. The program is the one Python block of the page that imports MODULE.
"""

import re
import sys


def main():
    page, module, port = sys.argv[1:4]
    with open(page, encoding="utf-8") as file:
        blocks = re.findall(r"^```python\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    programs = [block for block in blocks if re.search(rf"^(import|from) {module}\b", block, re.MULTILINE)]
    [program] = programs
    assert program.count("4002") == 1, "the program must name its port once"
    exec(compile(program.replace("4002", port), page, "exec"), {"__name__": "__main__"})


main()
