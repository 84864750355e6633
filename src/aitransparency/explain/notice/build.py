"""From an explainer, a profile and people's rows to a notice: all figures are measured here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.errors import ColumnNotFoundError, InputError, InputTypeError
from aitransparency.explain.features import LANGUAGES, Feature, Features
from aitransparency.explain.notice import intervals, measured
from aitransparency.explain.notice.factors import Factor, factors
from aitransparency.explain.notice.intervals import NOTHING
from aitransparency.explain.notice.measured import GroupTable, Results
from aitransparency.explain.notice.profile import Profile, Words
from aitransparency.explain.notice.sections import words
from aitransparency.explain.notice.value import MethodFacts, Notice, Outcome
from aitransparency.explain.values import show

if TYPE_CHECKING:
    from aitransparency.explain.decision import Decision
    from aitransparency.explain.explainer import Explainer

FACTOR_ROWS = 20_000  # people whose attributions weigh the factors, spread evenly over the rows

Floats = npt.NDArray[np.float64]


def build_notice(explainer: Explainer, profile: Any, X: Any, y: Any = None) -> Notice:
    """Measure an algorithm on people's rows and put the figures beside the operator's statements.

    Parameters
    ----------
    explainer
        The fitted explainer.
    profile
        A `Profile`, or the path of its TOML file.
    X
        Rows the algorithm decides about, n of them; columns that only the profile's groups name
        may stand beside the model's.
    y
        What became of them, n values: classes of the model, or numbers of its target; null where
        unknown.

    Raises
    ------
    InputError
        No rows, a group's column is missing, or y has another length or unknown classes.
    """
    said = _profile(profile)
    table = explainer.rows(X)
    if not table.num_rows:
        raise InputError("X has no rows; a notice is measured on people")
    results = _results(explainer, table, y)
    sample = table.take(pa.array(_spread(table.num_rows, FACTOR_ROWS)))
    weights = factors(explainer.attribute(sample))
    used = set(explainer.feature_names)
    tables = tuple(_groups(said, table, results, used))
    return Notice(
        profile=said,
        outcome=_outcome(explainer.decision, results),
        people=measured.tens(table.num_rows),
        factors=weights,
        factor_people=measured.tens(sample.num_rows),
        labels=_labels(explainer.features, said, used),
        values=_values(explainer.features, said, weights) | _ranges(explainer.features, tables),
        turnings=_turnings(explainer.features, weights),
        errors=results.errors(),
        groups=tables,
        method=_method(explainer),
    )


def _profile(profile: Any) -> Profile:  # a Profile or a path; anything else is refused
    if isinstance(profile, Profile):
        return profile
    if isinstance(profile, str | os.PathLike):
        return Profile.load(profile)
    raise InputTypeError(
        f"profile is an explain.Profile or the path of one, got {type(profile).__qualname__}"
    )


def _spread(count: int, most: int) -> npt.NDArray[np.int64]:
    """Return at most `most` row numbers, evenly over all rows."""
    kept = min(count, most)
    return np.linspace(0, count - 1, kept).astype(np.int64)


def _results(explainer: Explainer, table: pa.Table, y: Any) -> Results:
    decision, score = explainer.decision, explainer.score(table)
    line = decision.threshold if decision.labels else None
    binary = line is not None
    amount = score if line is None else (score >= line).astype(np.float64)
    if y is None:
        return Results(amount, None, binary)
    return Results(amount, _recorded(y, table.num_rows, decision, binary), binary)


def _recorded(y: Any, count: int, decision: Decision, binary: bool) -> Floats:
    values = pa.array(y, from_pandas=True) if not isinstance(y, pa.ChunkedArray | pa.Array) else y
    if len(values) != count:
        raise InputError(f"y has {len(values):,} values for {count:,} rows of X")
    known = values.to_pylist()
    if not binary:
        try:
            return np.array([np.nan if one is None else float(one) for one in known])
        except (TypeError, ValueError):
            raise InputTypeError("y holds something else than numbers") from None
    strange = next(
        (at for at, one in enumerate(known) if one is not None and one not in decision.labels), None
    )
    if strange is not None:
        raise InputError(f"y: row {strange:,} is not one of the decision's classes")
    return np.array([np.nan if one is None else float(one == decision.favourable) for one in known])


def _outcome(decision: Decision, results: Results) -> Outcome:
    if not results.binary:
        words = {"zh": decision.target, "en": decision.target_en or decision.target}
        unit = dict.fromkeys(LANGUAGES, decision.unit) if decision.unit else {}
        return Outcome(False, words, unit, decision.higher_is_favourable)
    zh = decision.labels.get(decision.favourable, str(decision.favourable))
    label = {"zh": zh, "en": decision.labels_en.get(decision.favourable, zh)}
    hits = int(results.amount.sum())
    share = measured.rounded(intervals.share(hits, len(results.amount)))
    return Outcome(True, label, favourable=share if len(results.amount) else NOTHING)


def _labels(features: Features, said: Profile, used: Iterable[str]) -> dict[str, Words]:
    names = [*used, *(one.column for one in said.groups)]
    made = {name: {lang: features[name].label_in(lang) for lang in LANGUAGES} for name in names}
    for one in said.groups:
        if one.label:
            made[one.column] = {**made[one.column], **one.label}
    return dict(sorted(made.items()))


def _values(
    features: Features, said: Profile, weights: Iterable[Factor]
) -> dict[str, dict[str, Words]]:
    made: dict[str, dict[str, Words]] = {}
    for name in (*(one.name for one in weights), *(one.column for one in said.groups)):
        known = features[name].categories if name in features else {}
        if known:
            made[name] = {key: dict(words) for key, words in known.items()}
    for group in said.groups:
        if group.values:
            made.setdefault(group.column, {}).update(
                {key: dict(words) for key, words in group.values.items()}
            )
    return dict(sorted(made.items()))


def _ranges(features: Features, tables: Iterable[GroupTable]) -> dict[str, dict[str, Words]]:
    """Return the words of every range of numbers, with the unit of its column."""
    made: dict[str, dict[str, Words]] = {}
    for table in tables:
        for value in (group.value for group in table.groups if ".." in group.value):
            low, high = value.split("..", 1)
            try:
                ends = [float(one) if one else None for one in (low, high)]
            except ValueError:
                continue  # a category that happens to hold two dots
            made.setdefault(table.column, {})[value] = {
                lang: _range(features[table.column], ends[0], ends[1], lang) for lang in LANGUAGES
            }
    return made


def _range(feature: Feature, low: float | None, high: float | None, language: str) -> str:
    w = words(language)["range"]
    key = "up_to" if low is None else "above" if high is None else "between"
    return str(w[key].format(low=show(feature, low, language), high=show(feature, high, language)))


def _turnings(features: Features, weights: Iterable[Factor]) -> dict[str, Words]:
    return {
        one.name: {lang: show(features[one.name], one.turning, lang) for lang in LANGUAGES}
        for one in weights
        if one.turning is not None
    }


def _groups(
    said: Profile, table: pa.Table, results: Results, used: set[str]
) -> Iterable[GroupTable]:
    for one in said.groups:
        if one.column not in table.column_names:
            raise ColumnNotFoundError.among(one.column, table.column_names)
        column = table[one.column].combine_chunks()
        yield results.by_group(column, one.ground, one.column in used, one.column)


def _method(explainer: Explainer) -> MethodFacts:
    known = explainer.method
    return MethodFacts(
        known.model,
        known.engine,
        known.unit,
        known.perturbation,
        known.background_rows,
        known.background_selection,
        known.versions,
    )
