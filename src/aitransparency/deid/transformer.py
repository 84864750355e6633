"""A scikit-learn transformer: de-identify inside a pipeline, the same way at fit and at predict.

>>> from aitransparency.deid import Key, Mask, Plan
>>> import pyarrow as pa
>>> table = pa.table({"phone": ["13800138000"]})
>>> Deidentifier(Plan({"phone": Mask(keep_start=3)})).fit_transform(table)["phone"].to_pylist()
['138********']
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from aitransparency.deid.deidentify import deidentify
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.plan import plan as proposed
from aitransparency.deid.techniques import Drop
from aitransparency.errors import InputError, InputTypeError, KeyMaterialError
from aitransparency.frames import is_frame, to_table


class Deidentifier(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    """De-identify the columns of a frame.

    Parameters
    ----------
    plan
        What is done to each column; None proposes one from the frame that `fit` sees.
    key
        A `Key`, or the name of an environment variable that holds one. A `Key` is left out when
        the transformer is pickled, so that a saved pipeline holds no secret; the name stays.
    verify
        As `deidentify` takes it.

    Attributes
    ----------
    plan_
        The plan in use.
    """

    def __init__(
        self, plan: Plan | None = None, *, key: Key | str | None = None, verify: bool = True
    ) -> None:
        self.plan = plan
        self.key = key
        self.verify = verify

    def fit(self, X: Any, y: object = None) -> Deidentifier:  # any frame; named as in scikit-learn
        """Take the plan, or propose one; nothing else is learned.

        Raises
        ------
        InputTypeError
            X is no pandas, Polars or Arrow frame.
        PlanError
            The plan and the columns do not go together.
        """
        if not is_frame(X):
            raise InputTypeError(
                f"X is a frame with named columns, got {type(X).__qualname__}; a plan is by column"
            )
        self.plan_ = proposed(X) if self.plan is None else self.plan
        names = to_table(X).column_names
        self.plan_.for_columns(names)
        self.feature_names_in_ = np.array(names, dtype=object)
        self.n_features_in_ = len(names)
        return self

    def transform(self, X: Any) -> Any:  # the frame's own type
        """Return the frame de-identified, of the type that came in.

        Raises
        ------
        InputError
            The columns are not those that `fit` saw.
        """
        check_is_fitted(self)
        if is_frame(X) and to_table(X).column_names != list(self.feature_names_in_):
            raise InputError("the columns are not those that fit saw, in their order")
        return deidentify(X, self.plan_, key=self._secret(), verify=self.verify).data

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Return the names of the columns that are not dropped."""
        check_is_fitted(self)
        lines = self.plan_.for_columns(list(self.feature_names_in_))
        kept = [name for name, line in lines.items() if not isinstance(line.technique, Drop)]
        return np.array(kept, dtype=object)

    def _secret(self) -> Key | None:
        if isinstance(self.key, str):
            return Key.from_env(self.key)
        if self.key is None and getattr(self, "_had_key", False):
            raise KeyMaterialError(
                "the key was left out when this was saved; set it: set_params(key=key)"
            )
        return self.key

    def __getstate__(self) -> dict[str, Any]:  # scikit-learn's own
        state = dict(super().__getstate__())
        if isinstance(state.get("key"), Key):
            state |= {"key": None, "_had_key": True}
        return state
