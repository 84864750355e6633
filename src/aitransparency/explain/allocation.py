"""Log-odds shared out as probability, in proportion: the same order and signs, another scale.

Each row's amounts are scaled by one factor so that they add up to the change of the probability
(or of the target). That is an allocation; Shapley values of the probability are computed by asking
the model, ``Settings(unit="probability")``.

>>> a = Attributions(np.array([[1.0, 1.0]]), np.array([0.0]), ("age", "income"), "log-odds")
>>> shared_out(a, "probability").values.round(3).tolist()
[[0.19, 0.19]]
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from aitransparency.explain.attributions import Attributions, Unit

Floats = npt.NDArray[np.float64]


def shared_out(found: Attributions, unit: Unit) -> Attributions:
    """Return amounts in the unit behind the link, marked ``allocated``.

    Parameters
    ----------
    found
        In log-odds of one class against one other, or in log-target.
    unit
        "probability" for log-odds, "target" for log-target.
    """

    def link(margin: Floats) -> Floats:
        if unit == "target":
            return np.exp(margin)
        return np.exp(-np.logaddexp(0.0, -margin))

    base, end = link(found.base_values), link(found.outputs)
    moved = found.values.sum(axis=1)
    slope = end if unit == "target" else end * (1 - end)  # of the link, where nothing moved
    factor = np.where(np.abs(moved) > 1e-9, (end - base) / np.where(moved == 0, 1, moved), slope)
    values = found.values * factor[:, None]
    error = float(np.abs(base + values.sum(axis=1) - end).max(initial=0.0))
    return replace(
        found,
        values=values,
        base_values=base,
        unit=unit,
        allocated=True,
        additivity_error=max(error, found.additivity_error * float(slope.max(initial=0.0))),
        sampling_error=found.sampling_error * float(np.abs(factor).max(initial=0.0)),
    )
