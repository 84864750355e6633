"""The explanation of one decision to the person it is about: a value with numbers and sentences.

A card holds every number its sentences were made from, so that a sentence can be traced. It is
written as JSON under a versioned schema (`card.schema.json` beside this file), read back as an
equal card, and drawn as HTML, Markdown and text. Old cards stay readable: sentences are stored, not
made again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from aitransparency.errors import FileFormatError
from aitransparency.explain.attributions import Unit
from aitransparency.explain.comparison import Stability
from aitransparency.explain.reasons import Strength
from aitransparency.explain.values import Value

SCHEMA = "aitransparency.card/1"

Side = Literal["for", "against", "adds", "lowers"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A value, and the text that stands for it."""

    value: Value
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided.

    Parameters
    ----------
    label
        The result in words; for an estimate, the estimate with its unit.
    favourable
        Whether it is good for the person; None where no line is drawn.
    kind
        What the score is: probability of the favourable class, its margin, or an estimate.
    score, threshold
        As the model gives them; no threshold where no line is drawn.
    score_text, threshold_text
        As printed.
    base_score
        Mean score of those compared with.
    """

    label: str
    favourable: bool | None
    kind: Literal["probability", "margin", "target"]
    score: float
    threshold: float | None
    score_text: str
    threshold_text: str
    base_score: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a column, the person's value, and what it counts.

    Parameters
    ----------
    rank
        From 1, by share.
    feature, code, label
        The column, its code in the catalogue, its name for people.
    value, typical
        The person's value, and the typical one where there is one.
    amount
        Signed, in the unit of the method.
    share
        Size of the amount over the sum of all sizes, 0 to 1.
    side, strength
        As the sentence says them.
    sentence
        For people.
    """

    rank: int
    feature: str
    code: str
    label: str
    value: Shown
    typical: Shown | None
    amount: float
    share: float
    side: Side
    strength: Strength
    sentence: str


@dataclass(frozen=True, slots=True)
class Rest:
    """Everything that is not listed, summed with its sign; no side where it cancels out."""

    count: int
    amount: float
    share: float
    side: Side | None
    strength: Strength
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be different."""

    feature: str
    code: str
    label: str
    before: Shown
    after: Shown


@dataclass(frozen=True, slots=True)
class Alternative:
    """Changes with which the model was run and gave the favourable result."""

    changes: tuple[Change, ...]
    score: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Datum:
    """One item of the person's own data that the model used.

    Parameters
    ----------
    scale
        What is shown is a number times this.
    place
        Share of those compared with whose number is lower; None where there is no order.
    """

    feature: str
    code: str
    label: str
    value: Shown
    scale: float
    place: float | None
    protected: bool


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure and how complete the reasons are.

    Parameters
    ----------
    coverage
        Share of all amounts that the listed reasons cover, 0 to 1.
    additivity_error
        How far base plus amounts is from the model's output; None where it was not checked.
    sampling_error
        Standard error of an amount; 0 where amounts are exact.
    stability
        Whether other groups to compare with give the same reasons in the same order.
    """

    coverage: float
    additivity_error: float | None
    sampling_error: float
    stability: Stability


@dataclass(frozen=True, slots=True)
class CardMethod:
    """How the amounts were computed."""

    engine: str
    reason: str
    model: str
    unit: Unit
    perturbation: str
    background_rows: int
    background_selection: str
    base_value: float
    amounts_sum: float
    allocated: bool
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its sentences, in the order of reading.

    Parameters
    ----------
    key
        Stable name of the section.
    title
        Heading; empty where the sentences follow on.
    lines
        Sentences.
    detail
        Whether a rendering may fold it away.
    """

    key: str
    title: str
    lines: tuple[str, ...]
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """An explanation card.

    Parameters
    ----------
    schema
        Name and version of the JSON Schema.
    language
        "zh" or "en"; `lang` is the BCP 47 tag.
    title
        Heading of the card.
    decided_at
        When, as given by the caller.
    system
        What the operator said, by name of the field.
    outcome, reasons, rest, alternatives, data, sureness, method
        The numbers.
    sections
        Every sentence of the card.
    sha256
        Of the JSON of everything else.
    """

    schema: str
    language: Literal["zh", "en"]
    lang: str
    title: str
    decided_at: str | None
    system: dict[str, str | None]
    outcome: Outcome
    reasons: tuple[Reason, ...]
    rest: Rest | None
    alternatives: tuple[Alternative, ...]
    data: tuple[Datum, ...]
    sureness: Sureness
    method: CardMethod
    sections: tuple[Section, ...]
    sha256: str = ""

    @property
    def ranked(self) -> bool:
        """Whether the order of the reasons means anything."""
        return self.sureness.stability in ("stable", "untested")

    def section(self, key: str) -> Section | None:
        """Return a section by its key, None where the card has none."""
        return next((one for one in self.sections if one.key == key), None)

    def sealed(self) -> Card:
        """Return the card with the hash of its content."""
        bare = replace(self, sha256="")
        return replace(bare, sha256=hashlib.sha256(bare.to_json().encode()).hexdigest())

    def is_intact(self) -> bool:
        """Return whether the content is what was sealed."""
        return self.sealed().sha256 == self.sha256

    def to_json(self) -> str:
        """Return the card as JSON that may stand inside a page: ASCII, no angle brackets."""
        from aitransparency.explain.render.json import card_json

        return card_json(self)

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Read a card; keys of later minor versions are left out.

        Raises
        ------
        FileFormatError
            The text is no card of this version.
        """
        from aitransparency.explain.fromjson import value_of

        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            raise FileFormatError(f"card: not JSON at character {error.pos:,}") from None
        found = data.get("schema") if isinstance(data, dict) else None
        if found != SCHEMA:
            raise FileFormatError(f"card: schema is not {SCHEMA!r}")
        try:
            made: Card = value_of(cls, data)
        except (KeyError, TypeError, ValueError) as error:
            what = "is missing" if isinstance(error, KeyError) else "is of the wrong kind"
            raise FileFormatError(f"card: a field {what}") from None
        return made

    def to_html(self, *, stylesheet: str | None = None) -> str:
        """Return a page of its own, without scripts or requests.

        Parameters
        ----------
        stylesheet
            Address of the stylesheet (`card_css`) where the page's policy allows no style element.
        """
        from aitransparency.explain.render.html import card_page

        return card_page(self, stylesheet=stylesheet)

    def to_fragment(self) -> str:
        """Return the card for the body of another page, to be styled by `card_css`."""
        from aitransparency.explain.render.html import card_fragment

        return card_fragment(self)

    def to_markdown(self) -> str:
        """Return the card as Markdown (CommonMark 0.31)."""
        from aitransparency.explain.render.markdown import card_markdown

        return card_markdown(self)

    def to_text(self) -> str:
        """Return the card as plain text."""
        from aitransparency.explain.render.text import card_text

        return card_text(self)

    def to_sms(self) -> str:
        """Return the result and as much of the reasons as a message of 70 characters holds."""
        from aitransparency.explain.render.text import card_sms

        return card_sms(self)

    def _repr_html_(self) -> str:
        from aitransparency.explain.render.html import card_notebook

        return card_notebook(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": self.to_text()}

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"Card({self.language}, {len(self.reasons)} reasons, {self.sha256[:12]})"


def as_json(card: Card) -> dict[str, Any]:
    """Return a card as plain values."""
    return asdict(card)
