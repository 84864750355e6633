"""Article 33: de-identify personal data (去标识化).

One way through: find, plan, apply, verify, report. Every name below loads when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitransparency.lazy import lazy_package

if TYPE_CHECKING:
    from aitransparency.deid.deidentify import Result, deidentify
    from aitransparency.deid.files.file_report import FileReport
    from aitransparency.deid.files.job import deidentify_file
    from aitransparency.deid.files.options import FileOptions
    from aitransparency.deid.files.quarantine import read_quarantine
    from aitransparency.deid.find import find
    from aitransparency.deid.keys import Key
    from aitransparency.deid.plan import ColumnPlan, Plan, plan
    from aitransparency.deid.presidio import analyzer, recognizers
    from aitransparency.deid.reidentify import reidentify, reidentify_file
    from aitransparency.deid.report import Report
    from aitransparency.deid.risk import Grade, Risk, Suggestion, grade, risk
    from aitransparency.deid.spans import Span, Spans
    from aitransparency.deid.techniques import (
        Drop,
        Encrypt,
        Generalize,
        Keep,
        Mask,
        Microaggregate,
        Noise,
        Permute,
        Pseudonymize,
        Redact,
        Scan,
        Surrogate,
    )
    from aitransparency.deid.transformer import Deidentifier

_HOME = {
    "ColumnPlan": "plan",
    "Deidentifier": "transformer",
    "Drop": "techniques",
    "Encrypt": "techniques",
    "FileOptions": "files.options",
    "FileReport": "files.file_report",
    "Generalize": "techniques",
    "Grade": "risk",
    "Keep": "techniques",
    "Key": "keys",
    "Mask": "techniques",
    "Microaggregate": "techniques",
    "Noise": "techniques",
    "Permute": "techniques",
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
    "Surrogate": "techniques",
    "analyzer": "presidio",
    "deidentify": "deidentify",
    "deidentify_file": "files.job",
    "find": "find",
    "grade": "risk",
    "plan": "plan",
    "read_quarantine": "files.quarantine",
    "recognizers": "presidio",
    "reidentify": "reidentify",
    "reidentify_file": "reidentify",
    "risk": "risk",
}

__all__ = [
    "ColumnPlan",
    "Deidentifier",
    "Drop",
    "Encrypt",
    "FileOptions",
    "FileReport",
    "Generalize",
    "Grade",
    "Keep",
    "Key",
    "Mask",
    "Microaggregate",
    "Noise",
    "Permute",
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
    "Surrogate",
    "analyzer",
    "deidentify",
    "deidentify_file",
    "find",
    "grade",
    "plan",
    "read_quarantine",
    "recognizers",
    "reidentify",
    "reidentify_file",
    "risk",
]


lazy_package(__name__, _HOME)
