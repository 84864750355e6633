"""Scan (扫描): free text is searched, and every find gets a technique of its own.

Not a technique of GB/T 37964-2019 but the way to use the others on text that holds identifiers
among words. A find in a note gets the token that the same value gets in a column of its own.

>>> from aitransparency.deid.techniques import Drop
>>> Scan(entities={"CN_MOBILE_PHONE": Drop()}).settings()
{'name': 'Scan', 'entities': {'CN_MOBILE_PHONE': {'name': 'Drop'}}}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import ENTITIES, entity_id
from aitransparency.deid.spans import Candidates
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect
from aitransparency.deid.techniques.keep import Keep
from aitransparency.deid.techniques.redact import Redact
from aitransparency.deid.text import as_text, put
from aitransparency.errors import PlanError

if TYPE_CHECKING:
    from aitransparency.deid.known.join import Joined
    from aitransparency.deid.known.rows import Links
    from aitransparency.deid.sources import Source

_KNOWN = ("row", "table", "none")


@dataclass(frozen=True)
class Scan(Technique):
    """Find what is personal in text and de-identify it there.

    Parameters
    ----------
    default
        The technique for entities that are not named; `Redact` by default. A find that does not
        fit its technique is redacted.
    entities
        Entity name to technique, for those that differ.
    min_score
        Finds below this score stay, 0 to 1.
    known
        "row": the identity columns of the row are looked for in its text too (see
        `aitransparency.deid.known`), in a text that is part of a table. "table": those of every
        row. "none": neither.
    identities
        The identity columns; the plan's direct identifiers where none are named.
    ner
        A model for named entities that looks too: a folder, or "lac"; see `deid.ner`.
    """

    default: Technique = field(default_factory=Redact)
    entities: Mapping[str, Technique] = field(default_factory=dict)
    min_score: float = 0.5
    known: str = "row"
    identities: tuple[str, ...] = ()
    ner: str = ""

    def __post_init__(self) -> None:
        good = isinstance(self.min_score, int | float) and 0 <= self.min_score <= 1
        expect(self, good, f"min_score is a number from 0 to 1, got {self.min_score!r}")
        expect(self, self.known in _KNOWN, f"known is one of {', '.join(_KNOWN)}")
        expect(self, isinstance(self.identities, tuple), "identities is a list of columns")
        expect(self, isinstance(self.ner, str), "ner is a folder, or lac")
        expect(self, isinstance(self.entities, Mapping), "entities is a table of techniques")
        for entity in self.entities:
            entity_id(entity)
        for technique in (self.default, *self.entities.values()):
            expect(
                self,
                isinstance(technique, Technique)
                and not technique.whole_column
                and not isinstance(technique, Scan),
                "a find takes a technique that works on one value",
            )

    @property
    def keyed(self) -> bool:  # type: ignore[override]
        """Whether one of the techniques needs a key."""
        return any(one.keyed for one in (self.default, *self.entities.values()))

    def settings(self) -> dict[str, Any]:  # what TOML holds
        """Return the name and the parameters that differ from their defaults, for TOML."""
        named: dict[str, Any] = {"name": "Scan"}
        if self.default != Redact():
            named["default"] = self.default.settings()
        if self.min_score != 0.5:
            named["min_score"] = self.min_score
        if self.known != "row":
            named["known"] = self.known
        if self.identities:
            named["identities"] = list(self.identities)
        if self.ner:
            named["ner"] = self.ner
        if self.entities:
            named["entities"] = {name: one.settings() for name, one in self.entities.items()}
        return named

    def columns_used(self) -> tuple[str, ...]:
        """Return the identity columns that are named."""
        return self.identities

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the text with every find replaced, and how many there were of each entity."""
        from aitransparency.deid.find import find_column
        from aitransparency.deid.known.join import joined
        from aitransparency.deid.replace import replace_spans

        text = as_text(values)
        column = TextColumn.from_arrow(text)
        found = find_column(column, min_score=self.min_score, more=_sources(self.ner))
        links = self._links(column, place)
        spans = joined(found, links, _numbers(place.identities))
        if not len(spans):
            return Outcome(text)
        values = _source(column.texts(spans.start, spans.end), spans, links, place)
        replaced, removed = self._replacements(values, spans, links, place)
        flat = Candidates(
            spans.start, spans.end, spans.entity.astype(np.uint8), np.ones(len(spans), np.float32)
        )
        counts = np.bincount(spans.entity[spans.link < 0], minlength=len(ENTITIES))
        finds = Counter({ENTITIES[one]: int(counts[one]) for one in np.flatnonzero(counts)})
        linked = Counter[str]()
        for number, name in enumerate(place.identities):
            known = spans.link[spans.link >= 0]
            count = int((links.column[known] == number).sum())
            if count:
                linked[name] = count
        return Outcome(replace_spans(column, flat, replaced), None, finds, removed, linked)

    def _links(self, column: TextColumn, place: Place) -> Links:
        """Return where the identities of the row, or of the table, stand in the text."""
        from aitransparency.deid.known.rows import Links, in_rows
        from aitransparency.deid.known.table import in_table

        if self.known == "none" or place.batch is None or not place.identities:
            return Links.none()
        links = in_rows(column, place.batch, place.identities)
        if self.known == "table":
            if place.known is None:
                raise PlanError(
                    f"column {place.column!r}: Scan(known='table') needs the identities of all "
                    "rows; use deid.deidentify on a frame, or known='row'"
                )
            links = links.with_others(in_table(column, place.known))
        return links

    def _replacements(
        self, values: pa.Array, spans: Joined, links: Links, place: Place
    ) -> tuple[pa.Array, tuple[tuple[str, pa.Array], ...]]:
        """Return what replaces each span, large_string (m,), and what was replaced by entity."""
        parts, rows, removed = [], [], []
        some_digits = (spans.link >= 0) & (
            links.part[spans.link] if len(links) else np.zeros(len(spans), np.bool_)
        )
        for number in np.unique(spans.entity).tolist():
            entity = ENTITIES[number] if number >= 0 else None
            here = np.flatnonzero(spans.entity == number)
            technique = self.entities.get(entity, self.default) if entity else self.default
            inner = Place(place.column, entity, place.key, None)
            mine = values.take(pa.array(here))
            outcome = technique.apply(mine, inner)
            by_finder = spans.link[here] < 0
            if not isinstance(technique, Keep) and entity and by_finder.any():
                removed.append((entity, mine.filter(pa.array(by_finder))))
            made = as_text(outcome.values)
            odd = some_digits[here] & (not isinstance(technique, Keep))
            if outcome.misfit is not None:
                odd |= outcome.misfit
            if odd.any():
                label = Redact().apply(mine, inner).values
                made = pc.if_else(pa.array(odd), label, made)
            parts.append(made)
            rows.append(here)
        order = np.argsort(np.concatenate(rows), kind="stable")
        together = pa.concat_arrays(parts).take(pa.array(order))
        return pc.fill_null(together, ""), tuple(removed)


@cache
def _sources(ner: str) -> tuple[Source, ...]:
    """Return the source of a model; loaded once, and only where a plan names one."""
    if not ner:
        return ()
    from aitransparency.deid.ner import load

    return (load(ner).source,)


def _numbers(identities: Mapping[str, str | None]) -> npt.NDArray[np.int64]:
    """Return the entity number of each identity column, -1 where it has none."""
    return np.array([-1 if one is None else entity_id(one) for one in identities.values()], int)


def _source(texts: pa.Array, spans: Joined, links: Links, place: Place) -> pa.Array:
    """Return the texts of the spans, with the person's own value where a link says whose it is.

    So 王先生 and Wang Wei get the token that 王伟 gets in its column.
    """
    linked = np.flatnonzero(spans.link >= 0)
    own = linked[links.source[spans.link[linked]] >= 0] if len(linked) else linked
    if not len(own) or place.batch is None:
        return texts
    link = spans.link[own]
    for number, name in enumerate(place.identities):
        here = links.column[link] == number
        if here.any():
            column = place.batch.column(place.batch.schema.get_field_index(name))
            values = as_text(column.take(pa.array(links.source[link[here]])))
            where = np.zeros(len(texts), np.bool_)
            where[own[here]] = True
            texts = put(texts, where, values)
    return texts
