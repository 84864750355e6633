"""Trees of every library as one set of arrays: the common input of the tree engines.

A node sends a row left where ``x[feature] <= threshold``, or where the category ``x[feature]`` is
in its set; a missing value goes where the node says. Libraries that ask another question (``<`` in
XGBoost, ``>`` in CatBoost) are rewritten to this one when they are read.

>>> stump = Forest.of_trees([Tree.stump(feature=0, threshold=0.5, left=-1.0, right=2.0)], 1)
>>> stump.conditions.columns
1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

# How a column of numbers treats zero and missing values before it is compared.
NAN_IS_MISSING, ZERO_IS_MISSING, NAN_IS_ZERO, CATEGORY = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One tree of k nodes; node 0 is the root, children are numbered within the tree.

    Parameters
    ----------
    feature
        int32 (k,); -1 for a leaf.
    threshold
        float64 (k,).
    left, right
        int32 (k,).
    missing_left
        bool (k,).
    cover
        float64 (k,), training weight that reached the node.
    value
        float64 (k,), output of a leaf.
    kind
        int32 (k,): NAN_IS_MISSING and its siblings; CATEGORY for a set.
    sets
        For each node of kind CATEGORY, the category codes that go left.
    """

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing_left: Bools
    cover: Floats
    value: Floats
    kind: Ints
    sets: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        feature: npt.ArrayLike,
        threshold: npt.ArrayLike,
        children: tuple[npt.ArrayLike, npt.ArrayLike],
        cover: npt.ArrayLike,
        value: npt.ArrayLike,
        missing_left: npt.ArrayLike | None = None,
    ) -> Tree:
        """Build a tree of number comparisons; where nothing is said, missing values go right."""
        features = np.asarray(feature, dtype=np.int32)
        lefts = np.asarray(children[0], dtype=np.int32)
        leaf = lefts < 0
        away = np.zeros(len(leaf), bool) if missing_left is None else np.asarray(missing_left, bool)
        return cls(
            np.where(leaf, -1, features).astype(np.int32),
            np.asarray(threshold, dtype=np.float64),
            lefts,
            np.asarray(children[1], dtype=np.int32),
            away,
            np.asarray(cover, dtype=np.float64),
            np.where(leaf, np.asarray(value, dtype=np.float64), 0.0),
            np.zeros(len(leaf), dtype=np.int32),
        )

    @classmethod
    def stump(cls, *, feature: int, threshold: float, left: float, right: float) -> Tree:
        """Build a tree of one question whose two answers are equally common."""
        return cls.of(
            [feature, -1, -1],
            [threshold, 0, 0],
            ([1, -1, -1], [2, -1, -1]),
            [2, 1, 1],
            [0, left, right],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """Every question of a forest as ``low <= code <= cut`` over coded columns.

    Parameters
    ----------
    feature, kind
        int32 (columns,): the feature behind a coded column and how it treats zero and missing.
    start, cuts
        Cuts of column v are ``cuts[start[v]:start[v + 1]]``, ascending; for a category set they are
        1.0 for each code that goes left, indexed by code.
    column, cut, low
        int32 (nodes,): the question of a node; column -1 for a leaf. Code 0 is a missing value, so
        low is 1 where a missing value goes right.
    """

    feature: Ints
    kind: Ints
    start: npt.NDArray[np.int64]
    cuts: Floats
    column: Ints
    cut: Ints
    low: Ints

    @property
    def columns(self) -> int:
        """Number of coded columns."""
        return len(self.feature)

    @property
    def widest(self) -> int:
        """Largest code."""
        return int(np.diff(self.start).max(initial=0)) + 1


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees laid end to end; children are numbered through.

    Parameters
    ----------
    first
        int64 (trees + 1,), the first node of each tree.
    width
        Number of features.
    """

    first: npt.NDArray[np.int64]
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    parent: Ints
    missing_left: Bools
    share: Floats  # of the parent's cover; 1 for a root
    value: Floats
    kind: Ints
    sets: dict[int, npt.NDArray[np.int64]]
    width: int

    @classmethod
    def of_trees(cls, trees: Sequence[Tree], width: int) -> Forest:
        """Lay trees end to end."""
        first = np.zeros(len(trees) + 1, dtype=np.int64)
        np.cumsum([len(tree.feature) for tree in trees], out=first[1:])
        left = np.concatenate(
            [
                np.where(tree.left < 0, -1, tree.left + at)
                for tree, at in zip(trees, first[:-1], strict=True)
            ]
        ).astype(np.int32)
        right = np.concatenate(
            [
                np.where(tree.left < 0, -1, tree.right + at)
                for tree, at in zip(trees, first[:-1], strict=True)
            ]
        ).astype(np.int32)
        cover = np.concatenate([tree.cover for tree in trees])
        inner = np.flatnonzero(left >= 0)
        parent = np.full(len(left), -1, dtype=np.int32)
        parent[left[inner]] = parent[right[inner]] = inner
        share = np.ones(len(left))
        both = cover[left[inner]] + cover[right[inner]]
        with np.errstate(invalid="ignore", divide="ignore"):
            share[left[inner]] = np.where(both > 0, cover[left[inner]] / both, 0.5)
        share[right[inner]] = 1 - share[left[inner]]
        return cls(
            first,
            np.concatenate([tree.feature for tree in trees]),
            np.concatenate([tree.threshold for tree in trees]),
            left,
            right,
            parent,
            np.concatenate([tree.missing_left for tree in trees]),
            share,
            np.concatenate([tree.value for tree in trees]),
            np.concatenate([tree.kind for tree in trees]),
            {
                node + int(at): codes
                for tree, at in zip(trees, first[:-1], strict=True)
                for node, codes in tree.sets.items()
            },
            width,
        )

    @property
    def trees(self) -> int:
        """Number of trees."""
        return len(self.first) - 1

    @cached_property
    def used(self) -> Ints:
        """Features that any node asks about, ascending."""
        return np.unique(self.feature[self.feature >= 0]).astype(np.int32)

    @cached_property
    def conditions(self) -> Conditions:
        """Code the questions; nodes with the same question share column, cut and low."""
        numbers = np.flatnonzero((self.feature >= 0) & (self.kind != CATEGORY))
        column = np.full(len(self.feature), -1, dtype=np.int32)
        cut = np.zeros(len(self.feature), dtype=np.int32)
        features: list[int] = []
        kinds: list[int] = []
        cuts: list[Floats] = []
        marks = self.feature[numbers].astype(np.int64) * 4 + self.kind[numbers]
        for mark in np.unique(marks):
            members = numbers[marks == mark]
            known, places = np.unique(self.threshold[members], return_inverse=True)
            column[members], cut[members] = len(features), places + 1
            features.append(mark // 4)
            kinds.append(mark % 4)
            cuts.append(known)
        shared: dict[tuple[int, bytes], int] = {}
        for node, codes in self.sets.items():
            mark = (int(self.feature[node]), np.sort(codes).tobytes())
            if mark not in shared:
                shared[mark] = len(features)
                lookup = np.zeros(int(codes.max(initial=-1)) + 1)
                lookup[codes] = 1.0
                features.append(mark[0])
                kinds.append(CATEGORY)
                cuts.append(lookup)
            column[node], cut[node] = shared[mark], 1
        start = np.zeros(len(features) + 1, dtype=np.int64)
        np.cumsum([len(known) for known in cuts], out=start[1:])
        return Conditions(
            np.array(features, dtype=np.int32),
            np.array(kinds, dtype=np.int32),
            start,
            np.concatenate([*cuts, np.zeros(0)]),
            column,
            cut,
            np.where(self.missing_left, 0, 1).astype(np.int32),
        )
