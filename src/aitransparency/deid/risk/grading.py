"""The grade of identifiability of GB/T 42460-2023 (个人信息标识度), proposed with its grounds.

Four grades:

1. data that identify a person directly (能直接识别主体的数据);
2. data without direct identifiers (消除直接标识符的数据);
3. data whose risk of re-identification is acceptable (重标识风险可接受的数据);
4. aggregate data (聚合数据).

The sharing situations are those of GB/T 37964-2019: public (完全公开共享), controlled
(受控公开共享), enclave (领地公开共享). The names of grades and situations are the published ones.
The clauses on thresholds were not read: thresholds are parameters, their defaults this package's
own.

What follows from figures is decided here. What the standard leaves to people is asked and the
answer recorded; a grade is only proposed while a question is open. Nothing here says that data are
anonymous or that anybody complies with anything.

>>> grade(direct_left=(), risk=None, sharing="public").level
2
>>> grade(direct_left=("phone",), risk=None, sharing="public").level
1
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from aitransparency.deid.risk.measure import Risk
from aitransparency.errors import InputError

Sharing = Literal["public", "controlled", "enclave"]
Answer = Literal["yes", "no", "open"]

# Highest chance of the attacker at which a risk counts as acceptable: classes of 20, 10 and 5.
# Defaults of this package; the clause of GB/T 42460-2023 was not read.
THRESHOLDS: Mapping[str, float] = MappingProxyType(
    {"public": 0.05, "controlled": 0.1, "enclave": 0.2}
)
QUESTIONS = ("aggregated", "quasi_identifiers_complete", "text_reviewed", "recipient_considered")


@dataclass(frozen=True, slots=True)
class Grade:
    """A proposed grade.

    Parameters
    ----------
    level
        1 to 4.
    sharing
        The situation that the caller chose.
    threshold
        Highest chance that counts as acceptable there.
    threshold_source
        Where the threshold comes from.
    direct_left
        Columns that hold direct identifiers.
    highest_risk, mean_risk, k
        What was measured; None where no risk was.
    answers
        Question to "yes", "no" or "open".
    reason
        Key of the ground in ``words/grade.toml``.
    """

    level: int
    sharing: Sharing
    threshold: float
    threshold_source: str
    direct_left: tuple[str, ...]
    highest_risk: float | None
    mean_risk: float | None
    k: int | None
    answers: Mapping[str, Answer]
    reason: str

    @property
    def open_questions(self) -> tuple[str, ...]:
        """Questions that a person has still to answer before the grade stands."""
        return tuple(one for one, answer in self.answers.items() if answer == "open")

    def grounds(self, language: str = "zh") -> list[str]:
        """Return the grade, its ground and the source of the threshold, "zh" or "en"."""
        words = _words(language)
        return [
            words["grade"].format(level=self.level, name=words["levels"][str(self.level)]),
            words["reasons"][self.reason].format(
                columns=", ".join(self.direct_left),
                risk=f"{self.highest_risk:.2%}" if self.highest_risk is not None else "",
                threshold=f"{self.threshold:.2%}",
                sharing=words["sharing"][self.sharing],
            ),
            words["source"].format(source=words["sources"][self.threshold_source]),
        ]

    def answered(self, language: str = "zh") -> list[tuple[str, str]]:
        """Return the questions that people must judge and their answers in words."""
        words = _words(language)
        return [
            (words["questions"][question], words["answers"][answer])
            for question, answer in self.answers.items()
        ]

    def caution(self, language: str = "zh") -> str:
        """Return what the grade does not say."""
        return str(_words(language)["caution"])

    def text(self, language: str = "zh") -> list[str]:
        """Return all of this as lines, "zh" or "en"."""
        answers = [f"{question} {answer}" for question, answer in self.answered(language)]
        return [*self.grounds(language), *answers, self.caution(language)]


def grade(
    *,
    direct_left: Sequence[str],
    risk: Risk | None,
    sharing: Sharing,
    answers: Mapping[str, Answer] | None = None,
    threshold: float | None = None,
) -> Grade:
    """Propose a grade.

    Parameters
    ----------
    direct_left
        Columns that still hold direct identifiers: kept by the plan, or seen by verification.
    risk
        What `deid.risk` measured on the output, or None.
    sharing
        "public", "controlled" or "enclave".
    answers
        A person's answers to `QUESTIONS`, "yes" or "no": is every row a total over a group and no
        person; are all columns that others may know among the quasi-identifiers; has somebody read
        a sample of the free text; were the recipient's other data, means and motives considered.
    threshold
        Highest acceptable chance; `THRESHOLDS` of the situation where None.

    Raises
    ------
    InputError
        A situation, question, answer or number is not known.
    """
    if sharing not in get_args(Sharing):
        raise InputError(f"sharing is 'public', 'controlled' or 'enclave', got {sharing!r}")
    given: dict[str, Answer] = dict.fromkeys(QUESTIONS, "open")
    for question, answer in (answers or {}).items():
        if question not in QUESTIONS or answer not in get_args(Answer):
            raise InputError(
                f"questions are {', '.join(QUESTIONS)}, answers 'yes', 'no' or 'open'; got "
                f"{question!r}: {answer!r}"
            )
        given[question] = answer
    if threshold is not None and not 0 < threshold <= 1:
        raise InputError(f"threshold lies above 0 and up to 1, got {threshold}")
    limit = THRESHOLDS[sharing] if threshold is None else threshold
    highest = _highest(risk, sharing)
    level, reason = _level(tuple(direct_left), highest, limit, given)
    return Grade(
        level,
        sharing,
        limit,
        "package" if threshold is None else "caller",
        tuple(direct_left),
        highest,
        risk.prosecutor.mean if risk else None,
        risk.k if risk else None,
        given,
        reason,
    )


def _highest(risk: Risk | None, sharing: Sharing) -> float | None:
    """Return the chance that counts: of the journalist in public where measured, else highest."""
    if risk is None:
        return None
    if sharing == "public" and risk.journalist is not None:
        return risk.journalist.highest
    return risk.prosecutor.highest


def _level(
    direct: tuple[str, ...], highest: float | None, limit: float, answers: Mapping[str, Answer]
) -> tuple[int, str]:
    if direct:
        return 1, "direct"
    if answers["aggregated"] == "yes":
        return 4, "aggregated"
    if highest is None:
        return 2, "unmeasured"
    if highest > limit:
        return 2, "above"
    if "no" in (answers["quasi_identifiers_complete"], answers["text_reviewed"]):
        return 2, "doubted"
    return 3, "below"


@cache
def _texts() -> Mapping[str, Any]:
    text = files("aitransparency.deid").joinpath("words/grade.toml").read_text("utf-8")
    return tomllib.loads(text)


def _words(language: str) -> Mapping[str, Any]:
    if language not in _texts():
        raise InputError(f"language is 'zh' or 'en', got {language!r}")
    words: Mapping[str, Any] = _texts()[language]
    return words
