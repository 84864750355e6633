"""Article 71: explain an algorithm in a way the public understands (利于公众理解的方式).

One way through: attribute, group, reasons, words, card, render. Every name below loads when first
used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aitransparency.explain.attributions import Attributions
    from aitransparency.explain.card import Card
    from aitransparency.explain.decision import Decision
    from aitransparency.explain.explainer import Explainer
    from aitransparency.explain.features import Feature, Features

_HOME = {
    "Attributions": "attributions",
    "Card": "card",
    "Decision": "decision",
    "Explainer": "explainer",
    "Feature": "features",
    "Features": "features",
}

__all__ = ["Attributions", "Card", "Decision", "Explainer", "Feature", "Features"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
