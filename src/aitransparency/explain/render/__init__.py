"""Renderings of a card: HTML, Markdown, plain text and JSON. Each lays out; none writes a word."""

from __future__ import annotations

from aitransparency.explain.card import Card, Reason, Section

REASON_SECTIONS = ("for", "against", "adds", "lowers")


def with_reasons(card: Card, section: Section) -> list[tuple[Reason | None, str]]:
    """Return the lines of a section, each with the reason it states, if it states one."""
    if section.key not in REASON_SECTIONS:
        return [(None, line) for line in section.lines]
    reasons = [reason for reason in card.reasons if reason.side == section.key]
    if not reasons:
        return [(None, line) for line in section.lines]
    return list(zip(reasons, section.lines, strict=True))
