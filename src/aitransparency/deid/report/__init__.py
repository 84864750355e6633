"""The report: what was done to each column, what risk remains, what was not checked.

>>> Report(rows=1, columns=(), key_id=None, plan_sha256="0", version="0").to_markdown("en")[:26]
'# De-identification report'
"""

from aitransparency.deid.report.check import Checked, check_report
from aitransparency.deid.report.digest import SourceDigest
from aitransparency.deid.report.model import ColumnReport, Report

__all__ = ["Checked", "ColumnReport", "Report", "SourceDigest", "check_report"]
