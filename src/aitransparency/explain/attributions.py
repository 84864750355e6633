"""What an engine returns: one signed amount per person and feature, and the base they start from.

For each row, ``base_values + values.sum(axis=1)`` is the model's output in `unit` (Lundberg and Lee
2017, local accuracy). The worst departure from that over all rows is kept in `additivity_error`.

>>> a = Attributions(np.array([[0.5, -0.2]]), np.array([0.1]), ("age", "income"), "log-odds")
>>> a.outputs.round(3).tolist()
[0.4]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.errors import InputError

if TYPE_CHECKING:
    import shap

Unit = Literal["log-odds", "probability", "target", "log-target"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Attributions:
    """SHAP values of n rows over p features that people know.

    Parameters
    ----------
    values
        float64 (n, p).
    base_values
        float64 (n,), the mean output over the background.
    features
        p names, in the order of the columns of `values`.
    unit
        What the amounts are measured in: log-odds or probability of the favourable decision, the
        target's own unit, or the logarithm of the target. With more than two classes log-odds are
        the model's score of the class: its log-probability up to a term all classes share.
    data
        The rows as given, n rows with at least the columns in `features`; None where only
        amounts are known.
    engine
        Name of the engine that computed the values, for the card's method line.
    reason
        Why this engine was chosen, one English sentence.
    additivity_error
        Largest absolute difference between base plus sum and the model's output, in `unit`; NaN
        where no model was there to compare with.
    allocated
        True where amounts in probability were allocated from log-odds in proportion and are not
        Shapley values of the probability itself. A card must say so.
    sampling_error
        Largest standard error of a value, in `unit`; 0 where values are exact.
    """

    values: Floats
    base_values: Floats
    features: tuple[str, ...]
    unit: Unit
    data: pa.Table | None = None
    engine: str = "precomputed"
    reason: str = "values were given by the caller"
    additivity_error: float = float("nan")
    allocated: bool = False
    sampling_error: float = 0.0

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.features):
            raise InputError(
                f"values has shape {self.values.shape}; expected (rows, {len(self.features)})"
            )
        if self.base_values.shape != (len(self.values),):
            raise InputError(
                f"base_values has shape {self.base_values.shape}; expected ({len(self.values)},)"
            )

    def __len__(self) -> int:
        return len(self.values)

    @property
    def outputs(self) -> Floats:
        """Base plus attributions, float64 (n,): the model's output in `unit`."""
        total: Floats = self.base_values + self.values.sum(axis=1)
        return total

    def to_shap(self) -> shap.Explanation:
        """Return a `shap.Explanation`, so that every shap plot works."""
        import shap

        data = None
        if self.data is not None:
            data = np.column_stack(
                [self.data[name].to_numpy().astype(object) for name in self.features]
            )
        return shap.Explanation(
            values=self.values,
            base_values=self.base_values,
            data=data,
            feature_names=list(self.features),
        )
