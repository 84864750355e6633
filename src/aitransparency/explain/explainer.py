"""One fitted model, the people it is compared with, and the words for its decision.

SHAP values after Lundberg and Lee, NeurIPS 2017. The engine is chosen by model family; `method`
says which and why.

>>> from sklearn.linear_model import LogisticRegression
>>> x = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
>>> explainer = Explainer(LogisticRegression().fit(x, [0, 0, 1, 1]), x)
>>> explainer.feature_names, explainer.unit, explainer.method.engine
(('x0', 'x1'), 'log-odds', 'linear')
>>> explainer.attribute(x[:1]).values.shape
(1, 2)
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.errors import AitransparencyError, InputError, ModelError
from aitransparency.explain.allocation import shared_out
from aitransparency.explain.attribution.choose import exact_engine
from aitransparency.explain.attribution.engine import (
    Engine,
    Floats,
    NotExactError,
    Settings,
    spread,
)
from aitransparency.explain.attribution.sampling import SamplingEngine
from aitransparency.explain.attributions import Attributions, Unit
from aitransparency.explain.decision import Decision
from aitransparency.explain.fitted import FittedModel, refused
from aitransparency.explain.method import Method
from aitransparency.explain.rows import unseen

if TYPE_CHECKING:
    from aitransparency.explain.card import Card
    from aitransparency.explain.comparison import Comparison
    from aitransparency.explain.features import Features
    from aitransparency.explain.notice import Notice
    from aitransparency.explain.system import System

_ROWS_AT_ONCE = 50_000  # bounds the memory of encoded rows, whatever the size of the batch


class Explainer:
    """Explains the outputs of one fitted model.

    Parameters
    ----------
    model
        Fitted model or Pipeline with ``predict``; classifiers are explained through
        ``predict_proba`` or ``decision_function``.
    background
        Frame or numpy array (m, p) of ordinary cases: the base value is the model's mean over it,
        and absent features take its values. Columns that the model does not use are ignored.
    features
        Labels and units of the columns; read off the background where missing.
    decision
        What the output means; for a classifier without one, the last class is favourable.
    settings
        Perturbation, unit and budget.
    system
        What the operator says about the system, for the cards; what is missing is printed so.

    Raises
    ------
    ModelError
        The model has no ``predict``, is not fitted, or refuses the background.
    InputError
        The background is empty or lacks columns of the fit, or the favourable class is not one of
        the model's.
    """

    def __init__(
        self,
        model: Any,
        background: Any,
        *,
        features: Features | None = None,
        decision: Decision | None = None,
        settings: Settings | None = None,
        system: System | None = None,
    ) -> None:
        self._settings = settings or Settings()
        self._system = system
        self._fitted = FittedModel.of(model, decision)
        self._format = self._fitted.row_format(background)
        table = self._format.table(background, "background").select(self._format.names)
        if not table.num_rows:
            raise InputError("background has no rows; give ordinary cases to compare with")
        self._background = table
        self._features = features
        self._engine = self._build()

    @property
    def model(self) -> Any:
        """The model as given; a bare booster with the methods of a classifier around it."""
        return self._fitted.estimator

    @property
    def background(self) -> pa.Table:
        """The background over the model's columns, m rows."""
        return self._background

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Original columns, in the order of the fit."""
        return self._format.names

    @property
    def features(self) -> Features:
        """The catalogue given, or one read off the background."""
        if self._features is None:
            from aitransparency.explain.features import Features

            self._features = Features.from_frame(self._background)
        return self._features

    @property
    def decision(self) -> Decision:
        """The decision given, or one read off the model's classes."""
        return self._fitted.decision

    @property
    def system(self) -> System:
        """What the operator says about the system; nothing where nothing was given."""
        if self._system is None:
            from aitransparency.explain.system import System

            self._system = System()
        return self._system

    @cached_property
    def comparison(self) -> Comparison:
        """What every card compares a person with; made when the first card is."""
        from aitransparency.explain.comparison import Comparison

        return Comparison.of(self)

    @property
    def unit(self) -> Unit:
        """What attributions are measured in."""
        return self._engine.unit

    @property
    def method(self) -> Method:
        """How attributions are computed."""
        return Method.of(self._engine, self._background.num_rows, self.model)

    def rows(self, X: Any) -> pa.Table:
        """Return rows as a table: names and types checked, columns beyond the model's kept.

        Parameters
        ----------
        X
            Frame, array or one row with the model's columns.

        Raises
        ------
        InputError, InputTypeError
            As in `attribute`.
        """
        return self._format.table(X)

    def score(self, X: Any) -> Floats:
        """Return the probability of the favourable class, or the target, float64 (n,).

        For a classifier without ``predict_proba`` this is the margin of ``decision_function``.

        Parameters
        ----------
        X
            Frame, array or one row with the model's columns.
        """
        table = self._format.table(X)
        if not table.num_rows:
            return np.empty(0)
        try:
            return self._fitted.score(self._format.native(table))
        except ModelError as error:
            raise self._suspect(table, error) from None

    def attribute(self, X: Any) -> Attributions:
        """Return the SHAP values of rows over the original columns.

        Positive means towards the favourable class, or a higher target.

        Parameters
        ----------
        X
            Frame, array or one row (mapping, pandas Series) with at least the model's columns;
            others are kept in ``data`` and ignored.

        Raises
        ------
        InputError
            Features are missing (all are named) or a category is new to the model.
        InputTypeError
            A column has another type than in the background.
        ModelError
            The model refuses the rows.
        """
        table = self._format.table(X)
        try:
            return self._attribute_table(table)
        except ModelError as error:
            raise self._suspect(table, error) from None

    def amounts(self, table: pa.Table) -> Floats:
        """Return the SHAP values of checked rows, (n, p), without asking the model for its outputs.

        Parameters
        ----------
        table
            ``data`` of an earlier `attribute`, or rows with the same columns and types.
        """
        return amounts_of([self], table)[0]

    def attribute_stream(self, batches: Iterable[Any]) -> Iterator[Attributions]:
        """Yield the attributions of each frame in turn, for tables larger than memory.

        Parameters
        ----------
        batches
            Frames of any kind, for example a `pyarrow.RecordBatchReader`.
        """
        for batch in batches:
            yield self.attribute(batch)

    def compared_with(self, rows: npt.NDArray[np.intp], *, seed: int) -> Explainer:
        """Return this explainer over some rows of its background, for a second opinion.

        Parameters
        ----------
        rows
            Places in `background`.
        seed
            Of the sampling, where the engine samples.
        """
        other = copy.copy(self)
        other.__dict__.pop("comparison", None)
        other._settings = replace(self._settings, seed=seed)
        other._background = self._background.take(pa.array(rows))
        other._engine = other._build()
        return other

    def allocate(self, attributions: Attributions) -> Attributions:
        """Return log-odds as probability, or log-target as the target, shared out in proportion.

        Each row's amounts are scaled by one factor, so that they add up to the probability (or the
        target) over that of the base value. Order and signs stay. They are marked ``allocated``:
        they are no Shapley values of the probability; ``Settings(unit="probability")`` computes
        those, by sampling.

        Parameters
        ----------
        attributions
            What `attribute` returned.

        Raises
        ------
        InputError
            The unit is another, or the model has more than two classes, whose log-odds do not make
            a probability by themselves.
        """
        if attributions.unit == "log-odds" and self._fitted.target.classes == 2:
            return shared_out(attributions, "probability")
        if attributions.unit == "log-target":
            return shared_out(attributions, "target")
        raise InputError(
            f"{attributions.unit} of {self._fitted.target.classes or 'no'} classes cannot be "
            "allocated; set Settings(unit='probability') to compute in probability"
        )

    def explain(self, row: Any, *, language: str = "zh", decided_at: str | None = None) -> Card:
        """Return the explanation card of one person.

        Parameters
        ----------
        row
            One row: a mapping, a pandas Series or a frame of one row.
        language
            "zh" or "en".
        decided_at
            When the decision was made, as it is to be printed.

        Raises
        ------
        InputError
            There is not exactly one row, or as in `attribute`.
        WordingError
            The catalogue's words break a rule.
        """
        from aitransparency.explain.build import build_card

        return build_card(self, row, language=language, decided_at=decided_at)

    def explain_batch(self, X: Any, *, top: int = 5, language: str = "zh") -> pa.Table:
        """Return ranked reasons, one line per person.

        Parameters
        ----------
        X
            Rows as in `attribute`.
        top
            Reasons a person.
        language
            "zh" or "en".
        """
        from aitransparency.explain.batch import explain_batch

        return explain_batch(self, X, top=top, language=language)

    def notice(self, profile: Any, X: Any, y: Any = None) -> Notice:
        """Return the public notice of the whole algorithm.

        Parameters
        ----------
        profile
            What the operator says about the system.
        X
            Rows the algorithm decides about.
        y
            What became of them, where known.
        """
        from aitransparency.explain.notice import build_notice

        return build_notice(self, profile, X, y)

    def _attribute_table(self, table: pa.Table) -> Attributions:
        count, width = table.num_rows, len(self.feature_names)
        values, base = np.empty((count, width)), np.empty(count)
        worst, sampling = 0.0, 0.0
        for start in range(0, count, _ROWS_AT_ONCE):
            here = slice(start, min(start + _ROWS_AT_ONCE, count))
            rows = self._format.native(table.slice(start, _ROWS_AT_ONCE))
            values[here], base[here], error = self._attribute_rows(rows)
            sampling = max(sampling, error)
            sums = base[here] + values[here].sum(axis=1)
            worst = max(worst, float(np.abs(sums - self._engine.outputs(rows)).max()))
        return Attributions(
            values=values,
            base_values=base,
            features=self.feature_names,
            unit=self.unit,
            data=table,
            engine=self._engine.name,
            reason=self._engine.reason,
            additivity_error=worst,
            sampling_error=sampling,
        )

    def _attribute_rows(self, rows: Any) -> tuple[Floats, Floats, float]:
        try:
            if isinstance(self._engine, SamplingEngine):
                values, base, error = self._engine.attribute_with_error(rows)
                return values, base, float(error.max())
            values, base = self._engine.attribute(rows)
        except AitransparencyError:
            raise
        except (ValueError, TypeError, KeyError) as error:
            raise refused(self.model, error) from None
        return values, base, 0.0

    def _suspect(self, table: pa.Table, error: ModelError) -> ModelError | InputError:
        """Return an error that names the column the model probably stumbled over."""
        for name in self.feature_names:
            strange = unseen(table[name], self._background[name])
            if strange:
                row, count = strange
                return InputError(
                    f"X: column {name!r} (row {row:,}): {count:,} values are not in the "
                    f"background, and the model refuses the rows; map them to a known category"
                )
        return error

    def _build(self) -> Engine:
        native = self._format.native(self._background)
        score = self._fitted.score(native)
        if not np.isfinite(score).all():
            raise InputError("background: the model's output is not finite on some rows")
        try:
            return exact_engine(self.model, native, self._fitted.target, self._settings)
        except NotExactError as why:
            output, unit = self._fitted.output(self._settings.unit)
            rows = spread(score, self._settings.background_rows or 100)
            return SamplingEngine.of(
                output,
                self._format,
                self._background.take(pa.array(rows)),
                unit,
                self._settings,
                str(why),
            )


def amounts_of(explainers: Sequence[Explainer], table: pa.Table) -> list[Floats]:
    """Return `Explainer.amounts` of several explainers of one model, which take the same rows."""
    if not explainers:
        return []
    rows = explainers[0]._format.native(table)
    return [one._attribute_rows(rows)[0] for one in explainers]
