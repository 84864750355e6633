"""The identities of all rows, looked for in every text of the table.

A note may name another customer. The first pass over the table collects the distinct values of the
identity columns; the second looks for all of them in every text, in full only: a surname and 先生
says nothing where it may be anybody's. Names of two characters are words in many texts, so this is
done only where the plan asks for it: ``Scan(known="table")``.

>>> from aitransparency.deid.plan import ColumnPlan, Plan
>>> from aitransparency.deid.techniques import Redact, Scan
>>> columns = {"name": ColumnPlan(Redact(), "direct", "PERSON"), "note": Scan(known="table")}
>>> batch = pa.record_batch({"name": ["李秀英", "王伟"], "note": ["与王伟同住", "李 秀英代办"]})
>>> known = collect([batch], Plan(columns))
>>> known.count
2
>>> in_table(TextColumn.from_arrow(batch.column("note")), known).row.tolist()
[0, 1]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.characters import Characters, Codes
from aitransparency.deid.column import Ints, TextColumn
from aitransparency.deid.forms import spell
from aitransparency.deid.known.compact import Compact, Values, is_cut, is_han
from aitransparency.deid.known.rows import Links, apart
from aitransparency.deid.lexicon import Lexicon
from aitransparency.deid.plan import Plan
from aitransparency.deid.text import as_text

_SHORTEST = 4  # characters of a value that is no Chinese name
_LONGEST = 64


@dataclass(frozen=True, eq=False)
class KnownValues:
    """Distinct values of the identity columns of a table; its repr shows none of them.

    Parameters
    ----------
    lexicon
        The values as `Compact` reads them.
    column
        int64 (values,), which of the columns each is of.
    columns
        The identity columns.
    """

    lexicon: Lexicon
    column: Ints
    columns: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.lexicon.words)

    def __repr__(self) -> str:
        return f"KnownValues({self.count:,} values of {', '.join(self.columns)})"


def identity_columns(plan: Plan, names: list[str]) -> Mapping[str, str | None]:
    """Return the columns that say whose row it is: direct identifiers that are not kept or scanned.

    Parameters
    ----------
    plan
        The plan.
    names
        The columns of the table.
    """
    from aitransparency.deid.techniques import Keep, Scan

    return {
        name: line.entity
        for name, line in plan.for_columns(names).items()
        if line.role == "direct" and not isinstance(line.technique, Keep | Scan)
    }


def looks_in_table(plan: Plan) -> bool:
    """Return whether a scan of the plan looks for the identities of all rows."""
    from aitransparency.deid.techniques import Scan

    techniques = [line.technique for line in plan.values()]
    return any(isinstance(one, Scan) and one.known == "table" for one in techniques)


def collect(batches: Iterable[pa.RecordBatch], plan: Plan) -> KnownValues:
    """Return the identities of a table, from a pass over its rows.

    Parameters
    ----------
    batches
        All rows; only the identity columns are read.
    plan
        Names the columns.
    """
    seen: dict[str, pa.Array] = {}
    identities: Mapping[str, str | None] = {}
    for batch in batches:
        identities = identity_columns(plan, batch.schema.names)
        for name, entity in identities.items():
            column = batch.column(batch.schema.get_field_index(name))
            values = pc.unique(spell(as_text(column), entity))
            if name in seen:
                values = pc.unique(pa.concat_arrays([seen[name], values]))
            seen[name] = values
    words: dict[str, int] = {}
    columns = tuple(identities)
    for number, name in enumerate(columns):
        for word in _words(seen[name]):
            words.setdefault(word, number)
    return KnownValues(Lexicon.of(words), np.array(list(words.values()), np.int64), columns)


def _words(values: pa.Array) -> list[str]:
    """Return distinct values as `Compact` reads them, without those too short to mean one person.

    A loop over distinct values, once a table: they become the words of a lexicon.
    """
    read = Values.of(TextColumn.from_arrow(values))
    chinese = is_han(read.first(1)[:, 0]) if len(values) else np.zeros(0, np.bool_)
    good = (read.size >= np.where(chinese, 2, _SHORTEST)) & (read.size <= _LONGEST)
    start, stop = read.start[good].tolist(), (read.start + read.size)[good].tolist()
    whole: Codes = read.codes
    text = whole.astype("<u4").tobytes().decode("utf-32-le")
    return [text[low:high] for low, high in zip(start, stop, strict=True)]


def in_table(column: TextColumn, known: KnownValues) -> Links:
    """Find the known values in a column of text; `source` is -1, whose value it is is not said."""
    text = Compact.of(Characters.of(column))
    at, word = known.lexicon.find(text.codes)
    last = at + known.lexicon.sizes[word] - 1
    start, end = text.place[at], text.place[last] + 1
    spread = end - start <= 2 * known.lexicon.sizes[word] + 1
    keep = np.flatnonzero(spread & ~is_cut(text.text, start, end))
    start, end, word = start[keep], end[keep], word[keep]
    first, stop = text.text.origin(start, end)
    none = np.zeros(len(start), np.bool_)
    nobody = np.full(len(start), -1, np.int64)
    links = Links(first, stop, text.text.row_of(start), known.column[word], none, nobody)
    return apart(links) if len(links) else links
