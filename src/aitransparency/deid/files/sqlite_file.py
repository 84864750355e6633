"""SQLite databases: every table, read and written with the standard library."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from aitransparency.deid.files.base import Sink
from aitransparency.deid.files.safe_output import SafeOutput
from aitransparency.deid.files.tables import ROWS, Tables, WorkFolder, column_of_values
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.techniques import Keep
from aitransparency.errors import FileAccessError, FileFormatError

_TABLES = """
    SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY rowid
"""


class SqliteFile(Tables):
    """A SQLite database that was opened for reading."""

    name = "sqlite"
    _connection: Any = None  # None until it is opened

    def _open(self) -> None:
        with sqlite_errors(self._file):
            uri = self._path.resolve().as_uri() + "?mode=ro"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._connection.execute("BEGIN")  # one state of the database for the whole job
            # A damaged tree may give fewer rows without an error.
            found = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise FileFormatError(f"{self._file} is damaged, or no SQLite database")
            self._tables = [row[0] for row in self._connection.execute(_TABLES)]
            self._info = {
                table: self._connection.execute(f"PRAGMA table_info({quoted(table)})").fetchall()
                for table in self._tables
            }

    def tables(self) -> list[str]:
        """See `Tables.tables`."""
        return self._tables

    def columns(self, table: str) -> list[str]:
        """See `Tables.columns`."""
        return [row[1] for row in self._info[table]]

    def declared(self, table: str) -> dict[str, str]:
        """Return the declared type of each column."""
        return {row[1]: row[2] for row in self._info[table]}

    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        """See `Tables.batches`."""
        names = self.columns(table)
        with sqlite_errors(self._file):
            listed = ", ".join(map(quoted, names))
            cursor = self._connection.execute(f"SELECT {listed} FROM {quoted(table)}")
            while rows := cursor.fetchmany(ROWS):
                columns = [column_of_values(list(values)) for values in zip(*rows, strict=True)]
                yield pa.RecordBatch.from_arrays(columns, names)

    def sink(self, output: SafeOutput, plan: Plan, key: Key | None) -> Sink:
        """See `Format.sink`."""
        columns = {}
        for table in self.tables():
            kinds = self.declared(table)
            full = dict(zip(self.columns(table), self._full_names(table), strict=True))
            columns[table] = {
                name: kinds[name] if _stays(plan, full[name], kinds[name]) else "TEXT"
                for name in self.kept(table, plan)
            }
        return _SqliteSink(output, columns)

    def close(self) -> None:
        """See `Format.close`."""
        if self._connection is not None:
            self._connection.close()


def _stays(plan: Plan, name: str, kind: str) -> bool:
    technique = plan[name].technique if name in plan else plan.others
    return isinstance(technique, Keep) or any(word in kind.upper() for word in ("CHAR", "TEXT"))


class _SqliteSink:
    def __init__(self, output: SafeOutput, tables: dict[str, dict[str, str]]) -> None:
        self._folder = WorkFolder(output, "db")
        self._name = str(output.target)
        self._tables = {table: columns for table, columns in tables.items() if columns}
        with sqlite_errors(self._name):
            self._connection = sqlite3.connect(self._folder.path, isolation_level=None)
            for pragma in ("journal_mode = OFF", "synchronous = OFF"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.execute("BEGIN")
            for table, columns in self._tables.items():
                listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
                self._connection.execute(f"CREATE TABLE {quoted(table)} ({listed})")

    def write(self, payload: tuple[str, pa.RecordBatch | None]) -> None:
        """Append rows to their table."""
        table, batch = payload
        if batch is None:
            return
        marks = ", ".join("?" * batch.num_columns)
        rows = zip(*(values.to_pylist() for values in batch.columns), strict=True)
        with sqlite_errors(self._name):
            self._connection.executemany(f"INSERT INTO {quoted(table)} VALUES ({marks})", rows)

    def close(self) -> int | None:
        """Finish the database and count its rows."""
        with sqlite_errors(self._name):
            self._connection.execute("COMMIT")
            counts = [
                self._connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0]
                for table in self._tables
            ]
            self._connection.close()
        self._folder.hand_over()
        return int(sum(counts))

    def abandon(self) -> None:
        """See `Sink.abandon`."""
        self._connection.close()
        self._folder.remove()


def quoted(name: str) -> str:
    """Return an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def sqlite_errors(name: str) -> Iterator[None]:
    """Turn SQLite's errors into ours, without the values that they may quote."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code: Any = getattr(error, "sqlite_errorname", "")
        if code in ("SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_LOCKED"):
            raise FileAccessError(f"{name} cannot be read or written: {code}") from None
        raise FileFormatError(f"{name} is damaged, or no SQLite database") from None
    except (sqlite3.Error, UnicodeDecodeError):
        raise FileFormatError(f"{name} is damaged, or no SQLite database") from None
