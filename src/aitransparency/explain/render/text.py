"""A card as plain text, for a letter, a terminal or a notebook without HTML."""

from __future__ import annotations

from aitransparency.explain.card import Card, Section
from aitransparency.explain.render import with_reasons


def card_text(card: Card) -> str:
    """Return the card as lines of plain text."""
    blocks = [card.title]
    for section in card.sections:
        heading = [section.title] if section.title else []
        blocks.append("\n".join([*heading, *_lines(card, section)]))
    return "\n\n".join([*blocks, card.sha256]) + "\n"


def _lines(card: Card, section: Section) -> list[str]:
    return [
        f"  {reason.rank}. {line}" if reason and card.ranked else f"  {line}"
        for reason, line in with_reasons(card, section)
    ]
