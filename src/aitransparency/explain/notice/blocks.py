"""What a notice is made of once it has words: headings, texts, lists, bars and tables.

Every rendering writes these down and adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and what stands there; `given` is false where nobody provided it."""

    label: str
    text: str
    given: bool


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and texts."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A factor: its label, its weight, 0 to 1, the weight as text, and a sentence."""

    label: str
    share: float
    weight: str
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Factors, the heaviest first."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a caption, a header and rows."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Pairs | Bars | Items | Grid


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below."""

    key: str
    heading: str
    blocks: tuple[Block, ...]
