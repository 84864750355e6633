"""How the compiled loops of `deid` are compiled; `compiled` says when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba

from aitransparency.jit import compiled

_OPTIONS: dict[str, Any] = {"error_model": "numpy"}  # no division checks for nothing
Compiled = Callable[..., Any]  # numba infers the types of its arguments and of what it returns


def kernel(function: Compiled) -> Compiled:
    """Compile without the interpreter lock; keep the machine code where the file system allows.

    What is private is part of the machine code of what calls it.
    """
    if function.__name__.startswith("_"):
        return cast(Compiled, numba.njit(nogil=True, **_OPTIONS)(function))
    return compiled(function, **_OPTIONS)


def inlined(function: Compiled) -> Compiled:
    """Compile into each caller, where its constant arguments are known."""
    return cast(Compiled, numba.njit(inline="always", nogil=True, **_OPTIONS)(function))
