"""The words of addresses and the names of divisions in one lexicon, with what each is good for.

The words are data, in ``words.toml``. One pass over a text finds all of them.

>>> bool(vocabulary().role[vocabulary().lexicon.words.index("小区")] & NAMED)
True
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.addresses.gazetteer import gazetteer
from aitransparency.deid.characters import PLANE, Mask, table_of
from aitransparency.deid.lexicon import Lexicon

# What a word can be; one word can be several.
FULL, SHORT, NAMED, NUMBERED, REFUSED, CUE, STOP, KEPT, ORGANISATION, BUILDING, NEVER = (
    1 << bit for bit in range(11)
)
ENGLISH = 1 << 11  # a word such as Road or Room

# What an element is. Finer places have higher numbers.
DIVISION, AREA, TOWN, VILLAGE, ROAD, WEAK, PLACE, NUMBER, COMPANY = range(1, 10)

_NAMED_KINDS = {"road": ROAD, "town": TOWN, "village": VILLAGE, "place": PLACE}
_ONE_KINDS = {
    "road_one": ROAD,
    "town_one": TOWN,
    "village_one": VILLAGE,
    "area_one": AREA,
    "weak_one": WEAK,
}


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words and tables of characters.

    Parameters
    ----------
    lexicon
        All words of two characters or more.
    role
        int16 (words,), what a word can be.
    kind
        uint8 (words,), the kind of element that a NAMED word ends.
    kind_one
        uint8 (65536,), the same for single characters.
    unit_one
        bool (65536,), characters that end a numbered place.
    building
        bool (65536,), those of them that name a building.
    stop
        bool (65536,), characters that no name has, those that are no letters included.
    number
        bool (65536,), characters of a house number.
    counting
        bool (65536,), Chinese numerals.
    between, after
        bool (65536,), what may stand between a cue and an address; what makes a bare number none.
    he_names
        bool (65536,), what follows 和 in a name.
    ends
        bool (65536,), the last characters of places; a text without any has no address.
    """

    lexicon: Lexicon
    role: npt.NDArray[np.int16]
    kind: npt.NDArray[np.uint8]
    kind_one: npt.NDArray[np.uint8]
    unit_one: Mask
    building: Mask
    stop: Mask
    number: Mask
    counting: Mask
    between: Mask
    after: Mask
    he_names: Mask
    ends: Mask


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary; built once."""
    words = tomllib.loads(
        files("aitransparency.deid").joinpath("addresses/words.toml").read_text("utf-8")
    )
    roles: dict[str, int] = {}
    kinds: dict[str, int] = {}
    names = gazetteer()
    for word, full in zip(names.lexicon.words, names.full.tolist(), strict=True):
        roles[word] = FULL if full and len(word) > 2 else SHORT
    for group, kind in _NAMED_KINDS.items():
        for word in words["named"][group]:
            if len(word) > 1:
                kinds[word] = kind
                roles[word] = roles.get(word, 0) | NAMED
    listed = (
        (NUMBERED, words["numbered"]["units"]),
        (BUILDING, [word for word in words["numbered"]["building"] if len(word) > 1]),
        (REFUSED, words["refused"]["words"]),
        (NEVER, words["refused"]["never"]),
        (CUE, words["cue"]["strong"]),
        (STOP, words["stop"]["words"]),
        (KEPT, words["stop"]["exceptions"]),
        (ORGANISATION, words["organisation"]["suffixes"]),
        (ENGLISH, _english(words)),
    )
    for role, entries in listed:
        for word in entries:
            roles[word] = roles.get(word, 0) | role
    lexicon = Lexicon.of(roles)
    kind_one = np.zeros(PLANE, np.uint8)
    for group, kind in _ONE_KINDS.items():
        kind_one[[ord(one) for one in words["named"][group]]] = kind
    return Vocabulary(
        lexicon,
        np.array([roles[word] for word in lexicon.words], np.int16),
        np.array([kinds.get(word, 0) for word in lexicon.words], np.uint8),
        kind_one,
        table_of(words["numbered"]["units_one"]),
        table_of("".join(one for one in words["numbered"]["building"] if len(one) == 1)),
        _stop(words["stop"]["characters"]),
        table_of(
            "0123456789abcdefghijklmnopqrstuvwxyz-~#一二三四五六七八九十百零〇两甲乙丙丁戊之第"
        ),
        table_of("一二三四五六七八九十百零两几第数"),
        table_of(words["cue"]["between"]),
        table_of(words["unit"]["characters"]),
        table_of(words["stop"]["he_names"]),
        _ends(words),
    )


def _english(words: Mapping[str, Any]) -> list[str]:  # what the TOML file holds
    named = words["english"]
    return [word.rstrip(".") for word in (*named["streets"], *named["units"])]


def _ends(words: Mapping[str, Any]) -> Mask:  # what the TOML file holds
    named = words["named"]
    listed = [word for group in _NAMED_KINDS for word in named[group]]
    listed += [*words["numbered"]["units"], *words["organisation"]["suffixes"]]
    listed += _english(words)
    single = [named[group] for group in _ONE_KINDS] + [words["numbered"]["units_one"]]
    return table_of("".join(word[-1] for word in listed) + "".join(single))


def _stop(characters: str) -> Mask:
    table = np.ones(PLANE, np.bool_)
    for first, last in ((0x3400, 0xA000), (0xF900, 0xFB00), (ord("a"), ord("z") + 1)):
        table[first:last] = False
    table[[ord(one) for one in "0123456789〇"]] = False
    table[[ord(one) for one in characters]] = True
    table.flags.writeable = False
    return table
