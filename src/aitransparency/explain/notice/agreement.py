"""Whether a person's card and the public notice of the same system say the same.

Both are printed from what somebody wrote and somebody measured, often months apart. A person who
holds the two side by side must not find two versions, two scales or two names for one thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aitransparency.explain.notice.value import Notice

if TYPE_CHECKING:
    from aitransparency.explain.card import Card

# What the operator says on a card, and where a notice says it.
_SAID = {
    "name": "system.name",
    "version": "system.version",
    "operator": "operator.name",
    "contact": "operator.contact",
    "deadline": "rights.deadline",
    "correction": "rights.correction",
}
_MEASURED = ("model", "engine", "unit", "perturbation", "background_rows", "versions")


def disagreements(notice: Notice, card: Card) -> tuple[str, ...]:
    """Return what a card and a notice say differently, one line each; empty where they agree.

    Parameters
    ----------
    notice, card
        Of one system. What only one of them says is a difference too.
    """
    return tuple(_differences(notice, card))


def _differences(notice: Notice, card: Card) -> Iterator[str]:
    for key, path in _SAID.items():
        on_card, in_notice = card.system.get(key), notice.profile.text(path, card.language)
        if on_card != in_notice:
            yield f"{path}: {_how(on_card, in_notice)}"
    for name in _MEASURED:
        if getattr(card.method, name) != getattr(notice.method, name):
            yield f"method.{name}: they differ"
    known = {factor.name for factor in notice.factors}
    for reason in card.reasons:
        if reason.feature not in known:
            yield f"factors: the notice does not know {reason.feature!r}"
        elif notice.labels[reason.feature].get(card.language) != reason.label:
            yield f"labels: {reason.feature!r} has two names"


def _how(on_card: str | None, in_notice: str | None) -> str:
    if on_card is None:
        return "only the notice says it"
    if in_notice is None:
        return "only the card says it"
    return "they differ"
