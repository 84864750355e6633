"""The weights: what a file of them holds, and the score of every label at every place.

Weights are whole numbers; a label's score is their sum, so it is the same on every machine.

>>> trained = model()
>>> len(trained.alphabet)
65536
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.names import labels
from aitransparency.deid.names.features import TEMPLATES, keys
from aitransparency.deid.names.ngrams import Keys, NgramTable
from aitransparency.deid.names.sentences import Sentences

FILE = "weights.npz"
FORMAT = 1
_WRITTEN = (2022, 11, 1, 0, 0, 0)  # one date for every file, so that equal weights are equal bytes
BIAS = 128  # of a weight in the file, where none is below nothing
_BLOCK = 1 << 14  # places scored at a time: what they need stays in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A word list: the class of an n-gram, 0 where it is no word."""

    table: NgramTable
    classes: npt.NDArray[np.uint8]  # (words + 1,), the first 0

    def of(self, keys: Keys) -> npt.NDArray[np.uint8]:
        """Return the class of each key."""
        return self.classes[self.table.rows(keys)]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained CRF.

    Parameters
    ----------
    alphabet
        uint16 (65536,), number of each code point.
    traits
        uint8 (numbers,), the trait of each.
    words
        The word list.
    tables
        For each template its `NgramTable`, None where keys index rows themselves.
    weights
        For each template uint8 (rows, offsets, labels), `BIAS` for nothing; of those with a table
        row 0 is nothing.
    moves
        float32 (labels, labels), the factor of each step from a label to the next; 0 if forbidden.
    exponentials
        float32 (m,), the factor of a score that lies i below the best of its place.
    """

    alphabet: npt.NDArray[np.uint16]
    traits: npt.NDArray[np.uint8]
    words: Words
    tables: tuple[NgramTable | None, ...]
    weights: tuple[npt.NDArray[np.uint8], ...]
    moves: npt.NDArray[np.float32]
    exponentials: npt.NDArray[np.float32]

    def word_class(self, keys: Keys) -> npt.NDArray[np.uint8]:
        """Return the class of each n-gram in the word list."""
        return self.words.of(keys)

    def scores(self, text: Sentences) -> npt.NDArray[np.uint16]:
        """Return the score of each label at each place, uint16 (n, labels).

        Scores of one place compare; the bias of the weights is in all of them alike.
        """
        count = len(text.ids)
        total = np.zeros((count, labels.COUNT), np.uint16)
        for template, table, weights, key in zip(
            TEMPLATES, self.tables, self.weights, keys(text, self), strict=True
        ):
            rows = key if table is None else table.rows(key)
            for low in range(0, count, _BLOCK):
                taken = weights.take(rows[low : low + _BLOCK], axis=0)
                for at, offset in enumerate(template.offsets):
                    _add(total, taken[:, at], low + offset)
        return total

    def save(self) -> bytes:
        """Return the bytes of a weights file."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "format": np.array([FORMAT]),
            "alphabet": self.alphabet,
            "traits": self.traits,
            "words": self.words.classes,
            "words.displacement": self.words.table.displacement,
            "words.check": self.words.table.check,
            "moves": self.moves,
            "exponentials": self.exponentials,
        }
        for template, table, weights in zip(TEMPLATES, self.tables, self.weights, strict=True):
            arrays[template.name] = weights
            if table is not None:
                arrays[f"{template.name}.displacement"] = table.displacement
                arrays[f"{template.name}.check"] = table.check
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
            for name, array in arrays.items():
                body = io.BytesIO()
                np.lib.format.write_array(body, np.ascontiguousarray(array), allow_pickle=False)
                file.writestr(zipfile.ZipInfo(f"{name}.npy", _WRITTEN), body.getvalue())
        return out.getvalue()

    @classmethod
    def load(cls, content: bytes) -> Model:
        """Read the bytes of a weights file."""
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}

        def table(name: str) -> NgramTable | None:
            if f"{name}.check" not in arrays:
                return None
            return NgramTable(arrays[f"{name}.displacement"], arrays[f"{name}.check"])

        words = table("words")
        assert words is not None
        return cls(
            arrays["alphabet"],
            arrays["traits"],
            Words(words, arrays["words"]),
            tuple(table(template.name) for template in TEMPLATES),
            tuple(arrays[template.name] for template in TEMPLATES),
            arrays["moves"],
            arrays["exponentials"],
        )


def _add(total: npt.NDArray[np.uint16], part: npt.NDArray[np.uint8], at: int) -> None:
    """Add the part to the rows of the total from `at` on, what falls outside left out."""
    low, high = max(at, 0), min(at + len(part), len(total))
    if low < high:
        total[low:high] += part[low - at : high - at]


@cache
def model() -> Model:
    """Return the model of the package."""
    folder = resources.files("aitransparency.deid.names")
    return Model.load(folder.joinpath("data", FILE).read_bytes())
