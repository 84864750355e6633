"""What an engine returns: one signed amount per person and feature, and the base they start from.

For each row, ``base_values + values.sum(axis=1)`` is the model's output in `unit` (Lundberg and Lee
2017, local accuracy). The worst departure from that over all rows is kept in `additivity_error`.

>>> a = Attributions(np.array([[0.5, -0.2]]), np.array([0.1]), ("age", "income"), "log-odds")
>>> a.outputs.round(3).tolist()
[0.4]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency import frames
from aitransparency.errors import ColumnNotFoundError, InputError

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

    @classmethod
    def of(
        cls,
        values: npt.ArrayLike,
        base_values: npt.ArrayLike,
        features: tuple[str, ...] | list[str],
        unit: Unit,
        *,
        data: Any = None,
        outputs: npt.ArrayLike | None = None,
    ) -> Attributions:
        """Take amounts that were computed elsewhere.

        Parameters
        ----------
        values
            Numbers (n, p), signed towards the favourable decision.
        base_values
            Numbers (n,), or one for all rows.
        features
            p names.
        unit
            Of the amounts.
        data
            The rows: a pandas, Polars or Arrow frame with at least the columns in `features`, or
            an array (n, p).
        outputs
            The model's output for the rows in `unit`, (n,): the sums are checked against it, and
            the worst error is kept.

        Raises
        ------
        InputError
            Shapes do not fit, or an amount is not finite.
        """
        amounts = np.ascontiguousarray(values, dtype=np.float64)
        base = np.array(np.broadcast_to(np.ravel(base_values), len(amounts)), dtype=np.float64)
        if not (np.isfinite(amounts).all() and np.isfinite(base).all()):
            raise InputError("values or base_values hold NaN or infinity")
        table = _table(data, tuple(features), len(amounts))
        made = cls(amounts, base, tuple(features), unit, table)
        if outputs is None:
            return made
        error = np.abs(made.outputs - np.ravel(np.asarray(outputs, dtype=np.float64)))
        return replace(made, additivity_error=float(error.max(initial=0.0)))

    @classmethod
    def from_shap(
        cls,
        explanation: shap.Explanation,
        unit: Unit,
        *,
        output: int | None = None,
        data: Any = None,
        outputs: npt.ArrayLike | None = None,
    ) -> Attributions:
        """Take a `shap.Explanation`.

        Parameters
        ----------
        explanation
            Of n rows, or of one.
        unit
            Of its values; shap does not say.
        output
            Which output, where it holds several (n, p, outputs): the favourable class.
        data
            The rows as people know them; those in the explanation where missing.
        outputs
            As in `of`.

        Raises
        ------
        InputError
            It holds several outputs and `output` does not say which, or shapes do not fit.
        """
        values = np.asarray(explanation.values, dtype=np.float64)
        base = np.asarray(explanation.base_values, dtype=np.float64)
        names = explanation.feature_names
        if values.ndim == 1:
            values = values[None, :]
        if values.ndim == 3 and output is None:
            raise InputError(f"the explanation holds {values.shape[2]} outputs; say which: output=")
        if values.ndim == 3:
            values = values[:, :, output]
            base = base[..., output] if base.ndim else base
        if names is None:
            names = [f"x{j}" for j in range(values.shape[1])]
        if data is None and explanation.data is not None:
            data = np.atleast_2d(np.asarray(explanation.data))
        return cls.of(values, base, [str(n) for n in names], unit, data=data, outputs=outputs)

    def grouped(self, groups: Mapping[str, str]) -> Attributions:
        """Return the sums over groups of features; totals stay exact.

        Parameters
        ----------
        groups
            Feature to its group; features that are not named stay by themselves. From a catalogue:
            ``{name: entry.group for name, entry in catalogue.entries.items() if entry.group}``.

        Raises
        ------
        ColumnNotFoundError
            A name is no feature.
        """
        for name in groups:
            if name not in self.features:
                raise ColumnNotFoundError.among(name, self.features)
        labels = [groups.get(name, name) for name in self.features]
        names = tuple(dict.fromkeys(labels))
        sums = np.zeros((len(self), len(names)))
        for column, label in enumerate(labels):
            sums[:, names.index(label)] += self.values[:, column]
        return replace(self, values=sums, features=names, data=None)

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


def _table(data: Any, features: tuple[str, ...], rows: int) -> pa.Table | None:
    if data is None:
        return None
    if isinstance(data, np.ndarray):
        if data.shape != (rows, len(features)):
            raise InputError(f"data has shape {data.shape}; expected {(rows, len(features))}")
        columns = (pa.array(data[:, j].tolist(), from_pandas=True) for j in range(len(features)))
        return pa.table(dict(zip(features, columns, strict=True)))
    table = frames.to_table(data)
    for name in features:
        if name not in table.column_names:
            raise ColumnNotFoundError.among(name, table.column_names)
    if table.num_rows != rows:
        raise InputError(f"data has {table.num_rows:,} rows; values has {rows:,}")
    return table
