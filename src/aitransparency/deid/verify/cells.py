"""One batch of the output searched for originals: a function of both, so that any thread may do it.

>>> import pyarrow as pa
>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.plan import Plan
>>> from aitransparency.deid.techniques import Keep
>>> from aitransparency.deid.verify.originals import Originals
>>> from aitransparency.deid.verify.skeleton import skeleton
>>> known = Originals()
>>> known.add(skeleton(TextColumn.from_strings(["13800138000"])))
>>> batch = pa.record_batch({"note": ["回拨138-0013-8000", "无"]})
>>> search_cells(batch, Plan({"note": Keep()}), known.sealed(), redact=True).batch.to_pydict()
{'note': ['回拨<REDACTED>', '无']}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.column import TextColumn
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Keep, Scan, Technique
from aitransparency.deid.text import as_text, has_text_form
from aitransparency.deid.verify.originals import Sealed
from aitransparency.deid.verify.redaction import without
from aitransparency.deid.verify.search import Hits, originals_in, suspects_in
from aitransparency.deid.verify.sieve import Sieve
from aitransparency.deid.verify.skeleton import Skeleton, skeleton

# Techniques whose results are values of the same kind, so that one may equal somebody's original.
_SAME_DOMAIN = frozenset({"Encrypt", "Surrogate", "Permute", "Noise", "Microaggregate"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a batch of the output holds.

    Parameters
    ----------
    batch
        It, without originals where they were to be taken out.
    leaks, doubts
        Cells by column, as in `Verification`.
    searchable
        Column to whether it has text.
    """

    batch: pa.RecordBatch = field(repr=False)
    leaks: Counter[str]
    doubts: Counter[str]
    searchable: Mapping[str, bool]

    @classmethod
    def nothing(cls, names: Sequence[str]) -> Found:
        """Return that columns of text were searched and nothing was found."""
        empty = pa.RecordBatch.from_arrays([], [])
        return cls(empty, Counter(), Counter(), dict.fromkeys(names, True))


def search_cells(
    output: pa.RecordBatch,
    plan: Plan | Mapping[str, ColumnPlan],
    known: Sealed,
    *,
    redact: bool,
    own: Mapping[str, Hits] | None = None,
) -> Found:
    """Search a batch.

    Parameters
    ----------
    output
        Columns that the plan knows.
    plan
        What was done to them.
    known
        What is looked for.
    redact
        Whether it is taken out where it is found.
    own
        Column to rows that are known to hold their own original.
    """
    lines = plan.for_columns(output.schema.names) if isinstance(plan, Plan) else plan
    found = Found(output, Counter(), Counter(), {})
    columns = list(output.columns)
    searchable = {}
    for at, name in enumerate(output.schema.names):
        searchable[name] = has_text_form(output.schema.field(at).type)
        mine = own.get(name) if own else None
        technique = lines[name].technique
        if not searchable[name] or (mine is None and not is_searched(technique)):
            continue
        if mine is None and not known.count:
            continue
        made = skeleton(TextColumn.from_arrow(as_text(columns[at])))
        hits, doubts = _hits(technique, made, known, mine)
        found.doubts[name] += doubts
        if len(hits.row):
            found.leaks[name] += len(hits.rows())
            if redact:
                columns[at] = without(columns[at], made, hits)
    batch = pa.RecordBatch.from_arrays(columns, schema=output.schema) if redact else output
    return Found(batch, found.leaks, +found.doubts, searchable)


def suspects(output: pa.RecordBatch, plan: Plan, sieve: Sieve) -> npt.NDArray[np.uint64]:
    """Return hashes of pieces of a batch that may be originals, uint64 (m,), each once."""
    lines = plan.for_columns(output.schema.names)
    found = [np.empty(0, np.uint64)]
    for at, field_ in enumerate(output.schema):
        if has_text_form(field_.type) and is_searched(lines[field_.name].technique):
            made = skeleton(TextColumn.from_arrow(as_text(output.column(at))))
            found.append(suspects_in(made, sieve))
    return np.unique(np.concatenate(found))


def _hits(
    technique: Technique, made: Skeleton, known: Sealed, own: Hits | None
) -> tuple[Hits, int]:
    """Return the originals of a column; names in a kept column are doubts, and counted."""
    parts = [] if own is None else [own]
    doubts = 0
    if is_searched(technique):
        hits = originals_in(made, known)
        if isinstance(technique, Keep):
            surely = Hits.concat([*parts, hits.take(hits.certain)]).rows()
            named = hits.take(~hits.certain).rows()
            doubts = len(np.setdiff1d(named, surely))
            hits = hits.take(hits.certain)
        parts.append(hits)
    return Hits.concat(parts), doubts


def is_searched(technique: Technique) -> bool:
    """Return whether a column is searched; not where a result may equal another's original."""
    inner = [technique]
    if isinstance(technique, Scan):
        inner = [technique.default, *technique.entities.values()]
    return not any(type(one).__name__ in _SAME_DOMAIN for one in inner)
