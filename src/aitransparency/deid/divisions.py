"""Division codes (行政区划代码) of mainland China and their names.

Source: GB/T 2260 in its revisions since 1980, as collected by the permissively licensed packages
named at the head of ``data/divisions.tsv``. The standard itself was not read.

A resident ID keeps the code that was valid where its holder was registered, so a code that was
withdrawn long ago is still good; a code says nothing about the year of birth.

>>> divisions()["440305"].name
'南山区'
>>> bool(known_codes()[440305]), bool(known_codes()[990101])
(True, False)
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Division(NamedTuple):
    """One province, prefecture or county.

    Parameters
    ----------
    code
        Six digits.
    name
        The newest name, or '' where only the code is attested.
    earlier_names
        Other names the code has had.
    current
        Whether the code was valid in 2023, the newest revision that was merged.
    """

    code: str
    name: str
    earlier_names: tuple[str, ...]
    current: bool


@cache
def divisions() -> MappingProxyType[str, Division]:
    """Return every division by its code."""
    table = files("aitransparency.deid") / "data" / "divisions.tsv"
    found = {}
    for line in table.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, current, name, earlier = line.split("\t")
        names = tuple(earlier.split("|")) if earlier else ()
        found[code] = Division(code, name, names, current == "1")
    return MappingProxyType(found)


@cache
def known_codes() -> npt.NDArray[np.bool_]:
    """Return a table, bool (1_000_000,), true at every code that was valid at some time."""
    table = np.zeros(1_000_000, np.bool_)
    table[[int(code) for code in divisions()]] = True
    table.flags.writeable = False
    return table
