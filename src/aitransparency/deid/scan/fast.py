"""The compiled loops of the scan, where they pay; see `deid.compiled`.

Both ways give the same, so which is taken shows in time only.
"""

from __future__ import annotations

import sys
from typing import Any

from aitransparency.deid.compiled import pays

_KERNELS = "aitransparency.deid.scan.kernels"


def begin(size: int) -> None:
    """Load the compiled loops if they pay for a text of so many bytes."""
    if kernels() is None and pays(size):
        from aitransparency.deid.scan import kernels as _  # noqa: F401  # loaded, not used here


def kernels() -> Any:  # a module whose functions numba types
    """Return the compiled loops where they are loaded, None elsewhere."""
    loaded = sys.modules.get(_KERNELS)
    return loaded if hasattr(loaded, "LOADED") else None  # another thread may be at it
