"""Replacing spans in compiled loops; see `splice`."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `splice` is typed.

from __future__ import annotations

from aitransparency.deid.jit import kernel


@kernel
def copy(data, eight, first, last, start, end, new, new_eight, edges, out, out_eight, to):
    """Write ``data[first:last]`` from `to` on, with every span as the text that stands for it.

    `eight`, `new_eight` and `out_eight` are every eight bytes as a number, one byte apart.
    """
    at = first
    for span in range(len(start)):
        to = _copy(data, eight, at, start[span], out, out_eight, to)
        to = _copy(new, new_eight, edges[span], edges[span + 1], out, out_eight, to)
        at = end[span]
    _copy(data, eight, at, last, out, out_eight, to)


@kernel
def _copy(data, eight, first, last, out, out_eight, to):
    """Write ``data[first:last]`` from `to` on; return where it ends."""
    while first + 8 <= last:
        out_eight[to] = eight[first]
        first += 8
        to += 8
    while first < last:
        out[to] = data[first]
        first += 1
        to += 1
    return to
