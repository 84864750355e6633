"""Addresses of houses, mail and machines that do not exist.

- Address: a province, city and district named for examples (示例省), with a road and a number.
- E-mail: at example.com, reserved by RFC 2606.
- IP: 198.18.0.0/15 (RFC 2544, for measurements) and 2001:db8::/32 (RFC 3849, for documents), which
  are never routed.
- MAC: locally administered (IEEE 802, second bit of the first byte), which no maker is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.text import Bytes, from_matrix, put, text_of, true_mask

if TYPE_CHECKING:
    from aitransparency.deid.surrogates import Asked

_LETTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_CITIES = ("样本市", "虚构市", "范例市", "假设市")
_DISTRICTS = ("甲区", "乙区", "丙区", "丁区", "戊区", "己区", "庚区", "辛区")
_ROADS = ("示范路", "样例路", "模拟街", "演示街", "虚拟大道", "测试路", "例句路", "占位街")


def address(asked: Asked) -> pa.Array:
    """Return an address for each."""
    pick = asked.picks(0, 2**48)
    parts = [text_of("示例省")]
    for names in (_CITIES, _DISTRICTS, _ROADS):
        parts.append(pa.array(names, pa.large_string()).take(pa.array(pick % len(names))))
        pick //= len(names)
    other = asked.picks(1, 2**48)
    numbers = [
        (other % 900 + 1, "号"),
        (other // 900 % 30 + 1, "栋"),
        (other // 27_000 % 990, "室"),
    ]
    for number, unit in numbers:
        parts += [pa.array(number + (100 if unit == "室" else 0)).cast(pa.large_string())]
        parts += [text_of(unit)]
    return pc.binary_join_element_wise(*parts, text_of(""))


def email_address(asked: Asked) -> pa.Array:
    """Return an address for each: u, eleven letters, at example.com."""
    letters = _LETTERS[np.ascontiguousarray(asked.codes[:, :11]) & 31]
    count = len(letters)
    back = np.frombuffer(b"@example.com", np.uint8)
    return from_matrix(
        np.hstack(
            [
                np.full((count, 1), ord("u"), np.uint8),
                letters,
                np.broadcast_to(back, (count, len(back))),
            ]
        )
    )


def ip_address(asked: Asked) -> pa.Array:
    """Return an address for each, of its version."""
    pick = asked.picks(0, 2**17)
    bytes_of = (pick >> 16, pick >> 8 & 255, pick & 255)
    four = [pa.array(one).cast(pa.large_string()) for one in (18 + bytes_of[0], *bytes_of[1:])]
    made = pc.binary_join_element_wise(text_of("198"), *four, text_of("."))
    six = true_mask(pc.fill_null(pc.match_substring(asked.values, ":"), False))
    if not six.any():
        return made
    groups = [from_matrix(_hex(asked.codes[six][:, at : at + 2])) for at in (0, 2, 4, 6)]
    return put(made, six, pc.binary_join_element_wise(text_of("2001:db8:"), *groups, text_of(":")))


def mac_address(asked: Asked) -> pa.Array:
    """Return an address for each, in pairs with colons."""
    raw = np.ascontiguousarray(asked.codes[:, :6]).copy()
    raw[:, 0] = raw[:, 0] & 0xFC | 0x02
    pairs = [from_matrix(_hex(raw[:, at : at + 1])) for at in range(6)]
    return pc.binary_join_element_wise(*pairs, text_of(":"))


def _hex(raw: Bytes) -> Bytes:
    return _HEX[np.stack([raw >> 4, raw & 15], axis=2).reshape(len(raw), -1)]
