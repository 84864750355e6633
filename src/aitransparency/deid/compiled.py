"""Whether compiled loops pay: arrays for little text, numba for much.

Compiling takes some twenty seconds once per installation, and loading the machine code half of one.
Arrays do as much text as is worth that first. Both ways give the same, so which is taken shows in
time only.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

_LOADED = "aitransparency.deid.jit"
_EACH = 1_000  # bytes that take as long as the steps over a text of none
_LOADING = 1 << 20  # bytes by arrays that take as long as loading
_COMPILING = 1 << 25  # and as compiling


class _Done:
    """How many bytes arrays have done in this process."""

    def __init__(self) -> None:
        self.size = 0

    def with_more(self, size: int) -> int:
        """Count more of them, and return all."""
        self.size += size + _EACH
        return self.size


_by_arrays = _Done()


def pays(size: int) -> bool:
    """Return whether compiled loops pay for so many bytes of text."""
    return loaded() or _by_arrays.with_more(size) >= _worth()


def loaded() -> bool:
    """Return whether compiled loops are loaded."""
    return _LOADED in sys.modules


@cache
def _worth() -> int:
    """Return how much text by arrays takes as long as getting the machine code."""
    return _LOADING if _is_kept() else _COMPILING


def _is_kept() -> bool:
    """Return whether numba has kept machine code of an earlier process."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folders = [Path(named)] if named else [Path(__file__).parent, home / "numba"]
    return any(next(folder.rglob("*kernels.*.nbi"), None) is not None for folder in folders)
