"""The rows of a sheet, all of them, or an error.

openpyxl's own reader believes what a sheet says of its size, drops rows that are numbered twice or
out of order, and reads a date that no calendar has as an error value: each loses data without a
word. So its parser is used directly, and what it gives is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aitransparency.errors import FileFormatError

MOST = 1_048_576  # rows of a sheet (ECMA-376 leaves it open; this is what programs read)

Cells = list[dict[str, Any]]  # what openpyxl knows of a cell: column, value, style and so on


def rows_of(sheet: Any, name: str) -> Iterator[Cells]:  # a read-only sheet of openpyxl
    """Yield the cells of each row from the first on; those that the sheet leaves out are empty.

    Parameters
    ----------
    sheet
        As `openpyxl.load_workbook(..., read_only=True)` gives it.
    name
        The file's, for messages.

    Raises
    ------
    FileFormatError
        Rows or cells are not in order, or there are too many.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    with sheet._get_source() as source:
        parser = WorkSheetParser(source, sheet._shared_strings, data_only=True, epoch=book.epoch)
        last = 0
        for number, cells in parser.parse():
            columns = [cell["column"] for cell in cells]
            if number <= last or columns != sorted(set(columns)):
                raise FileFormatError(
                    f"{name}, sheet {sheet.title!r}, row {number:,}: rows or cells are not in "
                    "order; open and save it in a spreadsheet program"
                )
            if number > MOST:
                raise FileFormatError(f"{name}, sheet {sheet.title!r}: more than {MOST:,} rows")
            for _ in range(last + 1, number):
                yield []
            last = number
            yield [_dated(cell, book) for cell in cells]


def _dated(cell: dict[str, Any], book: Any) -> dict[str, Any]:  # a cell and a workbook of openpyxl
    """Return a cell whose number is a date where its style says so and there is such a date."""
    if cell["data_type"] != "n" or cell["value"] is None:
        return cell
    if cell["style_id"] not in book._date_formats:
        return cell
    from openpyxl.utils.datetime import from_excel

    durations = cell["style_id"] in book._timedelta_formats
    try:
        return cell | {"value": from_excel(cell["value"], book.epoch, timedelta=durations)}
    except (OverflowError, ValueError):
        return cell  # it stays a number, as it is in the file


def format_of(sheet: Any, cell: dict[str, Any]) -> str:  # as `rows_of` takes and gives them
    """Return the number format of a cell."""
    from openpyxl.cell.read_only import ReadOnlyCell

    return ReadOnlyCell(sheet, **cell).number_format or "General"
