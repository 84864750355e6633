"""The scan in compiled loops, for much text: what the other modules here do over arrays.

Both ways give the same (`tests/deid/test_compiled_scan.py`); `fast` chooses.
"""

from __future__ import annotations

from aitransparency.deid.scan.kernels import (
    by_length,
    chains,
    fits,
    follows,
    gather,
    handles,
    join_and_fold,
    lettered,
    origin,
    places_grouped,
    reach,
    runs_and_marks,
    separators_after,
)
from aitransparency.deid.scan.overlap_kernels import settled
from aitransparency.deid.scan.word_kernels import labelled, scored, tell

__all__ = [
    "by_length",
    "chains",
    "fits",
    "follows",
    "gather",
    "handles",
    "join_and_fold",
    "labelled",
    "lettered",
    "origin",
    "places_grouped",
    "reach",
    "runs_and_marks",
    "scored",
    "separators_after",
    "settled",
    "tell",
]

LOADED = True  # the last line: the module is whole
