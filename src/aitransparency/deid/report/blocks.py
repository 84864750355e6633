"""The pieces that a report is made of, its words, and how figures are written in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from aitransparency.deid.report.model import small
from aitransparency.errors import InputError

Words = Mapping[str, Any]  # text and tables of text

EMPTY = "—"  # of a cell that says nothing


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart, and the words that stand for it; every bar has a name, a size and its label."""

    title: str
    head: tuple[str, str]
    bars: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `numbers` are the positions of columns of figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    title: str = ""


Block = str | Table | Bars


@cache
def texts(name: str) -> Words:
    """Return the texts of a file of words, by language."""
    return tomllib.loads(
        files("aitransparency.deid").joinpath(f"words/{name}.toml").read_text("utf-8")
    )


def words_of(language: str) -> Words:
    """Return the words of a language.

    Raises
    ------
    InputError
        The language is neither "zh" nor "en".
    """
    if language not in texts("report"):
        raise InputError(f"language is 'zh' or 'en', got {language!r}")
    words: Words = texts("report")[language]
    return words


def shown_count(number: int) -> str:
    """Return a count as it may be written, "<5" for 1 to 4."""
    shown = small(number)
    return shown if isinstance(shown, str) else f"{shown:,}"


def percent(share: float) -> str:
    """Return a share with enough digits to tell it from nothing."""
    if share == 0 or share >= 0.1:
        return f"{share:.1%}"
    return f"{share:.2%}" if share >= 0.0001 else "<0.01%"
