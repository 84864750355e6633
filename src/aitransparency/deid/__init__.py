"""Article 33: de-identify personal data (去标识化).

One way through: find, plan, apply, verify, report. Every name below loads when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitransparency.lazy import lazy_package

if TYPE_CHECKING:
    from aitransparency.deid.deidentify import Result, deidentify
    from aitransparency.deid.find import find
    from aitransparency.deid.keys import Key
    from aitransparency.deid.plan import ColumnPlan, Plan, plan
    from aitransparency.deid.presidio import analyzer, recognizers
    from aitransparency.deid.reidentify import reidentify
    from aitransparency.deid.report import Report
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

_HOME = {
    "ColumnPlan": "plan",
    "Drop": "techniques",
    "Encrypt": "techniques",
    "Generalize": "techniques",
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
    "Scan": "techniques",
    "Span": "spans",
    "Spans": "spans",
    "Surrogate": "techniques",
    "analyzer": "presidio",
    "deidentify": "deidentify",
    "find": "find",
    "plan": "plan",
    "recognizers": "presidio",
    "reidentify": "reidentify",
}

__all__ = [
    "ColumnPlan",
    "Drop",
    "Encrypt",
    "Generalize",
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
    "Scan",
    "Span",
    "Spans",
    "Surrogate",
    "analyzer",
    "deidentify",
    "find",
    "plan",
    "recognizers",
    "reidentify",
]


lazy_package(__name__, _HOME)
