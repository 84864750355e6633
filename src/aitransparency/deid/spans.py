"""What was found: spans, as arrays inside and as values outside.

`Candidates` is what scanners pass to each other: byte offsets, struct of arrays. `Spans` is what a
caller gets: rows and code points, end exclusive, in the text as given.

>>> from aitransparency.deid.column import TextColumn
>>> column = TextColumn.from_strings(["电话 13800138000"])
>>> found = Candidates.of("CN_MOBILE_PHONE", [7], [18], [0.9])
>>> list(Spans.from_candidates(column, found))
[Span(row=0, start=3, end=14, entity='CN_MOBILE_PHONE', score=0.9)]
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import ENTITIES, entity_id

if TYPE_CHECKING:
    import pandas as pd


class Span(NamedTuple):
    """One find: ``text[start:end]`` of a row, in code points."""

    row: int
    start: int
    end: int
    entity: str
    score: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """Finds in a `TextColumn`, in any order, overlapping or not.

    Parameters
    ----------
    start, end
        int64 (m,), byte offsets into ``column.data``, end exclusive.
    entity
        uint8 (m,), position in `ENTITIES`.
    score
        float32 (m,), 0 to 1.
    """

    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    entity: npt.NDArray[np.uint8]
    score: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def of(
        cls,
        entity: str,
        start: npt.ArrayLike,
        end: npt.ArrayLike,
        score: npt.ArrayLike,
    ) -> Candidates:
        """Build the candidates of one entity; `score` may be one number for all."""
        starts = np.asarray(start, np.int64)
        scores = np.broadcast_to(np.asarray(score, np.float32), starts.shape)
        entities = np.full(len(starts), entity_id(entity), np.uint8)
        return cls(starts, np.asarray(end, np.int64), entities, scores)

    @classmethod
    def none(cls) -> Candidates:
        """Return no candidates."""
        return cls.of(ENTITIES[0], [], [], [])

    @classmethod
    def concat(cls, parts: Sequence[Candidates]) -> Candidates:
        """Put candidates of several scanners together."""
        if not parts:
            return cls.none()
        return cls(
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.end for part in parts]),
            np.concatenate([part.entity for part in parts]),
            np.concatenate([part.score for part in parts]),
        )

    def take(self, index: npt.NDArray[Any]) -> Candidates:
        """Return the candidates at the given positions or under the given mask."""
        return Candidates(self.start[index], self.end[index], self.entity[index], self.score[index])


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """The finds of one call, ordered by row and start; no two overlap.

    Iterates as `Span`. The arrays are there for those who work on arrays.

    Parameters
    ----------
    row
        int64 (m,), position in the input.
    start, end
        int32 (m,), code points in that row, end exclusive.
    entity
        uint8 (m,), position in `ENTITIES`.
    score
        float32 (m,).
    texts
        The text searched, for the highlighting in a notebook only. It never enters a repr.
    """

    row: npt.NDArray[np.int64]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    entity: npt.NDArray[np.uint8]
    score: npt.NDArray[np.float32]
    texts: TextColumn | None = field(default=None, repr=False)

    @classmethod
    def from_candidates(cls, column: TextColumn, found: Candidates) -> Spans:
        """Order resolved candidates and give them rows and code points."""
        found = found.take(np.lexsort((found.end, found.start)))
        row, start, end = column.locate(found.start, found.end)
        return cls(row, start, end, found.entity, found.score, column)

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, index: int) -> Span:
        return Span(
            int(self.row[index]),
            int(self.start[index]),
            int(self.end[index]),
            ENTITIES[self.entity[index]],
            round(float(self.score[index]), 4),
        )

    def __iter__(self) -> Iterator[Span]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        counts = np.bincount(self.entity, minlength=len(ENTITIES))
        parts = [f"{ENTITIES[number]}: {counts[number]}" for number in np.flatnonzero(counts)]
        return f"Spans({len(self)}{'; ' if parts else ''}{', '.join(parts)})"

    def to_arrow(self) -> pa.Table:
        """Return a table with the columns row, start, end, entity and score."""
        entity = pa.DictionaryArray.from_arrays(
            pa.array(self.entity), pa.array(ENTITIES, pa.string())
        )
        return pa.table(
            {
                "row": self.row,
                "start": self.start,
                "end": self.end,
                "entity": entity,
                "score": self.score,
            }
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the same table for pandas."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def _repr_html_(self) -> str:
        """Show the first rows with their finds marked: the caller sees their own text."""
        if self.texts is None or not len(self):
            return f"<p>{html.escape(repr(self))}</p>"
        blocks = []
        for row in np.unique(self.row)[:20]:
            text = bytes(
                self.texts.data[self.texts.offsets[row] : self.texts.offsets[row + 1]]
            ).decode()
            here = np.flatnonzero(self.row == row)
            pieces, last = [], 0
            for index in here:
                span = self[int(index)]
                pieces.append(html.escape(text[last : span.start]))
                label = f"{span.entity} {span.score:.2f}"
                pieces.append(
                    f'<mark title="{label}">{html.escape(text[span.start : span.end])}'
                    f"<sub>{span.entity}</sub></mark>"
                )
                last = span.end
            pieces.append(html.escape(text[last:]))
            blocks.append(f"<p>{row}: {''.join(pieces)}</p>")
        return f"<div>{''.join(blocks)}<p>{html.escape(repr(self))}</p></div>"
