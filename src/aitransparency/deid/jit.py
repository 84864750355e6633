"""How the compiled loops of `deid` are compiled; `compiled` says when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba

Compiled = Callable[..., Any]  # numba infers the types of its arguments and of what it returns


def kernel(function: Compiled) -> Compiled:
    """Compile without the interpreter lock; keep the machine code where the file system allows."""
    try:
        return cast(Compiled, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # no directory that can hold the cache: compile once a process
        return cast(Compiled, numba.njit(nogil=True)(function))


def inlined(function: Compiled) -> Compiled:
    """Compile into each caller, where its constant arguments are known."""
    return cast(Compiled, numba.njit(nogil=True, inline="always")(function))
