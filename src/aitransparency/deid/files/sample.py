"""The first rows of a file as one flat table, for proposing a plan."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from aitransparency.deid.files.base import Format
from aitransparency.deid.files.formats import open_source
from aitransparency.deid.files.options import FileOptions
from aitransparency.deid.files.typed import padded


def first_rows(path: Path, rows: int, options: FileOptions | None = None) -> pa.Table:
    """Return the first rows of a file, nested columns by path, in the types that they look like.

    Raises
    ------
    FileFormatError, FileAccessError
        The file is damaged or cannot be read.
    """
    opened = open_source(path, path.name, options or FileOptions())
    try:
        return sample_of_source(opened, rows)
    finally:
        opened.close()


def sample_of_source(opened: Format, rows: int) -> pa.Table:
    """Return the first rows of an opened source; see `first_rows`."""
    return padded(opened.sample(rows))
