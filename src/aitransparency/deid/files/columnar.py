"""Parquet and Feather (Arrow IPC): batches in, batches out, types and column order kept.

A column that is treated keeps its type where text replaces text, dictionaries included; numbers
that become text become a string column. The types of the output are settled on an empty batch
before any row is read, so that all batches of a file agree.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from aitransparency.deid.files.base import Chunk, Format, Records, Sink, Written
from aitransparency.deid.files.batches import fitted, groups_of, output_schema, put_back
from aitransparency.deid.files.nested import flat_schemas
from aitransparency.deid.files.options import FileOptions
from aitransparency.deid.files.safe_output import SafeOutput
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.errors import FileFormatError

ROWS = 32_768  # of a chunk


class Columnar(Format):
    """A source of record batches; see `Format`."""

    def __init__(self, path: Path, name: str, options: FileOptions) -> None:
        self._path = path
        self._file = name
        self._options = options
        with damage(name):
            self._open()
            flat_schemas(self.schema)  # names that are no text show here

    @abstractmethod
    def _open(self) -> None:
        """Open the file."""

    @property
    @abstractmethod
    def schema(self) -> pa.Schema:
        """The columns as the file has them."""

    @abstractmethod
    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows from the first on."""

    def schemas(self) -> list[pa.Schema]:
        """See `Format.schemas`."""
        return flat_schemas(self.schema)

    def sample(self, rows: int) -> list[pa.Table]:
        """See `Format.sample`."""
        with damage(self._file):
            first = next(self._batches(), None)
        if first is None:
            return [schema.empty_table() for schema in self.schemas()]
        return [pa.Table.from_batches([group]) for group in groups_of(first.slice(0, rows))]

    def chunks(self, position: int = 0, line: int = 0) -> Iterator[Chunk]:
        """See `Format.chunks`."""
        at = 0
        with damage(self._file):
            for batch in self._batches():
                at += batch.num_rows
                if batch.num_rows and at > position:
                    yield Chunk(batch, at)

    def read(self, chunk: Chunk) -> Records:
        """See `Format.read`."""
        with damage(self._file):
            batch = chunk.payload
            batch.validate(full=True)
            return Records(groups_of(batch), batch.num_rows, form=batch)

    def write(self, records: Records, made: list[pa.RecordBatch], plan: Plan) -> Written:
        """See `Format.write`."""
        batch = put_back(records.form, records.groups, made)
        batch = batch.replace_schema_metadata(self.schema.metadata)
        return Written(batch, batch.num_rows)

    def reopened(self, output: Path | IO[bytes], plan: Plan) -> Columnar:
        """See `Format.reopened`."""
        assert isinstance(output, Path)  # a stream is text
        return type(self)(output, self._file, self._options.for_reading_back())


@contextmanager
def damage(name: str) -> Iterator[None]:
    """Turn what Arrow says about a damaged file into a FileFormatError without its bytes."""
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, OverflowError):
        raise FileFormatError(f"{name} is damaged, or not of the format its name says") from None
    except OSError as error:
        if error.errno is not None:
            raise FileFormatError(f"{name} cannot be read: {error.strerror}") from None
        raise FileFormatError(f"{name} is damaged, or not of the format its name says") from None


class WriterSink:
    """The sink of formats that an Arrow writer writes."""

    def __init__(self, writer: Any, schema: pa.Schema, output: SafeOutput) -> None:
        self._writer = writer
        self._schema = schema
        self._output = output

    def write(self, payload: pa.RecordBatch) -> None:
        """Append one batch."""
        self._writer.write_batch(fitted(payload, self._schema))

    def close(self) -> int | None:
        """Write the footer and count the rows that a reader finds."""
        self._writer.close()
        return self.count()

    def count(self) -> int | None:
        """Return the rows in the finished file."""
        return None

    def abandon(self) -> None:
        """Nothing is to be done: the file is deleted."""


class ParquetFile(Columnar):
    """A Parquet file that was opened."""

    name = "parquet"

    def _open(self) -> None:
        import pyarrow.parquet as pq

        self._parquet = pq.ParquetFile(self._path)

    @property
    def schema(self) -> pa.Schema:
        """The columns as the file has them."""
        schema: pa.Schema = self._parquet.schema_arrow
        return schema

    def end(self) -> int | None:
        """See `Format.end`."""
        return int(self._parquet.metadata.num_rows)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        metadata = self._parquet.metadata
        total = 0
        for group in range(metadata.num_row_groups):  # row groups keep their edges
            rows = 0
            for batch in self._parquet.iter_batches(batch_size=ROWS, row_groups=[group]):
                rows += batch.num_rows
                yield batch
            self._expect(metadata.row_group(group).num_rows, rows, f"row group {group + 1:,}")
            total += rows
        self._expect(metadata.num_rows, total, "the file")

    def _expect(self, said: int, read: int, what: str) -> None:
        """Refuse a file that reads short: Arrow says nothing where a column ends early."""
        if said != read:
            raise FileFormatError(
                f"{self._file} is damaged: {what} should have {said:,} rows, {read:,} can be read"
            )

    def sink(self, output: SafeOutput, plan: Plan, key: Key | None) -> Sink:
        """See `Format.sink`."""
        import pyarrow.parquet as pq

        schema = output_schema(self.schema, plan, key)
        metadata = self._parquet.metadata
        codec, rows = "SNAPPY", ROWS
        if metadata.num_row_groups:
            groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
            rows = max(1, min(max(group.num_rows for group in groups), 1 << 20))
            if metadata.num_columns:
                codec = groups[0].column(0).compression
        writer = pq.ParquetWriter(
            output.as_file(),
            schema,
            compression="NONE" if codec == "UNCOMPRESSED" else codec,
            version=metadata.format_version if metadata.format_version != "1.0" else "1.0",
        )
        return _ParquetSink(writer, schema, output, rows)

    def close(self) -> None:
        """See `Format.close`."""
        self._parquet.close()


class _ParquetSink(WriterSink):
    def __init__(self, writer: Any, schema: pa.Schema, output: SafeOutput, rows: int) -> None:
        super().__init__(writer, schema, output)
        self._rows = rows

    def write(self, payload: pa.RecordBatch) -> None:
        """See `Format.write`."""
        self._writer.write_batch(fitted(payload, self._schema), self._rows)

    def count(self) -> int | None:
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self._output.path).num_rows)


class FeatherFile(Columnar):
    """An Arrow IPC file (Feather version 2) or stream that was opened."""

    name = "feather"

    def _open(self) -> None:
        self._mapped = pa.memory_map(str(self._path))
        self._is_file = self._mapped.read(6) == b"ARROW1"
        self._mapped.seek(0)
        opened = pa.ipc.open_file if self._is_file else pa.ipc.open_stream
        self._reader = opened(self._mapped)
        self._schema: pa.Schema = self._reader.schema

    @property
    def schema(self) -> pa.Schema:
        """The columns as the file has them."""
        return self._schema

    def end(self) -> int | None:
        """See `Format.end`."""
        return None

    def _batches(self) -> Iterator[pa.RecordBatch]:
        if self._is_file:
            for number in range(self._reader.num_record_batches):
                yield from _slices(self._reader.get_batch(number))
            return
        self._mapped.seek(0)
        for batch in pa.ipc.open_stream(self._mapped):
            yield from _slices(batch)

    def _codec(self) -> str | None:
        """Return how the buffers are compressed: each begins with its size and a frame's magic."""
        self._mapped.seek(0)
        head = self._mapped.read(64 << 10)
        for magic, name in ((b"\x04\x22\x4d\x18", "lz4"), (b"\x28\xb5\x2f\xfd", "zstd")):
            if magic in head:
                return name
        return None

    def sink(self, output: SafeOutput, plan: Plan, key: Key | None) -> Sink:
        """See `Format.sink`."""
        schema = output_schema(self.schema, plan, key)
        options = pa.ipc.IpcWriteOptions(
            compression=self._codec(), emit_dictionary_deltas=self._is_file
        )
        new = pa.ipc.new_file if self._is_file else pa.ipc.new_stream
        writer = new(output.as_file(), schema, options=options)
        return _FeatherSink(writer, schema, output, self._is_file)

    def close(self) -> None:
        """See `Format.close`."""
        self._mapped.close()


class _FeatherSink(WriterSink):
    """Grows one dictionary per column: an IPC file takes additions to one, but no second one."""

    def __init__(self, writer: Any, schema: pa.Schema, output: SafeOutput, is_file: bool) -> None:
        super().__init__(writer, schema, output)
        self._is_file = is_file
        self._known: dict[str, pa.Array] = {}

    def write(self, payload: pa.RecordBatch) -> None:
        """See `Format.write`."""
        batch = fitted(payload, self._schema)
        columns = [
            self._grown(field.name, values) if pa.types.is_dictionary(field.type) else values
            for field, values in zip(self._schema, batch.columns, strict=True)
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def _grown(self, name: str, values: pa.DictionaryArray) -> pa.DictionaryArray:
        import pyarrow.compute as pc

        known = self._known.get(name, values.dictionary.slice(0, 0))
        new = values.dictionary.filter(pc.invert(pc.is_in(values.dictionary, value_set=known)))
        known = self._known[name] = pa.concat_arrays([known, new.unique()])
        places = pc.index_in(values.dictionary, value_set=known)
        indices = places.take(values.indices).cast(values.type.index_type)
        return pa.DictionaryArray.from_arrays(indices, known, ordered=values.type.ordered)

    def count(self) -> int | None:
        with pa.memory_map(str(self._output.path)) as mapped:
            opened = pa.ipc.open_file(mapped) if self._is_file else pa.ipc.open_stream(mapped)
            if self._is_file:
                counts = (
                    opened.get_batch(number).num_rows for number in range(opened.num_record_batches)
                )
                return int(sum(counts))
            return int(sum(batch.num_rows for batch in opened))


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, batch.num_rows, ROWS):
        yield batch.slice(start, ROWS)
