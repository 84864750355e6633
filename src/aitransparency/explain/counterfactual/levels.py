"""The values that a person may move to: usual ones, rounded, in the allowed direction.

>>> snapped(7313.0, 500.0), snapped(0.24, 0.1)
(7500.0, 0.2)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.explain.features import Feature, category_key

Floats = npt.NDArray[np.float64]
Value = str | int | float | bool | None

LEVELS = 24  # values tried per feature, alone
_USUAL = (0.02, 0.98)  # percentiles of the background between which a number is usual
_SHARED = 5  # background rows that must have a category
_CATEGORY_COST = 0.5  # half the background's whole range


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The values that one feature may take.

    Parameters
    ----------
    name
        Column.
    values
        In ascending order where they have one.
    places
        Share of the background at or below each value, float64; empty where values have no order.
    direction
        -1 only down, 1 only up, 0 either.
    step
        Numbers are multiples of it; 0 for names.
    """

    name: str
    values: tuple[Value, ...]
    places: Floats
    direction: int
    step: float
    ordered: Floats

    def allowed(self, before: Value) -> tuple[list[Value], Floats]:
        """Return the values a person with this one may move to, and the cost of each, 0 to 1."""
        keep = [at for at, value in enumerate(self.values) if self._may(before, value)]
        values = [self.values[at] for at in keep]
        if not self.step or before is None:
            return values, np.full(len(values), _CATEGORY_COST)
        here = _place(self.ordered, float(before))
        return values, np.abs(self.places[keep] - here) + 1e-9 * np.arange(len(keep))

    def between(self, before: Value, after: Value) -> list[Value]:
        """Return finer values from the one next to `before` up to `after`, nearest first."""
        if not self.step or before is None or isinstance(before, str | bool):
            return [after]
        assert isinstance(after, int | float)
        gap = after - float(before)
        parts = min(max(round(abs(gap) / self.step), 1), 2 * LEVELS)
        raw = [float(before) + gap * part / parts for part in range(1, parts)]
        sign = 1 if gap > 0 else -1
        fine = [snapped(value, self.step) for value in raw]
        kept = {value for value in fine if (value - float(before)) * sign > 0}
        inside = sorted((v for v in kept if (after - v) * sign > 0), reverse=sign < 0)
        whole = isinstance(after, int)
        return [*(int(value) if whole else value for value in inside), after]

    def _may(self, before: Value, value: Value) -> bool:
        if value == before:
            return False
        if before is None or not self.direction:
            return True
        if self.step:
            assert isinstance(before, int | float)
            assert isinstance(value, int | float)
            return (value - before) * self.direction > 0
        if before not in self.values:
            return False  # an order is given, and the person's value has no place in it
        return (self.values.index(value) - self.values.index(before)) * self.direction > 0


def snapped(value: float, step: float) -> float:
    """Return the multiple of `step` nearest to a value, so that it is nobody's own."""
    return float(round(round(value / step) * step, 12))


def levels_of(entry: Feature, column: pa.ChunkedArray) -> Levels | None:
    """Read the values that people may move to off the background; None where there are none."""
    direction = {"up": 1, "down": -1}.get(entry.actionable, 0)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    known = column.drop_null()
    kind = column.type
    if (pa.types.is_integer(kind) or pa.types.is_floating(kind)) and not entry.categories:
        numbers = np.sort(known.to_numpy().astype(np.float64))
        numbers = numbers[np.isfinite(numbers)]
        return _numbers(entry, numbers, direction) if len(numbers) else None
    return _categories(entry, known, direction)


def _numbers(entry: Feature, numbers: Floats, direction: int) -> Levels | None:
    whole = bool((numbers == np.round(numbers)).all())
    low, high = np.quantile(numbers, _USUAL)
    step = nice_step(float(high - low), whole=whole, decimals=entry.decimals, scale=entry.scale)
    spread = np.quantile(numbers, np.linspace(*_USUAL, LEVELS))
    values = np.unique(np.round(np.round(spread / step) * step, 12))
    values = values[(values >= low) & (values <= high)]
    if not len(values):
        return None
    plain: tuple[Value, ...] = tuple(int(v) if whole else float(v) for v in values)
    return Levels(entry.name, plain, _places(numbers, values), direction, step, numbers)


def _categories(entry: Feature, known: pa.ChunkedArray, direction: int) -> Levels | None:
    counted = known.value_counts()
    if not len(counted):
        return None
    shared = pc.greater_equal(counted.field("counts"), min(_SHARED, max(len(known) // 20, 1)))
    values = counted.field("values").filter(shared).to_pylist()
    if direction:
        order = list(entry.categories) or ["false", "true"]
        values = [value for value in values if category_key(value) in order]
        values.sort(key=lambda value: order.index(category_key(value)))
    else:
        values.sort(key=str)
    none = np.zeros(0)
    return Levels(entry.name, tuple(values), none, direction, 0.0, none) if values else None


def nice_step(span: float, *, whole: bool, decimals: int | None, scale: float) -> float:
    """Return 1, 2 or 5 times a power of ten near a fiftieth of the span."""
    if span <= 0:
        return 1.0
    raw = span / 50
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.75)
    if whole:
        step = max(step, 1.0)
    if decimals is not None:
        step = max(step, 10.0**-decimals / scale)
    return step


def _places(ordered: Floats, values: Floats) -> Floats:
    places: Floats = np.searchsorted(ordered, values, side="right") / len(ordered)
    return places


def _place(ordered: Floats, value: float) -> float:
    return float(_places(ordered, np.array([value]))[0])
