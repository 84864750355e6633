"""The two ways to sentences and marginals: arrays for little text, compiled loops for much.

Both give the same bits, so which is taken shows in time only; see `deid.compiled`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints, TextColumn
from aitransparency.deid.compiled import loaded, pays
from aitransparency.deid.names import labels
from aitransparency.deid.names.decode import Marginals, marginals
from aitransparency.deid.names.features import TEMPLATES
from aitransparency.deid.names.model import Model
from aitransparency.deid.names.sentences import KINDS, LONGEST, PADS, RARE, Sentences, sentences

Kind = TypeVar("Kind", bound=np.generic)


class Room:
    """Arrays for one chunk of text after the other: fresh ones cost more than what is done in them.

    What is made in them is good until the next chunk.
    """

    def __init__(self) -> None:
        self._held: dict[str, npt.NDArray[np.uint8]] = {}

    def array(self, name: str, shape: tuple[int, ...], kind: type[Kind]) -> npt.NDArray[Kind]:
        """Return an array of anything."""
        size = math.prod(shape) * np.dtype(kind).itemsize
        if name not in self._held or len(self._held[name]) < size:
            self._held[name] = np.empty(size, np.uint8)
        return self._held[name][:size].view(kind).reshape(shape)


def searched(model: Model, column: TextColumn, room: Room) -> tuple[Sentences, Marginals]:
    """Return the sentences of a column, and the marginal probabilities of names in them."""
    if not pays(int(column.offsets[-1]) - int(column.offsets[0])):
        text = sentences(column, model.alphabet)
        return text, marginals(model, model.scores(text), text.first, text.length)
    text = laid_out(model, column, room)
    return text, compiled(model, text, room)


def places(ids: npt.NDArray[np.uint16], wanted: npt.NDArray[np.bool_]) -> Ints:
    """Return where a number stands that is wanted: ``flatnonzero(wanted[ids])``."""
    if not loaded():
        return np.flatnonzero(wanted[ids])
    from aitransparency.deid.names import kernels

    found = np.empty(len(ids), np.int64)
    return found[: kernels.places(ids, wanted, found)]


def letter_runs(
    data: Bytes, offsets: Ints, letter: npt.NDArray[np.bool_], capital: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Return start and end of the runs of letters that begin with a capital, cut at row edges.

    Parameters
    ----------
    data, offsets
        The bytes and row edges of a column; the first row begins at 0.
    letter, capital
        bool (256,).
    """
    if not loaded():
        return letter_runs_by_arrays(data, offsets, letter, capital)
    from aitransparency.deid.names import kernels

    runs = np.empty((2, len(data) // 2 + len(offsets)), np.int64)
    count = kernels.letter_runs(data, offsets, letter, capital, *runs)
    return runs[0, :count], runs[1, :count]


def letter_runs_by_arrays(
    data: Bytes, offsets: Ints, letter: npt.NDArray[np.bool_], capital: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Return what `letter_runs` returns, without compiled loops."""
    is_letter = np.zeros(len(data) + 1, np.bool_)
    is_letter[:-1] = letter[data]
    begins = is_letter[:-1].copy()
    begins[1:] &= ~is_letter[:-2]
    edges = offsets[:-1][offsets[:-1] < len(data)]
    begins[edges] = is_letter[edges]
    start = np.flatnonzero(begins)
    ends = is_letter[:-1] & ~is_letter[1:]
    ends[edges[edges > 0] - 1] = is_letter[edges[edges > 0] - 1]
    end = np.flatnonzero(ends) + 1
    upper = capital[data[start]]
    return start[upper], end[upper]


def laid_out(model: Model, column: TextColumn, room: Room) -> Sentences:
    """Return what `sentences` returns, by compiled loops."""
    from aitransparency.deid.names import kernels

    data = column.data[column.offsets[0] : column.offsets[-1]]
    characters, ends = kernels.measure(data)
    many = min(characters, len(column) + ends + characters // LONGEST + 1)  # sentences
    most = characters + PADS * (many + 1)
    ids, gaps = room.array("ids", (most,), np.uint16), room.array("gaps", (most,), np.uint8)
    start, end = room.array("edges", (2, most), np.int64)
    first, length = room.array("sentences", (2, many), np.int64)
    places, found = kernels.lay_out(
        column.data, column.offsets, _flat(model).numbers, ids, gaps, start, end, first, length
    )
    return Sentences(
        ids[:places], gaps[:places], start[:places], end[:places], first[:found], length[:found]
    )


def compiled(model: Model, text: Sentences, room: Room) -> Marginals:
    """Return the marginals of `decode`, by compiled loops."""
    from aitransparency.deid.names import decode_kernels, kernels

    flat = _flat(model)
    below = room.array("below", (len(text.ids), labels.COUNT), np.uint16)
    kernels.score(
        text.ids, text.gaps, model.traits, flat.words, model.words.classes, flat.tables,
        flat.weights, flat.base, below.reshape(-1),
    )  # fmt: skip
    found = room.array("marginals", (5, len(text.ids)), np.float32)
    found[:] = 0
    result = Marginals(*found)
    decode_kernels.decode(
        below, text.first, text.length, model.moves, flat.exponentials,
        (result.person, result.begin, result.only, result.closes, result.closes_later),
    )  # fmt: skip
    return result


_Table = tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]


@dataclass(frozen=True, slots=True, eq=False)
class _Flat:
    """A model as the compiled loops read it; see `kernels.score`.

    `exponentials` goes on so far that every difference of scores has an entry.
    """

    numbers: npt.NDArray[np.uint16]
    words: _Table
    tables: tuple[_Table, ...]
    weights: npt.NDArray[np.uint8]
    base: Ints
    exponentials: npt.NDArray[np.float32]


@lru_cache(maxsize=2)
def _flat(model: Model) -> _Flat:
    from aitransparency.deid.names import kernels

    spans = tuple((template.offsets[0], template.offsets[-1]) for template in TEMPLATES)
    assert spans == kernels.SPANS, "the compiled loops have other templates"
    rows = [_apart(weights) for weights in model.weights]
    numbers = model.alphabet | (KINDS.astype(np.uint16) << np.uint16(14))
    most = 255 * sum(len(template.offsets) for template in TEMPLATES)  # a score lies below another
    tables = [table for table in model.tables if table is not None]
    return _Flat(
        np.append(numbers, np.uint16(RARE)),
        (model.words.table.displacement, model.words.table.check),
        tuple((table.displacement, table.check) for table in tables),
        np.concatenate([np.zeros(labels.COUNT, np.uint8), *rows]),
        np.cumsum([1, *(part.size // labels.COUNT for part in rows[:-1])]).astype(np.int64),
        np.append(model.exponentials, np.full(most, model.exponentials[-1])),
    )


def _apart(weights: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the weights of a template with the labels of nothing behind each row."""
    count, offsets, _ = weights.shape
    apart = np.zeros((count, offsets + 1, labels.COUNT), np.uint8)
    apart[:, :offsets] = weights
    return apart.reshape(-1)
