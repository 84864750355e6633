"""The forms of entities in a cell: one spelling per value, and whether a value fits at all.

`spell` brings full-width characters, separators, country codes and letter case to one spelling, so
that one person gets one token and one mask. The rules are data, in ``forms.toml``.

>>> cells = pa.array(["１３８ 0013-8000", "+86 13800138000", "张三"], pa.large_string())
>>> spelled = spell(cells, "CN_MOBILE_PHONE")
>>> spelled.to_pylist()
['13800138000', '13800138000', '张三']
>>> fits(spelled, "CN_MOBILE_PHONE").tolist()
[True, True, False]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.compiled import pays
from aitransparency.deid.text import Bytes, layout, matrix, null_mask, put, true_mask

_DIGITS = "DXNT"  # letters of layouts that stand for digits
_LEAST = {"N": "1", "T": "3"}


@dataclass(frozen=True, slots=True)
class Form:
    """How one entity is spelled; see the head of ``forms.toml``."""

    shape: str | None = None
    layouts: tuple[str, ...] = ()
    around: str | None = None
    delete: str | None = None
    rewrite: tuple[str, str] | None = None
    letter_case: str | None = None
    keep_start: int = 0
    keep_end: int = 0
    mask: tuple[str, str] | None = None

    @property
    def han(self) -> bool:
        """Whether all its layouts are of Han characters, three bytes each."""
        return bool(self.layouts) and all(set(one) == {"H", "h"} for one in self.layouts)


@cache
def forms() -> Mapping[str, Form]:
    """Return the form of every entity that has one."""
    table = tomllib.loads(files("aitransparency.deid").joinpath("forms.toml").read_text("utf-8"))
    read = {}
    for entity, entries in table.items():
        listed: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in entries.items()
        }
        if "layouts" in listed:  # by byte: a Han character has three
            listed["layouts"] = tuple(one.replace("H", "Hhh") for one in listed["layouts"])
        read[entity] = Form(**listed)
    return MappingProxyType(read)


_NO_FORM = Form()


def form_of(entity: str | None) -> Form:
    """Return the form of an entity; an empty one where nothing is known."""
    return forms().get(entity, _NO_FORM) if entity else _NO_FORM


def spell(values: pa.Array, entity: str | None) -> pa.Array:
    """Return the canonical spelling of each value.

    Parameters
    ----------
    values
        large_string (n,). Values that do not look like the entity are spelled as far as possible.
    entity
        One of `ENTITIES`, or None: full width and outer blanks only.
    """
    form = form_of(entity)
    done = in_layout(values, form)
    if done.all():
        return values
    if done.any():
        return put(values, ~done, _spell_all(values.filter(pa.array(~done)), form))
    return _spell_all(values, form)


def spell_and_fit(values: pa.Array, entity: str | None) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Return `spell` and `fits` of it; a column that is canonical already is looked at once."""
    form = form_of(entity)
    if (form.layouts or form.around) and len(values):
        done = in_layout(values, form)
        if done.all():
            return values, done
    spelled = spell(values, entity)
    return spelled, fits(spelled, entity)


def _spell_all(values: pa.Array, form: Form) -> pa.Array:
    odd = ~true_mask(pc.fill_null(pc.string_is_ascii(values), True))
    if odd.any():
        values = put(values, odd, pc.utf8_normalize(values.filter(pa.array(odd)), "NFKC"))
    values = pc.utf8_trim_whitespace(values)
    if form.letter_case == "upper":
        values = pc.utf8_upper(values)
    elif form.letter_case == "lower":
        values = pc.utf8_lower(values)
    if form.delete:
        values = pc.replace_substring_regex(values, form.delete, "")
    if form.rewrite:
        values = pc.replace_substring_regex(values, *form.rewrite)
    return values


def fits(spelled: pa.Array, entity: str | None) -> npt.NDArray[np.bool_]:
    """Return bool (n,): whether a value in canonical spelling can be the entity; null fits."""
    form = form_of(entity)
    if form.shape is None:
        return np.ones(len(spelled), np.bool_)
    good = in_layout(spelled, form)
    if good.all():
        return good
    rest = ~good
    matched = pc.match_substring_regex(spelled.filter(pa.array(rest)), f"^(?:{form.shape})$")
    good[rest] = true_mask(pc.fill_null(matched, True))
    return good


def in_layout(values: pa.Array, form: Form) -> npt.NDArray[np.bool_]:
    """Return bool (n,): whether a value is exactly in one of the fixed layouts of a form.

    Null is in none. What stands `around` a mark is looked at where compiled loops pay; elsewhere it
    goes the way of all other spellings, with the same result.
    """
    good = np.zeros(len(values), np.bool_)
    if not form.layouts and not form.around:
        return good
    if pays(len(values)):
        return _by_loops(values, form)
    whole = matrix(values)
    if whole is not None:
        for pattern in form.layouts:
            if len(pattern) == whole.shape[1]:
                good |= _matches(whole, pattern)
        return good
    offsets, data = layout(values)
    widths = np.diff(offsets)
    widths[null_mask(values)] = -1
    for pattern in form.layouts:
        rows = np.flatnonzero(widths == len(pattern))
        if len(rows):
            windows = np.lib.stride_tricks.sliding_window_view(data, len(pattern))
            cells = windows[offsets[rows]]
            good[rows] |= _matches(cells, pattern)
    return good


def _by_loops(values: pa.Array, form: Form) -> npt.NDArray[np.bool_]:
    from aitransparency.deid import form_kernels

    good = np.empty(len(values), np.bool_)
    offsets, data = layout(values)
    if form.around:
        form_kernels.around(data, offsets, ord(form.around), good)
    else:
        form_kernels.in_layouts(data, offsets, *_patterns(form), good)
    return good & ~null_mask(values) if values.null_count else good


@cache
def _patterns(form: Form) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """Return the layouts as bytes, (m, longest), and how many each has."""
    widths = np.array([len(one) for one in form.layouts], np.int64)
    padded = [one.ljust(int(widths.max())).encode() for one in form.layouts]
    return np.stack([np.frombuffer(one, np.uint8) for one in padded]), widths


def _matches(cells: Bytes, pattern: str) -> npt.NDArray[np.bool_]:
    good = np.ones(len(cells), np.bool_)
    if "H" in pattern:
        for column in range(0, len(pattern), 3):
            lead = cells[:, column]
            early = (lead == 0xE4) & (cells[:, column + 1] >= 0xB8)
            good &= (lead - np.uint8(0xE5) <= 0xE9 - 0xE5) | early
        return good
    digits = np.array([letter in _DIGITS for letter in pattern])
    numeric = (cells - np.uint8(48)) < 10  # wraps below "0"
    for column, letter in enumerate(pattern):
        if letter == "X":
            numeric[:, column] |= cells[:, column] == ord("X")
        elif letter in _LEAST:
            numeric[:, column] &= cells[:, column] >= ord(_LEAST[letter])
        elif not digits[column]:
            good &= cells[:, column] == ord(letter)
    return good & numeric[:, digits].all(axis=1)
