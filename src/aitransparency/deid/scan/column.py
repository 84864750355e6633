"""A column through a set of recognizers: candidates with scores, in the column's own offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints, TextColumn, eights
from aitransparency.deid.entities import ENTITIES, entity_id
from aitransparency.deid.scan.fast import kernels
from aitransparency.deid.scan.recognizer import (
    PASSED,
    REFUSED,
    SHAPE,
    Levels,
    Matches,
    Recognizer,
    Scores,
)
from aitransparency.deid.scan.text import ScanText
from aitransparency.deid.scan.words import (
    AFTER,
    BEFORE,
    CONTRARY,
    DIRECT,
    ENDS,
    Around,
    Vocabulary,
)
from aitransparency.deid.spans import Candidates

_ALONE, _NEAR, _DIRECT, _CONTRARY = range(4)
_SIZES = BEFORE, DIRECT, AFTER
_REMEMBERED = 1 << 17  # places whose words are remembered


class Weighed(NamedTuple):
    """Candidates that reach a score, in offsets into the scanned text, with their percents."""

    start: Ints
    end: Ints
    entity: npt.NDArray[np.uint8]
    percent: Ints


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
        least = round(min_score * 100, 6)
        numbered = len(text.digits.start) > 0
        active = [
            recognizer
            for recognizer in self.recognizers
            if recognizer.entity in wanted and (numbered or not recognizer.digits)
        ]
        weigh = self._compiled if kernels() else self._by_arrays
        start, end, entity, percent = weigh(text, active, least)
        if not len(start):
            return Candidates.none()
        first, last = text.origin(start, end)
        return Candidates(first, last, entity, (percent / 100).astype(np.float32))

    def _compiled(self, text: ScanText, active: Sequence[Recognizer], least: float) -> Weighed:
        """Search and weigh by compiled loops."""
        loops, known = kernels(), np.zeros(_REMEMBERED, np.int64)
        read, words = (text.data, eights(text.data)), self._vocabulary.flat
        parts, entities = [np.empty((3, 0), np.int64)], [np.empty(0, np.uint8)]

        def tell(start: Ints, level: Levels, deep: Ints) -> Ints:
            told: Ints = np.empty(len(start), np.int64)
            loops.tell(*read, start, level, deep, _SIZES, words, ENDS, known, told)
            return told

        bare = [one for one in active if one.bare and not _says_more(one.shape, least)]
        for recognizer in active:
            entity = entity_id(recognizer.entity)
            search = recognizer.candidates if recognizer in bare else recognizer.all_candidates
            matches = search(text)
            deep = self._deep(recognizer, least)
            told = tell(matches.start, matches.level, deep)
            found = np.empty((3, len(told)), np.int64)
            many = loops.scored(
                *(*read, tuple(matches), told, np.uint64(1 << entity), self._scores[entity], least),
                *(deep, _SIZES, words, found),
            )
            parts.append(found[:, :many])
            entities.append(np.full(many, entity, np.uint8))
        asked = [one for one in bare if one.shape.direct >= max(least, 1)]
        if asked:
            handles = text.handles
            shortest = min(one.bare.least for one in asked if one.bare)
            level = (handles.length >= shortest).view(np.int8)
            told = tell(handles.start, level, np.array([0, DIRECT + 3, 0]))
            own = np.array([entity_id(one.entity) for one in asked], np.uint8)
            found = np.empty((4, len(own) * len(told)), np.int64)
            many = loops.labelled(
                *(handles.start, handles.length, text.kinds, told),
                np.array([(*one.bare, one.shape.direct) for one in asked if one.bare]),
                *(np.uint64(1) << own.astype(np.uint64), self._vocabulary.mask, found),
            )
            parts.append(found[:3, :many])
            entities.append(own[found[3, :many]])
        start, end, percent = np.concatenate(parts, axis=1)
        return Weighed(start, end, np.concatenate(entities), percent)

    def _deep(self, recognizer: Recognizer, least: float) -> Ints:
        """Return by level how many bytes before a candidate are read; 0 where no words can help."""
        deep = np.zeros(PASSED + 1, np.int64)
        for level, scores in ((SHAPE, recognizer.shape), (PASSED, recognizer.passed)):
            if _says_more(scores, least):
                deep[level] = BEFORE
            elif scores.direct >= least:
                deep[level] = DIRECT + 3
        return deep

    def _by_arrays(self, text: ScanText, active: Sequence[Recognizer], least: float) -> Weighed:
        """Search and weigh by arrays."""
        searched = [(one.entity, one.all_candidates(text)) for one in active]
        matches = Matches.concat(*(matches for _, matches in searched))
        entity = (
            np.concatenate(
                [np.full(len(matches.start), entity_id(one), np.uint8) for one, matches in searched]
            )
            if searched
            else np.empty(0, np.uint8)
        )
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
        return Weighed(matches.start[keep], matches.end[keep], entity[keep], percent)


def _says_more(scores: Scores, least: float) -> bool:
    """Return whether more than a word right before a candidate may bring it to a score."""
    return max(scores.alone, scores.near, scores.contrary) >= least


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
