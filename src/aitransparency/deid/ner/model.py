"""A model for named entities as a source of finds.

>>> model = NerModel("made up", ("PERSON",), lambda texts: [[Mention(0, 2, "B-PER", 0.9)]])
>>> found = model.source.find(TextColumn.from_strings(["张三来了"]), ("PERSON",), 0.5)
>>> found.start.tolist(), found.end.tolist()
([0], [6])
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from aitransparency.deid.column import TextColumn
from aitransparency.deid.sources import Source
from aitransparency.deid.spans import Candidates

# An organisation is no person, see `deid.addresses`: whatever a model says, it stays below this.
_ORGANISATION = 0.45


class Mention(NamedTuple):
    """One mention: ``text[start:end]`` in code points, the model's own label, 0 to 1."""

    start: int
    end: int
    label: str
    score: float


@dataclass(frozen=True)
class NerModel:
    """A model that finds mentions in texts.

    Parameters
    ----------
    name
        What it is called in explanations.
    entities
        Which of `ENTITIES` it can find.
    mentions
        From texts, the mentions of each, in any order.
    """

    name: str
    entities: tuple[str, ...]
    mentions: Callable[[Sequence[str]], Sequence[Sequence[Mention]]]

    @property
    def source(self) -> Source:
        """The model as `deid.sources` has it."""
        return Source(self.entities, self._find)

    def _find(self, column: TextColumn, wanted: tuple[str, ...], min_score: float) -> Candidates:
        texts = [text or "" for text in column.to_arrow().to_pylist()]
        parts = [Candidates.none()]
        for row, (text, mentions) in enumerate(zip(texts, self.mentions(texts), strict=True)):
            base = int(column.offsets[row])
            for mention in mentions:
                entity = entity_of(mention.label)
                score = mention.score if entity != "ORGANIZATION" else _ORGANISATION
                start, end = _trimmed(text, mention)
                if entity in wanted and score >= min_score and start < end:
                    low = base + len(text[:start].encode())
                    high = low + len(text[start:end].encode())
                    parts.append(Candidates.of(entity, [low], [high], score))
        return Candidates.concat(parts)


def _trimmed(text: str, mention: Mention) -> tuple[int, int]:
    """Return the mention without blanks at its ends, inside the text."""
    start, end = max(mention.start, 0), min(mention.end, len(text))
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


@cache
def _labels() -> Mapping[str, str]:
    table = tomllib.loads(
        files("aitransparency.deid").joinpath("ner/labels.toml").read_text("utf-8")
    )
    return MappingProxyType({label: entity for entity, labels in table.items() for label in labels})


def entity_of(label: str) -> str:
    """Return our entity of a model's label, '' where it is none of ours."""
    plain = label.upper()
    if plain[1:2] in ("-", "_") and plain[:1] in "BIESMLU":
        plain = plain[2:]
    return _labels().get(plain, "")


def entities_of(labels: Sequence[str]) -> tuple[str, ...]:
    """Return our entities of a model's labels, each once."""
    named = (entity_of(label) for label in labels)
    return tuple(dict.fromkeys(entity for entity in named if entity))
