"""Person names as a source of `find`."""

from __future__ import annotations

import numpy as np

from aitransparency.deid.column import TextColumn, column_parts
from aitransparency.deid.names.decode import marginals
from aitransparency.deid.names.model import model
from aitransparency.deid.names.sentences import sentences
from aitransparency.deid.names.spans import names
from aitransparency.deid.spans import Candidates

PERSON = "PERSON"


_CHUNK = 1 << 18  # bytes of text taken at a time: what they need stays in the cache


def find_names(column: TextColumn, wanted: tuple[str, ...], min_score: float) -> Candidates:
    """Return the names in a column that reach a score."""
    return Candidates.concat([_find(part, min_score) for part in column_parts(column, _CHUNK)])


def _find(column: TextColumn, min_score: float) -> Candidates:
    trained = model()
    text = sentences(column, trained.alphabet)
    scores = trained.scores(text)
    found = names(marginals(trained, scores, text.first, text.length))
    keep = np.flatnonzero(found.score >= np.float32(min_score))
    return Candidates.of(
        PERSON, text.start[found.first[keep]], text.end[found.last[keep]], found.score[keep]
    )
