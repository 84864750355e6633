"""How a file is to be read and written, where it cannot or should not be detected.

>>> FileOptions().bad_rows
'error'
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from aitransparency.deid.files.limits import Limits
from aitransparency.errors import InputError

BadRows = Literal["error", "quarantine"]
OnLeak = Literal["error", "redact"]  # as in deid.verify, which is not imported for a word


@dataclass(frozen=True, slots=True)
class FileOptions:
    r"""Options of `deidentify_file`.

    Parameters
    ----------
    format
        "csv", "jsonl", "text", "parquet", "feather", "excel", "sqlite" or "duckdb"; None goes by
        the name.
    encoding
        Of text files; None detects UTF-8, UTF-16, GB18030 (GBK, GB 2312) and Big5.
    delimiter, quote
        Of CSV; None detects the delimiter and takes ``"`` for the quote. "" means none.
    header
        Whether the first record of a CSV names the columns; else they are c1, c2 and so on.
    bad_rows
        What happens to records that cannot be read: "error" or "quarantine".
    on_leak
        "error": nothing is written if verification finds an original. "redact": it is taken out.
    neutralise_formulas
        Whether cells that a spreadsheet would run as a formula get an apostrophe before them.
    resume
        Go on where an interrupted job for the same source, plan, key, options and target was. An
        interrupt then leaves what is finished, under its private name.
    workers
        Threads that work on chunks.
    chunk_bytes
        Bytes of a chunk, about; memory grows with it.
    limits
        Bounds on sizes.
    """

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header: bool = True
    bad_rows: BadRows = "error"
    on_leak: OnLeak = "error"
    neutralise_formulas: bool = False
    resume: bool = False
    workers: int = 2
    chunk_bytes: int = 4 << 20
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.bad_rows not in ("error", "quarantine"):
            raise InputError(f"bad_rows is 'error' or 'quarantine', got {self.bad_rows!r}")
        if self.on_leak not in ("error", "redact"):
            raise InputError(f"on_leak is 'error' or 'redact', got {self.on_leak!r}")
        for name in ("workers", "chunk_bytes"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise InputError(f"{name} is a whole number from 1, got {value!r}")

    def for_reading_back(self, encoding: str | None = None) -> FileOptions:
        """Return how to read an output that was written under these; its size is no surprise."""
        limits = Limits(
            field_bytes=self.limits.field_bytes * 8,
            record_bytes=self.limits.record_bytes * 8,
            expansion=math.inf,
            depth=self.limits.depth,
        )
        return replace(
            self,
            encoding=encoding,
            bad_rows="error",
            neutralise_formulas=False,
            resume=False,
            limits=limits,
        )

    def meaning(self) -> str:
        """Return what of this changes the output, for the fingerprint of a job."""
        means = ("format", "encoding", "delimiter", "quote", "header", "bad_rows", "on_leak",
                 "neutralise_formulas", "chunk_bytes")  # fmt: skip
        return repr([getattr(self, name) for name in means])


Progress = Callable[[int, int, int | None], None]  # rows, bytes done, bytes in all or None
