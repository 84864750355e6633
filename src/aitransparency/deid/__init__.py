"""Article 33: de-identify personal data (去标识化).

One way through: find, plan, apply, verify, report. Every name below loads when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitransparency.lazy import lazy_package

if TYPE_CHECKING:
    from aitransparency.deid.deidentify import Result, deidentify, reidentify
    from aitransparency.deid.files.file_report import FileReport
    from aitransparency.deid.files.job import deidentify_file
    from aitransparency.deid.files.options import FileOptions
    from aitransparency.deid.files.quarantine import read_quarantine
    from aitransparency.deid.find import find
    from aitransparency.deid.keys import Key
    from aitransparency.deid.plan import Plan, plan
    from aitransparency.deid.presidio import analyzer, recognizers
    from aitransparency.deid.report import Report
    from aitransparency.deid.spans import Span, Spans
    from aitransparency.deid.techniques import (
        Mask,
        Pseudonymize,
        Redact,
        Scan,
    )

_HOME = {
    "FileOptions": "files.options",
    "FileReport": "files.file_report",
    "Key": "keys",
    "Mask": "techniques",
    "Plan": "plan",
    "Pseudonymize": "techniques",
    "Redact": "techniques",
    "Report": "report",
    "Result": "deidentify",
    "Scan": "techniques",
    "Span": "spans",
    "Spans": "spans",
    "analyzer": "presidio",
    "deidentify": "deidentify",
    "deidentify_file": "files.job",
    "find": "find",
    "plan": "plan",
    "read_quarantine": "files.quarantine",
    "recognizers": "presidio",
    "reidentify": "deidentify",
}

__all__ = [
    "FileOptions",
    "FileReport",
    "Key",
    "Mask",
    "Plan",
    "Pseudonymize",
    "Redact",
    "Report",
    "Result",
    "Scan",
    "Span",
    "Spans",
    "analyzer",
    "deidentify",
    "deidentify_file",
    "find",
    "plan",
    "read_quarantine",
    "recognizers",
    "reidentify",
]


lazy_package(__name__, _HOME)
