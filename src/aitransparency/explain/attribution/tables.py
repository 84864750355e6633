"""A forest made ready for many rows: tables where trees are small enough, walks where they are not.

>>> from aitransparency.explain.attribution.forest import Tree
>>> stump = Forest.of_trees([Tree.stump(feature=0, threshold=0.5, left=-1.0, right=2.0)], 1)
>>> ready = ReadyForest.of(stump, None)
>>> ready.values(np.array([[0.0], [1.0]])).tolist(), ready.base
([[-1.5], [1.5]], 0.5)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.explain.attribution import deep_kernels, kernels, table_kernels
from aitransparency.explain.attribution.forest import Floats, Forest

Codes = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]

_GROUP_BITS = 10  # answers a subtree is tabulated over: 1,024 entries a feature stay in the cache
_LEAF_BITS = 16  # of a lone leaf with a long path: as many as a key of 16 bits holds
_TREE_ENTRIES = 1 << 22  # of one tree: beyond, filling costs more than walking saves
_ALL_ENTRIES = 1 << 26  # of a forest: half a GiB
_BLOCK = 8_192  # rows at a time: a group's tables are fetched once for all of them


@dataclass(frozen=True, slots=True, eq=False)
class ReadyForest:
    """A forest with its tables.

    Parameters
    ----------
    forest
        The trees.
    base
        Mean output over the background, or over the training rows by their cover.
    plan
        Arrays of the groups, as `kernels.add_tables` takes them.
    tables
        float64, the values of all groups end to end.
    chosen
        int64 (deep trees, 2): number and most features on a path of the trees without tables.
    background
        Coded rows (columns, m) for those; no rows where path-dependent.
    """

    forest: Forest
    base: float
    plan: tuple[npt.NDArray[Any], ...]
    tables: Floats
    chosen: npt.NDArray[np.int64]
    background: Codes

    @classmethod
    def of(cls, forest: Forest, background: Floats | None) -> ReadyForest:
        """Plan and fill.

        Parameters
        ----------
        forest
            The trees.
        background
            float64 (m, p) for interventional values, None for path-dependent ones.
        """
        depth = _depth(forest)
        plan, roots, entries = _plan(forest, depth)
        rows = np.empty((0, forest.width)) if background is None else background
        codes = code(forest, rows)
        tables, base = np.zeros(entries), np.zeros(forest.trees)
        leaf_bits = max(_LEAF_BITS, _GROUP_BITS)
        rule = table_kernels.gauss((leaf_bits + 1) // 2)

        def fill(trees: tuple[int, int]) -> None:
            table_kernels.fill_trees(
                trees,
                _structure(forest),
                _questions(forest),
                plan,
                roots,
                codes,
                rule,
                (leaf_bits, depth),
                tables,
                base,
            )

        _in_threads(fill, _spans(forest.trees, max(1, forest.trees // (4 * _threads()))))
        deep = np.flatnonzero(np.diff(plan[0]) == 0)
        most = _features_on_path(forest, deep)
        chosen = np.column_stack([deep, most]).astype(np.int64)
        for t in deep:
            base[t] = _mean(forest, int(t), codes)
        return cls(forest, float(base.sum()), plan, tables, chosen, codes)

    def values(self, x: Floats) -> Floats:
        """Return SHAP values, float64 (n, p), for rows (n, p)."""
        out = np.zeros((len(x), self.forest.width))
        block = _BLOCK
        if len(x) < _BLOCK * _threads():  # share a small batch between the threads
            block = max(64, -(-len(x) // _threads()))

        def explain(rows: tuple[int, int]) -> None:
            out[rows[0] : rows[1], self.forest.used] = self._block(x[rows[0] : rows[1]])

        _in_threads(explain, _spans(len(x), block))
        return out

    def _block(self, x: Floats) -> Floats:
        forest, count = self.forest, len(x)
        total = np.zeros((len(forest.used), count))
        codes = code(forest, x)
        if len(self.chosen) < forest.trees:
            nodes = int(np.diff(forest.first).max())
            scratch = (
                np.empty((nodes, count), np.uint8),
                np.empty(count, np.uint8),
                np.empty(count, np.uint16),
                total,
            )
            kernels.add_tables(
                codes, forest.first, _questions(forest), self.plan, self.tables, scratch
            )
        if len(self.chosen):
            self._walk(codes, total)
        return total.T

    def _walk(self, codes: Codes, total: Floats) -> None:
        forest, depth = self.forest, _depth(self.forest)
        most = int(self.chosen[:, 1].max())
        shape = (_structure(forest), _questions(forest), self.chosen)
        if self.background.shape[1]:
            deep_kernels.add_pairs(
                codes,
                self.background,
                *shape,
                deep_kernels.weight_table(most),
                depth,
                _places(forest),
                total,
            )
        else:
            rule = table_kernels.gauss((most + 1) // 2)
            deep_kernels.add_walks(codes, *shape, rule, depth, _places(forest), total)


def tabled(forest: Forest) -> bool:
    """Return whether every tree is small enough for tables."""
    plan, _, _ = _plan(forest, _depth(forest))
    return bool((np.diff(plan[0]) > 0).all())


def outputs(forest: Forest, x: Floats) -> Floats:
    """Return the sum of the trees for rows (n, p), float64 (n,)."""
    total = np.zeros(len(x))

    def add(rows: tuple[int, int]) -> None:
        kernels.sum_leaves(
            code(forest, x[rows[0] : rows[1]]),
            (forest.first, forest.left, forest.right, forest.value),
            _questions(forest),
            total[rows[0] : rows[1]],
        )

    _in_threads(add, _spans(len(x), _BLOCK))
    return total


def code(forest: Forest, x: Floats) -> Codes:
    """Return each coded column of rows, (columns, n)."""
    asked = forest.conditions
    kind = np.uint16 if asked.widest < 65_535 else np.uint32
    codes = np.empty((asked.columns, len(x)), dtype=kind)
    kernels.code_rows(x, (asked.feature, asked.kind, asked.start, asked.cuts), codes)
    return codes


def _plan(
    forest: Forest, depth: int
) -> tuple[tuple[npt.NDArray[Any], ...], npt.NDArray[np.int64], int]:
    asked = forest.conditions
    nodes = (
        forest.feature,
        forest.left,
        forest.right,
        forest.parent,
        asked.column,
        asked.cut,
        asked.low,
    )
    group_first = np.zeros(forest.trees + 1, dtype=np.int64)
    groups = np.empty((len(forest.feature), 4), dtype=np.int64)
    limits = (_GROUP_BITS, max(_LEAF_BITS, _GROUP_BITS), _TREE_ENTRIES, _ALL_ENTRIES)
    made = table_kernels.cut_trees(forest.first, nodes, depth, limits, group_first, groups)
    groups = groups[:made]
    bits = groups[:, 1]
    plan = (
        group_first,
        np.empty(made + 1, dtype=np.int64),
        np.ascontiguousarray(bits),
        np.empty(made + 1, dtype=np.int64),
        np.empty((int(groups[:, 2].sum()), 4), dtype=np.int64),
        np.empty(int(bits.sum()) + 1, dtype=np.int64),
        np.empty(int(groups[:, 3].sum()), dtype=np.int32),
        np.empty(int(groups[:, 3].sum()), dtype=np.uint8),
    )
    table_kernels.lay_out(groups, nodes, depth, _places(forest), (plan[1], *plan[3:]))
    return plan, np.ascontiguousarray(groups[:, 0]), int((groups[:, 2] << bits).sum())


def _structure(forest: Forest) -> tuple[npt.NDArray[Any], ...]:
    return (
        forest.first,
        forest.feature,
        forest.left,
        forest.right,
        forest.parent,
        forest.share,
        forest.value,
    )


def _questions(forest: Forest) -> tuple[npt.NDArray[Any], ...]:
    asked = forest.conditions
    return asked.column, asked.cut, asked.low


def _places(forest: Forest) -> npt.NDArray[np.int64]:
    """Return the place of each feature among the used ones."""
    places = np.zeros(forest.width, dtype=np.int64)
    places[forest.used] = np.arange(len(forest.used))
    return places


def _depth(forest: Forest) -> int:
    level, nodes = 0, forest.first[:-1]
    while len(nodes := nodes[forest.left[nodes] >= 0]):
        nodes = np.concatenate([forest.left[nodes], forest.right[nodes]])
        level += 1
    return level


def _features_on_path(forest: Forest, trees: npt.NDArray[np.intp]) -> list[int]:
    """Return the most distinct features on a path of each tree."""
    found = []
    for t in trees:
        most, stack = 0, [(int(forest.first[t]), frozenset[int]())]
        while stack:
            node, above = stack.pop()
            if forest.left[node] < 0:
                most = max(most, len(above))
                continue
            here = above | {int(forest.feature[node])}
            stack += [(int(forest.left[node]), here), (int(forest.right[node]), here)]
        found.append(most)
    return found


def _mean(forest: Forest, t: int, codes: Codes) -> float:
    first = forest.first[t : t + 2]
    if codes.shape[1]:
        total = np.zeros(codes.shape[1])
        structure = (first, forest.left, forest.right, forest.value)
        kernels.sum_leaves(codes, structure, _questions(forest), total)
        return float(total.mean())
    weight = forest.share[first[0] : first[1]].copy()
    parent = forest.parent[first[0] : first[1]] - first[0]
    for node in range(1, len(weight)):  # parents come before their children in every library
        weight[node] *= weight[parent[node]]
    return float(weight @ forest.value[first[0] : first[1]])


def _threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _spans(count: int, step: int) -> list[tuple[int, int]]:
    return [(start, min(start + step, count)) for start in range(0, count, step)]


def _in_threads(work: Callable[[tuple[int, int]], None], spans: Iterable[tuple[int, int]]) -> None:
    todo = list(spans)
    if len(todo) < 2 or _threads() < 2:
        for span in todo:
            work(span)
        return
    with ThreadPoolExecutor(_threads()) as pool:
        for _ in pool.map(work, todo):
            pass
