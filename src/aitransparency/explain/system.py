"""What an operator says about the system behind the cards; what is left out is printed as missing.

>>> System(name={"zh": "房贷初审"}).said("name", "zh"), System().said("name", "zh")
('房贷初审', None)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aitransparency.explain.features import in_language

Said = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class System:
    """The system that decides, and where a person turns. Texts are plain or by language.

    Parameters
    ----------
    name, version, operator
        What decides, which version of it, and who runs it.
    ai_part, people_part
        What the machine does and what people do on the way to the decision.
    data_source, correction
        Where the data come from, and how a person has them corrected.
    contact, deadline
        Where to object or ask for a human, and until when or how fast.
    notice
        Address of the public notice of the whole algorithm.
    accuracy
        How often the system is right for people like this one, as measured by the operator.
    not_used
        Protected attributes that the system was checked not to use.
    approximated
        Protected attributes that other items partly stand for, each with those items, as
        `stand_ins` finds them; None where it was not checked.
    """

    name: Said = ""
    version: Said = ""
    operator: Said = ""
    ai_part: Said = ""
    people_part: Said = ""
    data_source: Said = ""
    correction: Said = ""
    contact: Said = ""
    deadline: Said = ""
    notice: Said = ""
    accuracy: Said = ""
    not_used: tuple[Said, ...] = ()
    approximated: tuple[Said, ...] | None = None

    def said(self, what: str, language: str) -> str | None:
        """Return one text in a language, or None where nothing was said."""
        return said(getattr(self, what), language)


def said(text: Said, language: str) -> str | None:
    """Return a text in a language, or None where it is empty."""
    found = text if isinstance(text, str) else in_language(text, language)
    return found or None
