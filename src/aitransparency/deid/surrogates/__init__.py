"""Made-up values: well formed for software, from ranges that no issuer allots, and keyed.

Each maker takes the values of an entity in their one spelling and a keyed code of each, and picks
by the code: the same value and key give the same surrogate everywhere. The sources of the ranges
stand with the makers.

>>> sorted(MAKERS)[:3]
['CN_ADDRESS', 'CN_BANK_CARD', 'CN_LANDLINE_PHONE']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.surrogates import names, numbers, places
from aitransparency.deid.text import Bytes


class Asked(NamedTuple):
    """What a maker works from.

    Parameters
    ----------
    values
        large_string (n,), in the spelling of `same_person`, each of the entity's shape.
    codes
        uint8 (n, 16), the keyed code of each.
    keep
        "gender" and "decade" where an ID shall keep them.
    """

    values: pa.Array
    codes: Bytes
    keep: tuple[str, ...] = ()

    def picks(self, part: int, size: int) -> npt.NDArray[np.int64]:
        """Return a number below `size` for each value, from half 0 or 1 of its code, int64 (n,)."""
        halves = np.ascontiguousarray(self.codes).view(">u8").astype(np.uint64)
        return (halves[:, part] % np.uint64(size)).astype(np.int64)


Maker = Callable[[Asked], pa.Array]

MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "PERSON": names.person,
        "CN_RESIDENT_ID": numbers.resident_id,
        "CN_MOBILE_PHONE": numbers.mobile_phone,
        "CN_LANDLINE_PHONE": numbers.landline_phone,
        "CN_BANK_CARD": numbers.bank_card,
        "CN_USCC": numbers.uscc,
        "CN_PASSPORT": numbers.passport,
        "CN_LICENSE_PLATE": numbers.license_plate,
        "CN_ADDRESS": places.address,
        "EMAIL_ADDRESS": places.email_address,
        "IP_ADDRESS": places.ip_address,
        "MAC_ADDRESS": places.mac_address,
    }
)
