r"""CSV and TSV, and plain text as their simplest case: a file of one field a line.

Fields are never read as numbers or dates and written again: what the plan keeps stays where it is,
bytes, quotes and line endings included, and only the spans of treated fields are replaced. A
replacement is quoted where the field was, and where it must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import Bytes, Ints, eights
from aitransparency.deid.compiled import pays
from aitransparency.deid.files.base import BadRow, Chunk, Format, Records, Written
from aitransparency.deid.files.csv_dialect import Dialect, detect
from aitransparency.deid.files.csv_rows import (
    Rows,
    count_rows,
    find_rows,
    view,
    whole_records,
)
from aitransparency.deid.files.formulas import neutralise
from aitransparency.deid.files.options import FileOptions
from aitransparency.deid.files.text_source import TextSource
from aitransparency.deid.files.typed import typed
from aitransparency.deid.files.utf8 import is_utf8, text_view
from aitransparency.deid.plan import Plan
from aitransparency.deid.splice import bytes_of, cut, edges_of, splice
from aitransparency.deid.techniques import Drop, Keep
from aitransparency.deid.verify.fields import Fields
from aitransparency.deid.verify.skeleton import drops
from aitransparency.errors import FileFormatError, InputError, LeakError

TEXT_COLUMN = "text"
_CR = 13


@dataclass(frozen=True, slots=True)
class _Form:
    """Where the columns of a chunk stand in its bytes."""

    data: Bytes
    rows: Rows
    added_newline: bool


class CsvFile(Format):
    """A delimited file that was opened; see `Format`."""

    in_pieces = True

    def __init__(
        self,
        source: TextSource,
        options: FileOptions,
        *,
        kind: str = "csv",
        dialect: Dialect | None = None,
    ) -> None:
        self._source = source
        self._options = options
        self.compression = source.compression
        self.encoding = str(source.encoding)
        self.name = kind
        if dialect is not None:
            self._dialect = dialect
        elif kind == "text":
            newline = "\r" if b"\r" in source.head and b"\n" not in source.head else "\n"
            self._dialect = Dialect("", "", newline)
        else:
            self._dialect = detect(
                source.head,
                delimiter=options.delimiter,
                quote=options.quote,
                tabs=".tsv" in source.name.lower(),
            )
        self.dialect = "" if kind == "text" else str(self._dialect)
        self._header, self.names = self._read_header()

    def _read_header(self) -> tuple[bytes, list[str]]:
        if self.name == "text":
            return b"", [TEXT_COLUMN]
        front = self._front(1)
        if not front.strip():
            raise FileFormatError(f"{self._source.name} is empty: it has not even a header")
        data = np.frombuffer(front + self._dialect.newline.encode(), np.uint8)
        first = _first_record(data, self._dialect)
        values = _column(data, first.start[0], first.end[0], self._dialect, quoted=True)
        fault = _fault_of_header(data, first, self._dialect)
        if fault and self._options.header:
            raise FileFormatError(f"{self._source.name}: line 1: the header has {fault}")
        if not self._options.header:
            return b"", [f"c{number}" for number in range(1, len(values) + 1)]
        try:
            names = [value.as_py().decode() for value in values]
        except UnicodeDecodeError:
            raise FileFormatError(
                f"{self._source.name}, line 1: the header is not {self.encoding}; name the "
                "encoding with encoding="
            ) from None
        self._refuse_data_as_header(names)
        end = int(first.last[0])
        return data[:end].tobytes()[: len(front)], names

    def _refuse_data_as_header(self, names: list[str]) -> None:
        """Raise where the first record is a person's: as a header it would be written as it is."""
        from aitransparency.deid.find import find

        found = find(names)
        if len(found):
            raise InputError(
                f"{self._source.name}, line 1: the header holds {len(found)} identifiers, so it "
                "looks like a record; read the file with header=False (--no-header)"
            )

    def _front(self, records: int) -> bytes:
        """Return the head of the source up to a few records, all of it where it has no more."""
        head = self._source.head
        size = 64 << 10
        while True:
            part = head[:size]
            at = whole_records(part, self._dialect)
            if at or len(part) == len(head):
                return part[:at] or part
            size *= 4

    def schemas(self) -> list[pa.Schema]:
        """See `Format.schemas`."""
        return [pa.schema([(name, pa.large_string()) for name in self.names])]

    def sample(self, rows: int) -> list[pa.Table]:
        """See `Format.sample`."""
        body = self._source.head[len(self._header) :]
        at = whole_records(body, self._dialect) or len(body)
        records = self.read(Chunk(body[:at], at, line=2))
        return [typed(pa.Table.from_batches([records.groups[0].slice(0, rows)]))]

    def chunks(self, position: int = 0, line: int = 0) -> Iterator[Chunk]:
        """See `Format.chunks`."""
        newline = self._dialect.newline.encode()
        if not position:
            position, line = len(self._header), self._header.count(newline) + 1
        return self._source.chunks(
            position, line, lambda data: whole_records(data, self._dialect), newline
        )

    def end(self) -> int | None:
        """See `Format.end`."""
        return self._source.end()

    def read(self, chunk: Chunk) -> Records:
        """See `Format.read`."""
        newline = self._dialect.newline.encode()
        payload: bytes = chunk.payload
        added = not payload.endswith(newline)
        data = np.frombuffer(payload + newline if added else payload, np.uint8)
        rows = find_rows(data, self._dialect, len(self.names))
        bad = self._bad_rows(data, rows, chunk)
        if bad:
            spans = np.array([(start, end) for start, end, _ in bad], np.int64)
            added = added and int(spans[-1, 1]) != len(data)
            data = splice(data, spans[:, 0], spans[:, 1], pa.array([b""] * len(bad)))
            rows = find_rows(data, self._dialect, len(self.names))
        self._bound(rows, chunk)
        columns = [text_view(one) for one in _columns(data, rows, self._dialect)]
        batch = pa.RecordBatch.from_arrays(columns, schema=self.schemas()[0])
        return Records(
            (batch,), len(rows.last), tuple(row for _, _, row in bad), _Form(data, rows, added)
        )

    def fields(self, chunk: Chunk) -> Fields | None:
        """See `Format.fields`."""
        newline, quote = self._dialect.newline.encode(), self._dialect.quote
        payload: bytes = chunk.payload
        if not pays(len(payload)) or (quote and not drops(quote)):
            return None
        data = np.frombuffer(payload if payload.endswith(newline) else payload + newline, np.uint8)
        rows = find_rows(data, self._dialect, len(self.names))
        if rows.bad or not is_utf8(data):
            return None
        return Fields(data, rows.start, rows.end, self.names)

    def _bad_rows(self, data: Bytes, rows: Rows, chunk: Chunk) -> list[tuple[int, int, BadRow]]:
        found = []
        for one in rows.bad:
            if one.broken:
                reason = "a quote that does not end where its field does"
                if b'\\"' in data[one.start : one.end].tobytes():
                    reason += (
                        " (are quotes escaped by a backslash? They are read doubled, as in RFC "
                        "4180: convert the file first)"
                    )
            else:
                reason = f"{one.fields} fields where {len(self.names)} are expected"
            found.append((one.start, one.end, reason))
        if not is_utf8(data):
            for start, end in zip(rows.start[:, 0].tolist(), rows.last.tolist(), strict=True):
                if not is_utf8(data[start:end]):
                    found.append((start, end, f"bytes that are not {self.encoding}"))
        newline = self._dialect.codes[2]
        made = []
        for start, end, reason in sorted(found):
            line = chunk.line + int((data[:start] == newline).sum())
            made.append((start, end, BadRow(line, reason, data[start:end].tobytes())))
        return made

    def _bound(self, rows: Rows, chunk: Chunk) -> None:
        limit = self._options.limits.field_bytes
        if len(rows.end) and int((rows.end - rows.start).max()) > limit:
            row = int(np.argmax((rows.end - rows.start).max(axis=1)))
            raise FileFormatError(
                f"{self._source.name}, near line {chunk.line + row:,}: a field is longer than "
                f"{limit:,} bytes; if it is right, raise Limits.field_bytes"
            )

    def head(self, plan: Plan) -> bytes:
        """Return the header without dropped columns, behind the byte order mark."""
        mark = self._source.encoding.bom
        if not self._header:
            return mark
        newline = self._dialect.newline.encode()
        added = not self._header.endswith(newline)
        data = np.frombuffer(self._header + (newline if added else b""), np.uint8)
        rows = _first_record(data, self._dialect)
        made = self._filled(_Form(data, rows, added), [], plan, header=True)[0].tobytes()
        made = made.removesuffix(newline) if added else made
        return mark + self._source.encoding.encode(made)

    def write(self, records: Records, made: list[pa.RecordBatch], plan: Plan) -> Written:
        """See `Format.write`."""
        form: _Form = records.form
        data, formulas = self._filled(form, made, plan)
        fields = len(made[0].schema.names)
        rows = count_rows(data, self._dialect, fields)  # as a reader of it will
        payload = data.tobytes()
        if form.added_newline and payload:
            payload = payload.removesuffix(self._dialect.newline.encode())
        return Written(self._source.encoding.encode(payload), rows, formulas)

    def reopened(self, output: Path | IO[bytes], plan: Plan) -> CsvFile:
        """See `Format.reopened`."""
        options = self._options.for_reading_back(self._source.encoding.name)
        source = TextSource(output, self._source.name, options)
        made = CsvFile(source, options, kind=self.name, dialect=self._dialect)
        lines = plan.for_columns(self.names)
        kept = [name for name in self.names if not isinstance(lines[name].technique, Drop)]
        if len(made.names) != len(kept):
            raise LeakError("what was written has other columns than the plan gives")
        made.names = kept
        return made

    def _filled(
        self, form: _Form, made: list[pa.RecordBatch], plan: Plan, *, header: bool = False
    ) -> tuple[Bytes, int]:
        """Return the bytes with new fields in their places, and how many cells were neutralised."""
        lines = plan.for_columns(self.names)
        kept = [
            n for n, name in enumerate(self.names) if not isinstance(lines[name].technique, Drop)
        ]
        new, formulas = [], 0
        for place, name in enumerate(self.names):
            if place not in kept:
                start, end = _with_delimiter(form.rows, place, kept[-1])
                new.append(_New(start, end, _blank(len(start)), gone=True))
            elif not header and (
                self._options.neutralise_formulas or not isinstance(lines[name].technique, Keep)
            ):
                values = made[0].column(made[0].schema.get_field_index(name))
                values = values.cast(pa.large_string())
                values = pc.fill_null(values, "") if values.null_count else values
                if self._options.neutralise_formulas:
                    values, count = neutralise(values)
                    formulas += count
                if not self._dialect.quote:
                    self._refuse_stops(values)
                new.append(_New(form.rows.start[:, place], form.rows.end[:, place], values))
        return _replaced(form.data, new, self._dialect), formulas

    def _refuse_stops(self, values: pa.Array) -> None:
        stops = "".join(f"\\x{ord(one):02x}" for one in self._dialect.delimiter + "\r\n")
        if pc.any(pc.match_substring_regex(values, f"[{stops}]")).as_py():
            raise FileFormatError(
                f"{self._source.name}: a replacement holds the delimiter or a line ending, and the "
                "file has no quotes to put around it; choose another technique"
            )


@dataclass(frozen=True, slots=True)
class _New:
    """A column of new fields: where they go, large_string or large_binary, and whether they go."""

    start: Ints
    end: Ints
    values: pa.Array
    gone: bool = False


def _replaced(data: Bytes, new: list[_New], dialect: Dialect) -> Bytes:
    """Return the data with fields replaced: quoted where they were, and where they must be."""
    if not new:
        return data
    if pays(len(data)):
        return _replaced_by_loops(data, new, dialect)
    start, end = np.stack([one.start for one in new], 1), np.stack([one.end for one in new], 1)
    parts = [one.values if one.gone else _quoted(one, data, dialect) for one in new]
    together = pa.concat_arrays(parts)
    if len(new) > 1:
        rows = len(start)
        order = np.arange(rows)[:, None] + rows * np.arange(len(new))[None, :]
        together = together.take(pa.array(order.reshape(-1)))
    return splice(data, start.reshape(-1), end.reshape(-1), together)


def _replaced_by_loops(data: Bytes, new: list[_New], dialect: Dialect) -> Bytes:
    from aitransparency.deid.files import kernels

    start, end = np.stack([one.start for one in new], 1), np.stack([one.end for one in new], 1)
    together = pa.concat_arrays([one.values.cast(pa.large_binary()) for one in new])
    values, offsets = bytes_of(together), edges_of(together)
    raw = np.array([one.gone or not dialect.quote for one in new])
    out = np.empty(len(data) + 2 * len(values) + 2 * len(together) + 16, np.uint8)
    delimiter, quote, _ = dialect.codes
    size = kernels.fill(
        *view(data), start, end, *view(values), offsets, raw, delimiter, quote, out, eights(out)
    )
    return out[:size]


def _quoted(new: _New, data: Bytes, dialect: Dialect) -> pa.Array:
    """Return values as fields, large_binary (n,)."""
    quote, values = dialect.quote, new.values
    if not quote:
        return values.cast(pa.large_binary())
    was = new.end - new.start >= 2
    was &= data[np.minimum(new.start, len(data) - 1)] == ord(quote)
    special = "[" + "".join(f"\\x{ord(one):02x}" for one in (
        dialect.delimiter + quote + "\r\n"
    )) + "]"  # fmt: skip
    must = pc.match_substring_regex(values, special)
    wanted = pc.or_(must, pa.array(was)) if was.any() else must
    if not pc.any(wanted).as_py():
        return values.cast(pa.large_binary())
    mark = pa.scalar(quote, pa.large_string())
    doubled = pc.replace_substring(values, quote, quote * 2)
    framed = pc.binary_join_element_wise(mark, doubled, mark, pa.scalar("", pa.large_string()))
    return pc.if_else(wanted, framed, values).cast(pa.large_binary())


def _fault_of_header(data: Bytes, rows: Rows, dialect: Dialect) -> str:
    """Return why other programs may see the header end elsewhere; "" where they do not."""
    quote = dialect.quote.encode()
    for start, end in zip(rows.start[0].tolist(), rows.end[0].tolist(), strict=True):
        field = data[start:end].tobytes()
        if quote and field.startswith(quote):
            inside = field[1:-1].replace(quote * 2, b"")
            if len(field) < 2 or not field.endswith(quote) or quote in inside:
                return "a quote that does not end where its field does"
        elif b"\r" in field:
            return "a carriage return outside quotes: give all lines one ending"
    return ""


def _first_record(data: Bytes, dialect: Dialect) -> Rows:
    """Return the first record that is not blank, however many fields it has."""
    text = data.tobytes()
    newline = dialect.newline.encode()
    place = 0
    starts, ends = [0], []
    while place < len(text):
        match = dialect.field.match(text, place)
        if match is None:
            break
        ends.append(match.start(2))
        place = match.end()
        if match[2] != newline and match[2]:
            starts.append(place)
        elif len(ends) == 1 and not text[starts[0] : ends[0]].strip(b"\r") and place < len(text):
            starts, ends = [place], []  # a blank line before the header
        else:
            break
    if dialect.newline == "\n" and ends[-1] > starts[-1] and text[ends[-1] - 1] == _CR:
        ends[-1] -= 1
    return Rows(np.array([starts], np.int64), np.array([ends], np.int64), np.array([place]), [])


def _columns(data: Bytes, rows: Rows, dialect: Dialect) -> list[pa.Array]:
    """Return the values of all fields, columns of large_binary (n,), without their quotes."""
    quoted = bool(dialect.quote) and bool((data == dialect.codes[1]).any())
    if pays(len(data)):
        return _columns_by_loops(data, rows, dialect if quoted else None)
    places = range(rows.start.shape[1])
    return [
        _column(data, rows.start[:, place], rows.end[:, place], dialect, quoted) for place in places
    ]


def _column(data: Bytes, start: Ints, end: Ints, dialect: Dialect, quoted: bool) -> pa.Array:
    """Return the values of fields without their quotes, large_binary (n,)."""
    if not quoted or not len(start):
        return cut(data, start, end)
    quote = dialect.codes[1]
    inside = (end - start >= 2) & (data[np.minimum(start, len(data) - 1)] == quote)
    values = cut(data, start + inside, end - inside)
    if inside.any():
        mark = bytes([quote])
        doubled = pc.and_(pc.match_substring(values, mark * 2), pa.array(inside))
        if pc.any(doubled).as_py():
            single = pc.replace_substring(values, mark * 2, mark)
            values = pc.if_else(doubled, single, values)
    return values


def _columns_by_loops(data: Bytes, rows: Rows, dialect: Dialect | None) -> list[pa.Array]:
    """Return the values of all fields, columns of large_binary (n,), without their quotes."""
    from aitransparency.deid.files import kernels

    count, fields = rows.start.shape
    sizes = (rows.end - rows.start).sum(axis=0) + 8
    edges = np.concatenate([[0], np.cumsum(sizes)])
    out = np.empty(int(edges[-1]), np.uint8)
    offsets = np.empty((fields, count + 1), np.int64)
    offsets[:, 0] = edges[:-1]
    quote = dialect.codes[1] if dialect else -1
    kernels.gather(*view(data), rows.start, rows.end, quote, out, eights(out), offsets)
    offsets -= edges[:-1, None]
    columns = []
    for first, own in zip(edges[:-1], offsets, strict=True):
        buffers = [None, pa.py_buffer(own), pa.py_buffer(out[first : first + own[-1]])]
        columns.append(pa.LargeBinaryArray.from_buffers(pa.large_binary(), count, buffers))
    return columns


def _with_delimiter(rows: Rows, place: int, last_kept: int) -> tuple[Ints, Ints]:
    """Return the spans of a dropped column, each with the delimiter that goes with it."""
    if place < last_kept:
        return rows.start[:, place], rows.start[:, place + 1]
    return rows.end[:, place - 1], rows.end[:, place]


def _blank(count: int) -> pa.Array:
    return pa.repeat(pa.scalar(b"", pa.large_binary()), count)
