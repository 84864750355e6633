"""When compiled loops pay for the scan, and the tables they read.

Compiling takes seconds once per installation, and loading the machine code a tenth of one; a short
text is done before that. Both ways give the same, so which is taken shows in time only.
"""

from __future__ import annotations

import sys
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

MUCH = 1 << 17  # bytes from which on compiled loops pay, whether or not they are loaded
_OFTEN = 200  # little texts after which they pay
_KERNELS = "aitransparency.deid.scan.kernels"
_little = count()


def kernels(size: int) -> Any:  # a module whose functions numba types
    """Return the compiled loops where they pay for a text of this many bytes, None elsewhere."""
    loaded: ModuleType | None = sys.modules.get(_KERNELS)
    if loaded is not None and hasattr(loaded, "words_after"):  # the last: it is loaded whole
        return loaded
    if size < MUCH and next(_little) < _OFTEN:
        return None
    from aitransparency.deid.scan import kernels as compiled

    return compiled
