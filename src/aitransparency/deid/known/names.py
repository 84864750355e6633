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
from aitransparency.deid.known.compact import (
    Compact,
    Values,
    character_places,
    is_cut,
    is_han,
    own_places,
)
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


def is_chinese(names: Values) -> npt.NDArray[np.bool_]:
    """Return which values are names in Chinese characters only, a surname among them."""
    cells = names.first(_LONGEST_NAME)
    chinese = (names.size > 1) & (names.size <= _LONGEST_NAME)
    whole: npt.NDArray[np.bool_] = chinese & (is_han(cells) | (cells == 0)).all(axis=1)
    return whole


def named(text: Compact, names: Values) -> Found:
    """Return where the text of each row names the person of the row.

    Parameters
    ----------
    text
        n rows.
    names
        The n names.
    """
    parts = [in_full(text, names)]
    chinese = is_chinese(names)
    if not chinese.any():
        return parts[0]
    cells = names.first(_LONGEST_NAME)
    cells[~chinese] = 0
    family = _surname_size(cells)
    latin = np.flatnonzero(chinese & (text.letters >= _SHORTEST_PINYIN))
    parts += [in_full(text, one) for one in _pinyin(cells[latin], family[latin], latin)]
    parts.append(_titled(text.text, cells, family))
    parts.append(_prefixed(text.text, cells, family))
    return Found.concat(parts)


def _pinyin(cells: Codes, family: Ints, rows: Ints) -> list[Values]:
    made: list[Values] = []
    if not len(rows):
        return made
    for one in spellings(cells, family, rows):
        spelled = (one, with_u(one, "u"), with_u(one, "yu"))
        made += [each.only(each.size >= _SHORTEST_PINYIN) for each in spelled]
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
    total = (cells != 0).sum(axis=1)
    given = np.where(total > family, total - family, 0)
    given[given < 2] = 0  # 伟 and 老师 is anybody
    row, end = _standing(text, cells, family)
    free = ~_ends_word(text, end)
    surnames = _before_title(text, row[free], end[free], family, omitted=True)
    row, end = _standing(text, _shifted(cells, family), given)
    return Found.concat([surnames, _before_title(text, row, end, given, omitted=False)])


def _standing(text: Characters, cells: Codes, size: Ints) -> tuple[Ints, Ints]:
    """Return row and end of the first `size` cells of each row wherever they stand in its text."""
    last = np.where(size > 0, cells[np.arange(len(cells)), np.maximum(size - 1, 0)], 0)
    row, at = character_places(text, last.astype(np.uint32))
    here = np.flatnonzero(_ends_with(text, at + 1, cells[row], size[row]))
    return row[here], at[here] + 1


def _ends_word(text: Characters, end: Ints) -> Mask:
    """Return at which places a word such as 对方 ends."""
    ends = np.zeros(len(end), np.bool_)
    lexicon = _words().word_ends
    for size in lexicon.lengths:
        which, word = lexicon.at(text.codes, end - size)
        ends[which[lexicon.sizes[word] == size]] = True
    return ends


def _before_title(text: Characters, row: Ints, end: Ints, size: Ints, *, omitted: bool) -> Found:
    """Return what a title follows; what stands for a name left out belongs to it."""
    words = _words()
    place = end + (text.codes[end] == ord(" "))
    which, word = words.titles.at(text.codes, place)
    gone = words.omitted[word]
    if not omitted:
        which, word, gone = which[~gone], word[~gone], gone[~gone]
    stop = np.where(gone, place[which] + words.titles.sizes[word], end[which])
    short = words.short[text.plane[place]] & ~words.not_after[text.plane[place + 1]]
    bare = np.flatnonzero(short)
    parts = [(which, stop), (bare, end[bare])]
    if omitted:
        some = np.flatnonzero(text.codes[place] == ord("某"))
        parts.append((some, place[some] + 1))
    return Found.concat(
        [Found(row[here], end[here] - size[row[here]], until) for here, until in parts]
    )


def _shifted(cells: Codes, family: Ints) -> Codes:
    """Return the given names."""
    at = np.minimum(np.arange(cells.shape[1]) + family[:, None], cells.shape[1] - 1)
    moved = np.take_along_axis(cells, at, axis=1)
    moved[np.arange(cells.shape[1]) + family[:, None] >= cells.shape[1]] = 0
    return moved


def _prefixed(text: Characters, cells: Codes, family: Ints) -> Found:
    """Return 小, 老 or 阿 with the surname or the last of the name, and 姓 with the surname."""
    row, end = _standing(text, cells, family)
    start = end - family[row]
    called = text.codes[start - 1] == ord("姓")
    here = np.flatnonzero(called | _is_prefix(text, start - 1))
    surnames = Found(row[here], start[here], end[here])
    pair = np.where((cells != 0).sum(axis=1) == 2, cells[:, 1], 0).astype(np.uint32)
    row, at = character_places(text, pair)
    after = ~is_han(text.codes[at + 1]) | _words().short[text.plane[at + 1]]
    here = np.flatnonzero(after & _is_prefix(text, at - 1))
    return Found.concat([surnames, Found(row[here], at[here], at[here] + 1)])


def _is_prefix(text: Characters, place: Ints) -> Mask:
    """Return at which places 小, 老 or 阿 stands that is no part of a word such as 小时."""
    front = _words().prefixes[text.plane[place]]
    likely = np.flatnonzero(front)
    refused, _ = _words().refused.at(text.codes, place[likely])
    front[likely[refused]] = False
    return front
