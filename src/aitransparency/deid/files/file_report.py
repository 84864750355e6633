"""The report of a job over files: the report of its table, and what happened to each file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from aitransparency.deid.report import Report
from aitransparency.deid.report.model import fingerprint


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What happened to one file.

    Parameters
    ----------
    source, target
        Names, without their folders.
    format, encoding, dialect, compression
        As detected or stated; empty where the format has none.
    rows_in
        Records of the source, bad ones included.
    rows_out
        Records of the target.
    quarantined
        Bad records that were set aside; rows_in is always rows_out + quarantined.
    formulas
        Cells in which a spreadsheet formula was neutralised.
    resumed_at
        Rows that an earlier, interrupted job had done.
    """

    source: str
    target: str
    format: str
    rows_in: int
    rows_out: int
    quarantined: int = 0
    formulas: int = 0
    encoding: str = ""
    dialect: str = ""
    compression: str = ""
    resumed_at: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class FileReport(Report):
    """A `Report` with a line for each file."""

    files: tuple[FileFacts, ...] = ()

    def to_dict(self) -> dict[str, Any]:  # what JSON holds
        """Return the report as JSON holds it, with its files, and its own hash."""
        made = Report.to_dict(self)
        made["files"] = [asdict(one) for one in self.files]
        made["report_sha256"] = fingerprint(made)
        return made

    @property
    def quarantined(self) -> int:
        """Bad records that were set aside, over all files."""
        return sum(one.quarantined for one in self.files)
