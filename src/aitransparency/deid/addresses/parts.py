"""The parts of an address: province, city, district and the rest, for a whole column.

Names are read from the front, finer after coarser, and what is left out is filled in where only
one answer is possible: 深圳南山科技园 is in 广东省. An address that begins with none is all rest.

>>> import pyarrow as pa
>>> parts(pa.array(["深圳南山区科技园路5号", "中山路3号", None])).to_pylist()
[{'province': '广东省', 'city': '深圳市', 'district': '南山区', 'rest': '科技园路5号'},
 {'province': None, 'city': None, 'district': None, 'rest': '中山路3号'},
 None]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.addresses.gazetteer import (
    CITY,
    DISTRICT,
    MUNICIPALITIES,
    PROVINCE,
    gazetteer,
)
from aitransparency.deid.characters import Characters, Mask, table_of
from aitransparency.deid.column import Ints, TextColumn
from aitransparency.deid.compiled import pays
from aitransparency.deid.divisions import divisions
from aitransparency.deid.lexicon import Lexicon
from aitransparency.deid.text import as_text

_SKIPPED = table_of(" \t\r\n,，、.-·;:()")
_BEFORE = ("中国", "中华人民共和国", "地址:", "住址:", "市辖区", "china")
BETWEEN = table_of("东西南北中前后一二三四五六七八九十").astype(np.int64)
ROADS = table_of("路街道巷弄桥门园苑村里站")
_SKIPS = 8  # blanks and the like, one after the other
_STEPS = 6  # a country, a province, a city, 市辖区, a district, and one for luck


def parts(values: pa.Array) -> pa.StructArray:
    """Split addresses into province, city, district and the rest.

    Parameters
    ----------
    values
        Any array of text (n,). Traditional characters, short names (深圳 for 深圳市) and former
        names are understood; what comes out are the names of today in simplified characters, except
        in the rest, which stays as it was written.

    Returns
    -------
    pyarrow.StructArray
        n rows of province, city, district and rest, large_string each; a part that is neither
        written nor certain is null, a null address is null. The city of a municipality (直辖市) is
        the municipality; a county that answers to its province directly is a city.

    Raises
    ------
    InputTypeError
        The values have no text.
    """
    column = TextColumn.from_arrow(as_text(values))
    characters = Characters.of(column)
    state = _read(characters)
    named = [_named(level) for level in (state.province, state.city, state.district)]
    rest = _rest(column, characters, state.at)
    fields = ["province", "city", "district", "rest"]
    mask = None if column.valid is None else pa.array(~column.valid)
    return pa.StructArray.from_arrays([*named, rest], names=fields, mask=mask)


def divisions_of(values: pa.Array) -> tuple[pa.StructArray, Ints]:
    """Return the distinct divisions at the front of addresses, and which of them each row has.

    Parameters
    ----------
    values
        Any array of text (n,), as for `parts`.

    Returns
    -------
    divisions, which
        A row of province, city and district for each combination that occurs, as `parts` gives
        them, and int64 (n,). A null address has the divisions of an empty one.
    """
    state = _read(Characters.of(TextColumn.from_arrow(as_text(values))))
    levels = (state.province, state.city, state.district)
    count = len(gazetteer().labels) + 1
    mixed = ((levels[0] + 1) * count + levels[1] + 1) * count + levels[2] + 1
    coded = pc.dictionary_encode(pa.array(mixed))
    which = coded.indices.to_numpy().astype(np.int64)
    first = np.zeros(len(coded.dictionary), np.int64)
    first[which] = np.arange(len(which))
    named = [_named(level[first]) for level in levels]
    return pa.StructArray.from_arrays(named, names=["province", "city", "district"]), which


def _read(characters: Characters) -> _State:
    """Read the divisions at the front of each row."""
    if pays(characters.codes.nbytes):
        state = _read_by_loops(characters)
    else:
        state = _State.start(characters)
        for _ in range(_STEPS):
            moved = state.skip(characters)
            if not state.step(characters) and not moved:
                break
        state.skip(characters)
    state.fill()
    return state


def _read_by_loops(characters: Characters) -> _State:
    from aitransparency.deid.addresses import part_kernels

    names = gazetteer()
    edges = np.stack([characters.row_start, characters.row_end])
    meanings = (
        names.first, names.full, names.level, names.province, names.city, names.label, names.rank,
    )  # fmt: skip
    made = np.empty((4, edges.shape[1]), np.int64)
    part_kernels.read_divisions(
        characters.codes, edges, _together().arrays, meanings, (_SKIPPED, BETWEEN, ROADS), made
    )  # fmt: skip
    return _State(made[0], edges[1], np.zeros(len(made[0]), np.int64), *made[1:])


@cache
def _together() -> Lexicon:
    """Return the names, and behind them what is skipped; no word is both."""
    return Lexicon.of((*gazetteer().lexicon.words, *_BEFORE))


@cache
def _ignored() -> Lexicon:
    return Lexicon.of(_BEFORE)


@dataclass(eq=False)
class _State:
    """How far each of n rows has been read; labels of the gazetteer, -1 unknown."""

    at: Ints
    end: Ints
    level: Ints
    province: Ints
    city: Ints
    district: Ints

    @classmethod
    def start(cls, characters: Characters) -> _State:
        start = characters.row_start
        unknown = [np.full(len(start), -1, np.int64) for _ in range(3)]
        return cls(start.copy(), characters.row_end, np.zeros(len(start), np.int64), *unknown)

    def skip(self, characters: Characters) -> bool:
        """Move over blanks, punctuation and the country; return whether any row moved."""
        for turn in range(_SKIPS):
            inside = np.minimum(self.at, self.end)
            blank = (self.at < self.end) & _SKIPPED[characters.plane[inside]]
            rows, word = _ignored().at(characters.codes, self.at)
            self.at[rows] += _ignored().sizes[word]
            blank[rows] = False
            self.at[blank] += 1
            if not blank.any() and not len(rows):
                return turn > 0
        return True

    def step(self, characters: Characters) -> bool:
        """Read one division in each row that goes on with one; return whether any did."""
        names = gazetteer()
        open_rows = np.flatnonzero((self.level < DISTRICT) & (self.at < self.end))
        which, word = names.lexicon.at(characters.codes, self.at[open_rows])
        if not len(which):
            return False
        here = names.full[word]
        after = self.at[open_rows[which]] + names.lexicon.sizes[word]
        here |= ~is_road(characters, after)
        which, word = which[here], word[here]
        row = open_rows[which]
        count = names.first[word + 1] - names.first[word]
        meaning = np.repeat(names.first[word] - (np.cumsum(count) - count), count)
        meaning += np.arange(len(meaning))
        row, word = np.repeat(row, count), np.repeat(word, count)
        good = self._agrees(row, meaning)
        row, word, meaning = row[good], word[good], meaning[good]
        if not len(row):
            return False
        sizes = names.lexicon.sizes[word]
        order = np.lexsort((names.level[meaning], names.rank[meaning], -sizes, row))
        best = np.ones(len(order), np.bool_)
        best[1:] = row[order][1:] != row[order][:-1]
        self._take(row[order], meaning[order], sizes[order], best)
        return True

    def _agrees(self, row: Ints, meaning: Ints) -> Mask:
        """Return whether a meaning is finer than, and inside, what was read."""
        names = gazetteer()
        good = names.level[meaning] > self.level[row]
        good &= (self.province[row] < 0) | (self.province[row] == names.province[meaning])
        city = names.city[meaning]
        agrees: Mask = good & ((self.city[row] < 0) | (city < 0) | (self.city[row] == city))
        return agrees

    def _take(
        self,
        row: Ints,
        meaning: Ints,
        size: Ints,
        best: Mask,
    ) -> None:
        """Take the first meaning of each row, and its parents where all such meanings agree."""
        names = gazetteer()
        lead = np.flatnonzero(best)
        group = np.cumsum(best) - 1
        same = (names.level[meaning] == names.level[meaning[lead]][group]) & (
            size == size[lead][group]
        )
        same &= names.rank[meaning] == names.rank[meaning[lead]][group]
        chosen = row[lead]
        level = names.level[meaning[lead]]
        self.at[chosen] += size[lead]
        self.level[chosen] = level
        for field, table in ((self.province, names.province), (self.city, names.city)):
            value = table[meaning[lead]]
            differs = same & (table[meaning] != value[group])
            unsure = np.zeros(len(lead), np.bool_)
            unsure[group[differs]] = True
            unsure |= field[chosen] >= 0
            field[chosen] = np.where(unsure, field[chosen], value)
        self.district[chosen] = np.where(
            level == DISTRICT, names.label[meaning[lead]], self.district[chosen]
        )
        # a city whose province is in doubt is still written there
        city = level == CITY
        self.city[chosen[city]] = names.label[meaning[lead][city]]
        province = level == PROVINCE
        self.province[chosen[province]] = names.label[meaning[lead][province]]

    def fill(self) -> None:
        """Give a municipality as the city of its own."""
        labels = gazetteer().labels
        codes = [labels.index(divisions()[code + "0000"].name) for code in MUNICIPALITIES]
        missing = (self.city < 0) & np.isin(self.province, codes)
        self.city[missing] = self.province[missing]


def is_road(characters: Characters, at: Ints) -> Mask:
    """Return where what follows makes a road or a building of the name before: 中山路, 北京西路."""
    at = at + BETWEEN[characters.plane[at]]
    follows: Mask = ROADS[characters.plane[at]]
    return follows


def _named(label: Ints) -> pa.Array:
    labels = pa.array(gazetteer().labels, pa.large_string())
    return labels.take(pa.array(label, mask=label < 0))


def _rest(column: TextColumn, characters: Characters, at: Ints) -> pa.Array:
    """Return the text of each row from a character on."""
    end = characters.row_end
    left = np.flatnonzero(at < end)
    start = column.offsets[1:].copy()
    if len(left):
        start[left], _ = characters.origin(at[left], end[left])
    edges = np.empty(2 * len(start) + 1, np.int64)
    edges[0::2], edges[1::2] = column.offsets, start
    pieces = pa.LargeStringArray.from_buffers(
        len(edges) - 1, pa.py_buffer(edges), pa.py_buffer(column.data)
    )
    return pieces.take(pa.array(np.arange(1, len(edges) - 1, 2)))
