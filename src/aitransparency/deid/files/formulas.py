"""Spreadsheet formulas in data: cells that a spreadsheet would run get an apostrophe before them.

The rule is OWASP's for CSV injection: a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or
a carriage return. Plain numbers (``-5``, ``+3.2%``) are let be; the full-width signs count too.

>>> made, count = neutralise(pa.array(["=1+1", "-5", "a"], pa.large_string()))
>>> made.to_pylist(), count
(["'=1+1", '-5', 'a'], 1)
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.text import text_of

_STARTS = "^[=+\\-@\t\r＝＋－＠]"
_NUMBER = r"^[+-][0-9][0-9,]*(\.[0-9]+)?([eE][+-]?[0-9]+)?%?$"


def neutralise(values: pa.Array) -> tuple[pa.Array, int]:
    """Return text, large_string (n,), with formulas neutralised, and how many there were."""
    risky = pc.fill_null(pc.match_substring_regex(values, _STARTS), False)
    if not pc.any(risky).as_py():
        return values, 0
    number = pc.fill_null(pc.match_substring_regex(values, _NUMBER), False)
    risky = pc.and_not(risky, number)
    count = pc.sum(risky).as_py() or 0
    quoted = pc.binary_join_element_wise(text_of("'"), values, text_of(""))
    return pc.if_else(risky, quoted, values), int(count)
