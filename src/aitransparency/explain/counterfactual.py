"""What could change the result: few, small changes that the person can make, each run by the model.

A counterfactual in the sense of Wachter, Mittelstadt and Russell, Harvard Journal of Law and
Technology 31 (2018): the person's own row with one, two or three values changed, for which the
model gives the favourable result. Only features marked actionable are changed, only in the allowed
direction, only within what is usual in the background (its 2nd to 98th percentile, or categories
that several people have). Numbers are rounded, so that no other person's record is shown.

>>> snapped(7313.0, 500.0), snapped(0.24, 0.1)
(7500.0, 0.2)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import floor, log10
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.errors import InputError
from aitransparency.explain.decision import Decision
from aitransparency.explain.features import Feature, Features, category_key

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Value = str | int | float | bool | None

_LEVELS = 24  # values tried per feature, alone
_LEVELS_OF = {1: _LEVELS, 2: 10, 3: 6}  # per feature, in combinations of this many
_WIDTH = {1: 64, 2: 12, 3: 8}  # features combined: those that help most alone
_USUAL = (0.02, 0.98)  # percentiles of the background between which a number is usual
_SHARED = 5  # background rows that must have a category
_CATEGORY_COST = 0.5  # half the background's whole range


Option = tuple["Levels", list["Value"], Floats]  # a feature, its allowed values, their costs


class Scores(Protocol):
    """What the search needs of an explainer."""

    background: pa.Table
    features: Features
    decision: Decision

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The model's columns."""

    def score(self, X: Any) -> Floats:
        """Return what `Decision.is_favourable` compares."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One value that would be different."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Changes with which the model gives the favourable result, and the score it then gives."""

    changes: tuple[Changed, ...]
    score: float


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
        parts = min(max(round(abs(gap) / self.step), 1), 2 * _LEVELS)
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


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The search over one explainer's actionable features; built once, run per person.

    Parameters
    ----------
    explainer
        Scores rows; its catalogue says what people can change.
    levels
        One per actionable feature.
    """

    explainer: Scores
    levels: tuple[Levels, ...]

    @classmethod
    def of(cls, explainer: Scores) -> Search:
        """Read the values that people may move to off the background."""
        entries = [explainer.features[name] for name in explainer.feature_names]
        table = explainer.background
        made = (
            _levels(entry, table[entry.name])
            for entry in entries
            if entry.actionable != "no" and not entry.immutable
        )
        return cls(explainer, tuple(levels for levels in made if levels is not None))

    def run(self, row: pa.Table, *, most: int = 3, max_changes: int = 3) -> list[Counterfactual]:
        """Return counterfactuals of one person, those with the fewest and smallest changes first.

        Parameters
        ----------
        row
            One row over the model's columns.
        most
            How many to return; each changes another set of features.
        max_changes
            How many values may change at once, 1 to 3.

        Returns
        -------
        list
            Empty where the decision is favourable already, where it draws no line, or where nothing
            was found. Every one was run by the model.

        Raises
        ------
        InputError
            Not one row, or max_changes outside 1 to 3.
        """
        if row.num_rows != 1:
            raise InputError(f"row must be one row, got {row.num_rows:,}")
        if not 1 <= max_changes <= 3:
            raise InputError(f"max_changes must lie between 1 and 3, got {max_changes}")
        if self.explainer.decision.threshold is None or self._good(row)[0]:
            return []
        before = {levels.name: row[levels.name][0].as_py() for levels in self.levels}
        options = [(levels, *levels.allowed(before[levels.name])) for levels in self.levels]
        found: list[_Candidate] = []
        gains = np.full(len(options), -np.inf)
        for size in range(1, max_changes + 1):
            found += self._combinations(row, options, size, gains, found)
            if (found and size > 1) or len(found) >= most:
                break
        found.sort(key=lambda one: (len(one.features), one.cost, one.features))
        return [self._refined(row, one, before) for one in found[:most]]

    def _good(self, rows: pa.Table) -> npt.NDArray[np.bool_]:
        return self._favourable(self.explainer.score(rows))

    def _favourable(self, scores: Floats) -> npt.NDArray[np.bool_]:
        decision = self.explainer.decision
        assert decision.threshold is not None
        good: npt.NDArray[np.bool_] = np.asarray(scores) >= decision.threshold
        return good if decision.labels or decision.higher_is_favourable else ~good

    def _combinations(
        self,
        row: pa.Table,
        options: Sequence[Option],
        size: int,
        gains: Floats,
        found: Sequence[_Candidate],
    ) -> list[_Candidate]:
        """Return the cheapest favourable combination of each set of `size` features."""
        enough = [set(one.features) for one in found]
        helpful = [at for at in np.argsort(-gains, kind="stable") if options[at][1]]
        sets = [
            group
            for group in combinations(sorted(helpful[: _WIDTH[size]]), size)
            if not any(one <= set(group) for one in enough)
        ]
        if not sets:
            return []
        blocks = [_grid(options, group, _LEVELS_OF[size]) for group in sets]
        rows = _changed_rows(row, options, list(zip(sets, blocks, strict=True)))
        scores = np.asarray(self.explainer.score(rows))
        good = self._favourable(scores)
        toward = scores if self._favourable(np.array([np.inf]))[0] else -scores
        result, start = [], 0
        for group, grid in zip(sets, blocks, strict=True):
            here = slice(start, start + len(grid))
            start += len(grid)
            if size == 1:
                gains[group[0]] = toward[here].max()
            cost = sum(options[at][2][grid[:, place]] for place, at in enumerate(group))
            cost = np.where(good[here], cost, np.inf)
            best = int(np.argmin(cost))
            if np.isfinite(cost[best]):
                values = tuple(options[at][1][grid[best, place]] for place, at in enumerate(group))
                result.append(_Candidate(tuple(int(at) for at in group), values, float(cost[best])))
        return result

    def _refined(self, row: pa.Table, one: _Candidate, before: dict[str, Value]) -> Counterfactual:
        """Move each number back towards the person's own, as far as the model allows."""
        after = dict(zip((self.levels[at].name for at in one.features), one.values, strict=True))
        for at in one.features:
            levels = self.levels[at]
            finer = levels.between(before[levels.name], after[levels.name])
            columns = {name: [value] * len(finer) for name, value in after.items()}
            rows = _with(row, {**columns, levels.name: finer})
            after[levels.name] = finer[int(np.argmax(self._good(rows)))]
        columns = {name: [value] for name, value in after.items()}
        score = float(self.explainer.score(_with(row, columns))[0])
        changes = tuple(Changed(name, before[name], value) for name, value in after.items())
        return Counterfactual(changes, score)


@dataclass(frozen=True, slots=True)
class _Candidate:
    features: tuple[int, ...]
    values: tuple[Value, ...]
    cost: float


def snapped(value: float, step: float) -> float:
    """Return the multiple of `step` nearest to a value, so that it is nobody's own."""
    return float(round(round(value / step) * step, 12))


def _levels(entry: Feature, column: pa.ChunkedArray) -> Levels | None:
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
    step = _nice_step(float(high - low), whole=whole, decimals=entry.decimals, scale=entry.scale)
    spread = np.quantile(numbers, np.linspace(*_USUAL, _LEVELS))
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


def _nice_step(span: float, *, whole: bool, decimals: int | None, scale: float) -> float:
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


def _grid(options: Sequence[Option], group: Iterable[int], most: int) -> Indices:
    """Return every combination of level numbers of a set of features, (n, len(group))."""
    axes = []
    for at in group:
        count = len(options[at][1])
        axes.append(np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp)))
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def _changed_rows(
    row: pa.Table,
    options: Sequence[Option],
    blocks: Sequence[tuple[tuple[int, ...], Indices]],
) -> pa.Table:
    """Return the person's row once per combination, with that combination's values in it."""
    count = sum(len(grid) for _, grid in blocks)
    picked: dict[str, tuple[list[Value], Indices]] = {}
    start = 0
    for group, grid in blocks:
        for place, at in enumerate(group):
            levels, values, _ = options[at]
            pick = picked.setdefault(levels.name, (values, np.full(count, -1, np.intp)))[1]
            pick[start : start + len(grid)] = grid[:, place]
        start += len(grid)
    columns = {}
    for name in row.column_names:
        own = row[name].combine_chunks()
        if name not in picked:
            columns[name] = own.take(pa.array(np.zeros(count, np.int64)))
            continue
        values, pick = picked[name]
        pool = pa.concat_arrays([_typed(values, own.type), _plain(own)])
        columns[name] = pool.take(pa.array(np.where(pick < 0, len(values), pick)))
    return pa.table(columns)


def _with(row: pa.Table, changed: dict[str, list[Value]]) -> pa.Table:
    """Return the person's row once per new value, all columns of `changed` being of one length."""
    count = len(next(iter(changed.values())))
    columns = {}
    for name in row.column_names:
        own = row[name].combine_chunks()
        if name in changed:
            columns[name] = _typed(changed[name], own.type)
        else:
            columns[name] = own.take(pa.array(np.zeros(count, np.int64)))
    return pa.table(columns)


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _typed(values: list[Value], kind: pa.DataType) -> pa.Array:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.array(values, kind)
