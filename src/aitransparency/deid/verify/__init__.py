"""Verification: nothing of what the plan removes is left in the output.

>>> import pyarrow as pa
>>> before = pa.table({"phone": ["13800138000"], "note": ["x"]})
>>> after = pa.table({"phone": ["138****8000"], "note": ["回拨138-0013-8000"]})
>>> from aitransparency.deid.plan import ColumnPlan, Plan
>>> from aitransparency.deid.techniques import Keep, Mask
>>> plan = Plan({"phone": ColumnPlan(Mask(), "direct", "CN_MOBILE_PHONE"), "note": Keep()})
>>> verify(before, after, plan).leaks
{'note': 1}
"""

from aitransparency.deid.verify.across import Across, Learned
from aitransparency.deid.verify.cells import Found, search_cells
from aitransparency.deid.verify.result import Verification, demand_clean
from aitransparency.deid.verify.verifier import OnLeak, Verifier, verify

__all__ = [
    "Across",
    "Found",
    "Learned",
    "OnLeak",
    "Verification",
    "Verifier",
    "demand_clean",
    "search_cells",
    "verify",
]
