"""Country codes of ISO 3166-1 as passports and residence cards carry them.

Source: see the head of ``data/countries.tsv``.

>>> int(alpha_codes().sum()), int(numeric_codes().sum())
(249, 249)
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes

Mask = npt.NDArray[np.bool_]


def _listed() -> list[list[str]]:
    table = (files("aitransparency.deid") / "data" / "countries.tsv").read_text("utf-8")
    return [line.split("\t") for line in table.splitlines() if not line.startswith("#")]


@cache
def alpha_codes() -> Mask:
    """Return a table, bool (26 ** 3,), true at every code of three letters."""
    table = np.zeros(26**3, np.bool_)
    letters = np.array([list(alpha.encode()) for alpha, _ in _listed()])
    table[(letters - 65) @ np.array([676, 26, 1])] = True
    table.flags.writeable = False
    return table


@cache
def numeric_codes() -> Mask:
    """Return a table, bool (1000,), true at every code of three digits."""
    table = np.zeros(1000, np.bool_)
    table[[int(number) for _, number in _listed()]] = True
    table.flags.writeable = False
    return table


def is_alpha_code(letters: Bytes) -> Mask:
    """Return whether capital letters, uint8 (n, 3), are a country's code."""
    place = (letters - np.uint8(65)).astype(np.int64) @ np.array([676, 26, 1])
    known: Mask = alpha_codes()[place]
    return known
