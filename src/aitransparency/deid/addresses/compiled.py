"""Elements and chains of addresses by compiled loops, as the arrays find them."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from aitransparency.deid.addresses import elements, recognizer
from aitransparency.deid.addresses.parts import BETWEEN, ROADS
from aitransparency.deid.addresses.vocabulary import ENGLISH, vocabulary
from aitransparency.deid.characters import Characters
from aitransparency.deid.column import Ints


def chains(text: Characters) -> tuple[npt.NDArray[np.int64], Ints]:
    """Return the fields of `recognizer.Chains`, one a row, and where words such as Road stand."""
    from aitransparency.deid.addresses import chain_kernels, kernels

    known = vocabulary()
    start, word = known.lexicon.find_in_order(text.codes)
    end = start + known.lexicon.sizes[word]
    role, kind = known.role[word], known.kind[word]
    sizes = np.array([elements.WHOLE, elements.PART])
    marks, found = kernels.elements(text.codes, _table(), sizes, start, end, role, kind)
    made = chain_kernels.chains(text.codes, marks, found, start, end, role)
    return made, start[(role & ENGLISH) > 0]


@cache
def _table() -> npt.NDArray[np.uint32]:
    """Return what each character is, as bits of `kernels`, uint32 (65536,)."""
    from aitransparency.deid.addresses import kernels

    known = vocabulary()
    masks = (
        (kernels.IS_STOP, known.stop),
        (kernels.IS_UNIT, known.unit_one),
        (kernels.IS_BUILDING, known.building),
        (kernels.IS_NUMBER, known.number),
        (kernels.IS_COUNTING, known.counting),
        (kernels.IS_BETWEEN, known.between),
        (kernels.IS_AFTER, known.after),
        (kernels.NAMES_HE, known.he_names),
        (kernels.TURNS, BETWEEN > 0),
        (kernels.MAKES_ROAD, ROADS),
        (kernels.NO_NAME, elements.NO_NAME),
        (kernels.IS_GAP, recognizer.GAP),
        (kernels.IS_COMMA, recognizer.COMMA),
        (kernels.IS_TAIL, recognizer.TAIL),
        (kernels.IS_SIDE, recognizer.SIDE),
    )
    table = known.kind_one.astype(np.uint32) << np.uint32(kernels.KIND_BIT)
    for bit, mask in masks:
        table[mask] |= np.uint32(bit)
    return table
