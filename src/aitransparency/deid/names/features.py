"""Which n-grams stand where, and on which labels they weigh.

A template reads a key at every place of a text: one to four characters from there, or what a word
list and character traits say of them. A key has one row of weights for the label at each of the
template's offsets from the place. Trainer and model call the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from aitransparency.deid.names.ngrams import Keys, Rows
from aitransparency.deid.names.sentences import Sentences

Key = npt.NDArray[np.uint64] | npt.NDArray[np.int32]
Kind = TypeVar("Kind", bound=np.generic)

ID_BITS = 14  # an alphabet has fewer than 16,384 numbers
TRAITS = 64
WORD_CLASSES = (
    8  # 0 no word, 1 name, 2 foreign name, 3 place, 4 organisation or brand, 5 to 7 other
)
_PLACES = 3 * WORD_CLASSES
_PADDING = 4
_FLAGS = np.array([0, 1, 1, 2, 2, 3, 3, 3], np.uint64)  # class of a word: none, name, proper, other


class Lexicon(Protocol):
    """What the features read besides the text.

    `traits` is uint8 (alphabet,), the trait of a character; `word_class` gives the class of words
    by key, uint8 (n,).
    """

    @property
    def traits(self) -> npt.NDArray[np.uint8]:
        """The trait of each character."""

    def word_class(self, keys: Keys) -> npt.NDArray[np.uint8]:
        """Return the class of each n-gram key in the word list."""


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of key.

    Parameters
    ----------
    name
        How the weights file calls it.
    offsets
        The label at place + offset gets the weights.
    size
        Number of keys where they are small numbers that index rows themselves; 0 where they are
        looked up in an `NgramTable`.
    """

    name: str
    offsets: tuple[int, ...]
    size: int = 0


TEMPLATES: tuple[Template, ...] = (
    Template("character", (-2, -1, 0, 1, 2), 1 << ID_BITS),
    Template("pair", (-1, 0, 1, 2)),
    Template("triple", (-1, 0, 1, 2, 3)),
    Template("split_pair", (0, 1, 2)),
    Template("word_from", (-1, 0, 1, 2, 3), _PLACES),
    Template("word_to", (-3, -2, -1, 0, 1), _PLACES),
    Template("word_edge", (-1, 0), _PLACES * _PLACES),
    Template("word_inside", (0,), _PLACES * _PLACES),
    Template("trait_pair", (-1, 0, 1, 2), TRAITS * TRAITS),
    Template("trait_triple", (-1, 0, 1, 2, 3)),
    Template("trait_quadruple", (0, 1, 2, 3)),
    Template("gap", (-1, 0, 1), 9 * TRAITS),
)


def ngram_keys(ids: npt.NDArray[np.uint16]) -> tuple[Keys, Keys, Keys]:
    """Return the keys of the two, three and four characters from each place on, uint64 (n,)."""
    one = np.zeros(len(ids) + _PADDING, np.uint64)
    one[: len(ids)] = ids
    bits = np.uint64(ID_BITS)
    count = len(ids)
    two = (one[:-1] << bits) | one[1:]
    three = (two[:-1] << bits) | one[2:]
    four = (three[:-1] << bits) | one[3:]
    return two[:count], three[:count], four[:count]


def keys(text: Sentences, lexicon: Lexicon) -> tuple[Key, ...]:
    """Return the key of every template at every place, in the order of `TEMPLATES`, (n,) each."""
    ids = text.ids
    two, three, four = ngram_keys(ids)
    in_two, in_three, in_four = (lexicon.word_class(part) for part in (two, three, four))
    begins = np.where(in_four > 0, in_four + 16, np.where(in_three > 0, in_three + 8, in_two))
    ends = np.where(
        _moved(in_four, 3) > 0,
        _moved(in_four, 3) + 16,
        np.where(_moved(in_three, 2) > 0, _moved(in_three, 2) + 8, _moved(in_two, 1)),
    )
    opens: Rows = begins.astype(np.int32)
    closes: Rows = ends.astype(np.int32)
    traits = lexicon.traits[ids]
    wide = np.zeros(len(ids) + _PADDING, np.uint64)
    wide[: len(ids)] = traits
    six = np.uint64(6)
    trait_triple = (((wide[:-2] << six) | wide[1:-1]) << six) | wide[2:]
    trait_four = (trait_triple[:-1] << six) | wide[3:]
    flags = _FLAGS[in_two].astype(np.uint64)
    after = np.zeros_like(flags)
    after[:-1] = flags[1:]
    known = (flags << np.uint64(4)) | (after << np.uint64(2)) | _FLAGS[in_three]
    near = traits.astype(np.int32)
    beside = np.zeros_like(near)
    beside[:-1] = near[1:]
    gap_after = np.zeros_like(text.gaps)
    gap_after[:-1] = text.gaps[1:]
    split = (ids.astype(np.uint64) << np.uint64(ID_BITS)) | _third(ids)
    return (
        ids.astype(np.int32),
        two,
        three,
        split,
        opens,
        closes,
        _moved(closes, 1) * np.int32(_PLACES) + opens,
        opens * np.int32(_PLACES) + closes,
        near * np.int32(TRAITS) + beside,
        (trait_triple[: len(ids)] << six) | known,
        trait_four[: len(ids)],
        (text.gaps * np.int32(3) + gap_after) * np.int32(TRAITS) + near,
    )


def _third(ids: npt.NDArray[np.uint16]) -> Keys:
    new = np.zeros(len(ids), np.uint64)
    new[:-2] = ids[2:]
    return new


def _moved(values: npt.NDArray[Kind], by: int) -> npt.NDArray[Kind]:
    """Return the values `by` places later, 0 before them."""
    new = np.zeros_like(values)
    new[by:] = values[:-by]
    return new
