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
    from aitransparency.deid.risk import Grade, Risk, Suggestion, grade, risk
    from aitransparency.deid.spans import Span, Spans
    from aitransparency.deid.techniques import (
        Mask,
        Pseudonymize,
        Redact,
        Scan,
    )
    from aitransparency.deid.transformer import Deidentifier

_HOME = {
    "Deidentifier": "transformer",
    "FileOptions": "files.options",
    "FileReport": "files.file_report",
    "Grade": "risk",
    "Key": "keys",
    "Mask": "techniques",
    "Plan": "plan",
    "Pseudonymize": "techniques",
    "Redact": "techniques",
    "Report": "report",
    "Result": "deidentify",
    "Risk": "risk",
    "Scan": "techniques",
    "Span": "spans",
    "Spans": "spans",
    "Suggestion": "risk",
    "analyzer": "presidio",
    "deidentify": "deidentify",
    "deidentify_file": "files.job",
    "find": "find",
    "grade": "risk",
    "plan": "plan",
    "read_quarantine": "files.quarantine",
    "recognizers": "presidio",
    "reidentify": "deidentify",
    "risk": "risk",
}

__all__ = [
    "Deidentifier",
    "FileOptions",
    "FileReport",
    "Grade",
    "Key",
    "Mask",
    "Plan",
    "Pseudonymize",
    "Redact",
    "Report",
    "Result",
    "Risk",
    "Scan",
    "Span",
    "Spans",
    "Suggestion",
    "analyzer",
    "deidentify",
    "deidentify_file",
    "find",
    "grade",
    "plan",
    "read_quarantine",
    "recognizers",
    "reidentify",
    "risk",
]


lazy_package(__name__, _HOME)
