"""One character for one: Traditional to Simplified (OpenCC's character table, Apache-2.0)."""

from __future__ import annotations

from functools import cache

import opencc


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def simplified_character(character: str) -> str:
    """Return the Simplified form, or the character where it has none of its own."""
    new = _converter().convert(character)
    return new if len(new) == 1 else character


def simplified(text: str) -> str:
    """Return the text in Simplified characters; its length stays."""
    return "".join(map(simplified_character, text))


@cache
def _back() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def traditional(text: str) -> str:
    """Return the text in Traditional characters where that keeps its length, else unchanged."""
    new = _back().convert(text)
    return new if len(new) == len(text) else text
