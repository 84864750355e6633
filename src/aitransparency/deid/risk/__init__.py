"""What risk of re-identification remains in a table.

>>> import pyarrow as pa
>>> table = pa.table({"sex": ["F", "F", "M"], "age": [30, 30, 41], "ill": ["a", "b", "a"]})
>>> found = risk(table, quasi_identifiers=["sex", "age"], sensitive=["ill"])
>>> found.k, found.sensitive["ill"].distinct_l
(1, 1)
"""

from aitransparency.deid.risk.anonymity import k_anonymity, l_diversity, t_closeness
from aitransparency.deid.risk.attack import Guess, Linkage, guess_masked, link
from aitransparency.deid.risk.grading import Grade, grade
from aitransparency.deid.risk.measure import Risk, risk
from aitransparency.deid.risk.suggest import Suggestion

__all__ = [
    "Grade",
    "Guess",
    "Linkage",
    "Risk",
    "Suggestion",
    "grade",
    "guess_masked",
    "k_anonymity",
    "l_diversity",
    "link",
    "risk",
    "t_closeness",
]
