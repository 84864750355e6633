"""Attacks on an output, with the originals at hand, to measure how often they would succeed.

`link` takes originals as what an attacker knows and looks for the nearest record of the output.
`guess_masked` counts how many originals a masked value still leaves, given the rest of its row.
Both return rates; no value of the data is in what they return.

>>> before = pa.table({"age": [31, 45], "phone": ["13800138000", "13900138000"]})
>>> after = pa.table({"age": ["[30, 40)", "[40, 50)"], "phone": ["138****8000", "139****8000"]})
>>> link(before, after, columns=["age"]).success
1.0
>>> guess_masked(before, after, "phone").success
1.0
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.risk.classes import Ints, classes_of, combine, encode
from aitransparency.deid.risk.masks import format_of, possible, shows_birth, shows_sex
from aitransparency.deid.text import as_text
from aitransparency.errors import ColumnNotFoundError, InputError
from aitransparency.frames import to_table

Floats = npt.NDArray[np.float64]

_INTERVAL = re.compile(r"^[\[(]?\s*(-?[0-9.]+)\s*[,~至\-–]\s*(-?[0-9.]+)\s*([\])]?)$")  # [30, 40)
_TRIED = 2_000  # masks whose values are counted
_PAIRS = 50_000_000  # distances held at a time


@dataclass(frozen=True, slots=True)
class Linkage:
    """How often the nearest record of the output is the right one.

    Parameters
    ----------
    tried
        Originals that were looked for.
    success
        Share that an attacker names rightly who picks one of the nearest at random.
    by_chance
        Share who picks any record at random.
    unique
        Share where the right record alone is nearest.
    columns
        What the attacker knew.
    """

    tried: int
    success: float
    by_chance: float
    unique: float
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """What masked values still tell somebody who has a list of all originals of the table.

    Parameters
    ----------
    rows
        Masked values.
    success
        Share guessed rightly by picking one of the originals that fit the mask and the rest of the
        row.
    candidates
        Median number of originals that fit.
    alone
        Share of values that only one original fits.
    hidden
        Median number of characters that the mask hides: each digit leaves ten possibilities to
        somebody without a list, fewer where a check digit or the rest of the row tells it.
    known
        Other columns that the attacker sees and can look up.
    possible
        Median number of values that the mask and these columns leave to somebody without a list,
        who knows the format; None for text whose values nobody can count, such as names.
    """

    rows: int
    success: float
    candidates: float
    alone: float
    hidden: float
    known: tuple[str, ...] = ()
    possible: float | None = None


def link(
    before: object, after: object, *, columns: Sequence[str], sample: int = 1_000, seed: int = 0
) -> Linkage:
    """Look for originals among the records of an output by nearest record.

    The distance of two records is the mean over columns: for numbers the difference over the range
    (0 within an interval such as "[30, 40)"), for text 0 where the output's value can stand for
    the original (the same, a prefix of it, or a mask that fits it) and 1 where not; an empty cell
    fits everything. The attacker knows the plan and has no key: where a column's output follows
    from its original, and several originals share one, only that one is at distance 0.

    Parameters
    ----------
    before, after
        Frames with the same n rows in the same order.
    columns
        What the attacker knows; columns of both.
    sample
        How many originals are tried.
    seed
        Which ones.
    """
    known, output = _both(before, after, columns)
    rows = known.num_rows
    tried = np.random.default_rng(seed).permutation(rows)[:sample]
    tried.sort()
    grouped = classes_of(output.select(list(dict.fromkeys(columns))))
    originals = known.take(pa.array(tried))
    tables = []
    for name in dict.fromkeys(columns):
        asked = encode(originals[name])
        shown = encode(output[name].take(pa.array(grouped.first)))
        distances = _distances(asked.values, shown.values)
        _by_rule(distances, known[name], output[name], asked.values, shown.values)
        tables.append((asked.codes, shown.codes, distances))
    right = grouped.ids[tried]
    success, unique = 0.0, 0
    step = max(1, _PAIRS // max(len(grouped.sizes), 1) // 8)
    for first in range(0, len(tried), step):
        part = slice(first, first + step)
        total = np.zeros((len(tried[part]), len(grouped.sizes)))
        for asked_codes, shown_codes, distances in tables:
            total += distances[asked_codes[part]][:, shown_codes]
        nearest = total <= total.min(axis=1, keepdims=True) + 1e-9
        here = nearest[np.arange(len(total)), right[part]]
        many = nearest @ grouped.sizes
        success += float((here / many).sum())
        unique += int((here & (many == 1)).sum())
    shares = (success / len(tried), 1 / rows, unique / len(tried))
    return Linkage(len(tried), *shares, tuple(dict.fromkeys(columns)))


def _both(before: object, after: object, columns: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    known, output = to_table(before), to_table(after)
    if known.num_rows != output.num_rows:
        raise InputError(
            f"before has {known.num_rows:,} rows and after {output.num_rows:,}; an attack is "
            "measured on the same rows in the same order"
        )
    if not known.num_rows or not columns:
        raise InputError("an attack needs rows, and columns that the attacker knows")
    for table in (known, output):
        for name in columns:
            if name not in table.column_names:
                raise ColumnNotFoundError.among(name, table.column_names)
    return known, output


def _by_rule(
    distances: Floats,
    before: pa.ChunkedArray,
    after: pa.ChunkedArray,
    asked: pa.Array,
    shown: pa.Array,
) -> None:
    """Set distances by what each original became, where that is coarser and always the same."""
    one, other = encode(before), encode(after)
    pairs = classes_of(pa.table([one.codes, other.codes], names=["before", "after"]))
    if len(pairs.sizes) != one.count or other.count >= one.count:
        return  # one original became several values, or none was joined with another: a key may be
    became = np.empty(one.count, np.int64)
    became[one.codes[pairs.first]] = other.codes[pairs.first]
    place = pc.index_in(asked, value_set=one.values).to_numpy()
    label = pc.index_in(shown, value_set=other.values).to_numpy()
    made = became[place][:, None] == label
    distances[made] = 0.0
    np.maximum(distances, np.where(made, 0.0, 1e-6), out=distances)


def _distances(originals: pa.Array, shown: pa.Array) -> Floats:
    """Return the distance of each original value from each shown one, float64 (a, b)."""
    made = np.ones((len(originals), len(shown)))
    text = as_text(originals)
    numbers = _numbers(text)
    numeric = np.isfinite(numbers).any()
    days = pc.any(pc.match_substring_regex(text, r"^[0-9]{4}-[0-9]{2}")).as_py()
    span = float(np.nanmax(numbers) - np.nanmin(numbers)) or 1.0 if numeric else 1.0
    for place, value in enumerate(as_text(shown).to_pylist()):
        if value is None or set(value) == {"*"}:
            made[:, place] = 0.0
            continue
        stands = pc.starts_with(text, value)
        whole = days and pc.any(stands).as_py()  # "1990-05" stands for its days, as text
        edges = _edges(value) if numeric and not whole else None
        if edges is not None:
            gap = np.maximum(np.maximum(edges[0] - numbers, numbers - edges[1]), 0) / span
            made[:, place] = np.where(np.isfinite(gap), np.minimum(gap, 1), 1)
        elif "*" in value:
            pattern = "".join("." if one == "*" else re.escape(one) for one in value)
            fits = pc.match_substring_regex(text, f"^(?s:{pattern})$")
            made[:, place] = np.where(_true(fits), 0.0, 1.0)
        else:
            made[:, place] = np.where(_true(stands), 0.0, 1.0)
    return made


def _numbers(text: pa.Array) -> Floats:
    """Return numbers as they are and days by their year, NaN for other text."""
    number = pc.fill_null(pc.match_substring_regex(text, r"^-?[0-9]+(\.[0-9]+)?$"), False)
    day = pc.fill_null(pc.match_substring_regex(text, r"^[0-9]{4}-[0-9]{2}"), False)
    plain = pc.if_else(day, pc.utf8_slice_codeunits(text, 0, 4), text)
    plain = pc.if_else(pc.or_(number, day), plain, pa.scalar(None, text.type))
    return np.asarray(plain.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _edges(value: str) -> tuple[float, float] | None:
    """Return the ends of an interval or a number; a half-open end lies just below."""
    found = _INTERVAL.match(value)
    try:
        if found is None:
            return float(value), float(value)
        high = float(found[2])
        return float(found[1]), np.nextafter(high, -np.inf) if found[3] == ")" else high
    except ValueError:
        return None


def _true(values: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False))


def guess_masked(before: object, after: object, column: str, *, known: Sequence[str] = ()) -> Guess:
    """Count the originals that masked values leave, given the rest of the row.

    Parameters
    ----------
    before, after
        Frames with the same n rows in the same order.
    column
        The masked column.
    known
        Columns of the output whose values the attacker also sees and can look up.
    """
    originals, output = _both(before, after, [column])
    for name in known:
        if name not in output.column_names:
            raise ColumnNotFoundError.among(name, output.column_names)
    grouped = classes_of(output.select([column, *known]))
    value = encode(originals[column])
    pairs = combine(
        [grouped.ids, value.codes], [len(grouped.sizes), value.count], originals.num_rows
    )
    distinct = np.bincount(grouped.ids[pairs.first], minlength=len(grouped.sizes))
    shown = as_text(output[column].combine_chunks())
    masked = _true(pc.match_substring(shown, "*"))
    if not masked.any():
        raise InputError(f"column {column!r} holds no masked value (no '*')")
    candidates = distinct[grouped.ids[masked]]
    hidden = pc.count_substring(shown, "*").to_numpy(zero_copy_only=False)[masked]
    return Guess(
        int(masked.sum()),
        float((1 / candidates).mean()),
        float(np.median(candidates)),
        float((candidates == 1).mean()),
        float(np.median(hidden)),
        tuple(known),
        _possible(originals, output, column, known, np.flatnonzero(masked)),
    )


def _possible(
    originals: pa.Table, output: pa.Table, column: str, known: Sequence[str], masked: Ints
) -> float | None:
    """Return the median of what masks leave without a list, from up to `_TRIED` of them."""
    rows = np.random.default_rng(0).permutation(masked)[:_TRIED]
    taken = pa.array(np.sort(rows))
    before, after = originals.take(taken).combine_chunks(), output.take(taken).combine_chunks()
    values = as_text(before[column].combine_chunks())
    form = format_of(values)
    if form is None:
        return None
    born, sex = None, False
    for name in known if form == "id" else ():
        shown = after[name].combine_chunks()
        if name in before.column_names and shows_birth(before[name].combine_chunks(), values):
            born = shown
        sex = sex or shows_sex(shown, values)
    shown = after[column].combine_chunks()
    return float(np.median(possible(shown, form, born=born, sex_known=sex)))
