r"""JSON (RFC 8259) read over whole chunks of lines: tokens, grammar and nesting, without a parser.

Every line is one JSON text. Quotes are paired within their line (no string holds a newline),
structural characters count outside strings, nesting is a running sum, and the grammar is a rule
about each token, the one before it and the container around it. A line that breaks a rule is a bad
line and no other is touched by it.

>>> made = tokens(np.frombuffer(b'{"a": [1, "x"]}\n{"a" 1}\n', np.uint8), depth=8)
>>> "".join(KINDS[kind] for kind in made.kind), made.bad.tolist()
('{s:[v,s]}n{sv}n', [False, True])
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.files.utf8 import text_view
from aitransparency.deid.splice import cut
from aitransparency.deid.text import true_mask

KINDS = "n{}[]:,sv"  # newline, braces, brackets, colon, comma, string, other value
NEWLINE, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COLON, COMMA, STRING, VALUE = range(9)
_QUOTE, _BACKSLASH = 34, 92
_BLANKS = 4096  # longest run of blanks between tokens that is looked through

_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
NUMBER = f"^{_NUMBER}$"
_SCALAR = f"^(?:{_NUMBER}|true|false|null)$"
_ESCAPES = r'^"(?:[^\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"$'

_LOOKUP = np.full(256, 255, np.uint8)
for _code, _letter in enumerate(b"\n{}[]:,"):
    _LOOKUP[_letter] = _code
_BLANK = np.zeros(256, np.bool_)
_BLANK[[9, 13, 32]] = True

Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of n lines.

    Parameters
    ----------
    kind
        uint8 (m,): places in `KINDS`.
    start, end
        int64 (m,): byte offsets; a string's quotes belong to it.
    line
        int64 (m,): the line of each.
    parent
        int64 (m,): the token that opens the container around each, -1 at the top. A closing token
        has the container that it closes.
    is_key
        bool (m,): strings that name a member.
    depth
        int64 (m,): containers around each token, the one that it opens or closes included.
    bad
        bool (n,): lines that are no JSON.
    """

    kind: npt.NDArray[np.uint8]
    start: Ints
    end: Ints
    line: Ints
    parent: Ints
    is_key: Truth
    depth: Ints
    bad: Truth


def tokens(data: Bytes, depth: int) -> Tokens:
    """Read lines of JSON.

    Parameters
    ----------
    data
        uint8 (size,), ending in a newline.
    depth
        Levels of nesting, at most; deeper lines are bad.
    """
    newlines = np.flatnonzero(data == 10)
    bad = np.zeros(len(newlines), np.bool_)
    quotes = _string_quotes(data)
    quote_line = np.searchsorted(newlines, quotes)
    per_line = np.bincount(quote_line, minlength=len(newlines))
    bad |= per_line % 2 == 1
    first = np.cumsum(per_line) - per_line
    opening = (np.arange(len(quotes)) - first[quote_line]) % 2 == 0
    # In a line with an odd number of quotes the last one opens nothing that closes.
    paired = opening & np.append(~opening[1:], False) if len(quotes) else opening
    string_start = quotes[paired]
    string_end = quotes[np.flatnonzero(paired) + 1] + 1

    kind, start, end = _with_strings(data, newlines, (quotes, first), (string_start, string_end))
    kind, start, end = _with_values(data, kind, start, end)
    line = np.searchsorted(newlines, start)
    _mark_odd_strings(data, string_start, string_end, newlines, bad)
    _mark_odd_values(data, kind, start, end, line, bad)
    delta = np.isin(kind, (OPEN_OBJECT, OPEN_ARRAY)).astype(np.int64)
    closes = np.isin(kind, (CLOSE_OBJECT, CLOSE_ARRAY))
    level = _levels(kind, delta, closes)
    inside = level + closes  # a closing token counts as inside what it closes
    too_deep = (inside > depth) | (level < 0)
    bad[line[too_deep]] = True
    parent = _parents(kind, line, level, inside - delta, min(depth, int(inside.max(initial=0))))
    is_key = _check_grammar(kind, line, parent, level, bad)
    return Tokens(kind, start, end, line, parent, is_key, inside, bad)


def _string_quotes(data: Bytes) -> Ints:
    """Return the quotes that no backslash escapes."""
    quotes = np.flatnonzero(data == _QUOTE)
    slashes = np.flatnonzero(data == _BACKSLASH)
    if not len(slashes) or not len(quotes):
        return quotes
    begins = np.append(True, np.diff(slashes) != 1)
    run_first = slashes[begins]
    run_last = slashes[np.append(np.flatnonzero(begins)[1:] - 1, len(slashes) - 1)]
    odd = (run_last - run_first) % 2 == 0
    return quotes[~np.isin(quotes, run_last[odd] + 1)]


def _with_strings(
    data: Bytes, newlines: Ints, quotes: tuple[Ints, Ints], strings: tuple[Ints, Ints]
) -> tuple[npt.NDArray[np.uint8], Ints, Ints]:
    codes = _LOOKUP[data]
    marks = np.flatnonzero(codes != 255)
    before = np.searchsorted(quotes[0], marks) - quotes[1][np.searchsorted(newlines, marks)]
    codes = codes[marks]
    outside = (before % 2 == 0) | (codes == NEWLINE)
    marks, codes = marks[outside], codes[outside]
    start = np.concatenate([marks, strings[0]])
    end = np.concatenate([marks + 1, strings[1]])
    kind = np.concatenate([codes, np.full(len(strings[0]), STRING, np.uint8)])
    order = np.argsort(start, kind="stable")
    return kind[order], start[order], end[order]


def _with_values(
    data: Bytes, kind: npt.NDArray[np.uint8], start: Ints, end: Ints
) -> tuple[npt.NDArray[np.uint8], Ints, Ints]:
    """Add what stands between tokens: numbers, true, false, null, and what is none of them."""
    left = np.concatenate([[0], end[:-1]])
    right = start.copy()
    open_gaps = np.flatnonzero(left < right)
    for edge, step in ((left, 1), (right, -1)):
        at = open_gaps
        for _ in range(_BLANKS):
            place = edge[at] if step == 1 else edge[at] - 1
            at = at[_BLANK[data[place]]]
            edge[at] += step
            at = at[left[at] < right[at]]
            if not len(at):
                break
    filled = open_gaps[left[open_gaps] < right[open_gaps]]
    if not len(filled):
        return kind, start, end
    where = filled
    return (
        np.insert(kind, where, VALUE),
        np.insert(start, where, left[filled]),
        np.insert(end, where, right[filled]),
    )


def _mark_odd_strings(data: Bytes, start: Ints, end: Ints, newlines: Ints, bad: Truth) -> None:
    """Mark lines whose strings hold control characters or escapes that JSON does not know."""
    control = np.flatnonzero((data < 32) & (data != 10))
    if len(control) and len(start):
        at = np.searchsorted(start, control, side="right") - 1
        inside = (at >= 0) & (control < end[np.maximum(at, 0)])
        bad[np.searchsorted(newlines, control[inside])] = True
    slashes = np.flatnonzero(data == _BACKSLASH)
    if not len(slashes) or not len(start):
        return
    at = np.unique(np.searchsorted(start, slashes, side="right") - 1)
    at = at[at >= 0]
    good = true_mask(pc.match_substring_regex(text_view(cut(data, start[at], end[at])), _ESCAPES))
    bad[np.searchsorted(newlines, start[at[~good]])] = True


def _mark_odd_values(
    data: Bytes, kind: npt.NDArray[np.uint8], start: Ints, end: Ints, line: Ints, bad: Truth
) -> None:
    at = np.flatnonzero(kind == VALUE)
    if len(at):
        good = pc.match_substring_regex(cut(data, start[at], end[at]), _SCALAR)
        bad[line[at[~true_mask(good)]]] = True


def _levels(kind: npt.NDArray[np.uint8], opens: Ints, closes: Truth) -> Ints:
    """Return the nesting behind each token, counted anew in each line."""
    total = np.cumsum(opens - closes)
    ends = np.flatnonzero(kind == NEWLINE)
    base = np.concatenate([[0], total[ends]])[: len(ends)]
    count = np.diff(np.concatenate([[-1], ends]))
    return np.asarray(total - np.repeat(base, count))


def _parents(
    kind: npt.NDArray[np.uint8], line: Ints, level: Ints, around: Ints, deepest: int
) -> Ints:
    parent = np.full(len(kind), -1, np.int64)
    opens = np.isin(kind, (OPEN_OBJECT, OPEN_ARRAY))
    for depth in range(1, deepest + 1):
        openers = np.flatnonzero(opens & (level == depth))
        here = np.flatnonzero((around == depth) & (kind != NEWLINE))
        if not len(openers) or not len(here):
            continue
        at = np.searchsorted(openers, here, side="right") - 1
        known = at >= 0
        found = openers[at[known]]
        same = line[found] == line[here[known]]
        parent[here[known][same]] = found[same]
    return parent


def _check_grammar(
    kind: npt.NDArray[np.uint8], line: Ints, parent: Ints, level: Ints, bad: Truth
) -> Truth:
    """Mark lines with a token that may not stand where it does; return which strings are keys."""
    before = np.concatenate([[NEWLINE], kind])[: len(kind)].astype(np.uint8)
    around = np.where(parent >= 0, kind[np.maximum(parent, 0)], NEWLINE)
    in_object, in_array = around == OPEN_OBJECT, around == OPEN_ARRAY
    is_key = (kind == STRING) & in_object & ((before == OPEN_OBJECT) | (before == COMMA))
    key_before = np.concatenate([[False], is_key])[: len(is_key)]
    ends_value = np.isin(before, (CLOSE_OBJECT, CLOSE_ARRAY, STRING, VALUE)) & ~key_before
    starts = np.isin(kind, (OPEN_OBJECT, OPEN_ARRAY, STRING, VALUE)) & ~is_key
    # An opening token's parent is the container around it, so `around` is right for it too.
    good = np.zeros(len(kind), np.bool_)
    good |= is_key
    good |= starts & ((before == COLON) | (in_array & ((before == OPEN_ARRAY) | (before == COMMA))))
    good |= starts & (before == NEWLINE) & (kind == OPEN_OBJECT)
    good |= (kind == COLON) & key_before & in_object
    good |= (kind == COMMA) & ends_value & (in_object | in_array)
    good |= (kind == CLOSE_OBJECT) & in_object & (ends_value | (before == OPEN_OBJECT))
    good |= (kind == CLOSE_ARRAY) & in_array & (ends_value | (before == OPEN_ARRAY))
    good |= (kind == NEWLINE) & (level == 0) & (ends_value | (before == NEWLINE))
    bad[line[~good]] = True
    return np.asarray(is_key)
