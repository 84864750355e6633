"""Compile a kernel on first use and keep the machine code where the file system allows.

>>> @kernel
... def twice(number):
...     return 2 * number
>>> twice(21)
42
"""

from __future__ import annotations

from aitransparency.jit import Function, compiled


def kernel(function: Function) -> Function:
    """Return the function compiled by numba without the interpreter lock.

    Arithmetic is not reordered (no fastmath), so that sums are the same from run to run.
    """
    return compiled(function)
