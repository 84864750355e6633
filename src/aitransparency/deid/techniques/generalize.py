"""Generalize (泛化 / generalization): the value becomes a wider one that is still true.

GB/T 37964-2019 lists rounding (取整) and top and bottom coding (顶层与底层编码) among the
generalization techniques (泛化技术); the clauses were not read.

>>> from aitransparency.deid.techniques.base import Place
>>> at = Place("age")
>>> Generalize("bin", width=10, top=90).apply(pa.array([7, 34, 95]), at).values.to_pylist()
['0-9', '30-39', '90+']
>>> Generalize("year").apply(pa.array(["1990-05-01"]), at).values.to_pylist()
['1990']
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal, get_args

import pyarrow as pa

from aitransparency.deid.coarse import dates_to, grid, identity_to, number_bins, place_to
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect

To = Literal[
    "year", "month", "quarter", "decade", "age", "bin", "clip", "grid",
    "birth_year", "birth_decade", "province", "city", "district", "birth_year+province",
]  # fmt: skip
TO: tuple[To, ...] = get_args(To)
_DATES = ("year", "month", "quarter", "decade", "age")
_IDS = ("birth_year", "birth_decade", "province", "birth_year+province")
_PLACES = ("province", "city", "district")
_USUAL: dict[str | None, To] = {
    "DATE_OF_BIRTH": "year",
    "CN_RESIDENT_ID": "birth_year+province",
    "CN_ADDRESS": "city",
    "GEO_COORDINATE": "grid",
}
_GRID = 0.1  # degrees, about 11 km


@dataclass(frozen=True)
class Generalize(Technique):
    """Replace every value by a class that holds it.

    Parameters
    ----------
    to
        Dates: "year", "month", "quarter", "decade", or "age" (bands of `width` years on the day
        `on`). Numbers and ages: "bin" (bands of `width`), or "clip" (kept, but for `bottom` and
        `top`). Coordinates: "grid" (`width` in degrees, 0.1 by default). Resident IDs:
        "birth_year", "birth_decade", "province" or "birth_year+province". Addresses: "province",
        "city" or "district". None takes the entity's usual one: year of a birth date, birth year
        and province of an ID, city of an address, grid of a coordinate.
    width
        Width of a band or of a grid's cell.
    bottom, top
        Below `bottom` and from `top` on there is one class each (bottom and top coding).
    on
        The day ages are counted on, "YYYY-MM-DD": not today, so that a result can be repeated.
    """

    to: To | None = None
    width: float | None = None
    bottom: float | None = None
    top: float | None = None
    on: str | None = None

    why_not_reversible = "many values share a class"

    def __post_init__(self) -> None:
        expect(self, self.to is None or self.to in TO, f"to is one of {', '.join(TO)}")
        for name in ("width", "bottom", "top"):
            value = getattr(self, name)
            good = isinstance(value, int | float) and not isinstance(value, bool)
            expect(self, value is None or good, f"{name} is a number, got {value!r}")
        expect(self, self.width is None or self.width > 0, "width is above 0")
        both = self.bottom is not None and self.top is not None
        expect(self, not both or self.bottom < self.top, "bottom is below top")  # type: ignore[operator]
        bands = self.to in ("bin", "age")
        expect(self, not bands or self.width is not None, f'to="{self.to}" needs a width')
        ends = self.bottom is not None or self.top is not None
        expect(
            self, not ends or self.to in ("bin", "age", "clip"), "bottom and top are for numbers"
        )
        expect(self, self.to != "clip" or ends, 'to="clip" needs bottom, top or both')
        wide = self.width is None or self.to in ("bin", "age", "grid", None)
        expect(self, wide, f'to="{self.to}" takes no width')
        expect(self, (self.to == "age") == (self.on is not None), '"on" and to="age" go together')
        if self.on is not None:
            try:
                datetime.date.fromisoformat(self.on)
            except (TypeError, ValueError):
                expect(self, False, f"on is a day such as 2026-01-31, got {self.on!r}")

    def check_column(self, entity: str | None, kind: pa.DataType) -> None:
        """Raise PlanError where the class does not go with the column."""
        to = self._to(entity)
        expect(self, to is not None, f"to is needed: one of {', '.join(TO)}")
        if entity == "CN_RESIDENT_ID":
            expect(self, to in _IDS, f"a resident ID goes to one of {', '.join(_IDS)}")
        elif to in _IDS and to not in _PLACES:
            expect(self, False, f'to="{to}" is for CN_RESIDENT_ID')

    def _to(self, entity: str | None) -> To | None:
        return self.to if self.to is not None else _USUAL.get(entity)

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the classes: text, or for "clip" and "grid" the type that came."""
        to = self._to(place.entity)
        if place.entity == "CN_RESIDENT_ID" and to is not None:
            return Outcome(*identity_to(values, to))
        if to in _DATES:
            return Outcome(*dates_to(values, to, self))
        if to in _PLACES:
            return Outcome(*place_to(values, to))
        if to == "grid":
            return Outcome(*grid(values, self.width or _GRID))
        return Outcome(*number_bins(values, self, clip=to == "clip"))
