"""Refuse notebooks that hold output: CI executes them, and output could hold somebody's data."""

from __future__ import annotations

import json
import sys
from pathlib import Path

dirty = [
    name
    for name in sys.argv[1:]
    if any(
        cell.get("outputs") or cell.get("execution_count")
        for cell in json.loads(Path(name).read_text(encoding="utf-8"))["cells"]
    )
]
for name in dirty:
    print(
        f"{name}: clear the outputs before committing (jupyter nbconvert --clear-output --inplace)"
    )
sys.exit(bool(dirty))
