r"""The paths of values in JSON lines, and the tables they make.

``contact.phone`` is a member of a member, ``phones[]`` the elements of a list and ``orders[].to`` a
member of each. A key that holds one of ``. [ ] "`` stands in quotes, so that no two paths share a
name. Values in lists make tables of their own, one row per element of the innermost list.

>>> from aitransparency.deid.files.json_tokens import tokens
>>> data = np.frombuffer(b'{"a": {"b": 1}, "t": ["x", null]}\n', np.uint8)
>>> [(leaf.path, leaf.group, leaf.row.tolist()) for leaf in leaves(data, tokens(data, 8))]
[('a.b', '', [0]), ('t[]', 't[]', [0, 1])]
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.files.json_tokens import (
    OPEN_ARRAY,
    OPEN_OBJECT,
    STRING,
    VALUE,
    Tokens,
)
from aitransparency.deid.splice import cut

_SPECIAL = re.compile(r'[.\[\]"]|^$')


@dataclass(frozen=True, slots=True)
class Leaf:
    """All values at one path.

    Parameters
    ----------
    path
        Its name.
    group
        The path of the innermost list around it, "" where there is none.
    token
        int64 (m,): the token of each value, ascending.
    row
        int64 (m,): the row of each in the group's table.
    rows
        Rows of that table.
    """

    path: str
    group: str
    token: Ints
    row: Ints
    rows: int


def leaves(data: Bytes, found: Tokens) -> list[Leaf]:
    """Return the paths of the values that are neither objects nor lists, in order of appearance."""
    names, list_of, path_of, element_of = _paths(data, found)
    is_leaf = (path_of >= 0) & np.isin(found.kind, (STRING, VALUE))
    at = np.flatnonzero(is_leaf)
    if not len(at):
        return []
    order = at[np.argsort(path_of[at], kind="stable")]
    paths, first = np.unique(path_of[order], return_index=True)
    made = []
    elements: dict[int, Ints] = {0: _records(found)}
    for path, token in zip(paths.tolist(), np.split(order, first[1:]), strict=True):
        group = list_of[path]
        if group not in elements:
            elements[group] = np.flatnonzero(path_of == group)
        row = np.searchsorted(elements[group], element_of[token])
        made.append(Leaf(names[path], names[group], token, row, len(elements[group])))
    return sorted(made, key=lambda leaf: int(leaf.token[0]))


def _records(found: Tokens) -> Ints:
    return np.flatnonzero((found.parent < 0) & (found.kind == OPEN_OBJECT) & (found.depth == 1))


def _paths(data: Bytes, found: Tokens) -> tuple[list[str], list[int], Ints, Ints]:
    """Return the names and lists of paths, and the path and the element or record of each value.

    A path's list is the path of the elements of the innermost list around it, itself where it is
    one, 0 (the records) where there is none.
    """
    kind, parent = found.kind, found.parent
    path_of = np.full(len(kind), -1, np.int64)
    element_of = np.full(len(kind), -1, np.int64)
    opens = np.isin(kind, (OPEN_OBJECT, OPEN_ARRAY))
    is_value = (opens | np.isin(kind, (STRING, VALUE))) & ~found.is_key
    names, list_of = [""], [0]
    top = _records(found)
    path_of[top] = 0
    element_of[top] = top
    key_code, keys = _keys(data, found)
    around = found.depth - opens
    for depth in range(1, int(found.depth.max(initial=0)) + 1):
        here = np.flatnonzero(is_value & (around == depth))
        if not len(here):
            break
        outer = parent[here]
        listed = kind[outer] == OPEN_ARRAY
        code = np.where(listed, len(keys), key_code[np.maximum(here - 2, 0)])
        pairs, inverse = np.unique(path_of[outer] * (len(keys) + 1) + code, return_inverse=True)
        for pair in pairs.tolist():
            above, one = divmod(pair, len(keys) + 1)
            listed_here = one == len(keys)
            list_of.append(len(names) if listed_here else list_of[above])
            names.append(_joined(names[above], None if listed_here else keys[one]))
        path_of[here] = len(names) - len(pairs) + inverse
        element_of[here] = np.where(listed, here, element_of[outer])
    return names, list_of, path_of, element_of


def _keys(data: Bytes, found: Tokens) -> tuple[Ints, list[str]]:
    at = np.flatnonzero(found.is_key)
    codes = np.full(len(found.kind), 0, np.int64)
    if not len(at):
        return codes, []
    spelled = cut(data, found.start[at] + 1, found.end[at] - 1).dictionary_encode()
    texts = [
        json.loads(b'"' + key + b'"') if b"\\" in key else key.decode()
        for key in spelled.dictionary.to_pylist()
    ]
    keys = sorted(set(texts))  # two spellings of one key are one key
    place = {key: number for number, key in enumerate(keys)}
    of_spelling = np.array([place[text] for text in texts], np.int64)
    codes[at] = of_spelling[spelled.indices.to_numpy(zero_copy_only=False)]
    return codes, keys


def _joined(above: str, key: str | None) -> str:
    if key is None:
        return f"{above}[]"
    part = json.dumps(key, ensure_ascii=False) if _SPECIAL.search(key) else key
    return f"{above}.{part}" if above else part


def repeated(leaf: Leaf) -> Ints:
    """Return the tokens that stand in a row that has a value already: a key given twice."""
    if len(leaf.row) < 2:
        return np.empty(0, np.int64)
    order = np.argsort(leaf.row, kind="stable")
    again = np.append(False, np.diff(leaf.row[order]) == 0)
    return np.asarray(leaf.token[order[again]])


def column_of(leaf: Leaf, values: pa.Array) -> pa.Array:
    """Return the values of a leaf as a column of its group's table; null where there is none."""
    if len(leaf.row) == leaf.rows and (leaf.row == np.arange(leaf.rows)).all():
        return values
    place = np.full(leaf.rows, -1, np.int64)
    place[leaf.row] = np.arange(len(leaf.row))
    return values.take(pa.array(place, mask=place < 0))
