"""A value as people read it: with its unit, its decimals, or the label of its category.

Numbers are rounded half to even at the decimals of the catalogue, over arrays and alone by the same
function, so that a batch and a card print the same.

>>> income = Feature("income", unit={"zh": "元|万元", "en": "yuan"}, decimals=0)
>>> show(income, 32000.0, "zh"), show(income, 32000.0, "en"), show(income, 800.0, "zh")
('3.2 万元', '32,000 yuan', '800 元')
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.explain.features import Feature, category_key, in_language
from aitransparency.explain.plain import clean

Value = str | int | float | bool | None
Indices = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

MISSING = ""  # how `show` writes a value that is not there
_TIGHT = ("%", "‰", "°", "℃")  # units that stand at the number
_QUOTED = "“{}”"
_WAN = 10_000
_EXACT = 2**53  # floats beyond it are not exact
_DIGITS = 3  # shown where the catalogue names no decimals


def plain_value(value: Any) -> Value:
    """Return a value as JSON holds it.

    NaN and infinities count as missing; a whole number is an int, however the frame held it.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def show(entry: Feature, value: Value, language: str, *, finer: int = 0) -> str:
    """Return a value as text; `MISSING` where there is none.

    Parameters
    ----------
    entry
        Unit, scale, decimals and categories of the column.
    value
        As `plain_value` returns it.
    language
        "zh" or "en".
    finer
        Decimals beyond what the catalogue says, to tell two near values apart.
    """
    if value is None:
        return MISSING
    if entry.categories or isinstance(value, str | bool):
        return _category(entry, value, language)
    number = rounded(entry, np.array([float(value)]), finer)[0]
    return _number(entry, float(number), _forms(entry, language), finer)


def show_two(entry: Feature, one: Value, other: Value, language: str) -> tuple[str, str]:
    """Return two values as texts that differ where the values do."""
    for finer in range(7):
        texts = show(entry, one, language, finer=finer), show(entry, other, language, finer=finer)
        if texts[0] != texts[1] or one == other:
            break
    return texts


def show_all(
    entry: Feature, column: pa.ChunkedArray, language: str
) -> tuple[Sequence[str], Indices]:
    """Return the distinct texts of a column and, per row, which of them, (n,).

    Numbers are rounded as an array and distinct ones are formatted. `MISSING` stands last.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    number = (pa.types.is_integer(kind) or pa.types.is_floating(kind)) and not entry.categories
    if number:
        numbers = column.cast(pa.float64(), safe=False).to_numpy()
        numbers = np.where(np.isfinite(numbers), numbers, np.nan)
        column = pa.array(rounded(entry, numbers), from_pandas=True)
    elif isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    coded = column.dictionary_encode()
    values = coded.dictionary.to_pylist()
    if number:
        forms = _forms(entry, language)
        texts = [_number(entry, value, forms, 0) for value in values]
    else:
        plain = (plain_value(value) for value in values)
        texts = [MISSING if one is None else _category(entry, one, language) for one in plain]
    picks = pc.fill_null(coded.indices, len(texts)).to_numpy(zero_copy_only=False)
    return [*texts, MISSING], picks.astype(np.intp)


def rounded(entry: Feature, numbers: Floats, finer: int = 0) -> Floats:
    """Return numbers as they are shown, scaled and rounded, (n,).

    Without decimals in the catalogue whole numbers stay, and others keep three digits.
    """
    shown = numbers * entry.scale
    if entry.decimals is not None:
        return np.round(shown, entry.decimals + finer)
    size = np.abs(np.where(np.isfinite(shown) & (shown != 0), shown, 1.0))
    decimals = np.clip(_DIGITS - 1 - np.floor(np.log10(size)), 0, 12) + finer
    power = 10.0**decimals
    kept: Floats = np.where(shown == np.round(shown), shown, np.rint(shown * power) / power)
    return kept


def _category(entry: Feature, value: Value, language: str) -> str:
    label = in_language(entry.categories.get(category_key(value), {}), language)
    return _QUOTED.format(clean(label or category_key(value)))


@dataclass(frozen=True, slots=True)
class _Forms:
    """The unit as it follows a number: one, several (English), ten thousands (Chinese)."""

    one: str
    several: str
    wan: str


def _forms(entry: Feature, language: str) -> _Forms:
    written = entry.unit[language] if language in entry.unit else in_language(entry.unit, language)
    units = [clean(unit) for unit in written.split("|")]
    after = [unit if not unit or unit in _TIGHT else f" {unit}" for unit in units]
    if len(after) == 1:
        return _Forms(after[0], after[0], "")
    if language == "zh":
        return _Forms(after[0], after[0], after[1])
    return _Forms(after[0], after[1], "")


def _number(entry: Feature, shown: float, forms: _Forms, finer: int) -> str:
    if forms.wan and abs(shown) >= _WAN:
        return _trimmed(f"{shown / _WAN:,.{2 + finer}f}") + forms.wan
    if entry.decimals is not None:
        text = f"{shown:,.{entry.decimals + finer}f}"
    else:
        text = _trimmed(f"{shown:,.{12 if abs(shown) < 1 else 3 + finer}f}")
    if text[0] == "-" and not text.strip("-0.,"):
        text = text[1:]  # no minus zero
    return text + (forms.one if text == "1" else forms.several)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
