"""XLSX workbooks: the cells of every sheet, as values. Needs the extra [excel].

Values, their types and number formats are kept, and the order of sheets; formulas come out as the
values that were computed last. Styles, comments, macros, images, hidden caches and document
properties are not carried over: personal data hides in them, and nobody looked. Text never becomes
a formula: a cell of text that begins with ``=`` stays text.
"""

from __future__ import annotations

import datetime as dt
import errno
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from types import ModuleType
from typing import IO, Any

import pyarrow as pa

from aitransparency.deid.files.base import Sink
from aitransparency.deid.files.excel_rows import Cells, format_of, rows_of
from aitransparency.deid.files.limits import FREE_EXPANSION
from aitransparency.deid.files.safe_output import SafeOutput
from aitransparency.deid.files.tables import Tables, WorkFolder, column_of_values
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.errors import FileAccessError, FileFormatError, MissingDependencyError

_EPOCH = dt.datetime(1980, 1, 1)  # the first time that an archive can state
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROWS = 5_000  # of a chunk: cells of a sheet are Python objects


def _openpyxl() -> ModuleType:
    try:
        import openpyxl
    except ImportError:
        raise MissingDependencyError.of("openpyxl", "excel") from None
    module: ModuleType = openpyxl
    return module


class ExcelFile(Tables):
    """A workbook that was opened for reading; the first row of a sheet names its columns."""

    name = "excel"
    _opened: IO[bytes] | None = None  # None until it is opened

    def _open(self) -> None:
        with excel_errors(self._file):
            self._bound()
            self._opened = self._path.open("rb")  # openpyxl would go by the file's name
            self._book = _openpyxl().load_workbook(self._opened, read_only=True, data_only=True)
            self._columns = {sheet.title: self._header(sheet) for sheet in self._book.worksheets}
            self._refuse_strays()
            self.formats: dict[str, dict[str, str]] = {}

    def _bound(self) -> None:
        with zipfile.ZipFile(self._path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            packed = sum(entry.compress_size for entry in archive.infolist())
        if size > FREE_EXPANSION and size > self._options.limits.expansion * max(packed, 1):
            raise FileFormatError(
                f"{self._file} expands more than {self._options.limits.expansion:g} times; if that "
                "is right, raise Limits.expansion"
            )

    def _refuse_strays(self) -> None:
        """Raise where the archive holds sheets that the workbook does not list."""
        with zipfile.ZipFile(self._path) as archive:
            parts = [one for one in archive.namelist() if _SHEET.fullmatch(one)]
        if len(parts) > len(self._columns):
            raise FileFormatError(
                f"{self._file} holds {len(parts)} sheets and lists {len(self._columns)}; open and "
                "save it in a spreadsheet program"
            )

    def _header(self, sheet: Any) -> list[str]:  # a sheet of openpyxl
        rows = rows_of(sheet, self._file)
        values: list[Any] = []
        for cell in next(rows, []):
            if cell["value"] is not None:
                values += [None] * (cell["column"] - 1 - len(values)) + [cell["value"]]
        if not values and any(cell["value"] is not None for row in rows for cell in row):
            raise FileFormatError(
                f"{self._file}: the first row of sheet {sheet.title!r} is empty; put the names of "
                "the columns there"
            )
        names = [f"c{at}" if one is None else str(one) for at, one in enumerate(values, 1)]
        self._refuse_data(sheet.title, names)
        return names

    def _refuse_data(self, sheet: str, names: list[str]) -> None:
        from aitransparency.deid.find import find

        if names and len(find(names)):
            raise FileFormatError(
                f"{self._file}: the first row of sheet {sheet!r} holds identifiers, so it looks "
                "like a record; put a header above it"
            )

    def tables(self) -> list[str]:
        """See `Tables.tables`."""
        return list(self._columns)

    def columns(self, table: str) -> list[str]:
        """See `Tables.columns`."""
        return self._columns[table]

    def batches(self, table: str) -> Iterator[pa.RecordBatch]:
        """See `Tables.batches`."""
        names = self.columns(table)
        if not names:
            return
        with excel_errors(self._file):
            rows = islice(rows_of(self._book[table], self._file), 1, None)
            number = 2
            while listed := list(islice(rows, _ROWS)):
                values = [
                    self._row(row, len(names), table, number + n) for n, row in enumerate(listed)
                ]
                if number == 2:
                    self._note_formats(table, listed[0])
                number += len(listed)
                columns = [column_of_values(list(one)) for one in zip(*values, strict=True)]
                yield pa.RecordBatch.from_arrays(columns, names)

    def _row(self, row: Cells, width: int, table: str, number: int) -> list[Any]:
        values: list[Any] = [None] * width
        for cell in row:
            if cell["column"] <= width:
                values[cell["column"] - 1] = cell["value"]
            elif cell["value"] is not None:
                raise FileFormatError(
                    f"{self._file}, sheet {table!r}, row {number:,}: cells beyond the last column "
                    "of the header"
                )
        return values

    def _note_formats(self, table: str, row: Cells) -> None:
        names, sheet = self.columns(table), self._book[table]
        some = [cell for cell in row if cell["column"] <= len(names)]
        self.formats[table] = {names[one["column"] - 1]: format_of(sheet, one) for one in some}

    def sink(self, output: SafeOutput, plan: Plan, key: Key | None) -> Sink:
        """See `Format.sink`."""
        return _ExcelSink(output, {table: self.kept(table, plan) for table in self.tables()}, self)

    def close(self) -> None:
        """See `Format.close`."""
        if self._opened is not None:
            self._opened.close()  # openpyxl reads through it and holds no other


class _ExcelSink:
    def __init__(self, output: SafeOutput, sheets: dict[str, list[str]], source: ExcelFile) -> None:
        self._folder = WorkFolder(output, "book.xlsx")
        self._name = str(output.target)
        self._source = source
        self._book = _openpyxl().Workbook(write_only=True)
        self._written = 0
        self._sheets = {}
        for title, columns in sheets.items():
            self._sheets[title] = self._book.create_sheet(title)
            if columns:
                self._sheets[title].append([self._text(title, name) for name in columns])

    def _text(self, sheet: str, value: str) -> Any:  # a cell of openpyxl
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._sheets[sheet], value)
        cell.data_type = "s"  # also where it begins with "=": text is never run
        return cell

    def _cell(self, sheet: str, column: str, value: Any) -> Any:  # a value, a cell of openpyxl
        from openpyxl.cell import WriteOnlyCell

        if isinstance(value, str):
            return self._text(sheet, value)
        cell = WriteOnlyCell(self._sheets[sheet], value)
        shape = self._source.formats.get(sheet, {}).get(column, "General")
        if value is not None and shape != "General":
            cell.number_format = shape
        return cell

    def write(self, payload: tuple[str, pa.RecordBatch | None]) -> None:
        """Append rows to their sheet."""
        sheet, batch = payload
        if batch is None:
            return
        names = batch.schema.names
        with excel_errors(self._name):
            for row in zip(*(values.to_pylist() for values in batch.columns), strict=True):
                cells = [self._cell(sheet, name, one) for name, one in zip(names, row, strict=True)]
                self._sheets[sheet].append(cells)
        self._written += batch.num_rows

    def close(self) -> int | None:
        """Finish the workbook."""
        with excel_errors(self._name), _Archive(self._folder.path, "w", zipfile.ZIP_DEFLATED) as to:
            self._book.properties.created = self._book.properties.modified = _EPOCH
            _openpyxl().writer.excel.ExcelWriter(self._book, to).save()
        self._folder.hand_over()
        return self._written

    def abandon(self) -> None:
        """See `Sink.abandon`."""
        for sheet in self._sheets.values():
            sheet.close()
        self._folder.remove()


class _Archive(zipfile.ZipFile):
    """An archive without the time at which it was written: the same rows are the same bytes."""

    def writestr(self, info: Any, data: Any, *arguments: Any) -> None:  # as in ZipFile
        """Add a part."""
        super().writestr(self._of(str(info)), data, *arguments)

    def write(self, filename: Any, arcname: Any = None, *arguments: Any) -> None:  # as in ZipFile
        """Add a part from a file."""
        with open(filename, "rb") as part, self.open(self._of(str(arcname)), "w") as made:  # noqa: PTH123
            shutil.copyfileobj(part, made)

    @staticmethod
    def _of(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, _EPOCH.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info


@contextmanager
def excel_errors(name: str) -> Iterator[None]:
    """Turn what the libraries say about a damaged workbook into our error."""
    from xml.etree.ElementTree import ParseError

    invalid = _openpyxl().utils.exceptions.InvalidFileException
    damaged = (zipfile.BadZipFile, zlib.error, ParseError, LookupError, ValueError, TypeError,
               AttributeError, ArithmeticError, NotImplementedError, invalid, EOFError)  # fmt: skip
    try:
        yield
    except FileFormatError:
        raise
    except damaged:
        raise FileFormatError(f"{name} is damaged, or no XLSX workbook") from None
    except OSError as error:
        # Without a number it is openpyxl's own; EINVAL: the archive points before its beginning.
        if error.errno not in (None, errno.EINVAL):
            raise FileAccessError(f"{name} cannot be read or written: {error.strerror}") from None
        raise FileFormatError(f"{name} is damaged, or no XLSX workbook") from None
