"""Names of people from Faker's pools, frozen in ``data/surrogate_names.toml``.

A Han name is one of 200 surnames and a given name of Faker's or two of its one-character ones; a
Latin name is a first name and a surname. All are drawn evenly. Some real person has any such name;
that it is never the person's own is what is promised.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.text import Mask, layout, put, true_mask

if TYPE_CHECKING:
    from aitransparency.deid.surrogates import Asked


@cache
def _pool(script: str, gender: str) -> tuple[pa.Array, pa.Array]:
    """Return surnames and given names, large_string each; "either" has the names of both."""
    text = files("aitransparency.deid").joinpath("data/surrogate_names.toml").read_text("utf-8")
    lists = tomllib.loads(text)[script]
    genders = ("male", "female") if gender == "either" else (gender,)
    given: dict[str, None] = {}
    for one in genders:
        given.update(dict.fromkeys(lists[one]))
        if script == "han":
            single = [name for name in lists[one] if len(name) == 1]
            given.update(dict.fromkeys(a + b for a, b in permutations(single, 2)))
    text_type = pa.large_string()
    return pa.array(lists["surnames"], text_type), pa.array(list(given), text_type)


def surnames() -> list[str]:
    """Return the Han surnames of the pool and the usual ones of two characters."""
    double = (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "司徒",
        "夏侯",
    )
    return [*double, *_pool("han", "either")[0].to_pylist()]


def person(asked: Asked) -> pa.Array:
    """Return a name for each name, of its script, of either gender."""
    return of_gender(asked, "either")


def of_gender(asked: Asked, gender: str) -> pa.Array:
    """Return a name for each name, of its script; gender is "male", "female" or "either"."""
    latin = is_latin(asked.values)
    if not latin.any():
        return _drawn(asked, "han", gender)
    made = _drawn(asked, "latin", gender)
    han = ~latin
    return put(made, han, _drawn(asked, "han", gender).filter(pa.array(han)))


def _drawn(asked: Asked, script: str, gender: str) -> pa.Array:
    surnames, given = _pool(script, gender)
    last = surnames.take(pa.array(asked.picks(0, len(surnames))))
    first = given.take(pa.array(asked.picks(1, len(given))))
    order, gap = ((last, first), "") if script == "han" else ((first, last), " ")
    return pc.binary_join_element_wise(*order, pa.scalar(gap, pa.large_string()))


def is_latin(values: pa.Array) -> Mask:
    """Return bool (n,), where a name is written in Latin letters."""
    offsets, data = layout(values)
    if len(values) and not values.null_count and (np.diff(offsets) > 0).all():
        first = data[offsets[:-1]]  # no Latin letter begins with these bytes in UTF-8
        if ((first >= 0xE3) & (first <= 0xE9)).all():
            return np.zeros(len(values), np.bool_)
    return true_mask(pc.fill_null(pc.match_substring_regex(values, r"^\p{Latin}"), False))


_MALE = ("男", "男性", "m", "male", "man", "1", "先生", "nan")
_FEMALE = ("女", "女性", "f", "female", "woman", "2", "女士", "nv")


def gender_of(values: pa.Array) -> tuple[Mask, Mask]:
    """Return where a column, large_string (n,), says male and where female (GB/T 2261.1: 1, 2)."""
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    male, female = (
        true_mask(pc.is_in(plain, pa.array(words, pa.large_string()))) for words in (_MALE, _FEMALE)
    )
    return np.asarray(male), np.asarray(female)
