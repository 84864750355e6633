"""`risk`: every figure about the equivalence classes of a table, in one pass over it.

The three attackers are those of El Emam (Guide to the De-Identification of Personal Health
Information, 2013): the prosecutor knows that a person is in the table, the journalist does not and
looks the person up in the population, the marketer wants as many as possible.

>>> table = pa.table({"age": [30, 30, 41], "sex": ["F", "F", "M"]})
>>> found = risk(table, quasi_identifiers=["age", "sex"])
>>> found.prosecutor.highest, round(found.prosecutor.mean, 3), round(found.unique_share, 3)
(1.0, 0.667, 0.333)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.risk.anonymity import columns_of
from aitransparency.deid.risk.classes import (
    Classes,
    Encoded,
    Ints,
    classes_of,
    encode,
    values_of,
)
from aitransparency.deid.risk.diversity import Diversity, diversity
from aitransparency.deid.risk.hierarchy import given_steps
from aitransparency.deid.risk.ranking import Contribution, ranked
from aitransparency.deid.risk.uniqueness import sample_uniques_unique
from aitransparency.deid.text import as_text
from aitransparency.errors import ColumnNotFoundError, InputError
from aitransparency.frames import to_table

if TYPE_CHECKING:
    from aitransparency.deid.risk.suggest import Suggestion

Levels = Mapping[Any, Sequence[str]]  # the keys are values of any column

AT_RISK = 0.2  # one in five: a default of this package, not of a standard


@dataclass(frozen=True, slots=True)
class Attacker:
    """Chances of one attacker to name the person of a record.

    Parameters
    ----------
    highest
        Of the record most at risk.
    mean
        Over all records.
    share_at_risk
        Share of records whose chance is above the threshold.
    """

    highest: float
    mean: float
    share_at_risk: float


@dataclass(frozen=True, slots=True)
class Population:
    """What is known about the population that the records come from.

    Parameters
    ----------
    size
        People in it.
    source
        "frame" (the population's table was given), "size" (its number) or "weights" (how many
        people a record stands for).
    presence
        For "frame": the least and largest share of a population class that is in the table; the
        table has (delta_min, delta_max)-presence. Nergiz, Atzori and Clifton, SIGMOD 2007.
    outside
        For "frame": records whose class the population does not have.
    uniques
        Estimates by model of how many of the records that are unique here are unique there; for
        "frame" counted, under "counted".
    """

    size: int
    source: str
    presence: tuple[float, float] | None = None
    outside: int = 0
    uniques: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk that remains in a table; figures only, no value of it is shown.

    Parameters
    ----------
    rows, classes
        Records, and equivalence classes of them.
    k
        Records of the smallest class.
    quasi_identifiers
        The columns that make the classes.
    at_risk
        The threshold of `Attacker.share_at_risk`.
    unique_share
        Share of records that are alone in their class.
    prosecutor, journalist
        `journalist` is None where nothing is known about the population.
    marketer
        Share of records that an attacker on all of them names rightly, in expectation; where
        nothing is known about the population, of one who knows that all are in the table.
    population
        None where nothing is known about it.
    sensitive
        Attribute to what the worst class tells about it.
    ranking
        Quasi-identifiers, the one that brings most when it goes first.
    sizes
        Class size to number of classes.
    nulls
        Quasi-identifier to its share of nulls; a null is a value of its own.
    """

    rows: int
    classes: int
    k: int
    quasi_identifiers: tuple[str, ...]
    at_risk: float
    unique_share: float
    prosecutor: Attacker
    marketer: float
    journalist: Attacker | None
    population: Population | None
    sensitive: Mapping[str, Diversity]
    ranking: tuple[Contribution, ...]
    sizes: Mapping[int, int]
    nulls: Mapping[str, float]
    _encoded: tuple[Encoded, ...] = field(repr=False, compare=False, default=())
    _grouped: Classes | None = field(repr=False, compare=False, default=None)

    def suggest(
        self,
        *,
        k: int = 5,
        max_risk: float | None = None,
        max_suppressed: float = 0.05,
        hierarchies: Mapping[str, Mapping[Any, Sequence[str]]] | None = None,
        seconds: float = 30.0,
    ) -> Suggestion:
        """Return how to reach a target with the least loss of information.

        Parameters
        ----------
        k
            Least records of a class.
        max_risk
            Highest chance of the prosecutor; asks for k of at least 1 / `max_risk`.
        max_suppressed
            Share of records of which cells may be emptied, 0 to 1.
        hierarchies
            Column to its own hierarchy: value to names, finest first.
        seconds
            After this long the best solution so far is returned.

        Raises
        ------
        InputError
            The target cannot be met or is out of range.
        """
        from aitransparency.deid.risk.suggest import suggest

        if self._grouped is None:
            raise InputError("this Risk was not made by deid.risk; measure the table again")
        target = k if max_risk is None else max(k, _least_k(max_risk))
        return suggest(
            self.quasi_identifiers,
            self._encoded,
            self._grouped,
            (target, max_suppressed, seconds),
            hierarchies or {},
        )

    def __repr__(self) -> str:
        unique = f"{self.unique_share:.1%} unique"
        return (
            f"Risk({self.rows:,} rows, {self.classes:,} classes, k={self.k}, {unique}, "
            f"mean risk {self.prosecutor.mean:.2%})"
        )


def risk(
    frame: object,
    *,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] | Mapping[str, Levels] = (),
    population: object = None,
    weights: str | None = None,
    at_risk: float = AT_RISK,
) -> Risk:
    """Measure what risk of re-identification remains in a table.

    Parameters
    ----------
    frame
        A pandas, Polars or Arrow frame, n rows.
    quasi_identifiers
        Columns that somebody who looks for a person may know.
    sensitive
        Columns that nobody should learn. A mapping gives a hierarchy for the hierarchical distance
        of t-closeness: each value to its names, finest first, all equally many; a root is added
        where the last is not one. An empty one, or none, leaves numbers and dates ordered, and
        other values equally far apart.
    population
        The number of people that the records come from, or a frame that has the quasi-identifiers
        of all of them, generalised like `frame`.
    weights
        Column that says how many people a record stands for.
    at_risk
        Chance above which a record counts as at risk, 0 to 1.

    Raises
    ------
    ColumnNotFoundError
        A column is not in the frame.
    InputError
        There is no row or no quasi-identifier, or a number is out of range.
    """
    table = to_table(frame)
    names = tuple(columns_of(table, quasi_identifiers))
    if isinstance(sensitive, str):
        raise InputError("sensitive is a list of columns, got one string")
    asked = columns_of(table, tuple(sensitive)) if sensitive else []
    if not 0 < at_risk <= 1:
        raise InputError(f"at_risk lies above 0 and up to 1, got {at_risk}")
    grouped = classes_of(table.select(names))
    encoded = tuple(encode(values_of(table[name], grouped.first)) for name in names)
    sizes = grouped.sizes
    known, journalist, marketer = _population(table, names, grouped, population, weights, at_risk)
    levels = sensitive if isinstance(sensitive, Mapping) else {}
    counted = np.bincount(sizes)
    return Risk(
        rows=len(table),
        classes=len(sizes),
        k=int(sizes.min()),
        quasi_identifiers=names,
        at_risk=at_risk,
        unique_share=float((sizes == 1).sum() / len(table)),
        prosecutor=_attacker(1 / sizes, sizes, at_risk),
        marketer=marketer,
        journalist=journalist,
        population=known,
        sensitive={
            name: _told(table[name], grouped, name, levels.get(name) or {}) for name in asked
        },
        ranking=ranked(names, encoded, grouped),
        sizes={int(size): int(counted[size]) for size in np.flatnonzero(counted)},
        nulls={name: table[name].null_count / len(table) for name in names},
        _encoded=encoded,
        _grouped=grouped,
    )


def _told(column: pa.ChunkedArray, grouped: Classes, name: str, given: Levels) -> Diversity:
    """Return what the classes tell about one sensitive column."""
    values = encode(column)
    levels: list[pa.Array] = []
    if given:
        steps = given_steps(values.values, name, given)
        levels = [pc.fill_null(step.labels, "") for step in steps]
        if not levels or len(levels[-1].unique()) > 1:
            levels.append(pa.array(["*"] * values.count))
    return diversity(grouped.ids, len(grouped.sizes), values, levels=levels)


def _least_k(max_risk: float) -> int:
    if not 0 < max_risk <= 1:
        raise InputError(f"max_risk lies above 0 and up to 1, got {max_risk}")
    return int(np.ceil(1 / max_risk - 1e-9))


def _attacker(chance: np.ndarray[Any, Any], sizes: Ints, at_risk: float) -> Attacker:
    rows = sizes.sum()
    return Attacker(
        float(chance.max()),
        float((chance * sizes).sum() / rows),
        float(sizes[chance > at_risk].sum() / rows),
    )


def _population(
    table: pa.Table,
    names: tuple[str, ...],
    grouped: Classes,
    population: object,
    weights: str | None,
    at_risk: float,
) -> tuple[Population | None, Attacker | None, float]:
    """Return the population, the journalist's chances and the marketer's share."""
    sizes, rows = grouped.sizes, table.num_rows
    if weights is not None:
        if population is not None:
            raise InputError("give either population or weights, not both")
        people = _weighted(table, weights, grouped)
        total = round(float(people.sum()))
        known = Population(total, "weights", None, 0, sample_uniques_unique(sizes, total))
    elif population is None:
        return None, None, len(sizes) / rows
    elif isinstance(population, int) and not isinstance(population, bool):
        if population < rows:
            raise InputError(f"a population of {population:,} cannot hold {rows:,} records")
        known = Population(population, "size", None, 0, sample_uniques_unique(sizes, population))
        return known, None, len(sizes) / rows
    else:
        known, people = _counted_population(table, names, grouped, to_table(population))
    chance = 1 / np.maximum(people, sizes)
    return known, _attacker(chance, sizes, at_risk), float((chance * sizes).sum() / rows)


def _weighted(table: pa.Table, weights: str, grouped: Classes) -> np.ndarray[Any, Any]:
    if weights not in table.column_names:
        raise ColumnNotFoundError.among(weights, table.column_names)
    values = table[weights].combine_chunks().cast(pa.float64()).to_numpy(zero_copy_only=False)
    if not (np.isfinite(values).all() and (values >= 1).all()):
        raise InputError(f"column {weights!r}: a weight is a number of people, at least 1")
    return np.bincount(grouped.ids, weights=values)


def _counted_population(
    table: pa.Table, names: tuple[str, ...], grouped: Classes, people: pa.Table
) -> tuple[Population, Ints]:
    for name in names:
        if name not in people.column_names:
            raise ColumnNotFoundError.among(name, people.column_names)
    rows = table.num_rows
    both = classes_of(
        pa.table([_stacked(table[name], people[name]) for name in names], names=list(names))
    )
    groups = len(both.sizes)
    here = np.bincount(both.ids[:rows], minlength=groups)
    there = np.bincount(both.ids[rows:], minlength=groups)
    real = there > 0
    share = here[real] / there[real]
    counted = int(((here == 1) & (there == 1)).sum())
    known = Population(
        len(people),
        "frame",
        (float(share.min()), float(share.max())) if len(share) else None,
        int(here[~real].sum()),
        {"counted": float(counted)},
    )
    return known, there[both.ids[grouped.first]]


def _stacked(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return two columns as one; where their types differ, in one spelling."""
    if one.type == other.type:
        return pa.chunked_array([*one.chunks, *other.chunks], one.type)
    return pa.chunked_array(
        [as_text(chunk) for chunk in (*one.chunks, *other.chunks)], pa.large_string()
    )
