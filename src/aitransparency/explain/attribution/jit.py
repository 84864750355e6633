"""Compile a kernel on first use and keep the machine code where the file system allows.

>>> @kernel
... def twice(number):
...     return 2 * number
>>> twice(21)
42
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Return the function compiled by numba without the interpreter lock.

    Arithmetic is not reordered (no fastmath), so that sums are the same from run to run.
    """
    try:
        return cast(Function, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # no directory that can hold the cache: compile once a process
        return cast(Function, numba.njit(nogil=True)(function))
