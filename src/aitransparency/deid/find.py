"""Find personal data in text: strings, lists, series and Arrow arrays.

A string is a column of one row and goes the same way as a column of millions.

>>> list(find("电话13800138000，邮箱 a@example.com"))[0]
Span(row=0, start=2, end=13, entity='CN_MOBILE_PHONE', score=0.98)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from aitransparency.deid.column import TextColumn, column_parts
from aitransparency.deid.entities import ENTITIES, entity_id
from aitransparency.deid.known.document import spread
from aitransparency.deid.scan.overlap import Rule, settled
from aitransparency.deid.sources import Source, sources
from aitransparency.deid.spans import Candidates, Spans
from aitransparency.errors import InputError, InputTypeError
from aitransparency.frames import is_series, library_of

_PART = 4_000_000  # bytes of text scanned at a time by each thread
_THREADS = 2
_LIKELY = 0.5
_WHOLE = 0.6  # least score of a find that wins over all within it; a URL with an ID never does


def find(data: object, *, entities: Iterable[str] | None = None, min_score: float = 0.5) -> Spans:
    """Find personal data.

    Parameters
    ----------
    data
        A string, a list of strings (None for a missing one), a pandas or Polars series, or an Arrow
        array or chunked array of text.
    entities
        Names from `ENTITIES` to look for; all where None.
    min_score
        Least score, 0 to 1, of what is returned.

    Returns
    -------
    Spans
        Ordered by row and start, none overlapping; offsets in code points of the text as given.

    Raises
    ------
    InputTypeError
        The data is not text, or mixes text with something else.
    InputError
        An entity is not known, `min_score` is not within 0 and 1, or a text has a lone surrogate.
    """
    column = text_column(data)
    return Spans.from_candidates(
        column, find_column(column, entities=entities, min_score=min_score)
    )


def find_column(
    column: TextColumn,
    *,
    entities: Iterable[str] | None = None,
    min_score: float = 0.5,
    more: Sequence[Source] = (),
) -> Candidates:
    """Find personal data in a text column.

    Parameters
    ----------
    column
        The text of n rows.
    entities, min_score
        As for `find`.
    more
        Sources beside those of `deid.sources`.

    Returns
    -------
    Candidates
        Byte offsets into ``column.data``, ordered by start, none overlapping.
    """
    if not 0 <= min_score <= 1:
        raise InputError(f"min_score must lie within 0 and 1, got {min_score}")
    wanted = None if entities is None else _known(entities)
    active = [
        source
        for source in (*sources(), *more)
        if wanted is None or wanted.intersection(source.entities)
    ]

    def run(part: TextColumn) -> Candidates:
        return _resolved(part, active, wanted, min_score)

    parts = column_parts(column, _PART)
    if len(parts) < 2:
        return Candidates.concat([run(part) for part in parts])
    with ThreadPoolExecutor(_THREADS) as pool:
        return Candidates.concat(list(pool.map(run, parts)))


def text_column(data: object) -> TextColumn:
    """Return the text of `find`'s first argument as a column."""
    if isinstance(data, str):
        return _encoded([data])
    if isinstance(data, list | tuple) or library_of(data) == "numpy":
        return _encoded(data)
    if not is_series(data):
        raise InputTypeError(
            f"expected a string, a list of strings, a series or an Arrow array, got "
            f"{type(data).__qualname__}; for a frame, give one column or use deidentify"
        )
    array = _arrow(data)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        raise InputTypeError(f"expected text, got values of type {kind}; cast them to text first")
    return TextColumn.from_arrow(array)


def _arrow(series: Any) -> pa.Array | pa.ChunkedArray:  # a series of a library not imported here
    if isinstance(series, pa.Array | pa.ChunkedArray):
        return series
    if library_of(series) == "polars":
        return series.to_arrow()
    if series.dtype == object:
        return pa.array(_checked(series.where(series.notna(), None).tolist()), pa.large_string())
    return pa.array(series, from_pandas=True)


def _encoded(texts: Any) -> TextColumn:  # a list, tuple or numpy array of anything: checked here
    return TextColumn.from_strings(_checked(texts))


def _checked(texts: Sequence[Any]) -> list[str | None]:
    """Return the texts, or say which row is none."""
    checked: list[str | None] = []
    for row, text in enumerate(texts):
        if text is not None and not isinstance(text, str):
            raise InputTypeError(
                f"row {row:,} holds {type(text).__name__} where text is expected; "
                "convert every value to str or None"
            )
        checked.append(text)
    try:
        "".join(text for text in checked if text is not None).encode()
    except UnicodeEncodeError:
        row = next(row for row, text in enumerate(checked) if text and _is_broken(text))
        raise InputError(
            f"row {row:,} holds half a surrogate pair, which no encoding can write; "
            "decode the source again with errors='replace'"
        ) from None
    return checked


def _is_broken(text: str) -> bool:
    return any(0xD800 <= ord(character) < 0xE000 for character in text)


def _known(entities: Iterable[str]) -> frozenset[str]:
    if isinstance(entities, str):
        raise InputTypeError("entities must be a list of names, got one string")
    wanted = frozenset(entities)
    for name in wanted:
        entity_id(name)
    return wanted


def _resolved(
    part: TextColumn, active: Sequence[Source], wanted: frozenset[str] | None, min_score: float
) -> Candidates:
    # Overlaps are decided at one score for all callers, so that the least score asked for only
    # takes finds away: see `_rule`.
    least = min(min_score, _LIKELY)
    found = Candidates.concat(
        [source.find(part, source.wanted(wanted), least) for source in active]
    )
    stay = _best(found)
    others = spread(part, stay)
    stay = _best(Candidates.concat([stay, others])) if len(others) else stay
    return stay if least == min_score else stay.take(stay.score >= np.float32(min_score))


def _best(found: Candidates) -> Candidates:
    stay, score = settled(found.start, found.end, found.entity, found.score, _rule())
    return replace(found, score=score).take(stay)


@cache
def _rule() -> Rule:
    """Return what decides overlaps: likely finds by form, then likely names, then the others.

    A name yields to what has a form, since a model sees names where numbers stand. Nothing below
    `_LIKELY` ever takes the place of something above it.
    """
    whole = np.full(len(ENTITIES), _WHOLE, np.float32)
    whole[entity_id("URL")] = np.inf
    bonus = np.full(len(ENTITIES), 40_000, np.int64)
    bonus[entity_id("PERSON")] = 20_000
    return Rule(whole, bonus, np.float32(_LIKELY))
