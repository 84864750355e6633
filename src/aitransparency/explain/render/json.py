"""A card as JSON: ASCII only, and without the characters that mean something to a page.

Angle brackets and ampersands are written as escapes, so that the text may stand inside a script
element; ASCII leaves no bidirectional control as it is.
"""

from __future__ import annotations

import json

from aitransparency.explain.card import Card, as_json

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\x7f": "\\u007f"})


def card_json(card: Card) -> str:
    """Return the card as JSON text under `card.schema.json`."""
    return (
        json.dumps(as_json(card), ensure_ascii=True, indent=1, allow_nan=False).translate(_ESCAPES)
        + "\n"
    )
