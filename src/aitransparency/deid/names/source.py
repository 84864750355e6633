"""Person names as a source of `find`: the model, the rules beside titles, and pinyin.

>>> column = TextColumn.from_strings(["联系人：王小明，电话13800138000"])
>>> found = find_names(column, ("PERSON",), 0.5)
>>> column.texts(found.start, found.end).to_pylist()
['王小明']
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import TextColumn, column_parts
from aitransparency.deid.names.fast import Room, searched
from aitransparency.deid.names.features import TRAITS
from aitransparency.deid.names.latin import find_latin
from aitransparency.deid.names.model import Model, model
from aitransparency.deid.names.spans import Names, names
from aitransparency.deid.names.titles import family_with_mou, family_with_title, without_titles
from aitransparency.deid.spans import Candidates

ENTITIES = ("PERSON",)
_SPELLED = np.isin(np.arange(TRAITS), (*range(32), 33, 34, 35, 45, 47, 49))  # no digit, no mark
_CHUNK = 1 << 17  # bytes of text taken at a time: what they need stays in the cache


def find_names(column: TextColumn, wanted: tuple[str, ...], min_score: float) -> Candidates:
    """Return the names in a column that reach a score; they may overlap."""
    room = Room()
    parts = [_find(part, room) for part in column_parts(column, _CHUNK)]
    found = Candidates.concat([*parts, find_latin(column)])
    return found.take(np.flatnonzero(found.score >= np.float32(min_score)))


def _find(column: TextColumn, room: Room) -> Candidates:
    trained = model()
    text, marginals = searched(trained, column, room)
    found = names(marginals, text.ids, _spelled(trained))
    every = Names.concat(
        without_titles(trained, text, found),
        family_with_title(trained, text),
        family_with_mou(trained, text),
    )
    return Candidates.of(ENTITIES[0], text.start[every.first], text.end[every.last], every.score)


@lru_cache(maxsize=2)
def _spelled(trained: Model) -> npt.NDArray[np.bool_]:
    """Return which characters can be part of a name, bool (alphabet,)."""
    spelled: npt.NDArray[np.bool_] = _SPELLED[trained.traits]
    return spelled
