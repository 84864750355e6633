r"""Text from data, made fit to stand in a sentence: nothing in it can pass for words of ours.

Names, categories and values are hostile until shown otherwise. Control and format characters go
(general categories Cc, Cf, Cs, Co, Cn, Zl and Zp of Unicode, the bidirectional overrides of UAX 9
among them), white space becomes one space, curly quotes become straight ones, because a card puts
values in curly quotes, and long texts are cut.

>>> clean("a\u202eb\n c”。通过"), clean("x" * 50) == "x" * 39 + "…"
('ab c"。通过', True)
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40  # characters of a value that a card shows

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"'})
_WHITE = re.compile(r"\s+")
_BREAKS = ("Cc", "Zl", "Zp")
_GONE = ("Cf", "Cs", "Co", "Cn")


def clean(text: str, longest: int = LONGEST) -> str:
    """Return a text without what could change or imitate its surroundings, at most so long."""
    if not (text.isascii() and text.isprintable()):
        kept = []
        for character in text:
            kind = unicodedata.category(character)
            if kind not in _GONE:
                kept.append(" " if kind in _BREAKS else character)
        text = "".join(kept).translate(_QUOTES)
    text = _WHITE.sub(" ", text).strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"
