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
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import ENTITIES, entity_id
from aitransparency.deid.spans import Candidates
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect
from aitransparency.deid.techniques.keep import Keep
from aitransparency.deid.techniques.redact import Redact
from aitransparency.deid.text import as_text


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
    """

    default: Technique = field(default_factory=Redact)
    entities: Mapping[str, Technique] = field(default_factory=dict)
    min_score: float = 0.5

    def __post_init__(self) -> None:
        good = isinstance(self.min_score, int | float) and 0 <= self.min_score <= 1
        expect(self, good, f"min_score is a number from 0 to 1, got {self.min_score!r}")
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
        if self.entities:
            named["entities"] = {name: one.settings() for name, one in self.entities.items()}
        return named

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the text with every find replaced, and how many there were of each entity."""
        from aitransparency.deid.find import find_column, replace_spans

        text = as_text(values)
        column = TextColumn.from_arrow(text)
        found = find_column(column, min_score=self.min_score)
        if not len(found):
            return Outcome(text)
        counts = np.bincount(found.entity, minlength=len(ENTITIES))
        replaced, removed = self._replacements(column.texts(found.start, found.end), found, place)
        finds = Counter({ENTITIES[one]: int(counts[one]) for one in np.flatnonzero(counts)})
        return Outcome(replace_spans(column, found, replaced), None, finds, removed)

    def _replacements(
        self, spans: pa.Array, found: Candidates, place: Place
    ) -> tuple[pa.Array, tuple[tuple[str, pa.Array], ...]]:
        """Return what replaces each find, large_string (m,), and what was replaced by entity."""
        parts, rows, removed = [], [], []
        for number in np.unique(found.entity):
            entity = ENTITIES[number]
            here = np.flatnonzero(found.entity == number)
            technique = self.entities.get(entity, self.default)
            inner = Place(place.column, entity, place.key, None)
            values = spans.take(pa.array(here))
            outcome = technique.apply(values, inner)
            if not isinstance(technique, Keep):
                removed.append((entity, values))
            made = as_text(outcome.values)
            if outcome.misfit is not None and outcome.misfit.any():
                label = Redact().apply(values, inner).values
                made = pc.if_else(pa.array(outcome.misfit), label, made)
            parts.append(made)
            rows.append(here)
        order = np.argsort(np.concatenate(rows), kind="stable")
        together = pa.concat_arrays(parts).take(pa.array(order))
        return pc.fill_null(together, ""), tuple(removed)
