"""The two ways to the marginals: arrays for little text, compiled loops for much.

Compiling takes seconds once per installation, and loading the machine code a tenth of one; a single
note is done before that. Both ways give the same bits, so which is taken shows in time only.
"""

from __future__ import annotations

import sys

import numpy as np

from aitransparency.deid.names import labels
from aitransparency.deid.names.decode import Marginals, marginals
from aitransparency.deid.names.features import TEMPLATES, keys
from aitransparency.deid.names.model import Model
from aitransparency.deid.names.sentences import Sentences

_MUCH = 20_000  # places from which on compiled loops pay, whether or not they are loaded
_KERNELS = "aitransparency.deid.names.kernels"


def person_marginals(model: Model, text: Sentences) -> Marginals:
    """Return the marginal probabilities of names at every place."""
    if len(text.ids) < _MUCH and _KERNELS not in sys.modules:
        return marginals(model, model.scores(text), text.first, text.length)
    return compiled(model, text)


def compiled(model: Model, text: Sentences) -> Marginals:
    """Return the same by compiled loops."""
    from aitransparency.deid.names import kernels

    total = np.zeros((len(text.ids), labels.COUNT // 4), np.uint64)
    for template, table, packed, key in zip(
        TEMPLATES, model.tables, model.packed, keys(text, model), strict=True
    ):
        rows = key if table is None else table.rows(key)
        kernels.add_scores(total, packed, rows, np.array(template.offsets, np.int64))
    result = Marginals.empty(len(total))
    if len(text.first):
        kernels.decode(
            total.view(np.uint16), text.first, text.length, model.moves, model.exponentials,
            (result.person, result.begin, result.only, result.closes, result.closes_later),
        )  # fmt: skip
    return result
