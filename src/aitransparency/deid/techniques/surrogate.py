"""Surrogate (替代值 / surrogate data): another person's worth of made-up data, always the same.

GB/T 37964-2019 has it under pseudonymization (假名化技术) and data synthesis (数据合成技术); the
clauses were not read. What is made, and from which ranges, is in `deid.surrogates`.

>>> from aitransparency.deid.keys import Key
>>> from aitransparency.deid.techniques.base import Place
>>> place = Place("phone", "CN_MOBILE_PHONE", Key(bytes(32)))
>>> made = Surrogate().apply(pa.array(["13800138000", "+86 138-0013-8000"]), place).values
>>> made[0] == made[1], len(made[0].as_py()), made[0].as_py()[:3] in ("142", "143", "154", "160")
(True, 11, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.identity import person_and_fit
from aitransparency.deid.macs import cmac_of, over_distinct
from aitransparency.deid.recognizers.dates import FIRST_YEAR, LAST_YEAR
from aitransparency.deid.surrogates import MAKERS, Asked, Maker
from aitransparency.deid.surrogates.names import gender_of, of_gender
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect
from aitransparency.deid.text import Mask, as_text, null_mask, put, true_mask

_KEPT = ("gender", "decade")


@dataclass(frozen=True)
class Surrogate(Technique):
    """Replace every value by a made-up one of its kind.

    Two people may get the same surrogate: there are fewer made-up values than real ones. A value
    never gets itself. Ranges and pools are in `deid.surrogates`.

    Parameters
    ----------
    keep
        What a resident ID keeps: "gender" (the parity of its order), "decade" (of birth), both or,
        by default, nothing.
    gender_column
        For names: the column that holds 男 or 女, M or F, 1 or 2 (GB/T 2261.1), whose gender the
        new name has; where it holds neither, and by default, the name may be of either.
    recipient
        Who will get the data. Surrogates for two recipients cannot be joined.
    """

    keep: tuple[str, ...] = ()
    gender_column: str | None = None
    recipient: str = ""

    keyed: ClassVar[bool] = True
    why_not_reversible: ClassVar[str] = (
        "a surrogate is picked by a keyed one-way code; use Encrypt where values must come back"
    )

    def __post_init__(self) -> None:
        if isinstance(self.keep, list):
            object.__setattr__(self, "keep", tuple(self.keep))
        good = isinstance(self.keep, tuple) and all(one in _KEPT for one in self.keep)
        expect(self, good, f"keep is a list of {', '.join(_KEPT)}")
        column = self.gender_column
        expect(self, column is None or isinstance(column, str), "gender_column names a column")
        expect(self, isinstance(self.recipient, str), "recipient is text")

    @property
    def by_value(self) -> bool:  # type: ignore[override]
        """Whether equal values get equal results, whatever stands beside them."""
        return self.gender_column is None

    def columns_used(self) -> tuple[str, ...]:
        """Return the column of genders."""
        return () if self.gender_column is None else (self.gender_column,)

    def check_column(self, entity: str | None, kind: pa.DataType) -> None:
        """Raise PlanError where nothing can be made up for an entity."""
        known = ", ".join(sorted(MAKERS))
        advice = f"there are none for {entity or 'a column without an entity'}; use Pseudonymize"
        expect(self, entity in MAKERS, f"{advice}. There are surrogates for: {known}")
        named = self.gender_column is None or entity == "PERSON"
        expect(self, named, "gender_column is for names (PERSON)")
        expect(self, not self.keep or entity == "CN_RESIDENT_ID", "keep is for CN_RESIDENT_ID")

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the surrogates, as text."""
        spelled, fit = person_and_fit(as_text(values), place.entity)
        maker = MAKERS.get(place.entity or "")
        if maker is None:  # in free text the find is redacted then
            return Outcome(spelled, ~null_mask(spelled))
        misfit = ~(fit & self._can(spelled))
        if misfit.any():
            spelled = put(spelled, misfit, pa.scalar(None, pa.large_string()))
        key = place.subkey("surrogate", self.recipient)
        if self.gender_column is None or place.batch is None:
            return Outcome(self._each(spelled, key, maker), misfit)
        genders = as_text(place.batch.column(self.gender_column))
        made = self._each(spelled, key, maker)
        for gender, here in zip(("male", "female"), gender_of(genders), strict=True):
            if here.any():
                some = spelled.filter(pa.array(here))
                made = put(made, here, self._each(some, key, _of(gender)))
        return Outcome(made, misfit)

    def _each(self, spelled: pa.Array, key: bytes, maker: Maker) -> pa.Array:
        return over_distinct(spelled, lambda distinct: self._made(distinct, key, maker))

    def _made(self, values: pa.Array, key: bytes, maker: Maker) -> pa.Array:
        codes = cmac_of(values, key, "aes")
        made = maker(Asked(values, codes, self.keep))
        while True:
            same = true_mask(pc.equal(made, values))
            if not same.any():
                break
            codes = codes.copy()
            codes[same] += 1
            again = maker(Asked(values, codes, self.keep))
            made = put(made, same, again.filter(pa.array(same)))
        nulls = null_mask(values)
        return put(made, nulls, pa.scalar(None, pa.large_string())) if nulls.any() else made

    def _can(self, spelled: pa.Array) -> Mask:
        """Return where what is kept can be read from a value."""
        if not self.keep:
            return np.ones(len(spelled), np.bool_)
        digits = pc.utf8_slice_codeunits(spelled, 6, 9)
        decade = pc.if_else(pc.match_substring_regex(digits, "^[0-9]{3}$"), digits, "0")
        year = pc.fill_null(decade.cast(pa.int64()), FIRST_YEAR // 10).to_numpy() * 10
        whole = pc.fill_null(pc.equal(pc.utf8_length(spelled), 18), True)
        within = (year >= FIRST_YEAR) & (year <= LAST_YEAR)
        can: Mask = within & np.asarray(whole.to_numpy(zero_copy_only=False))
        return can


def _of(gender: str) -> Maker:
    return lambda asked: of_gender(asked, gender)
