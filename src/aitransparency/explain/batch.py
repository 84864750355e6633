"""Reasons for many people: codes, amounts, values and sentences as one Arrow table.

The sentences are those of the cards, made once for each distinct value and taken by number, so that
a million people need no Python per row. Texts are dictionary-encoded; Parquet, pandas and Polars
take them as they are.

>>> a = Attributions(np.array([[0.5, -2.0]]), np.zeros(1), ("age", "debt"), "log-odds",
...                  pa.table({"age": [40], "debt": [0.6]}))
>>> table = reason_table(a, Features(), Decision({0: "no", 1: "yes"}), top=1)
>>> table["reason_1_code"].to_pylist(), table["reason_1_sentence"].to_pylist()
(['debt'], ['debt：0.6，对您不利，分量重。'])
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency import frames
from aitransparency.errors import InputError
from aitransparency.explain import wording
from aitransparency.explain.attributions import Attributions
from aitransparency.explain.decision import Decision
from aitransparency.explain.features import Feature, Features
from aitransparency.explain.reasons import rank
from aitransparency.explain.sentences import favourable_label, reason_sentence, sides
from aitransparency.explain.values import MISSING, Value, show, show_all
from aitransparency.explain.wording import Words

if TYPE_CHECKING:
    from aitransparency.explain.explainer import Explainer

_ROWS_AT_ONCE = 131_072
_ASCII, _WIDE = "\x01", "\ue000"  # stand for a value while a sentence is split around it
_STRENGTHS = 3

Indices = npt.NDArray[np.int32]


def explain_batch(explainer: Explainer, X: Any, *, top: int = 5, language: str = "zh") -> pa.Table:
    """Return ranked reasons, one line per person; see `Explainer.explain_batch`.

    Returns
    -------
    pyarrow.Table
        ``decision``, ``favourable``, ``score``; then for each place r from 1 ``reason_r_code``,
        ``reason_r_amount`` (in the explainer's unit), ``reason_r_value``, ``reason_r_sentence``,
        null where a person has fewer reasons; then ``rest_amount``, ``rest_count``, ``coverage``.
    """
    parts = list(explain_stream(explainer, [X], top=top, language=language))
    return pa.concat_tables(parts)


def explain_stream(
    explainer: Explainer, batches: Iterable[Any], *, top: int = 5, language: str = "zh"
) -> Iterator[pa.Table]:
    """Yield the table of `explain_batch` piece by piece, for inputs larger than memory.

    Parameters
    ----------
    explainer
        The model, its catalogue and its decision.
    batches
        Frames of any kind, for example a `pyarrow.RecordBatchReader`.
    top, language
        As in `explain_batch`.
    """
    wording.check(explainer.features, explainer.feature_names, language)
    typical = {name: one.value for name, one in explainer.comparison.typical.items()}
    for batch in batches:
        for piece in _pieces(batch):
            found = explainer.attribute(piece)
            reasons = reason_table(
                found,
                explainer.features,
                explainer.decision,
                typical=typical,
                top=top,
                language=language,
            )
            head = _outcomes(explainer, found, language)
            names = [*head, *reasons.column_names]
            yield pa.table([*head.values(), *reasons.columns], names=names)


def write_batch(
    explainer: Explainer,
    batches: Iterable[Any],
    target: str | Path,
    *,
    top: int = 5,
    language: str = "zh",
) -> int:
    """Write the table of `explain_batch` to a Parquet file, piece by piece; return its rows.

    The file appears under its name when it is complete.
    """
    import pyarrow.parquet as pq

    target = Path(target)
    partial = target.with_name(f".{target.name}.partial")
    writer, rows = None, 0
    try:
        for table in explain_stream(explainer, batches, top=top, language=language):
            if writer is None:
                writer = pq.ParquetWriter(partial, table.schema, compression="zstd")
            writer.write_table(table)
            rows += table.num_rows
        if writer is None:
            raise InputError("there are no batches; nothing was written")
        writer.close()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def reason_table(
    attributions: Attributions,
    features: Features,
    decision: Decision,
    *,
    typical: Mapping[str, Value] | None = None,
    top: int = 5,
    language: str = "zh",
) -> pa.Table:
    """Return the reason columns of `explain_batch` from attributions that are there already.

    Parameters
    ----------
    attributions
        Ours, or those of `Attributions.from_shap`. Without ``data`` there are no values and no
        sentences, only codes and amounts.
    features, decision
        The words, and which side is good for the person.
    typical
        Column to the typical value that sentences name.
    top
        Most reasons a person.
    language
        "zh" or "en".
    """
    say = wording.words(language)
    wording.check(features, attributions.features, language)
    parts = []
    for start in range(0, max(len(attributions), 1), _ROWS_AT_ONCE):
        part = _Part(attributions, features, decision, dict(typical or {}), say)
        parts.append(part.table(slice(start, start + _ROWS_AT_ONCE), top))
    return pa.concat_tables(parts)


@dataclass(slots=True, eq=False)
class _Pool:
    """Distinct texts, and per cell the number of its text; -1 where there is none."""

    numbers: Indices
    texts: dict[str, int] = field(default_factory=dict)

    def put(
        self, cells: npt.NDArray[np.intp], texts: Sequence[str], picks: npt.NDArray[np.intp]
    ) -> None:
        """Give each cell one of some texts."""
        known = self.texts
        found = [known.setdefault(text, len(known)) for text in texts]
        self.numbers[cells] = np.array(found, np.int32)[picks]

    def columns(self, top: int) -> Iterator[pa.Array]:
        """Yield one column per place."""
        texts = pa.array(list(self.texts), pa.string())
        for numbers in np.ascontiguousarray(self.numbers.reshape(-1, top).T):
            indices = pa.array(numbers, pa.int32(), mask=numbers < 0)
            yield pa.DictionaryArray.from_arrays(indices, texts)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    attributions: Attributions
    features: Features
    decision: Decision
    typical: dict[str, Value]
    say: Words

    def table(self, rows: slice, top: int) -> pa.Table:
        ranking = rank(self.attributions.values[rows], top)
        count, width = ranking.order.shape
        flat = ranking.order.reshape(-1)
        signs = (ranking.amounts.reshape(-1) <= 0) * _STRENGTHS + ranking.strength.reshape(-1)
        codes, values, sentences = (_Pool(np.full(flat.size, -1, np.int32)) for _ in range(3))
        data = self.attributions.data
        by_column = np.argsort(flat.astype(np.int32), kind="stable")
        edges = np.searchsorted(flat[by_column], np.arange(len(self.attributions.features) + 1))
        for at, name in enumerate(self.attributions.features):
            cells = by_column[edges[at] : edges[at + 1]]
            if not len(cells):
                continue
            entry = self.features[name]
            codes.put(cells, [entry.key], np.zeros(len(cells), np.intp))
            if data is None:
                continue
            column = data[name].slice(rows.start, count).take(pa.array(cells // width))
            texts, picks = show_all(entry, column, self.say.language)
            values.put(cells, texts, picks)
            self.sentences(sentences, cells, entry, (texts, picks, signs[cells]))
        columns: dict[str, Any] = {}
        pools = zip(*(pool.columns(width) for pool in (codes, values, sentences)), strict=True)
        for place, (code, value, sentence) in enumerate(pools):
            mask = ranking.order[:, place] < 0
            columns[f"reason_{place + 1}_code"] = code
            amounts = pa.array(ranking.amounts[:, place], mask=mask)
            columns[f"reason_{place + 1}_amount"] = amounts
            columns[f"reason_{place + 1}_value"] = value
            columns[f"reason_{place + 1}_sentence"] = sentence
        columns["rest_amount"] = pa.array(ranking.rest)
        columns["rest_count"] = pa.array(ranking.rest_count.astype(np.int32))
        columns["coverage"] = pa.array(ranking.coverage)
        return pa.table(columns)

    def sentences(
        self, pool: _Pool, cells: npt.NDArray[np.intp], entry: Feature, found: Any
    ) -> None:
        """Make each sentence that occurs once, and say where it stands."""
        texts, picks, signs = found
        kinds = 2 * _STRENGTHS
        wanted = picks * kinds + signs
        occurs = np.zeros(len(texts) * kinds, bool)
        occurs[wanted] = True
        which = np.flatnonzero(occurs)
        numbers = np.cumsum(occurs) - 1
        usual = show(entry, self.typical.get(entry.name), self.say.language)
        makers = [self.maker(entry, usual, kind) for kind in range(kinds)]
        made = [
            makers[kind](texts[pick])
            for pick, kind in zip((which // kinds).tolist(), (which % kinds).tolist(), strict=True)
        ]
        pool.put(cells, made, numbers[wanted])

    def maker(self, entry: Feature, usual: str, kind: int) -> Any:
        """Return a function from the text of a value to its sentence."""
        positive, negative = sides(self.decision)
        side = (positive if kind < _STRENGTHS else negative, kind % _STRENGTHS)
        whole = {
            mark: reason_sentence(self.say, entry, mark, usual, side) for mark in (_ASCII, _WIDE)
        }
        parts = {mark: sentence.split(mark) for mark, sentence in whole.items()}

        def sentence(text: str) -> str:
            around = parts[_ASCII if text[:1].isascii() else _WIDE]
            if text in (MISSING, usual) or len(around) != 2:
                return reason_sentence(self.say, entry, text, usual, side)
            return f"{around[0]}{text}{around[1]}"

        return sentence


def _pieces(batch: Any) -> Iterator[Any]:
    if not frames.is_frame(batch):
        yield batch
        return
    table = frames.to_table(batch)
    for start in range(0, max(table.num_rows, 1), _ROWS_AT_ONCE):
        yield table.slice(start, _ROWS_AT_ONCE)


def _outcomes(explainer: Explainer, found: Attributions, language: str) -> dict[str, pa.Array]:
    decision, say = explainer.decision, wording.words(language)
    score = explainer.score(found.data)
    if decision.threshold is None:
        empty = pa.nulls(len(score), pa.bool_())
        return {"decision": pa.nulls(len(score), pa.string()), "favourable": empty, "score": score}
    reached = score >= decision.threshold
    good = reached if decision.labels or decision.higher_is_favourable else ~reached
    labels = pa.nulls(len(score), pa.string())
    if decision.labels:
        other = None
        if len(decision.labels) == 2:
            other = decision.label(float("-inf"), language)
        pair = pa.array([other, favourable_label(decision, say)], pa.string())
        labels = pair.take(pa.array(good.astype(np.int8)))
    return {"decision": labels, "favourable": pa.array(good), "score": pa.array(score)}
