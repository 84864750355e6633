"""DuckDB databases: every table of the schema main, through Arrow. Needs the extra [duckdb]."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pyarrow as pa

from aitransparency.deid.files.base import Sink
from aitransparency.deid.files.batches import fitted, output_schema
from aitransparency.deid.files.safe_output import SafeOutput
from aitransparency.deid.files.sqlite_file import quoted
from aitransparency.deid.files.tables import ROWS, Tables, WorkFolder
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.errors import FileFormatError, MissingDependencyError

_TABLES = """
    SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal
    ORDER BY table_oid
"""


def _duckdb() -> ModuleType:
    try:
        import duckdb
    except ImportError:
        raise MissingDependencyError.of("duckdb", "duckdb") from None
    module: ModuleType = duckdb
    return module


class DuckdbFile(Tables):
    """A DuckDB database that was opened for reading."""

    name = "duckdb"
    _connection: Any = None  # None until it is opened

    def _open(self) -> None:
        with duckdb_errors(self._file):
            self._connection = _duckdb().connect(str(self._path), read_only=True)
            self._tables = [row[0] for row in self._connection.execute(_TABLES).fetchall()]
            self._schemas = {
                table: _reader(self._connection, f"SELECT * FROM {quoted(table)} LIMIT 0", 1).schema
                for table in self._tables
            }

    def tables(self) -> list[str]:
        """See `Tables.tables`."""
        return self._tables

    def columns(self, table: str) -> list[str]:
        """See `Tables.columns`."""
        return list(self._schemas[table].names)

    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        """See `Tables.batches`."""
        with duckdb_errors(self._file):
            cursor = self._connection.cursor()
            yield from _reader(cursor, f"SELECT * FROM {quoted(table)}", ROWS)

    def sink(self, output: SafeOutput, plan: Plan, key: Key | None) -> Sink:
        """See `Format.sink`."""
        from aitransparency.deid.files.plan_part import part_of

        schemas = {}
        for table in self.tables():
            if not self.kept(table, plan):
                continue
            names = self._full_names(table)
            full = _renamed(self._schemas[table], names)
            made = output_schema(full, part_of(plan, names), key)
            schemas[table] = _renamed(made, self.kept(table, plan))
        return _DuckdbSink(output, schemas)

    def close(self) -> None:
        """See `Format.close`."""
        if self._connection is not None:
            self._connection.close()


def _renamed(schema: pa.Schema, names: list[str]) -> pa.Schema:
    return pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)])


def _reader(connection: Any, query: str, rows: int) -> pa.RecordBatchReader:  # one of DuckDB
    """Return the rows as Arrow batches, as they are computed; `execute` would hold them all."""
    relation = connection.sql(query)
    # DuckDB before 1.4 has the older name, later ones warn of it.
    read = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
    return read(rows)


class _DuckdbSink:
    def __init__(self, output: SafeOutput, schemas: dict[str, pa.Schema]) -> None:
        self._folder = WorkFolder(output, "db")
        self._name = str(output.target)
        self._schemas = schemas
        with duckdb_errors(self._name):
            self._connection: Any = _duckdb().connect(str(self._folder.path))
            for table, schema in schemas.items():
                self._insert(f"CREATE TABLE {quoted(table)} AS", schema.empty_table())

    def _insert(self, statement: str, rows: pa.Table) -> None:
        self._connection.register("rows_here", rows)
        self._connection.execute(f"{statement} SELECT * FROM rows_here")
        self._connection.unregister("rows_here")

    def write(self, payload: tuple[str, pa.RecordBatch | None]) -> None:
        """Append rows to their table."""
        table, batch = payload
        if batch is not None:
            rows = pa.Table.from_batches([fitted(batch, self._schemas[table])])
            with duckdb_errors(self._name):
                self._insert(f"INSERT INTO {quoted(table)}", rows)

    def close(self) -> int | None:
        """Finish the database and count its rows."""
        with duckdb_errors(self._name):
            counts = [
                self._connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0]
                for table in self._schemas
            ]
            self._connection.close()
        self._folder.hand_over()
        return int(sum(counts))

    def abandon(self) -> None:
        """See `Sink.abandon`."""
        self._connection.close()
        self._folder.remove()


@contextmanager
def duckdb_errors(name: str) -> Iterator[None]:
    """Turn DuckDB's errors into ours, without the values that they may quote."""
    module = _duckdb()
    try:
        yield
    except module.IOException:
        raise FileFormatError(
            f"{name} cannot be read or written as a DuckDB database: is it in use, damaged, or is "
            "the disk full?"
        ) from None
    except module.Error:
        raise FileFormatError(f"{name} is damaged, or no DuckDB database") from None
