"""The compiled loops of the scan, where they pay; see `deid.compiled`.

Both ways give the same, so which is taken shows in time only.
"""

from __future__ import annotations

import sys
from typing import Any

from aitransparency.deid.compiled import pays

_LOOPS = "aitransparency.deid.scan.loops"


def begin(size: int) -> None:
    """Load the compiled loops if they pay for a text of so many bytes."""
    if kernels() is None and pays(size):
        from aitransparency.deid.scan import loops as _  # noqa: F401  # loaded, not used here


def kernels() -> Any:  # a module whose functions numba types
    """Return the compiled loops where they are loaded, None elsewhere."""
    loops = sys.modules.get(_LOOPS)
    return loops if hasattr(loops, "LOADED") else None  # another thread may be at it
