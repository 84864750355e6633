"""Names in pinyin, over arrays: 王伟 as wangwei and weiwang.

The most usual reading of every character is in ``data/pinyin.tsv``; surnames that are read in
another way (曾 zeng, 单 shan) are listed here. Other romanisations (Wade-Giles, Cantonese) are not
known.

>>> names = np.array([[ord("单"), ord("丽"), 0, 0]], np.uint32)
>>> first, last = spellings(names, np.array([1]), np.array([0]))
>>> ["".join(map(chr, one.codes[:-1])) for one in (first, last)]
['shanli', 'lishan']
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from aitransparency.deid.characters import PLANE, Codes
from aitransparency.deid.column import Ints
from aitransparency.deid.known.compact import Values

_WIDTH = 6  # letters of the longest syllable
# Surnames whose reading differs from the usual one of the character, from general dictionaries.
_SURNAMES = """
曾:zeng 单:shan 解:xie 仇:qiu 查:zha 翟:zhai 任:ren 盖:ge 区:ou 朴:piao
缪:miao 葛:ge 召:shao 秘:bi 折:she 乐:yue 员:yun 黑:he 种:chong 繁:po
覃:qin 牟:mu 尉:yu 冼:xian 长:zhang 贾:jia 石:shi 沈:shen 万:wan 盛:sheng
谌:chen 燕:yan 过:guo 应:ying 令:ling
"""


@cache
def _readings() -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], Codes]:
    """Return syllable numbers of characters and of surnames, and the letters of each syllable."""
    usual = np.zeros(PLANE, np.int16)
    syllables = [""]
    text = files("aitransparency.deid").joinpath("data/pinyin.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            syllable, characters = line.split("\t")
            usual[[ord(one) for one in characters]] = len(syllables)
            syllables.append(syllable)
    surname = usual.copy()
    for character, syllable in (pair.split(":") for pair in _SURNAMES.split()):
        if syllable not in syllables:
            syllables.append(syllable)
        surname[ord(character)] = syllables.index(syllable)
    letters = np.zeros((len(syllables), _WIDTH), np.uint32)
    for number, syllable in enumerate(syllables):
        letters[number, : len(syllable)] = [ord(one) for one in syllable]
    return usual, surname, letters


def spellings(names: Codes, surname_size: Ints, rows: Ints) -> tuple[Values, Values]:
    """Return each name in pinyin, surname first and surname last.

    Parameters
    ----------
    names
        uint32 (n, width), characters of each name, 0 behind its end; all 0 where there is none.
    surname_size
        int64 (n,), characters of the surname.
    rows
        int64 (n,), the row of each.
    """
    usual, surname, letters = _readings()
    plane = np.minimum(names, PLANE - 1)
    family = np.arange(names.shape[1]) < surname_size[:, None]
    syllable = np.where(family, surname[plane], usual[plane])
    unknown = ((syllable == 0) & (names != 0)).any(axis=1)
    syllable[unknown] = 0
    first = letters[syllable].reshape(len(names), -1)
    order = np.argsort(family, axis=1, kind="stable")  # the given name, then the surname
    last = letters[np.take_along_axis(syllable, order, axis=1)].reshape(len(names), -1)
    return Values.of_matrix(first, rows), Values.of_matrix(last, rows)


def with_u(values: Values, spelling: str) -> Values:
    """Return the values that have a v for ü with another spelling of it, "u" or "yu"."""
    cells = values.first(int(values.size.max()) if len(values.size) else 0)
    has = np.flatnonzero((cells == ord("v")).any(axis=1))
    cells = cells[has]
    wide = np.zeros((*cells.shape, 2), np.uint32)
    wide[:, :, 0] = cells
    for place, letter in enumerate(spelling):
        wide[:, :, place][cells == ord("v")] = ord(letter)
    return Values.of_matrix(wide.reshape(len(cells), 2 * cells.shape[1]), values.rows[has])
