"""Plain JSON values into frozen dataclasses, by their annotations and nothing looser.

A card may come from elsewhere: a text where a number belongs would end up in a page.

>>> from aitransparency.explain.card import Shown
>>> value_of(Shown, {"value": 3, "text": "3"})
Shown(value=3, text='3')
"""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass
from typing import Any, Literal

_OPTIONAL = ("sha256", "detail")  # fields with a default, which a file may leave out


def value_of(kind: Any, data: Any) -> Any:  # a kind is an annotation, and data is any JSON
    """Return data as a value of a kind.

    Raises
    ------
    KeyError
        A field is missing.
    TypeError, ValueError
        Something is of another kind.
    """
    if is_dataclass(kind):
        if not isinstance(data, dict):
            raise TypeError(f"expected a table for {kind}")
        hints = typing.get_type_hints(kind)
        given = {
            one.name: value_of(hints[one.name], data[one.name])
            for one in fields(kind)
            if one.name in data or one.name not in _OPTIONAL
        }
        return typing.cast(Any, kind)(**given)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple and isinstance(data, list):
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(value_of(inner[0], one) for one in data)
        return tuple(value_of(one, value) for one, value in zip(inner, data, strict=True))
    if origin is dict and isinstance(data, dict):
        return {value_of(inner[0], k): value_of(inner[1], v) for k, v in data.items()}
    if origin in (types.UnionType, typing.Union):
        return _one_of(inner, data)
    if origin is Literal and data in inner and isinstance(data, str):
        return data
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if type(data) is kind or (kind is type(None) and data is None):
        return data
    raise TypeError(f"expected {kind}")


def _one_of(kinds: tuple[Any, ...], data: Any) -> Any:
    """Return the value as its own kind where that is among them, else as the first that fits."""
    if type(data) in kinds:
        return data
    for kind in kinds:
        try:
            return value_of(kind, data)
        except (TypeError, KeyError, ValueError):
            continue
    raise TypeError("expected another kind of value")
