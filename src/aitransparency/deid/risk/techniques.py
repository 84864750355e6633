"""From a level of a hierarchy to the technique of a plan that does the same."""

from __future__ import annotations

from typing import Any

from aitransparency.deid import techniques
from aitransparency.deid.risk.hierarchy import Level
from aitransparency.deid.techniques import Redact, Technique


def technique_for(level: Level, number: int) -> Technique | None:
    """Return the technique of a level; None where the column stays as it is."""
    if number == 0:
        return None
    if "label" in level.settings:
        return Redact(label=level.settings["label"])
    generalize: Any = getattr(techniques, "Generalize", None)
    return generalize(**level.settings) if generalize else None
