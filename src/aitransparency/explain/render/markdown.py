r"""A card as Markdown (CommonMark 0.31): every character that could mean something is escaped.

>>> escape("*a* <b> [c](http://d)")
'\\*a\\* \\<b\\> \\[c\\]\\(http\\://d\\)'
"""

from __future__ import annotations

import re

from aitransparency.explain.card import Card, Section
from aitransparency.explain.render import with_reasons

_MEANING = re.compile(r"([\\`*_{}\[\]()<>|#~$&!@^:]|^[-+=]|(?<=^\d)[.)]|(?<=www)\.)")


def escape(text: str) -> str:
    """Return a text that Markdown shows as it is; CommonMark takes a backslash before any sign."""
    return _MEANING.sub(r"\\\1", text)


def card_markdown(card: Card) -> str:
    """Return the card as Markdown."""
    lines = [f"# {escape(card.title)}"]
    for section in card.sections:
        if section.title:
            lines += ["", f"## {escape(section.title)}"]
        lines += ["", *_items(card, section)]
    return "\n".join([*lines, "", f"`{card.sha256}`"]) + "\n"


def _items(card: Card, section: Section) -> list[str]:
    return [
        f"- **{reason.rank}** {escape(line)}" if reason and card.ranked else f"- {escape(line)}"
        for reason, line in with_reasons(card, section)
    ]
