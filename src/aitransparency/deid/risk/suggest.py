"""Suggestions: which levels of generalisation reach k, and which cells must be emptied besides.

Full-domain generalisation comes from the search of the lattice (`lattice.py`). Records that are
still in classes smaller than k lose as few cells of quasi-identifiers as a greedy choice finds
(local suppression): first one column, then more, until every record is among k that look the same.

>>> from aitransparency.deid.risk import risk
>>> table = pa.table({"age": [30, 31, 32, 33, 60], "sex": ["F", "F", "M", "M", "F"]})
>>> made = risk(table, quasi_identifiers=["age", "sex"]).suggest(k=2, max_suppressed=0.2)
>>> made.k, risk(made.apply(table), quasi_identifiers=["age", "sex"]).k
(2, 2)
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.risk.classes import Classes, Codes, Encoded, Ints, combine, encode
from aitransparency.deid.risk.hierarchy import Hierarchy, hierarchy
from aitransparency.deid.risk.lattice import Lattice
from aitransparency.errors import ColumnNotFoundError, InputError
from aitransparency.frames import Frame, like, to_table

if TYPE_CHECKING:
    from aitransparency.deid.plan import Plan

Mask = npt.NDArray[np.bool_]
_NODES = 2_000_000  # of a lattice; above this, hierarchies lose levels


@dataclass(frozen=True, slots=True)
class Chosen:
    """The level chosen for one column; `levels` says how many it has, the column as it is first."""

    column: str
    level: int
    levels: int
    name: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to reach a target.

    Parameters
    ----------
    k
        What it reaches: records of the smallest class.
    max_risk
        Highest chance of the prosecutor, 1 / k.
    chosen
        The level of every quasi-identifier.
    loss
        Mean normalised certainty penalty of a cell, 0 to 1, emptied cells counting fully.
    discernibility
        Sum over classes of their size squared (Bayardo and Agrawal, ICDE 2005).
    records_suppressed, cells_suppressed
        Records with emptied cells, and how many cells.
    nodes, looked_at
        Nodes of the lattice, and of these counted.
    bound
        No choice of levels loses less than this before local suppression, records in small classes
        counting fully. The search ended with proof where `proven` is true.
    proven
        Whether the levels are the best of the lattice; false where time ran out.
    seconds
        What the search took.
    """

    k: int
    max_risk: float
    chosen: tuple[Chosen, ...]
    loss: float
    discernibility: int
    records_suppressed: int
    cells_suppressed: int
    nodes: int
    looked_at: int
    bound: float
    proven: bool
    seconds: float
    _hierarchies: tuple[Hierarchy, ...] = field(repr=False, compare=False)
    _emptied: tuple[Mask, ...] = field(repr=False, compare=False)  # one (n,) per column

    @property
    def levels(self) -> dict[str, str]:
        """Column to the name of its level."""
        return {one.column: one.name for one in self.chosen}

    def apply(self, frame: Frame) -> Frame:
        """Return the frame that was measured, with its quasi-identifiers generalised.

        Parameters
        ----------
        frame
            The rows that `risk` saw, in their order.

        Raises
        ------
        InputError
            It has other rows.
        """
        table = to_table(frame)
        for one, made, emptied in zip(self.chosen, self._hierarchies, self._emptied, strict=True):
            if one.column not in table.column_names:
                raise ColumnNotFoundError.among(one.column, table.column_names)
            if len(emptied) != table.num_rows:
                raise InputError(
                    f"the suggestion is for {len(emptied):,} rows, the frame has "
                    f"{table.num_rows:,}; apply it to the frame that was measured"
                )
            values = _generalised(table[one.column], made, one)
            if emptied.any():
                values = pc.if_else(pa.array(~emptied), values, pa.scalar(None, values.type))
            table = table.set_column(table.column_names.index(one.column), one.column, values)
        return like(frame, table)

    def to_plan(self, plan: Plan) -> Plan:
        """Return a copy of a plan whose quasi-identifiers have the suggested techniques.

        Records that are still in small classes are not suppressed by a plan, which works on one
        column at a time; see `apply` for that.

        Raises
        ------
        InputError
            A column has a hierarchy of one's own.
        """
        made = type(plan).loads(plan.dumps())
        for one, levels in zip(self.chosen, self._hierarchies, strict=True):
            technique = levels.levels[one.level].technique
            if technique is not None:
                made[one.column] = technique
            elif one.level:
                raise InputError(
                    f"column {one.column!r}: a hierarchy of one's own has no technique; use apply"
                )
        return made

    def to_dict(self) -> dict[str, Any]:  # numbers, text, lists of them
        """Return the figures, for JSON."""
        return {
            "k": self.k,
            "max_risk": self.max_risk,
            "levels": self.levels,
            "loss": self.loss,
            "discernibility": self.discernibility,
            "records_suppressed": self.records_suppressed,
            "cells_suppressed": self.cells_suppressed,
            "proven": self.proven,
        }


def suggest(
    names: Sequence[str],
    columns: Sequence[Encoded],
    classes: Classes,
    target: tuple[int, float, float],
    given: Mapping[str, Mapping[Any, Sequence[str]]],
) -> Suggestion:
    """Return the levels of least loss; see `Risk.suggest`.

    The codes of `columns` are those of the classes, int32 (g,). `target`: k, share, seconds.
    """
    k, share, seconds = target
    rows = len(classes.ids)
    if not 1 <= k <= rows:
        raise InputError(f"k lies within 1 and the number of rows ({rows:,}), got {k}")
    if not 0 <= share <= 1:
        raise InputError(f"max_suppressed lies within 0 and 1, got {share}")
    for name in given:
        if name not in names:
            raise ColumnNotFoundError.among(name, names)
    started = time.perf_counter()
    hierarchies = _thinned(
        [
            hierarchy(one.values, name, given.get(name))
            for name, one in zip(names, columns, strict=True)
        ]
    )
    codes = [one.codes for one in columns]
    lattice = Lattice(hierarchies, codes, classes.sizes)
    found = lattice.search(k, int(share * rows), seconds=seconds)
    at_node = lattice.classes_at(found.node)
    sizes = np.bincount(at_node.ids, weights=classes.sizes).astype(np.int64)
    node_codes = [
        one.levels[level].codes[column[at_node.first]]
        for one, level, column in zip(hierarchies, found.node, codes, strict=True)
    ]
    emptied = emptied_cells(node_codes, sizes, k)
    loss, cells = _loss(hierarchies, found.node, [c[at_node.first] for c in codes], sizes, emptied)
    final = _final_sizes(node_codes, sizes, emptied)
    members = at_node.ids[classes.ids]
    return Suggestion(
        k=int(final.min()),
        max_risk=float(1 / final.min()),
        chosen=tuple(
            Chosen(name, level, len(one.levels), one.levels[level].name)
            for name, one, level in zip(names, hierarchies, found.node, strict=True)
        ),
        loss=loss,
        discernibility=int((final.astype(object) ** 2).sum()),
        records_suppressed=int(sizes[np.any(emptied, axis=0)].sum()),
        cells_suppressed=cells,
        nodes=found.nodes,
        looked_at=found.looked_at,
        bound=found.bound,
        proven=found.bound >= found.loss - 1e-12,
        seconds=time.perf_counter() - started,
        _hierarchies=tuple(hierarchies),
        _emptied=tuple(one[members] for one in emptied),
    )


def _thinned(hierarchies: list[Hierarchy]) -> list[Hierarchy]:
    """Take levels out of the longest hierarchies until the lattice is small enough."""
    while np.prod([float(len(one.levels)) for one in hierarchies]) > _NODES:
        longest = int(np.argmax([len(one.levels) for one in hierarchies]))
        one = hierarchies[longest]
        if len(one.levels) <= 2:
            break
        kept = one.levels[:1] + one.levels[1:-1][1::2] + one.levels[-1:]
        hierarchies[longest] = Hierarchy(one.column, one.values, kept)
    return hierarchies


def emptied_cells(codes: Sequence[Codes], sizes: Ints, k: int) -> list[Mask]:
    """Return which cells of small classes to empty, bool (g,) per column.

    Columns are emptied one after the other, each time the one with which most of the records still
    pending come to be among k that look the same; those keep the rest of their cells.
    """
    groups, columns = len(sizes), len(codes)
    emptied = [np.zeros(groups, np.bool_) for _ in range(columns)]
    pending = np.flatnonzero(sizes < k)
    gone: list[int] = []
    while len(pending) and len(gone) < columns:
        scores = {}
        for column in set(range(columns)) - set(gone):
            scores[column] = _settled(codes, sizes, pending, {*gone, column}, k)
        best = max(sorted(scores), key=lambda one: int(sizes[pending][scores[one]].sum()))
        gone.append(best)
        settled = scores[best]
        for column in gone:
            emptied[column][pending[settled]] = True
        pending = pending[~settled]
    if len(pending):  # fewer than k records: they take a class with them
        whole = np.logical_and.reduce(emptied)
        others = np.flatnonzero(~np.isin(np.arange(groups), pending))
        if not whole.any() and len(others):
            candidates = others[np.argsort(sizes[others], kind="stable")]
            pending = np.append(pending, candidates[0])
            pending = _with_twins(codes, emptied, pending)
        for column in range(columns):
            emptied[column][pending] = True
    return emptied


def _with_twins(codes: Sequence[Codes], emptied: list[Mask], pending: Ints) -> Ints:
    """Add the classes that would be left too few by taking the last of `pending` from them."""
    shown = [np.where(gone, -1, code) for code, gone in zip(codes, emptied, strict=True)]
    same = np.logical_and.reduce([one == one[pending[-1]] for one in shown])
    return np.union1d(pending, np.flatnonzero(same))


def _settled(codes: Sequence[Codes], sizes: Ints, pending: Ints, gone: set[int], k: int) -> Mask:
    """Return which pending classes are k records together once some columns are empty."""
    left = [code[pending] for column, code in enumerate(codes) if column not in gone]
    counts = [int(code.max()) + 1 for column, code in enumerate(codes) if column not in gone]
    made = combine(left, counts, len(pending))
    together = np.bincount(made.ids, weights=sizes[pending])
    return np.asarray(together[made.ids] >= k)


def _loss(
    hierarchies: Sequence[Hierarchy],
    node: Sequence[int],
    codes: Sequence[Codes],
    sizes: Ints,
    emptied: Sequence[Mask],
) -> tuple[float, int]:
    lost, cells = 0.0, 0
    for one, level, column, gone in zip(hierarchies, node, codes, emptied, strict=True):
        cost = np.where(gone, 1.0, one.levels[level].cost[column])
        lost += float(sizes @ cost)
        cells += int(sizes[gone].sum())
    return lost / float(sizes.sum() * len(codes)), cells


def _final_sizes(codes: Sequence[Codes], sizes: Ints, emptied: Sequence[Mask]) -> Ints:
    shown = [np.where(gone, 0, code + 1) for code, gone in zip(codes, emptied, strict=True)]
    made = combine(shown, [int(one.max()) + 1 for one in shown], len(sizes))
    return np.bincount(made.ids, weights=sizes).astype(np.int64)


def _generalised(values: pa.ChunkedArray, made: Hierarchy, one: Chosen) -> pa.Array:
    """Return the labels of a column's values on the chosen level."""
    if one.level == 0:
        return values.combine_chunks()
    encoded = encode(values)
    place = pc.index_in(encoded.values, value_set=made.values)
    labels = made.levels[one.level].labels.take(place)
    return labels.take(pa.array(encoded.codes))
