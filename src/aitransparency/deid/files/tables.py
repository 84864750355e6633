"""Files that hold several tables: databases and workbooks.

Where there is one table, columns have their own names in the plan; where there are several, the
table's name stands before the column's: ``orders.phone``. Every table is treated, in order; what is
no table (indexes, views, triggers, styles, macros) is not carried over: nobody looked into it.
"""

from __future__ import annotations

import os
import shutil
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from aitransparency.deid.files.base import Chunk, Format, Records, Sink, Written
from aitransparency.deid.files.formulas import neutralise
from aitransparency.deid.files.options import FileOptions
from aitransparency.deid.files.safe_output import SafeOutput, access_errors, private_path
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.text import is_text
from aitransparency.errors import FileFormatError

ROWS = 20_000  # of a chunk


class Tables(Format):
    """A source of several tables; see `Format`."""

    neutralises = False

    def __init__(self, path: Path, name: str, options: FileOptions) -> None:
        self._path = path
        self._file = name
        self._options = options
        try:
            self._open()
            self._several = len(self.tables()) > 1
            if not any(self.columns(table) for table in self.tables()):
                raise FileFormatError(f"{name} holds no table")
        except BaseException:
            self.close()
            raise

    @abstractmethod
    def _open(self) -> None:
        """Open the file."""

    @abstractmethod
    def tables(self) -> list[str]:
        """Return the names of the tables, in order."""

    @abstractmethod
    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns."""

    @abstractmethod
    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table, at most `ROWS` at a time, under the columns' own names."""

    def _named(self, table: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        names = self._full_names(table)
        return pa.RecordBatch.from_arrays(batch.columns, names)

    def _full_names(self, table: str) -> list[str]:
        if not self._several:
            return self.columns(table)
        return [f"{table}.{column}" for column in self.columns(table)]

    def schemas(self) -> list[pa.Schema]:
        """See `Format.schemas`."""
        return [group.schema for group in self.sample(1)]

    def sample(self, rows: int) -> list[pa.Table]:
        """See `Format.sample`."""
        made = []
        for table in self.tables():
            batch = next(self.batches(table), None)
            names = self._full_names(table)
            if batch is None and names:
                made.append(pa.table({name: pa.array([], pa.string()) for name in names}))
            elif batch is not None:
                named = self._named(table, batch.slice(0, rows))
                made.append(pa.Table.from_batches([named]))
        return made

    def chunks(self, position: int = 0, line: int = 0) -> Iterator[Chunk]:
        """See `Format.chunks`."""
        at = 0
        for table in self.tables():
            for batch in self.batches(table):
                at += batch.num_rows
                if batch.num_rows and at > position:
                    yield Chunk((table, self._named(table, batch)), at)

    def read(self, chunk: Chunk) -> Records:
        """See `Format.read`."""
        table, batch = chunk.payload
        return Records((batch,), batch.num_rows, form=table)

    def write(self, records: Records, made: list[pa.RecordBatch], plan: Plan) -> Written:
        """See `Format.write`."""
        table: str = records.form
        if not made:
            return Written((table, None), records.rows)
        batch, formulas = made[0], 0
        if self._options.neutralise_formulas:
            batch, formulas = _neutralised(batch)
        own = dict(zip(self._full_names(table), self.columns(table), strict=True))
        named = pa.RecordBatch.from_arrays(batch.columns, [own[n] for n in batch.schema.names])
        return Written((table, named), named.num_rows, formulas)

    def kept(self, table: str, plan: Plan) -> list[str]:
        """Return the columns of a table that the plan does not drop."""
        from aitransparency.deid.techniques import Drop

        names = self._full_names(table)
        lines = {name: plan[name].technique if name in plan else plan.others for name in names}
        own = zip(names, self.columns(table), strict=True)
        return [column for name, column in own if not isinstance(lines[name], Drop)]

    def reopened(self, output: Path | IO[bytes], plan: Plan) -> Tables:
        """See `Format.reopened`."""
        assert isinstance(output, Path)  # a stream is text
        made = type(self)(output, self._file, self._options.for_reading_back())
        made._several = self._several  # tables that the plan drops are not there any more
        return made

    @abstractmethod
    def sink(self, output: SafeOutput, plan: Plan, key: Key | None) -> Sink:
        """See `Format.sink`."""


def _neutralised(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, int]:
    columns, total = [], 0
    for values in batch.columns:
        if is_text(values.type):
            text = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
            made, count = neutralise(text.cast(pa.large_string()))
            values, total = made, total + count
        columns.append(values)
    return pa.RecordBatch.from_arrays(columns, batch.schema.names), total


def column_of_values(values: list[Any]) -> pa.Array:  # what sqlite3 and openpyxl give
    """Return Python values as an array; values of several types become text."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        texts = [None if one is None or isinstance(one, bytes) else str(one) for one in values]
        if any(isinstance(one, bytes) for one in values):
            raise FileFormatError("a column mixes text and binary values") from None
        return pa.array(texts)


class WorkFolder:
    """A folder beside the target (mode 0700) in which a library writes a file of its own.

    Parameters
    ----------
    output
        Where the file's bytes go in the end.
    """

    def __init__(self, output: SafeOutput, name: str) -> None:
        self._output = output
        self._folder = private_path(output.target, "work")
        with access_errors(str(output.target)):
            shutil.rmtree(self._folder, ignore_errors=True)
            os.mkdir(self._folder, 0o700)  # noqa: PTH102  # the mode is the point
        self.path = self._folder / name

    def hand_over(self) -> None:
        """Copy the finished file to the output, and delete the folder."""
        with access_errors(str(self._output.target)), self.path.open("rb") as file:
            while block := file.read(1 << 20):
                self._output.write(block)
        self.remove()

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
