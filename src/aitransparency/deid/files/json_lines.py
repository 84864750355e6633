r"""JSON Lines: one object a line; a path names a column, and only the values at paths are replaced.

Blanks, the order of members, the spelling of numbers and of untouched strings stay byte for byte.
Strings with escapes (``\u5f20``) are decoded before they are searched. A value that becomes text is
written as a string; one that was a number and still reads as one stays bare.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.files.base import BadRow, Chunk, Format, Records, Written
from aitransparency.deid.files.json_paths import Leaf, column_of, leaves, repeated
from aitransparency.deid.files.json_tokens import (
    NEWLINE,
    NUMBER,
    OPEN_ARRAY,
    OPEN_OBJECT,
    STRING,
    VALUE,
    Tokens,
    tokens,
)
from aitransparency.deid.files.options import FileOptions
from aitransparency.deid.files.plan_part import part_of
from aitransparency.deid.files.text_source import TextSource
from aitransparency.deid.files.typed import typed
from aitransparency.deid.files.utf8 import is_utf8, text_view
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.splice import cut, splice
from aitransparency.deid.techniques import Drop, Keep
from aitransparency.deid.text import text_of, true_mask
from aitransparency.errors import FileFormatError, InputError


@dataclass(frozen=True, slots=True)
class _Form:
    data: Bytes
    tokens: Tokens
    leaves: list[Leaf]
    values: dict[str, pa.Array]  # path to the text of its values, in order
    blank_lines: int
    added_newline: bool


class JsonLines(Format):
    """A JSON Lines file that was opened; see `Format`."""

    name = "jsonl"
    in_pieces = True
    open_columns = True

    def __init__(self, source: TextSource, options: FileOptions) -> None:
        if options.neutralise_formulas:
            raise InputError("formulas are neutralised in CSV and XLSX only")
        self._source = source
        self._options = options
        self.compression = source.compression
        self.encoding = str(source.encoding)
        head = source.head[: _whole_lines(source.head) or len(source.head)]
        self._head = Chunk(head[: _whole_lines(head[: 1 << 20]) or len(head)], 0, 1)
        if head.lstrip()[:1] not in (b"", b"{"):
            raise FileFormatError(
                f"{source.name} is not JSON Lines: a line is an object; split a list into lines "
                "first"
            )

    def schemas(self) -> list[pa.Schema]:
        """See `Format.schemas`."""
        return [group.schema for group in self.read(self._head).groups]

    def sample(self, rows: int) -> list[pa.Table]:
        """See `Format.sample`."""
        groups = self.read(self._head).groups
        return [typed(pa.Table.from_batches([group.slice(0, rows)])) for group in groups]

    def end(self) -> int | None:
        """See `Format.end`."""
        return self._source.end()

    def head(self, plan: Plan) -> bytes:
        """Return the byte order mark."""
        return self._source.encoding.bom

    def chunks(self, position: int = 0, line: int = 0) -> Iterator[Chunk]:
        """See `Format.chunks`."""
        return self._source.chunks(position, line or 1, _whole_lines)

    def read(self, chunk: Chunk) -> Records:
        """See `Format.read`."""
        payload: bytes = chunk.payload
        added = not payload.endswith(b"\n")
        data = np.frombuffer(payload + b"\n" if added else payload, np.uint8)
        numbers = chunk.line + np.arange(int((data == 10).sum()))
        rows: list[BadRow] = []
        while True:
            found = tokens(data, self._options.limits.depth)
            bad = self._bad_lines(data, found)
            if not bad:
                break
            edges = np.concatenate([[0], np.flatnonzero(data == 10) + 1])
            gone = np.array(sorted(bad))
            added = added and int(gone[-1]) != len(numbers) - 1
            for line in gone.tolist():
                text = data[edges[line] : edges[line + 1]].tobytes()
                rows.append(BadRow(int(numbers[line]), bad[line], text))
            data = splice(data, edges[gone], edges[gone + 1], pa.array([b""] * len(gone)))
            numbers = np.delete(numbers, gone)
        self._bound(found, numbers)
        return self._records(data, found, rows, added)

    def _records(self, data: Bytes, found: Tokens, bad: list[BadRow], added: bool) -> Records:
        listed = leaves(data, found)
        values = {leaf.path: _texts(data, found, leaf.token) for leaf in listed}
        groups: dict[str, dict[str, pa.Array]] = {}
        for leaf in listed:
            columns = groups.setdefault(leaf.group, {})
            columns[leaf.path] = column_of(leaf, values[leaf.path])
        lines = int((found.kind == NEWLINE).sum())
        rows = int(((found.kind == OPEN_OBJECT) & (found.parent < 0)).sum())
        batches = tuple(
            pa.RecordBatch.from_arrays(list(columns.values()), list(columns))
            for columns in groups.values()
        )
        bad.sort(key=lambda row: row.line)
        form = _Form(data, found, listed, values, lines - rows, added)
        return Records(batches, rows, tuple(bad), form)

    def _bad_lines(self, data: Bytes, found: Tokens) -> dict[int, str]:
        """Return the bad lines and why; the next kind of fault is looked for once one is gone."""
        if not is_utf8(data):
            edges = np.concatenate([[0], np.flatnonzero(data == 10) + 1]).tolist()
            wrong = [
                number
                for number, (start, end) in enumerate(pairwise(edges))
                if not is_utf8(data[start:end])
            ]
            return dict.fromkeys(wrong, f"bytes that are not {self.encoding}")
        if found.bad.any():
            return dict.fromkeys(np.flatnonzero(found.bad).tolist(), "not a JSON object")
        lone = _lone_surrogates(data, found)
        if len(lone):
            return dict.fromkeys(found.line[lone].tolist(), "half of a surrogate pair")
        twice = [token for leaf in leaves(data, found) for token in repeated(leaf).tolist()]
        return dict.fromkeys(found.line[twice].tolist(), "a key given twice") if twice else {}

    def _bound(self, found: Tokens, numbers: Ints) -> None:
        limit = self._options.limits.field_bytes
        size = found.end - found.start
        if len(size) and int(size.max()) > limit:
            line = int(numbers[found.line[int(np.argmax(size))]])
            raise FileFormatError(
                f"{self._source.name}, line {line:,}: a value is longer than {limit:,} bytes; if "
                "it is right, raise Limits.field_bytes"
            )

    def write(self, records: Records, made: list[pa.RecordBatch], plan: Plan) -> Written:
        """See `Format.write`."""
        form: _Form = records.form
        new = {name: one.column(n) for one in made for n, name in enumerate(one.schema.names)}
        lines = plan_lines(plan, [leaf.path for leaf in form.leaves])
        dropped = []
        spans = []
        for leaf in form.leaves:
            technique = lines[leaf.path].technique
            if isinstance(technique, Drop):
                dropped.append(leaf.token)
            elif not isinstance(technique, Keep):
                spans.append(_replaced(form, leaf, new[leaf.path]))
        if dropped:
            spans.append(_removed(form.tokens, np.concatenate(dropped)))
        data = form.data
        if spans:
            start, end = (np.concatenate([span[place] for span in spans]) for place in (0, 1))
            order = np.argsort(start, kind="stable")
            values = pa.concat_arrays([span[2] for span in spans]).take(pa.array(order))
            data = splice(data, start[order], end[order], values)
        rows = int((data == 10).sum()) - form.blank_lines
        payload = data.tobytes()
        if form.added_newline and payload:
            payload = payload.removesuffix(b"\n")
        return Written(self._source.encoding.encode(payload), rows)

    def reopened(self, output: Path | IO[bytes], plan: Plan) -> JsonLines:
        """See `Format.reopened`."""
        options = self._options.for_reading_back(self._source.encoding.name)
        return JsonLines(TextSource(output, self._source.name, options), options)


def plan_lines(plan: Plan, paths: list[str]) -> dict[str, ColumnPlan]:
    """Return the lines of a plan for the paths of a chunk, which need not have all of them."""
    return part_of(plan, paths).for_columns(paths) if paths else {}


def _whole_lines(data: bytes) -> int:
    return data.rfind(b"\n") + 1


def _texts(data: Bytes, found: Tokens, at: Ints) -> pa.Array:
    """Return the text of values, large_string (m,): strings decoded, null as null."""
    is_string = found.kind[at] == STRING
    start, end = found.start[at] + is_string, found.end[at] - is_string
    texts = text_view(cut(data, start, end))
    missing = pc.and_(pc.equal(texts, "null"), pa.array(~is_string))
    if pc.any(missing).as_py():
        texts = pc.if_else(missing, text_of(None), texts)
    escaped = true_mask(pc.match_substring(texts, "\\")) & is_string
    if escaped.any():
        tokens_ = cut(data, found.start[at[escaped]], found.end[at[escaped]])
        decoded = json.loads(b"[" + b",".join(tokens_.to_pylist()) + b"]")
        texts = pc.replace_with_mask(texts, pa.array(escaped), pa.array(decoded, pa.large_string()))
    return texts


def _lone_surrogates(data: Bytes, found: Tokens) -> Ints:
    """Return string tokens with an escape that is half of a surrogate pair: no Unicode text."""
    at = np.flatnonzero(found.kind == STRING)
    if not len(at) or not (data == 92).any():
        return np.empty(0, np.int64)
    raw = cut(data, found.start[at], found.end[at])
    suspect = at[true_mask(pc.match_substring_regex(raw, r"\\u[dD][89a-fA-F]"))]
    lone = []
    for token in suspect.tolist():
        text = json.loads(data[found.start[token] : found.end[token]].tobytes())
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            lone.append(token)
    return np.array(lone, np.int64)


def _replaced(form: _Form, leaf: Leaf, column: pa.Array) -> tuple[Ints, Ints, pa.Array]:
    """Return the spans of values that changed, and their new JSON."""
    old = form.values[leaf.path]
    new = column.take(pa.array(leaf.row)).cast(pa.large_string())
    same = pc.fill_null(pc.equal(old, new), False)
    changed = ~true_mask(pc.or_(same, pc.and_(old.is_null(), new.is_null())))
    token = leaf.token[changed]
    start, end = form.tokens.start[token], form.tokens.end[token]
    raw = cut(form.data, start, end)
    was_string = form.tokens.kind[token] == STRING
    values = new.filter(pa.array(changed))
    return start, end, _as_json(values, was_string, raw).cast(pa.large_binary())


def _as_json(values: pa.Array, was_string: np.ndarray, raw: pa.Array) -> pa.Array:
    mark = text_of('"')
    quoted = pc.binary_join_element_wise(mark, values, mark, text_of(""))
    number = pc.and_(pc.match_substring_regex(values, NUMBER), pa.array(~was_string))
    made = pc.if_else(pc.fill_null(number, False), values, quoted)
    special = true_mask(pc.match_substring_regex(values, r'["\\\x00-\x1f]'))
    ascii_only = true_mask(pc.match_substring(raw, b"\\u")) & ~true_mask(pc.string_is_ascii(values))
    slow = special | ascii_only
    if slow.any():
        texts = values.filter(pa.array(slow)).to_pylist()
        as_ascii = ascii_only[slow].tolist()
        spelled = [
            json.dumps(text, ensure_ascii=flag) for text, flag in zip(texts, as_ascii, strict=True)
        ]
        made = pc.replace_with_mask(made, pa.array(slow), pa.array(spelled, pa.large_string()))
    return pc.fill_null(made, "null")


def _removed(found: Tokens, token: Ints) -> tuple[Ints, Ints, pa.Array]:
    """Return the spans that take values out of their objects and lists, commas and keys included.

    A member before the last one that stays goes with the comma behind it; one after it with the
    comma before it.
    """
    opens = np.isin(found.kind, (OPEN_OBJECT, OPEN_ARRAY))
    is_value = (opens | np.isin(found.kind, (STRING, VALUE))) & ~found.is_key & (found.parent >= 0)
    at = np.flatnonzero(is_value)
    gone = np.isin(at, token)
    last_kept = np.full(len(found.kind), -1, np.int64)
    np.maximum.at(last_kept, found.parent[at[~gone]], at[~gone])
    first_of = np.full(len(found.kind), len(found.kind), np.int64)
    np.minimum.at(first_of, found.parent[at], at)
    out = at[gone]
    owner = found.parent[out]
    named = found.kind[owner] == OPEN_OBJECT
    head = np.where(named, out - 2, out)  # the key, or the value itself
    before = out < last_kept[owner]
    alone = ~before & (out == first_of[owner])
    start = np.where(before | alone, found.start[head], found.start[np.maximum(head - 1, 0)])
    behind = np.minimum(out + 2, len(found.start) - 1)
    end = np.where(before, found.start[behind], found.end[out])
    return start, end, pa.repeat(pa.scalar(b"", pa.large_binary()), len(out))
