"""In one document: a name found once with certainty is found at every other place.

A model sees a name in one sentence (患者张晓燕，45岁) and not in the next (张晓燕自述). The text of
a find of at least `CERTAIN` is looked for in the rest of the same row.

>>> column = TextColumn.from_strings(["张晓燕、张 晓燕", "张晓燕"])
>>> found = Candidates.of("PERSON", [0], [9], 0.95)
>>> others = spread(column, found)
>>> others.start.tolist(), others.end.tolist()
([12], [22])
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from aitransparency.deid.characters import Characters
from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import entity_id
from aitransparency.deid.known.compact import Compact, Values, is_cut, is_han
from aitransparency.deid.known.join import within
from aitransparency.deid.lexicon import Lexicon
from aitransparency.deid.spans import Candidates

CERTAIN = 0.9
SPREAD = ("PERSON",)  # a number is found by its form everywhere; a name is not
_SHORTEST = 4  # letters of a name that is not Chinese
_LONGEST = 40


def spread(column: TextColumn, found: Candidates) -> Candidates:
    """Return the finds that the certain ones among `found` lead to in their own rows.

    Parameters
    ----------
    column
        The text of n rows.
    found
        Ordered by start, none overlapping.

    Returns
    -------
    Candidates
        Without those that lie inside a find; they may overlap finds.
    """
    certain = np.isin(found.entity, [entity_id(one) for one in SPREAD])
    certain &= found.score >= CERTAIN - 1e-6
    if not certain.any():
        return Candidates.none()
    sure = found.take(certain)
    words = _words(column.texts(sure.start, sure.end))
    lexicon = Lexicon.of([word for word in dict.fromkeys(words) if word])
    number = {word: index for index, word in enumerate(lexicon.words)}
    word_of = np.array([number.get(word, -1) for word in words], np.int64)
    keys, first_sure = np.unique(
        column.row_of(sure.start) * (len(number) + 1) + word_of + 1, return_index=True
    )
    text = Compact.of(Characters.of(column))
    at, word = lexicon.find(text.codes)
    size = lexicon.sizes[word]
    start, end = text.place[at], text.place[at + size - 1] + 1
    key = text.text.row_of(start) * (len(number) + 1) + word + 1
    index = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    here = (keys[index] == key) & (end - start <= 2 * size + 1)
    here = np.flatnonzero(here & ~is_cut(text.text, start, end))
    low, high = text.text.origin(start[here], end[here])
    new = np.flatnonzero(~within(low, high, found.start, found.end, equal=True))
    source = sure.take(first_sure[index[here[new]]])
    return Candidates(low[new], high[new], source.entity, source.score)


def _words(texts: pa.Array) -> list[str]:
    """Return finds as `Compact` reads them, '' where one is too short; a loop over finds."""
    read = Values.of(TextColumn.from_arrow(texts))
    chinese = is_han(read.first(1)[:, 0])
    good = (read.size >= np.where(chinese, 2, _SHORTEST)) & (read.size <= _LONGEST)
    text = read.codes.astype("<u4").tobytes().decode("utf-32-le")
    spans = zip(read.start.tolist(), read.size.tolist(), good.tolist(), strict=True)
    return [text[start : start + size] if taken else "" for start, size, taken in spans]
