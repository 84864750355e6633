"""The search: one change, then two, then three; many people in a handful of model calls.

A model call costs far more than its rows, so each stage asks about everybody at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.errors import InputError
from aitransparency.explain.counterfactual.levels import LEVELS, Floats, Levels, Value, levels_of
from aitransparency.explain.counterfactual.rows import Indices, changed
from aitransparency.explain.decision import Decision
from aitransparency.explain.features import Features

_LEVELS_OF = {1: LEVELS, 2: 10, 3: 6}  # values per feature, in combinations of this many
_WIDTH = {1: 64, 2: 12, 3: 8}  # features combined: those that help most alone
_PEOPLE = 256  # asked about at once; bounds memory


class Scores(Protocol):
    """What the search needs of an explainer."""

    @property
    def background(self) -> pa.Table:
        """Ordinary cases."""

    @property
    def features(self) -> Features:
        """The catalogue."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The model's columns."""

    @property
    def decision(self) -> Decision:
        """Where the line is drawn."""

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
class Search:
    """The search over one explainer's actionable features; built once, run for many people.

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
        made = (
            levels_of(entry, explainer.background[entry.name])
            for entry in entries
            if entry.actionable != "no" and not entry.immutable
        )
        return cls(explainer, tuple(levels for levels in made if levels is not None))

    def run(
        self, rows: pa.Table, *, most: int = 3, max_changes: int = 3
    ) -> list[tuple[Counterfactual, ...]]:
        """Return the counterfactuals of each person, those with the fewest changes first.

        Parameters
        ----------
        rows
            (n, p) over the model's columns.
        most
            How many to return per person; each changes another set of features.
        max_changes
            How many values may change at once, 1 to 3.

        Returns
        -------
        list
            n tuples; empty where the decision is favourable already, where it draws no line, or
            where nothing was found. Every counterfactual was run by the model.

        Raises
        ------
        InputError
            max_changes is not 1, 2 or 3.
        """
        if not 1 <= max_changes <= 3:
            raise InputError(f"max_changes must lie between 1 and 3, got {max_changes}")
        if self.explainer.decision.threshold is None or not self.levels:
            return [()] * rows.num_rows
        rows = rows.select(self.explainer.feature_names)
        found: list[tuple[Counterfactual, ...]] = []
        for start in range(0, rows.num_rows, _PEOPLE):
            part = rows.slice(start, _PEOPLE)
            people = [_Person.of(part.slice(at, 1), self.levels) for at in range(part.num_rows)]
            self._search(people, most, max_changes)
            found += [tuple(person.answers()) for person in people]
        return found

    def _search(self, people: Sequence[_Person], most: int, max_changes: int) -> None:
        for size in range(1, max_changes + 1):
            asked = [person for person in people if person.seeks(size, most)]
            for person, scores in self._scored(asked, [one.combinations(size) for one in asked]):
                person.learn(size, scores, self._favourable(scores), self._toward(scores))
        for person in people:
            person.choose(most)
        for turn in range(max_changes):
            asked = [person for person in people if turn < person.turns]
            for person, scores in self._scored(asked, [one.finer(turn) for one in asked]):
                person.refine(turn, scores, self._favourable(scores))

    def _scored(
        self, people: Sequence[_Person], tables: Sequence[pa.Table]
    ) -> Iterator[tuple[_Person, Floats]]:
        if not tables:
            return
        together = pa.concat_tables(tables, promote_options="permissive")
        scores = np.asarray(self.explainer.score(together), dtype=np.float64)
        start = 0
        for person, table in zip(people, tables, strict=True):
            yield person, scores[start : start + table.num_rows]
            start += table.num_rows

    def _favourable(self, scores: Floats) -> npt.NDArray[np.bool_]:
        decision = self.explainer.decision
        assert decision.threshold is not None
        reached: npt.NDArray[np.bool_] = scores >= decision.threshold
        return reached if decision.labels or decision.higher_is_favourable else ~reached

    def _toward(self, scores: Floats) -> Floats:
        decision = self.explainer.decision
        return scores if decision.labels or decision.higher_is_favourable else -scores


@dataclass(slots=True, eq=False)
class _Candidate:
    """A set of features, the cheapest favourable values for them, and what they cost."""

    features: tuple[int, ...]
    values: list[Value]
    cost: float
    score: float


@dataclass(slots=True, eq=False)
class _Person:
    """What the search knows of one person so far."""

    row: pa.Table
    levels: tuple[Levels, ...]
    before: list[Value]
    options: list[tuple[list[Value], Floats]]  # per feature: allowed values and their costs
    gains: Floats
    good: bool = False
    found: list[_Candidate] = field(default_factory=list)
    sets: list[tuple[int, ...]] = field(default_factory=list)
    grids: list[Indices] = field(default_factory=list)
    fine: list[list[Value]] = field(default_factory=list)

    @classmethod
    def of(cls, row: pa.Table, levels: tuple[Levels, ...]) -> _Person:
        before = [row[one.name][0].as_py() for one in levels]
        options = [one.allowed(value) for one, value in zip(levels, before, strict=True)]
        return cls(row, levels, before, options, np.full(len(levels), -np.inf))

    def seeks(self, size: int, most: int) -> bool:
        """Return whether combinations of `size` are worth asking about."""
        if self.good or len(self.found) >= most or (self.found and size > 2):
            return False
        enough = [set(one.features) for one in self.found]
        helpful = [int(at) for at in np.argsort(-self.gains, kind="stable") if self.options[at][0]]
        self.sets = [
            group
            for group in combinations(sorted(helpful[: _WIDTH[size]]), size)
            if not any(one <= set(group) for one in enough)
        ]
        return bool(self.sets) or size == 1

    def combinations(self, size: int) -> pa.Table:
        """Return the rows of every combination; with single changes, the own row comes first."""
        self.grids = [self._grid(group, _LEVELS_OF[size]) for group in self.sets]
        own = 1 if size == 1 else 0
        count = own + sum(map(len, self.grids))
        picks = {at: np.full(count, -1, np.intp) for group in self.sets for at in group}
        start = own
        for group, grid in zip(self.sets, self.grids, strict=True):
            for place, at in enumerate(group):
                picks[at][start : start + len(grid)] = grid[:, place]
            start += len(grid)
        columns = {self.levels[at].name: (self.options[at][0], pick) for at, pick in picks.items()}
        return changed(self.row, columns, count)

    def learn(self, size: int, scores: Floats, good: npt.NDArray[np.bool_], toward: Floats) -> None:
        """Keep the cheapest favourable combination of each set of features."""
        start = 0
        if size == 1:
            self.good, start = bool(good[0]), 1
            if self.good:
                return
        for group, grid in zip(self.sets, self.grids, strict=True):
            here = slice(start, start + len(grid))
            start += len(grid)
            if size == 1:
                self.gains[group[0]] = toward[here].max()
            costs = [self.options[at][1][grid[:, place]] for place, at in enumerate(group)]
            cost = np.where(good[here], np.sum(costs, axis=0), np.inf)
            best = int(np.argmin(cost))
            if np.isfinite(cost[best]):
                values = [self.options[at][0][grid[best, place]] for place, at in enumerate(group)]
                score = float(scores[here][best])
                self.found.append(_Candidate(group, values, float(cost[best]), score))

    def choose(self, most: int) -> None:
        """Keep the alternatives with the fewest and smallest changes."""
        self.found.sort(key=lambda one: (len(one.features), one.cost, one.features))
        del self.found[most:]

    @property
    def turns(self) -> int:
        """The largest number of changes in an alternative."""
        return max((len(one.features) for one in self.found), default=0)

    def finer(self, turn: int) -> pa.Table:
        """Return rows in which one number of each alternative moves back towards the own one."""
        self.fine, parts = [], []
        for one in self.found:
            if turn >= len(one.features):
                self.fine.append([])
                continue
            at = one.features[turn]
            values = self.levels[at].between(self.before[at], one.values[turn])
            if len(values) == 1:  # the value found, which the model was asked about already
                self.fine.append([])
                continue
            self.fine.append(values)
            still = np.zeros(len(values), np.intp)
            columns = {
                self.levels[other].name: ([value], still)
                for other, value in zip(one.features, one.values, strict=True)
            }
            columns[self.levels[at].name] = (values, np.arange(len(values)))
            parts.append(changed(self.row, columns, len(values)))
        return pa.concat_tables(parts) if parts else self.row.slice(0, 0)

    def refine(self, turn: int, scores: Floats, good: npt.NDArray[np.bool_]) -> None:
        """Keep the value nearest to the own one that is still favourable."""
        start = 0
        for one, values in zip(self.found, self.fine, strict=True):
            here = slice(start, start + len(values))
            start += len(values)
            if values and good[here].any():
                first = int(np.argmax(good[here]))
                one.values[turn] = values[first]
                one.score = float(scores[here][first])

    def answers(self) -> Iterator[Counterfactual]:
        """Yield what was found."""
        for one in self.found:
            pairs = zip(one.features, one.values, strict=True)
            changes = (Changed(self.levels[at].name, self.before[at], value) for at, value in pairs)
            yield Counterfactual(tuple(changes), one.score)

    def _grid(self, group: tuple[int, ...], most: int) -> Indices:
        """Return every combination of level numbers of a set of features, (n, len(group))."""
        axes = []
        for at in group:
            count = len(self.options[at][0])
            spread = np.linspace(0, count - 1, min(count, most))
            axes.append(np.unique(spread.round().astype(np.intp)))
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
