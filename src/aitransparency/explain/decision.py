"""What the model's output means for the person: labels, which one is favourable, and the threshold.

>>> decision = Decision(labels={0: "未通过", 1: "通过"}, favourable=1, threshold=0.5)
>>> decision.label(0.7), decision.label(0.2)
('通过', '未通过')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aitransparency.errors import InputError


@dataclass(frozen=True, slots=True)
class Decision:
    """How a score becomes a decision.

    Parameters
    ----------
    labels
        The words for each class of the model; empty for a regression.
    favourable
        The class that is good for the person. Attributions are always signed so that positive means
        towards this class.
    threshold
        Probability of the favourable class from which the decision is favourable, 0 to 1. For a
        regression, the value of the target from which it is, or None where no line is drawn.
    labels_en
        The English words; those in `labels` where missing.
    target, target_en, unit
        For a regression: what is estimated (保费, premium) and its unit (元).
    higher_is_favourable
        For a regression: whether a higher value is good for the person.
    """

    labels: Mapping[object, str] = field(default_factory=dict)
    favourable: object = 1
    threshold: float | None = 0.5
    labels_en: Mapping[object, str] = field(default_factory=dict)
    target: str = ""
    target_en: str = ""
    unit: str = ""
    higher_is_favourable: bool = True

    def __post_init__(self) -> None:
        if self.labels and self.favourable not in self.labels:
            raise InputError(
                f"favourable={self.favourable!r} is not a class in labels: {list(self.labels)}"
            )
        if self.labels and self.threshold is not None and not 0 <= self.threshold <= 1:
            raise InputError(f"threshold must lie between 0 and 1, got {self.threshold}")

    def is_favourable(self, score: float) -> bool:
        """Return whether a score (probability of the favourable class, or the target) is good."""
        if self.threshold is None:
            raise InputError("this decision draws no line: threshold is None")
        if self.labels:
            return score >= self.threshold
        return (score >= self.threshold) == self.higher_is_favourable

    def label(self, score: float, language: str = "zh") -> str:
        """Return the words for the decision at this score; for two classes only."""
        words = {**self.labels, **(self.labels_en if language == "en" else {})}
        if self.is_favourable(score):
            return words[self.favourable]
        others = [word for value, word in words.items() if value != self.favourable]
        if len(others) != 1:
            raise InputError("label() needs exactly two classes; read the class from the model")
        return others[0]
