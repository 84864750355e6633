"""Whether compiled loops pay: arrays for little text, numba for much.

Compiling takes seconds once per installation, and loading the machine code some tenths of one; some
texts are done before that. Both ways give the same, so which is taken shows in time only.
"""

from __future__ import annotations

import sys
from itertools import count

_MUCH = 1 << 16  # bytes from which on compiled loops pay, whether or not they are loaded
_OFTEN = 400  # little texts after which they pay
_LOADED = "aitransparency.deid.jit"
_little = count()


def pays(size: int) -> bool:
    """Return whether compiled loops pay for so many bytes of text."""
    return loaded() or size >= _MUCH or next(_little) >= _OFTEN


def loaded() -> bool:
    """Return whether compiled loops are loaded."""
    return _LOADED in sys.modules
