"""A column through a set of recognizers: candidates with scores, in the column's own offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import ENTITIES, entity_id
from aitransparency.deid.scan.recognizer import PASSED, REFUSED, Matches, Recognizer
from aitransparency.deid.scan.text import ScanText
from aitransparency.deid.scan.words import CONTRARY, Around, Vocabulary
from aitransparency.deid.spans import Candidates

_ALONE, _NEAR, _DIRECT, _CONTRARY = range(4)


@dataclass(frozen=True, eq=False)
class Scanner:
    """Recognizers that share one vocabulary.

    Parameters
    ----------
    recognizers
        At most one per entity.
    contrary
        Words that name something else than any of the entities.
    """

    recognizers: Sequence[Recognizer]
    contrary: Sequence[str]

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        labels = dict.fromkeys(self.contrary, CONTRARY)
        for recognizer in self.recognizers:
            for label in recognizer.labels:
                key = label.lower()
                labels[key] = labels.get(key, 0) & ~CONTRARY | 1 << entity_id(recognizer.entity)
        return Vocabulary.of(labels)

    @cached_property
    def _scores(self) -> npt.NDArray[np.int64]:
        """Percent by entity, level and what stands around, (entities, PASSED + 1, 4)."""
        table = np.zeros((len(ENTITIES), PASSED + 1, 4), np.int64)
        for recognizer in self.recognizers:
            table[entity_id(recognizer.entity), 1:] = recognizer.shape, recognizer.passed
        return table

    def scan(self, column: TextColumn, wanted: Sequence[str], min_score: float) -> Candidates:
        """Return the candidates of the wanted entities that reach a score; they may overlap."""
        text = ScanText.of(column)
        parts, entities = [], []
        numbered = len(text.digits.start) > 0
        for recognizer in self.recognizers:
            if recognizer.entity not in wanted or (recognizer.digits and not numbered):
                continue
            matches = recognizer.candidates(text)
            if len(matches.start):
                parts.append(matches)
                entities.append(np.full(len(matches.start), entity_id(recognizer.entity), np.uint8))
        if not parts:
            return Candidates.none()
        matches, entity = Matches.concat(*parts), np.concatenate(entities)
        least = round(min_score * 100, 6)
        possible = self._scores.max(axis=2)[entity, matches.level] >= least
        keep = np.flatnonzero(possible & (matches.level != REFUSED))
        matches, entity = matches.take(keep), entity[keep]
        named = self._scores.copy()
        named[:, :, _DIRECT] = 0
        by_name = named.max(axis=2)[entity, matches.level] < least
        strict, rest = np.flatnonzero(by_name), np.flatnonzero(~by_name)
        # Most candidates reach the score by a word right before them or not at all.
        direct = self._vocabulary.right_before(text, matches.start[strict])
        strict = strict[(direct & _bit(entity[strict])) != 0]
        around = self._vocabulary.around(text, matches.start[rest], matches.end[rest])
        situation = np.full(len(entity), _DIRECT)
        situation[rest] = _situation(entity[rest], around)
        keep = np.concatenate([strict, rest])
        percent = self._scores[entity[keep], matches.level[keep], situation[keep]]
        high = (percent >= least) & (percent > 0)
        keep, percent = keep[high], percent[high]
        first, last = text.origin(matches.start[keep], matches.end[keep])
        return Candidates(first, last, entity[keep], (percent / 100).astype(np.float32))


def _bit(entity: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    return np.uint64(1) << entity.astype(np.uint64)


def _situation(entity: npt.NDArray[np.uint8], around: Around) -> npt.NDArray[np.int64]:
    """Return the column of `Scores` that applies to each candidate."""
    bit = _bit(entity)
    named = (around.before & bit) != 0
    near = named | ((around.before == 0) & ((around.after & bit) != 0))
    return np.select(
        [named & around.direct, near, around.direct], [_DIRECT, _NEAR, _CONTRARY], _ALONE
    )
