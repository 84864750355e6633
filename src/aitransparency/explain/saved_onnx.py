"""An ONNX model, with the methods that scikit-learn's models have; onnxruntime computes.

A classifier has a whole-number or text output of labels and one of probabilities, as exporters of
scikit-learn's models write them; a regression has one number a row. An ONNX graph hides the family
of the model, so it is explained by asking it.

>>> probabilities([{"no": 0.25, "yes": 0.75}], ["no", "yes"]).tolist()
[[0.25, 0.75]]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.errors import MissingDependencyError, ModelError

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(string)": np.object_,
}


@dataclass(frozen=True, slots=True, eq=False)
class OnnxModel:
    """An ONNX regression.

    Parameters
    ----------
    session
        The `onnxruntime.InferenceSession`.
    """

    session: Any

    @classmethod
    def load(cls, file: Path) -> OnnxModel:
        """Read a file; the result is an `OnnxClassifier` where it gives probabilities.

        Raises
        ------
        MissingDependencyError
            onnxruntime is not installed.
        ModelError
            An input is no table of numbers or text, or the classes cannot be told.
        """
        try:
            import onnxruntime
        except ImportError:
            raise MissingDependencyError.of("onnxruntime", "models") from None
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
        for given in session.get_inputs():
            if given.type not in _TYPES or len(given.shape) != 2:
                raise ModelError(f"{file}: input {given.name!r} is no table: {given.type}")
        if len(session.get_outputs()) == 1:
            return cls(session)
        classes = _classes(session)
        if classes is None:
            raise ModelError(
                f"{file}: the names of its classes are text and not in its outputs; export it with "
                "a map of probabilities (zipmap)"
            )
        return OnnxClassifier(session, np.asarray(classes))

    @property
    def n_features_in_(self) -> int | None:
        """Number of columns; None where the graph leaves it open."""
        inputs = self.session.get_inputs()
        width = inputs[0].shape[1] if len(inputs) == 1 else len(inputs)
        return width if isinstance(width, int) else None

    @property
    def feature_names_in_(self) -> list[str] | None:
        """Names of the inputs, where each column is one."""
        inputs = self.session.get_inputs()
        return [given.name for given in inputs] if len(inputs) > 1 else None

    def predict(self, rows: Any) -> npt.NDArray[Any]:
        """Return the target (n,)."""
        return np.asarray(self._run(rows)[0], dtype=np.float64).reshape(-1)

    def _run(self, rows: Any) -> list[Any]:
        inputs = self.session.get_inputs()
        if len(inputs) == 1:
            whole = np.ascontiguousarray(np.asarray(rows), dtype=_TYPES[inputs[0].type])
            return list(self.session.run(None, {inputs[0].name: whole}))
        columns = {
            given.name: np.asarray(_column(rows, given.name, place)).reshape(-1, 1)
            for place, given in enumerate(inputs)
        }
        feed = {given.name: columns[given.name].astype(_TYPES[given.type]) for given in inputs}
        return list(self.session.run(None, feed))


@dataclass(frozen=True, slots=True, eq=False)
class OnnxClassifier(OnnxModel):
    """An ONNX classifier.

    Parameters
    ----------
    session
        The `onnxruntime.InferenceSession`.
    classes_
        In the order of the probabilities.
    """

    classes_: npt.NDArray[Any]

    def predict(self, rows: Any) -> npt.NDArray[Any]:
        """Return the class (n,)."""
        return np.asarray(self._run(rows)[0]).reshape(-1)

    def predict_proba(self, rows: Any) -> npt.NDArray[np.float64]:
        """Return probabilities (n, classes)."""
        return probabilities(self._run(rows)[1], self.classes_.tolist())


def probabilities(found: Any, classes: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Return (n, classes) from an array, or from one mapping of class to probability a row."""
    if isinstance(found, list):
        return np.array([[row[label] for label in classes] for row in found], dtype=np.float64)
    return np.asarray(found, dtype=np.float64)


def _classes(session: Any) -> list[Any] | None:
    """Return the classes by running one row of zeros."""
    feed = {
        given.name: np.full(
            (1, given.shape[1] if isinstance(given.shape[1], int) else 1),
            "" if given.type == "tensor(string)" else 0,
            dtype=_TYPES[given.type],
        )
        for given in session.get_inputs()
    }
    labels, chances = session.run(None, feed)[:2]
    if isinstance(chances, list):
        return list(chances[0])
    if np.asarray(labels).dtype.kind not in "iu":
        return None
    return list(range(np.asarray(chances).shape[1]))


def _column(rows: Any, name: str, place: int) -> Any:
    if hasattr(rows, "columns") or hasattr(rows, "column_names"):
        found = rows[name]
        return found.to_numpy() if hasattr(found, "to_numpy") else found
    return np.asarray(rows)[:, place]
