"""The levels that values can be generalised to, read from the values themselves.

- Numbers, as numbers or as text: bands whose width doubles. Where a few values lie far above the
  others, as incomes do, bands are as fine as the others need and end in one open band (top coding).
- Days in any usual spelling: month, year, decade.
- Addresses, and names of divisions: district, city, province, those that nine in ten values have;
  one that lacks a part keeps the finest of the parts it has.
- Codes of one length: fewer characters from the left, two by two for six (GB/T 2260, postal codes).

Everything else has no level but the one value that stands for all.

>>> found = steps(pa.array(["1990-05-06", "1990-05-07", "1991-01-01", "1984-02-03"]))
>>> [one.name for one in found], found[1].labels.to_pylist()
(['month', 'year', 'decade'], ['1990', '1990', '1991', '1984'])
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.addresses.parts import parts
from aitransparency.deid.coarse import numbers_of, place_of
from aitransparency.deid.dates import Dates, year_month_day
from aitransparency.deid.techniques import Generalize, Mask, Technique
from aitransparency.deid.techniques.base import Place
from aitransparency.deid.techniques.generalize import To
from aitransparency.deid.text import as_text, is_text, text_of

Floats = npt.NDArray[np.float64]

_STEPS = 20  # bands that the finest generalisation of a number has, at least
_DATES: tuple[To, ...] = ("month", "year", "decade")
_PLACES: tuple[To, ...] = ("district", "city", "province")
_NUMBER = r"^[+-]?[0-9]{1,15}(\.[0-9]{1,9})?$"
_CHINESE = r"\p{Han}\p{Han}"
_KNOWN = 0.9  # share of the values that must have a part of an address


@dataclass(frozen=True, slots=True)
class Step:
    """One level: its name, the values' names there, what makes them, and each value's cost.

    `cost` is float64 (m,), the width of a value's band over the range of all; None where the
    number of values under a name says it.
    """

    name: str
    labels: pa.Array
    technique: Technique | None
    cost: Floats | None = None


def steps(values: pa.Array) -> list[Step]:
    """Return the levels of some different values, finest first; none may be needed."""
    kind, known = values.type, values.drop_null()
    if not len(known):
        return []
    if pa.types.is_integer(kind) and pc.min(known).as_py() >= 1800_01_01 and _are_days(known):
        return [_by(Generalize(to), values, to) for to in _DATES]
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _bands(values)
    if not (pa.types.is_temporal(kind) or is_text(kind)):
        return []
    text = as_text(values)
    known = text.drop_null()
    lengths = pc.unique(pc.utf8_length(known)).to_pylist()
    coded = len(lengths) == 1 and 3 <= lengths[0] <= 12 and pc.all(pc.ascii_is_alnum(known)).as_py()
    if max(lengths) >= 8 and _are_days(known):
        return [_by(Generalize(to), text, to) for to in _DATES]
    if coded:
        step = 2 if lengths[0] == 6 else 1
        kept = range(lengths[0] - step, 0, -step)
        return [_by(Mask(keep_start=keep, keep_end=0), text, f"first {keep}") for keep in kept]
    if pc.all(pc.match_substring_regex(known, _NUMBER)).as_py():
        return _bands(text)
    return _places(text)


def _are_days(known: pa.Array) -> bool:
    """Return whether all values are days of 1800 to 2199; eight digits may be any code."""
    for some in (known[:100], known):
        read = Dates.read(some)
        if not read.good.all():
            return False
    year, _, _ = year_month_day(read.days)
    return bool(year.min() >= 1800 and year.max() < 2200)


def _by(technique: Technique, values: pa.Array, name: str, cost: Floats | None = None) -> Step:
    made = technique.apply(values, Place("")).values
    return Step(name, as_text(made), technique, cost)


def _bands(values: pa.Array) -> list[Step]:
    decimal = pa.types.is_decimal(values.type)
    numbers, good = numbers_of(values.cast(pa.float64()) if decimal else values)
    known = numbers[good]
    if not len(known) or known.min() == known.max():
        return []
    span = float(known.max() - known.min())
    middle, top = span, None
    if len(known) > 2 * _STEPS:
        low, first, last, high = np.quantile(known, [0.01, 0.05, 0.95, 0.99])
        if known.max() - high > high - low > 0:  # far above the others
            middle, top = float(last - first) or span, float(high)
    width = _nice(middle / _STEPS)
    if (known == np.floor(known)).all():
        width = max(width, 1.0)
    if top is not None:
        top = math.ceil(top / width) * width
    made: list[Step] = []
    while width < (span if top is None else top - known.min()):
        cost = np.full(len(values), min(1.0, width / span))
        if top is not None:
            cost[good & (numbers >= top)] = (float(known.max()) - top) / span
        made.append(_by(Generalize("bin", width=width, top=top), values, _named(width, top), cost))
        width *= 2
    return made


def _named(width: float, top: float | None) -> str:
    return f"width {width:g}" if top is None else f"width {width:g}, from {top:g} on one"


def _nice(width: float) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is at least `width`."""
    power: float = 10.0 ** math.floor(math.log10(width))
    least = width * (1 - 1e-9)
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= least)


def _places(text: pa.Array) -> list[Step]:
    """Return district, city and province, or nothing where the values are no addresses."""
    known = text.is_valid()
    chinese = pc.match_substring_regex(text.filter(known)[:500], _CHINESE)
    if pc.mean(chinese).as_py() < _KNOWN:  # sooner said than the gazetteer is loaded
        return []
    if pc.struct_field(parts(text.filter(known)[:500]), "province").null_count > 500 * (1 - _KNOWN):
        return []
    taken = parts(text)
    most = (1 - _KNOWN) * (len(text) - text.null_count) + text.null_count
    made: list[Step] = []
    names = pc.if_else(known, text_of("*"), text_of(None))
    for to in reversed(_PLACES):
        found = place_of(taken, to)
        if found.null_count > most:  # a plan would find most values amiss
            break
        names = pc.coalesce(found, names)
        made.append(Step(to, names, Generalize(to)))
    return made[::-1]
