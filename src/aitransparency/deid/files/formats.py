"""Which format a file is, and the reader of each.

>>> kind_of("people.CSV.gz"), kind_of("a.parquet"), kind_of("notes.md")
('csv', 'parquet', 'text')
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from aitransparency.deid.files.base import Format
from aitransparency.deid.files.compression import GZIP, ZSTD
from aitransparency.deid.files.options import FileOptions
from aitransparency.errors import FileAccessError, FileFormatError, InputError

KINDS = {
    "csv": (".csv", ".tsv", ".tab", ".psv"),
    "jsonl": (".jsonl", ".ndjson", ".jsonlines"),
    "text": (".txt", ".text", ".md", ".markdown", ".log"),
    "parquet": (".parquet", ".pq"),
    "feather": (".feather", ".arrow", ".ipc"),
    "excel": (".xlsx", ".xlsm"),
    "sqlite": (".sqlite", ".sqlite3", ".db"),
    "duckdb": (".duckdb", ".ddb"),
}
TEXTUAL = frozenset({"csv", "jsonl", "text"})
_MAGIC = (
    (0, b"PAR1", "parquet"),
    (0, b"ARROW1", "feather"),
    (0, b"PK\x03\x04", "excel"),
    (0, b"SQLite format 3\0", "sqlite"),
    (8, b"DUCK", "duckdb"),
)
_READERS = {
    "parquet": ("columnar", "ParquetFile"),
    "feather": ("columnar", "FeatherFile"),
    "excel": ("excel_file", "ExcelFile"),
    "sqlite": ("sqlite_file", "SqliteFile"),
    "duckdb": ("duckdb_file", "DuckdbFile"),
}
_SIGNED = frozenset({"parquet", "excel", "sqlite", "duckdb"})  # all such files begin as above


def kind_of(name: str) -> str | None:
    """Return the format that a file's name says, None where it says none."""
    path = Path(name.lower())
    if path.suffix in (*GZIP.suffixes, *ZSTD.suffixes):
        path = path.with_suffix("")
    return next((kind for kind, suffixes in KINDS.items() if path.suffix in suffixes), None)


def open_source(source: Path | IO[bytes], name: str, options: FileOptions) -> Format:
    """Open a file, or a stream of text, as what its options, name or first bytes say.

    Raises
    ------
    FileFormatError
        It is of no format known here, or not of the one it claims to be.
    FileAccessError
        It cannot be read.
    """
    kind = options.format or kind_of(name)
    if options.format is not None and options.format not in KINDS:
        raise InputError(f"format is one of {', '.join(KINDS)}, got {options.format!r}")
    if isinstance(source, Path):
        found = _by_magic(source, name)
        if found is not None and kind != found:
            if kind is not None:
                raise FileFormatError(f"{name} is called {kind} but holds {found}")
            kind = found
        if found is None and kind in _SIGNED:
            raise FileFormatError(f"{name} is damaged, or no {kind}: it does not begin like one")
    elif kind is None:
        kind = "csv"
    if kind is None:
        raise FileFormatError(
            f"{name}: no format known here has this name; say format= (--format): "
            f"{', '.join(KINDS)}"
        )
    if kind in TEXTUAL:
        return _textual(source, name, kind, options)
    if not isinstance(source, Path):
        raise InputError(f"standard input takes {', '.join(sorted(TEXTUAL))}, not {kind}")
    return _binary(source, name, kind, options)


def _textual(source: Path | IO[bytes], name: str, kind: str, options: FileOptions) -> Format:
    from aitransparency.deid.files.text_source import TextSource

    text = TextSource(source, name, options)
    if kind == "jsonl":
        from aitransparency.deid.files.json_lines import JsonLines

        return JsonLines(text, options)
    from aitransparency.deid.files.csv_file import CsvFile

    return CsvFile(text, options, kind=kind)


def _binary(path: Path, name: str, kind: str, options: FileOptions) -> Format:
    from importlib import import_module

    if options.neutralise_formulas and kind != "excel":
        raise InputError("formulas are neutralised in CSV and XLSX only")
    module, reader = _READERS[kind]
    made: Format = getattr(import_module(f"aitransparency.deid.files.{module}"), reader)(
        path, name, options
    )
    return made


def _by_magic(path: Path, name: str) -> str | None:
    try:
        with path.open("rb") as file:
            head = file.read(32)
    except OSError as error:
        raise FileAccessError(f"{name} cannot be read: {error.strerror}") from None
    for at, magic, kind in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return kind
    return None
