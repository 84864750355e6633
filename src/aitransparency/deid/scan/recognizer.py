"""What an identifier declares: how to find it, the words that name it, and its scores.

Scores are whole percents inside the kernel, so that comparisons are exact.

>>> Scores(alone=40, near=60, direct=90, contrary=20).direct
90
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.scan.runs import Windows
from aitransparency.deid.scan.text import ScanText

Levels = npt.NDArray[np.int8]

NO_LEVELS: Levels = np.empty(0, np.int8)

REFUSED = 0
SHAPE = 1  # right in shape; its check failed, or there is none
PASSED = 2  # the check digit or the strict rule holds


class Scores(NamedTuple):
    """Percent by what stands around a candidate.

    Parameters
    ----------
    alone
        No word says anything.
    near
        A word that names the entity stands in the window before or after.
    direct
        The word stands right before, in the same clause.
    contrary
        A word for something else (an order number, an amount, another entity) stands right before.
    """

    alone: int
    near: int
    direct: int
    contrary: int


class Matches(NamedTuple):
    """Candidates of one recognizer.

    Parameters
    ----------
    start, end
        int64 (m,), offsets into the scanned text.
    level
        int8 (m,), `REFUSED`, `SHAPE` or `PASSED`.
    """

    start: Ints
    end: Ints
    level: Levels

    def take(self, index: npt.NDArray[Any]) -> Matches:
        """Return the candidates at the given positions or under the given mask."""
        if not len(self.start):
            return self
        return Matches(self.start[index], self.end[index], self.level[index])

    @staticmethod
    @cache
    def none() -> Matches:
        """Return no candidates."""
        empty = np.empty(0, np.int64)
        return Matches(empty, empty, np.empty(0, np.int8))

    @classmethod
    def concat(cls, *parts: Matches) -> Matches:
        """Put candidates together."""
        some = [part for part in parts if len(part.start)]
        if len(some) < 2:
            return (some or [cls.none()])[0]
        parts = tuple(some)
        return cls(
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.end for part in parts]),
            np.concatenate([part.level for part in parts]),
        )


def words(*lines: str) -> tuple[str, ...]:
    """Return the labels of lines in which 、 stands between them."""
    return tuple(word for line in lines for word in line.split("、"))


def graded(windows: Windows, passed: npt.NDArray[np.bool_]) -> Matches:
    """Return windows as candidates, `PASSED` under the mask and `SHAPE` elsewhere."""
    if not len(windows.start):
        return Matches.none()
    return Matches(windows.start, windows.end, np.where(passed, PASSED, SHAPE).astype(np.int8))


class Bare(NamedTuple):
    """Handles (`ScanText.handles`) that nothing but a word makes an identifier.

    Parameters
    ----------
    least, most
        Characters.
    kind
        Bits that `ScanText.kinds` must have.
    """

    least: int
    most: int
    kind: int

    def matches(self, text: ScanText) -> Matches:
        """Return them as candidates at `SHAPE`."""
        start, size = text.handles.start, text.handles.length
        fits = (size >= self.least) & (size <= self.most) & (text.kinds & self.kind == self.kind)
        at = np.flatnonzero(fits)
        return Matches(start[at], start[at] + size[at], np.full(len(at), SHAPE, np.int8))


@dataclass(frozen=True, slots=True)
class Recognizer:
    """Everything about one entity.

    Parameters
    ----------
    entity
        Its name in `entities.ENTITIES`.
    labels
        Words that name it in running text, Simplified and Traditional, any case, at least three
        UTF-8 bytes each.
    shape, passed
        Scores of a candidate at `SHAPE` and at `PASSED`.
    candidates
        From the text, the candidates; several may overlap.
    digits
        Whether every form has a digit, so that a text without one need not be searched.
    bare
        Further candidates, which words alone make some.
    """

    entity: str
    labels: tuple[str, ...]
    shape: Scores
    passed: Scores
    candidates: Callable[[ScanText], Matches]
    digits: bool = True
    bare: Bare | None = None

    def all_candidates(self, text: ScanText) -> Matches:
        """Return the candidates, bare ones too."""
        matches = self.candidates(text)
        return Matches.concat(matches, self.bare.matches(text)) if self.bare else matches


def nothing(_: ScanText) -> Matches:
    """Return no candidates, for what has bare ones alone."""
    return Matches.none()
