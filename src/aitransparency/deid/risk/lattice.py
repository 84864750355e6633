"""The search of the lattice: one level per column, least loss, at most so many records suppressed.

A node is one level for each column. Its loss is the mean normalised certainty penalty over cells,
a suppressed record counting fully. Without suppression the loss is a sum over columns, which is a
lower bound that costs nothing; so the best node is found without looking at most of them:

- what a node suppresses falls as levels rise, so below a node that suppresses too much all do
  (as in Incognito, LeFevre et al., SIGMOD 2005, and OLA, El Emam et al., JAMIA 16(5), 2009);
- a node suppresses at least what any two or three of its columns alone do (Incognito's subsets);
- a node whose lower bound is not below the best loss found needs no look.

When nothing is left to look at, the node found is the optimum. Counts are rolled up: records become
classes once, and classes of a node come from the classes of a finer node that was counted already.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.risk.classes import Classes, Codes, combine
from aitransparency.deid.risk.hierarchy import Hierarchy

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Node = tuple[int, ...]

_KEPT = 64  # counted nodes that others are rolled up from
_PROJECTED = 3  # columns of the subsets that are looked at first
_SUBSETS = 20_000  # projections, at most


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found.

    Parameters
    ----------
    node
        The level of each column.
    loss
        0 to 1.
    suppressed
        Records in classes smaller than k.
    looked_at, nodes
        Nodes counted, and nodes of the lattice.
    bound
        No node loses less than this; equal to `loss` where the node is the optimum.
    """

    node: Node
    loss: float
    suppressed: int
    looked_at: int
    nodes: int
    bound: float


@dataclass(frozen=True, slots=True)
class _Counted:
    codes: tuple[Codes, ...]  # the value of the finest level of a record of each class
    sizes: Ints
    node: Node


class Lattice:
    """The lattice over some columns of a table.

    Parameters
    ----------
    hierarchies
        One per column.
    codes
        int32 (g,) per column: the value of each class of records.
    sizes
        int64 (g,), records of each class.
    """

    def __init__(
        self, hierarchies: Sequence[Hierarchy], codes: Sequence[Codes], sizes: Ints
    ) -> None:
        self._maps = [[level.codes for level in one.levels] for one in hierarchies]
        self._counts = [[int(codes.max()) + 1 for codes in maps] for maps in self._maps]
        self._costs = [[level.cost for level in one.levels] for one in hierarchies]
        self._heights = [len(one.levels) for one in hierarchies]
        self._records = int(sizes.sum())
        self._base = _Counted(tuple(codes), sizes, (0,) * len(hierarchies))
        self._kept: list[_Counted] = [self._base]
        self._looked_at = 0
        weights = [
            np.bincount(one, weights=sizes, minlength=len(maps[0]))
            for one, maps in zip(codes, self._maps, strict=True)
        ]
        self._column_loss = [
            np.array([float(weight @ cost) for cost in costs]) / (self._records * len(codes))
            for weight, costs in zip(weights, self._costs, strict=True)
        ]

    def search(self, k: int, most_suppressed: int, *, seconds: float = 30.0) -> Found:
        """Return the node of least loss.

        Parameters
        ----------
        k
            Records that a class has at least.
        most_suppressed
            Records that may be suppressed.
        seconds
            After this long the best node so far is returned.
        """
        stop = time.perf_counter() + seconds
        nodes = np.indices(self._heights, np.int16).reshape(len(self._heights), -1).T
        bounds = np.zeros(len(nodes))
        for column, losses in enumerate(self._column_loss):
            bounds += losses[nodes[:, column]]
        total = len(nodes)
        best, suppressed = self._descend(k, most_suppressed, stop)
        loss = self._loss(best, k)
        open_ = bounds < loss - 1e-12
        nodes, bounds = nodes[open_], bounds[open_]
        nodes, bounds = self._without_projections(nodes, bounds, k, most_suppressed, stop)
        order = np.argsort(bounds, kind="stable")
        nodes, bounds = nodes[order], bounds[order]
        while len(nodes) and time.perf_counter() < stop:
            at = (3 * len(nodes)) // 4  # a coarse node: if it fails, all below it go
            node = tuple(int(level) for level in nodes[at])
            small = self._suppressed(node, k)
            if small > most_suppressed:
                left = ~(nodes <= nodes[at]).all(axis=1)
            else:
                here = self._loss(node, k)
                if here < loss:
                    best, loss, suppressed = node, here, small
                left = bounds < loss - 1e-12
                left[at] = False
            nodes, bounds = nodes[left], bounds[left]
        bound = min(float(bounds[0]), loss) if len(nodes) else loss
        return Found(best, loss, suppressed, self._looked_at, total, bound)

    def _descend(self, k: int, most: int, stop: float) -> tuple[Node, int]:
        """Return a good node: from the top, always the step down that saves most."""
        node = tuple(height - 1 for height in self._heights)
        suppressed = self._suppressed(node, k)
        while time.perf_counter() < stop:
            gains = [
                (self._column_loss[c][level] - self._column_loss[c][level - 1], c)
                for c, level in enumerate(node)
                if level
            ]
            for _, column in sorted(gains, reverse=True):
                lower = (*node[:column], node[column] - 1, *node[column + 1 :])
                small = self._suppressed(lower, k)
                if small <= most:
                    node, suppressed = lower, small
                    break
            else:
                return node, suppressed
        return node, suppressed

    def _without_projections(
        self, nodes: npt.NDArray[np.int16], bounds: Floats, k: int, most: int, stop: float
    ) -> tuple[npt.NDArray[np.int16], Floats]:
        """Drop nodes of which two or three columns alone suppress too much."""
        done = 0
        for size in range(2, min(_PROJECTED, len(self._heights) - 1) + 1):
            for columns in combinations(range(len(self._heights)), size):
                if not len(nodes) or time.perf_counter() > stop:
                    return nodes, bounds
                wanted = np.unique(nodes[:, columns], axis=0)
                done += len(wanted)
                if done > _SUBSETS:
                    return nodes, bounds
                table = self._project(columns)
                bad = self._failing(table, columns, wanted, k, most)
                if len(bad):
                    codes = _as_numbers(nodes[:, columns])
                    left = ~np.isin(codes, _as_numbers(bad))
                    nodes, bounds = nodes[left], bounds[left]
        return nodes, bounds

    def _project(self, columns: tuple[int, ...]) -> _Counted:
        codes = [self._base.codes[c] for c in columns]
        made = combine(codes, [self._counts[c][0] for c in columns], len(self._base.sizes))
        sizes = np.bincount(made.ids, weights=self._base.sizes).astype(np.int64)
        return _Counted(tuple(one[made.first] for one in codes), sizes, ())

    def _failing(
        self,
        table: _Counted,
        columns: tuple[int, ...],
        wanted: npt.NDArray[np.int16],
        k: int,
        most: int,
    ) -> npt.NDArray[np.int16]:
        """Return the levels at which a projection suppresses too much."""
        wanted = wanted[np.argsort(-wanted.sum(axis=1), kind="stable")]
        bad = []
        open_ = np.ones(len(wanted), np.bool_)
        for at in range(len(wanted)):
            if not open_[at]:
                continue
            made = self._roll(table, columns, wanted[at])
            small = int(made.sizes[made.sizes < k].sum())
            if small > most:
                below = open_ & (wanted <= wanted[at]).all(axis=1)
                bad.append(wanted[below])
                open_ &= ~below
            else:  # and so does every coarser one
                open_ &= ~(wanted >= wanted[at]).all(axis=1)
        return np.concatenate(bad) if bad else wanted[:0]

    def _roll(
        self, table: _Counted, columns: Sequence[int], levels: Sequence[int] | npt.NDArray[np.int16]
    ) -> _Counted:
        codes, counts = [], []
        for place, (column, level) in enumerate(zip(columns, levels, strict=True)):
            codes.append(self._maps[column][level][table.codes[place]])
            counts.append(self._counts[column][level])
        made = combine(codes, counts, len(table.sizes))
        sizes = np.bincount(made.ids, weights=table.sizes).astype(np.int64)
        return _Counted(tuple(one[made.first] for one in table.codes), sizes, tuple(levels))

    def _count(self, node: Node) -> _Counted:
        """Return the classes of a node, from the smallest finer one at hand."""
        finer = [
            one for one in self._kept if all(a <= b for a, b in zip(one.node, node, strict=True))
        ]
        source = min(finer, key=lambda one: len(one.sizes))
        if source.node == node:
            return source
        made = self._roll(source, range(len(node)), node)
        self._looked_at += 1
        if len(made.sizes) < len(source.sizes) // 2:
            self._kept.append(made)
            if len(self._kept) > _KEPT:
                del self._kept[1]
        return made

    def _suppressed(self, node: Node, k: int) -> int:
        sizes = self._count(node).sizes
        return int(sizes[sizes < k].sum())

    def _loss(self, node: Node, k: int) -> float:
        made = self._count(node)
        kept = made.sizes >= k
        lost = 0.0
        columns = len(node)
        for column, level in enumerate(node):
            cost = self._costs[column][level][made.codes[column][~kept]]
            lost += float(made.sizes[~kept] @ (1 - cost))
        whole = sum(self._column_loss[column][level] for column, level in enumerate(node))
        return float(whole + lost / (self._records * columns))

    def classes_at(self, node: Node) -> Classes:
        """Return the classes of a node over the classes that the lattice was given."""
        codes = [
            self._maps[column][level][self._base.codes[column]] for column, level in enumerate(node)
        ]
        counts = [self._counts[column][level] for column, level in enumerate(node)]
        return combine(codes, counts, len(self._base.sizes))


def _as_numbers(rows: npt.NDArray[np.int16]) -> Ints:
    numbers = np.zeros(len(rows), np.int64)
    for column in rows.T:
        numbers = numbers * 1_000 + column
    return numbers
