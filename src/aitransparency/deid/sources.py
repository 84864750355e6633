"""Where candidates come from: the identifiers of `recognizers`, and whatever else looks for spans.

A source gets a column (a part of what the caller gave, cut at row edges), the entities wanted of it
and the least score, and returns candidates in byte offsets of that column, overlapping or not. It
may hold no state and must be safe in threads. To add one, append it to `sources`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from aitransparency.deid.column import TextColumn
from aitransparency.deid.spans import Candidates


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of search.

    Parameters
    ----------
    entities
        The entities it can find.
    find
        From a column, the wanted entities (a part of `entities`) and the least score, candidates
        that reach that score.
    """

    entities: tuple[str, ...]
    find: Callable[[TextColumn, tuple[str, ...], float], Candidates]

    def wanted(self, names: frozenset[str] | None) -> tuple[str, ...]:
        """Return which of its entities are among the names, all where None."""
        if names is None:
            return self.entities
        return tuple(entity for entity in self.entities if entity in names)


@cache
def sources() -> tuple[Source, ...]:
    """Return every source."""
    from aitransparency.deid.addresses import recognizer as addresses
    from aitransparency.deid.names import source as names
    from aitransparency.deid.recognizers import scanner

    identifiers = scanner()
    return (
        Source(tuple(one.entity for one in identifiers.recognizers), identifiers.scan),
        Source(addresses.ENTITIES, addresses.find_addresses),
        Source(names.ENTITIES, names.find_names),
    )


@cache
def findable() -> tuple[str, ...]:
    """Return the entities that the sources can find."""
    return tuple(dict.fromkeys(entity for source in sources() for entity in source.entities))
