"""What a whole column of text looks like where no value proves itself: names, dates or codes.

One cell says little; a column of different cells that all have one look says a lot.

>>> looks_like(pa.array(["张伟", "王芳", "李娜"] * 9, pa.large_string()), 0.0)
>>> looks_like(pa.array([f"C{n:06d}" for n in range(99)], pa.large_string()), 0.0)
'code'
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.dates import Dates
from aitransparency.deid.surrogates.names import surnames

Look = Literal["name", "date", "code"]

_MOST = 0.9  # share of the cells that must have the look
_LEAST = 20  # cells below which nothing is said
_DISTINCT = 0.5  # of the cells, of names; categories repeat
_UNIQUE = 0.95  # of codes
_CODE = r"^[A-Za-z]{0,8}[-_]?[0-9][0-9A-Za-z_-]{4,31}$"


def looks_like(known: pa.Array, loose: float) -> Look | None:
    """Return what a column is.

    Parameters
    ----------
    known
        large_string (n,), the cells that are neither null nor empty.
    loose
        Share of cells that hold an identifier of some kind among other text, 0 to 1.
    """
    if len(known) < _LEAST:
        return None
    distinct = pc.count_distinct(known).as_py() / len(known)
    if distinct >= _DISTINCT and _share(known, _name_pattern()) >= _MOST:
        return "name"
    if Dates.read(known).good.mean() >= _MOST:
        return "date"
    if distinct >= _UNIQUE and loose < 0.5 and _share(known, _CODE) >= _MOST:
        return "code"
    return None


def _share(known: pa.Array, pattern: str) -> float:
    return float(pc.mean(pc.match_substring_regex(known, pattern).cast(pa.int8())).as_py())


@cache
def _name_pattern() -> str:
    return rf"^\s*(?:{'|'.join(surnames())})[\s·]*\p{{Han}}(?:\s*\p{{Han}}){{0,2}}\s*$"
