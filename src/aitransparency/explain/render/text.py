"""A card as plain text, for a letter, a terminal or a notebook without HTML."""

from __future__ import annotations

from aitransparency.explain.card import Card, Section
from aitransparency.explain.render import with_reasons
from aitransparency.explain.wording import words

SMS = 70  # characters of one message outside the GSM alphabet (3GPP TS 23.038, UCS-2)


def card_text(card: Card) -> str:
    """Return the card as lines of plain text."""
    blocks = [card.title]
    for section in card.sections:
        heading = [section.title] if section.title else []
        blocks.append("\n".join([*heading, *_lines(card, section)]))
    return "\n\n".join([*blocks, card.sha256]) + "\n"


def card_sms(card: Card) -> str:
    """Return whole sentences of the card, at most 70 characters: one message in UCS-2.

    The result comes first, then the labels of the main reasons on its side, then where to ask;
    a part that does not fit is left out whole.
    """
    say = words(card.language)
    section = card.section("decision")
    result = section.lines[0] if section else card.title
    message = result if len(result) <= SMS else result[: SMS - 1] + "…"
    against = card.outcome.favourable is False
    side = "against" if against else "for"
    labels = [reason.label for reason in card.reasons if reason.side == side]
    contact = card.system.get("contact")
    ask = say.say("sms.contact", contact=contact) if contact else ""
    for count in range(min(len(labels), 3), 0, -1):
        reasons = say.say(f"sms.{side}", labels=say.listed(labels[:count]))
        for tail in (ask, ""):
            if len(message + reasons + tail) <= SMS:
                return message + reasons + tail
    return message + ask if len(message + ask) <= SMS else message


def _lines(card: Card, section: Section) -> list[str]:
    return [
        f"  {reason.rank}. {line}" if reason and card.ranked else f"  {line}"
        for reason, line in with_reasons(card, section)
    ]
