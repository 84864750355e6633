"""Article 71: explain an algorithm in a way the public understands (利于公众理解的方式).

One way through: attribute, group, reasons, words, card, render. Every name below loads when first
used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitransparency.lazy import lazy_package

if TYPE_CHECKING:
    from aitransparency.explain.attribution.engine import Settings
    from aitransparency.explain.attributions import Attributions
    from aitransparency.explain.batch import explain_stream, reason_table, write_batch
    from aitransparency.explain.card import Card
    from aitransparency.explain.decision import Decision
    from aitransparency.explain.explainer import Explainer
    from aitransparency.explain.features import Feature, Features
    from aitransparency.explain.loading import load_model
    from aitransparency.explain.notice import Notice, Profile
    from aitransparency.explain.proxies import stand_ins
    from aitransparency.explain.system import System

_HOME = {
    "Attributions": "attributions",
    "Card": "card",
    "Decision": "decision",
    "Explainer": "explainer",
    "Feature": "features",
    "Features": "features",
    "Notice": "notice",
    "Profile": "notice",
    "Settings": "attribution.engine",
    "System": "system",
    "explain_stream": "batch",
    "load_model": "loading",
    "reason_table": "batch",
    "stand_ins": "proxies",
    "write_batch": "batch",
}

__all__ = [
    "Attributions",
    "Card",
    "Decision",
    "Explainer",
    "Feature",
    "Features",
    "Notice",
    "Profile",
    "Settings",
    "System",
    "explain_stream",
    "load_model",
    "reason_table",
    "stand_ins",
    "write_batch",
]


lazy_package(__name__, _HOME)
