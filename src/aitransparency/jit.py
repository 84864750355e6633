"""Compile with numba, and keep the machine code where the file system allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function, **options: Any) -> Function:  # numba's
    """Return a function compiled on first use without the interpreter lock.

    Parameters
    ----------
    function
        What numba can compile.
    options
        Further options of `numba.njit`.
    """
    try:
        return cast(Function, numba.njit(nogil=True, cache=True, **options)(function))
    except RuntimeError:  # no directory that can hold the cache: compile once a process
        return cast(Function, numba.njit(nogil=True, **options)(function))
