"""Print a command of README.md, so that what is checked is what is promised.

The command is the fenced block that follows the line ``<!-- command: NAME -->``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

name = sys.argv[1]
readme = Path(__file__).resolve().parent.parent.joinpath("README.md").read_text(encoding="utf-8")
found = re.search(rf"<!-- command: {re.escape(name)} -->\s*```sh\n(.*?)```", readme, re.DOTALL)
if found is None:
    sys.exit(f"README.md has no block after '<!-- command: {name} -->'")
print(found.group(1).strip())
