"""The ways in which a text names the person of its row.

From the name alone: in full, in pinyin either way round, the surname and a title (王先生, 王总),
小 or 老 and the surname, the given name and a title (建国老师), 王某. Words are data, in
``words.toml``.

>>> from aitransparency.deid.characters import Characters
>>> from aitransparency.deid.column import TextColumn
>>> text = Compact.of(Characters.of(TextColumn.from_strings(["王先生（Wang Wei）改约，小王已记"])))
>>> found = named(text, Values.of(TextColumn.from_strings(["王伟"])))
>>> sorted(zip((found.start - 128).tolist(), (found.end - 128).tolist(), strict=True))
[(0, 1), (4, 12), (17, 18)]
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from aitransparency.deid.characters import Characters, Codes, Mask, simplify, table_of
from aitransparency.deid.column import Ints
from aitransparency.deid.known.compact import Compact, Values, is_cut, is_han, own_places
from aitransparency.deid.known.pinyin import spellings, with_u
from aitransparency.deid.lexicon import Lexicon

_LONGEST_NAME = 6  # characters of a Chinese name with a surname
_SHORTEST_PINYIN = 4  # letters; Yu E is not told from a word


@dataclass(frozen=True, eq=False)
class Found:
    """Places of values in the text of their own rows.

    Parameters
    ----------
    row, start, end
        int64 (m,); positions of characters.
    """

    row: Ints
    start: Ints
    end: Ints

    @classmethod
    def concat(cls, parts: list[Found]) -> Found:
        """Put finds together."""
        if not parts:
            none = np.empty(0, np.int64)
            return cls(none, none, none)
        return cls(
            np.concatenate([part.row for part in parts]),
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.end for part in parts]),
        )

    def take(self, index: npt.NDArray[np.bool_] | Ints) -> Found:
        """Return the finds at the given positions or under the given mask."""
        return Found(self.row[index], self.start[index], self.end[index])


def in_full(text: Compact, values: Values) -> Found:
    """Return where the values stand in full, but for what people put between characters."""
    found = Found(*own_places(text, values))
    return found.take(~is_cut(text.text, found.start, found.end))


def named(text: Compact, names: Values) -> Found:
    """Return where the text of each row names the person of the row."""
    parts = [in_full(text, names)]
    chinese = (names.size > 1) & (names.size <= _LONGEST_NAME)
    cells = names.first(_LONGEST_NAME)
    chinese &= (is_han(cells) | (cells == 0)).all(axis=1)
    if not chinese.any():
        return parts[0]
    cells[~chinese] = 0
    family = _surname_size(cells)
    parts += [in_full(text, one) for one in _pinyin(cells, family)]
    parts.append(_titled(text.text, cells, family))
    parts.append(_prefixed(text.text, cells, family))
    return Found.concat(parts)


def _pinyin(cells: Codes, family: Ints) -> list[Values]:
    made = []
    for one in spellings(cells, family):
        for spelled in (one, with_u(one, "u"), with_u(one, "yu")):
            long = spelled.size >= _SHORTEST_PINYIN
            if long.any():
                made.append(spelled.only(long))
    return made


@dataclass(frozen=True, eq=False)
class _Words:
    titles: Lexicon
    omitted: Mask  # by title
    short: Mask  # by character
    not_after: Mask
    prefixes: Mask
    refused: Lexicon
    compound: Lexicon
    word_ends: Lexicon


@cache
def _words() -> _Words:
    words = tomllib.loads(
        files("aitransparency.deid").joinpath("known/words.toml").read_text("utf-8")
    )
    omitted = [one for one in words["omitted"] if len(one) > 1]
    titles = Lexicon.of([simplify(one) for one in (*words["titles"], *omitted)])
    return _Words(
        titles,
        np.isin(np.arange(len(titles.words)), range(len(words["titles"]), len(titles.words))),
        table_of("".join(words["short_titles"])),
        table_of(words["not_after"]),
        table_of(words["prefixes"]),
        Lexicon.of([one for one in words["not_a_person"] if len(one) > 1]),
        Lexicon.of([simplify(one) for one in words["compound_surnames"]]),
        Lexicon.of(words["word_ends"]),
    )


def _surname_size(cells: Codes) -> Ints:
    """Return the characters of each surname: 2 where a compound one leaves a given name."""
    flat = np.append(cells.reshape(-1), np.zeros(4, np.uint32))
    start = np.arange(len(cells)) * cells.shape[1]
    which, _ = _words().compound.at(flat, start)
    size = np.ones(len(cells), np.int64)
    size[which] = 2
    total = (cells != 0).sum(axis=1)
    return np.where(total > size, size, np.minimum(total, 1))


def _ends_with(text: Characters, end: Ints, cells: Codes, size: Ints) -> Mask:
    """Return whether the first `size` of the cells of each candidate stand right before `end`."""
    same = size > 0
    for offset in range(int(size.max()) if len(size) else 0):
        here = offset < size
        code = text.codes[end - np.where(here, size - offset, 1)]
        same &= ~here | (
            code == cells[np.arange(len(cells)), np.minimum(offset, cells.shape[1] - 1)]
        )
    return same


def _titled(text: Characters, cells: Codes, family: Ints) -> Found:
    """Return surnames and given names before a title, and 某 with its surname."""
    words = _words()
    at, word = words.titles.find(text.codes)
    short = np.flatnonzero(words.short[text.plane])
    short = short[~words.not_after[text.plane[short + 1]]]
    some = np.flatnonzero(text.codes == ord("某"))
    gone = np.concatenate([words.omitted[word], np.zeros(len(short), np.bool_), some >= 0])
    size = np.concatenate([words.titles.sizes[word], short * 0, some * 0 + 1])
    place = np.concatenate([at, short, some])
    row = text.row_of(place)
    inside = (row >= 0) & (row < len(cells))
    place, row, gone, size = place[inside], row[inside], gone[inside], size[inside]
    blank = text.codes[place - 1] == ord(" ")
    end = place - blank
    total = (cells[row] != 0).sum(axis=1)
    given = np.where(total > 0, total - family[row], 0)
    parts = []
    begun, which = words.word_ends.find(text.codes)
    is_word = np.isin(end, begun + words.word_ends.sizes[which])
    for part, length, good in (
        (cells[row], family[row], ~is_word),
        (_shifted(cells, family)[row], given, (given > 1) & ~gone),  # 伟 and 老师 is anybody
    ):
        hit = np.flatnonzero(good & (length > 0) & _ends_with(text, end, part, length))
        stop = np.where(gone[hit], place[hit] + size[hit], end[hit])
        parts.append(Found(row[hit], end[hit] - length[hit], stop))
    return Found.concat(parts)


def _shifted(cells: Codes, family: Ints) -> Codes:
    """Return the given names."""
    at = np.minimum(np.arange(cells.shape[1]) + family[:, None], cells.shape[1] - 1)
    moved = np.take_along_axis(cells, at, axis=1)
    moved[np.arange(cells.shape[1]) + family[:, None] >= cells.shape[1]] = 0
    return moved


def _prefixed(text: Characters, cells: Codes, family: Ints) -> Found:
    """Return 小, 老 or 阿 with the surname or the last of the name, and 姓 with the surname."""
    words = _words()
    front = words.prefixes[text.plane]
    refused, _ = words.refused.find(text.codes)
    front[refused] = False
    called = text.codes == ord("姓")
    place = np.flatnonzero(front | called)
    row = text.row_of(place)
    inside = (row >= 0) & (row < len(cells))
    place, row = place[inside], row[inside]
    size = family[row]
    named_here = (cells[row, 0] != 0) & _ends_with(text, place + 1 + size, cells[row], size)
    total = (cells[row] != 0).sum(axis=1)
    last = cells[row, np.maximum(total - 1, 0)]
    alone = (total == 2) & ~called[place] & (text.codes[place + 1] == last)
    after = ~is_han(text.codes[place + 2]) | words.short[text.plane[place + 2]]
    parts = []
    for hit, length in ((named_here, size), (alone & after, np.ones(len(size), np.int64))):
        here = np.flatnonzero(hit)
        start = place[here] + 1
        parts.append(Found(row[here], start, start + length[here]))
    return Found.concat(parts)
