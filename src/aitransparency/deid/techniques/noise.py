"""Noise (噪声添加 / noise addition): a keyed random amount is added to a number or a date.

GB/T 37964-2019 lists it among the randomization techniques (随机化技术); the clause was not read.
The Laplace mechanism is Dwork, McSherry, Nissim and Smith, TCC 2006.

>>> from aitransparency.deid.keys import Key
>>> from aitransparency.deid.techniques.base import Place
>>> batch = pa.record_batch({"id": ["p1", "p1"], "seen": ["2024-01-01", "2024-01-31"]})
>>> place = Place("seen", None, Key(bytes(32)), batch)
>>> moved = Noise(days=30, by="id").apply(batch.column("seen"), place).values.to_pylist()
>>> moved[0] != "2024-01-01", np.datetime64(moved[1]) - np.datetime64(moved[0])
(True, np.timedelta64(30,'D'))
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.coarse import no_number, numbers_of
from aitransparency.deid.dates import Dates
from aitransparency.deid.forms import spell
from aitransparency.deid.macs import cmac_of
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect, expect_whole
from aitransparency.deid.text import Mask, as_text, has_text_form, null_mask, text_of
from aitransparency.errors import PlanError

_EARLIEST, _LATEST = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31, in days of 1970


@dataclass(frozen=True)
class Noise(Technique):
    """Add noise that is the same whenever the same row is seen under the same key.

    Numbers need `scale`, or `epsilon` with `sensitivity`; dates need `days` and `by`.

    Parameters
    ----------
    distribution
        "laplace" or "gaussian".
    scale
        Laplace's b or the standard deviation, in the column's unit.
    epsilon, sensitivity
        For Laplace: b = sensitivity / epsilon, where sensitivity is how far one person can move
        the number. The noise of one release is then epsilon-differentially private for the number
        as it stands, were the noise really random: here it is computed from the key and the row,
        so whoever holds the key can take it off, and equal rows get equal noise.
    decimals
        Places the result is rounded to: 0 for whole-number columns, 2 for others by default.
    days
        Dates move by 1 to `days` days to either side, by one amount for each person, so that a
        person's intervals stay as they were.
    by
        The column that tells persons (for numbers: rows) apart. Numbers without it take noise from
        the whole row.
    """

    distribution: Literal["laplace", "gaussian"] = "laplace"
    scale: float | None = None
    epsilon: float | None = None
    sensitivity: float | None = None
    decimals: int | None = None
    days: int | None = None
    by: str | None = None

    keyed: ClassVar[bool] = True
    by_value: ClassVar[bool] = False
    why_not_reversible: ClassVar[str] = (
        "the noise is not written down; whoever holds key, plan and the whole original row could "
        "compute it, and has the value already"
    )

    def __post_init__(self) -> None:
        known = self.distribution in ("laplace", "gaussian")
        expect(self, known, "distribution is laplace or gaussian")
        for name in ("scale", "epsilon", "sensitivity"):
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            good = value is None or (number and math.isfinite(value) and value > 0)
            expect(self, good, f"{name} is a number above 0, got {value!r}")
        expect_whole(self, "decimals", -12, optional=True)
        expect_whole(self, "days", 1, optional=True)
        expect(self, self.by is None or isinstance(self.by, str), "by names a column")
        private = self.epsilon is not None and self.sensitivity is not None
        half = (self.epsilon is None) != (self.sensitivity is None)
        expect(self, not half, "epsilon and sensitivity go together")
        expect(self, not private or self.distribution == "laplace", "epsilon is for laplace")
        ways = (self.scale is not None) + private + (self.days is not None)
        expect(self, ways == 1, "one of scale, epsilon with sensitivity, or days is needed")
        expect(self, self.days is None or self.by is not None, "days needs by, the person's column")
        expect(self, self.days is None or self.decimals is None, "decimals is for numbers")

    def columns_used(self) -> tuple[str, ...]:
        """Return the column that tells persons apart."""
        return () if self.by is None else (self.by,)

    def check_column(self, entity: str | None, kind: pa.DataType) -> None:
        """Raise PlanError where numbers meet days or dates a scale."""
        dated = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
        expect(self, not dated or self.days is not None, "a date takes days, not a scale")
        broken = self.days is not None and pa.types.is_floating(kind)
        expect(self, not broken, "days is for dates, and the column holds broken numbers")

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return numbers in the column's type, dates in the type and spelling they came in."""
        if self.days is not None:
            return self._dates(values, place, self.days)
        numbers, good = numbers_of(values)
        uniform = self._uniform(values, place)
        noise = self._noise(uniform)
        integral = pa.types.is_integer(values.type)
        places = self.decimals if self.decimals is not None else (0 if integral else 2)
        made = np.round(numbers + noise, places) + 0.0
        if integral:
            whole = np.clip(np.round(made), *_limits(values.type)).astype(np.int64)
            array = pa.array(whole, mask=~good).cast(values.type)
        else:
            array = pa.array(made, mask=~good)
            floating = pa.types.is_floating(values.type)
            array = array.cast(values.type) if floating else as_text(array)
        return Outcome(array, no_number(values, good))

    def _noise(self, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if self.scale is not None:
            scale = self.scale
        else:
            scale = (self.sensitivity or 0.0) / (self.epsilon or 1.0)
        noise: npt.NDArray[np.float64]
        if self.distribution == "laplace":
            half = uniform[:, 0] - 0.5
            noise = -scale * np.sign(half) * np.log1p(-2 * np.abs(half))
        else:  # Box and Muller, 1958
            radius = np.sqrt(-2 * np.log(uniform[:, 0]))
            noise = scale * radius * np.cos(2 * np.pi * uniform[:, 1])
        return noise

    def _uniform(self, values: pa.Array, place: Place) -> npt.NDArray[np.float64]:
        """Return two numbers of (0, 1) for each row, float64 (n, 2)."""
        parts = [as_text(values)]
        if self.by is not None and place.batch is not None:
            parts.append(_person(place.batch.column(self.by)))
        elif place.batch is not None:
            columns = (place.batch.column(one) for one in place.batch.schema.names)
            parts += [as_text(one) for one in columns if has_text_form(one.type)]
        joined = _with_lengths(parts)
        codes = cmac_of(joined, place.subkey("noise", place.column), "aes")
        halves = codes.view(">u8").astype(np.uint64)
        return ((halves >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52

    def _dates(self, values: pa.Array, place: Place, days: int) -> Outcome:
        if place.batch is None or self.by is None or place.key is None:
            raise PlanError(f"column {place.column!r}: dates move by person, in a table with a key")
        read = Dates.read(values)
        person = _person(place.batch.column(self.by))
        # One sub-key whatever the column: all dates of a person move together.
        codes = cmac_of(person, place.key.derive("noise", "days"), "aes")
        pick = codes[:, :8].copy().view(">u8").reshape(-1).astype(np.uint64)
        step = (pick % np.uint64(2 * days)).astype(np.int64)
        moved = read.days + np.where(step < days, step - days, step - days + 1)
        within = (moved >= _EARLIEST) & (moved <= _LATEST)
        nobody = null_mask(person)
        misfit = (~(read.good & within) | nobody) & ~_null(values)
        made = read.write(np.where(within & read.good, moved, read.days))
        if nobody.any():
            made = pc.if_else(pa.array(nobody), pa.scalar(None, made.type), made)
        return Outcome(made, misfit)


def _null(values: pa.Array) -> Mask:
    return null_mask(as_text(values)) if pa.types.is_floating(values.type) else null_mask(values)


def _person(values: pa.Array) -> pa.Array:
    return spell(as_text(values), None)


def _with_lengths(parts: list[pa.Array]) -> pa.Array:
    """Join texts with their lengths, so that ("ab", "c") and ("a", "bc") differ."""
    pieces: list[pa.Array | pa.Scalar] = []
    for part in parts:
        size = pc.fill_null(pc.binary_length(part), -1).cast(pa.large_string())
        pieces += [size, pc.fill_null(part, "")]
    return pc.binary_join_element_wise(*pieces, text_of(":"))


def _limits(kind: pa.DataType) -> tuple[float, float]:
    bits = min(kind.bit_width, 54)  # beyond, a float64 is not exact
    signed = pa.types.is_signed_integer(kind)
    return (-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1) if signed else (0.0, 2.0**bits - 1)
