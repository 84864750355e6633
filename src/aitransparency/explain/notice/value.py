"""The public notice as a value: what was said, what was measured, and how to read it back.

`Notice` holds both languages and every figure; `to_html`, `to_markdown`, `to_text` and `to_json`
only write it down. Its JSON follows ``schema.json`` beside this file and reads back as the same
value.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from aitransparency.errors import FileFormatError
from aitransparency.explain.notice.factors import Factor
from aitransparency.explain.notice.intervals import NOTHING, Estimate
from aitransparency.explain.notice.measured import Errors, Group, GroupTable
from aitransparency.explain.notice.profile import Change, GroupColumn, Profile, Words, fields
from aitransparency.explain.notice.requirements import Item, template

if TYPE_CHECKING:
    from aitransparency.explain.card import Card

SCHEMA_VERSION = 1
DEFAULT_TEMPLATES = ("shenzhen-71", "pipl")


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """How the figures were made.

    Parameters
    ----------
    model, engine, unit, perturbation
        As in `Explainer.method`.
    background_rows, background_selection
        Who people are compared with.
    versions
        Package and version.
    """

    model: str
    engine: str
    unit: str
    perturbation: str
    background_rows: int
    background_selection: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a result is.

    Parameters
    ----------
    binary
        Whether it is favourable or not, rather than a number.
    label
        Words for the favourable result, or for what is estimated, by language.
    unit
        Of the number, by language; empty for a binary result.
    higher_is_favourable
        Whether a higher number is good for the person.
    favourable
        Share of people with the favourable result; NaN for a number.
    """

    binary: bool
    label: Words
    unit: Words = field(default_factory=dict)
    higher_is_favourable: bool = True
    favourable: Estimate = NOTHING


@dataclass(frozen=True, slots=True)
class Notice:
    """The public notice of one algorithm.

    Parameters
    ----------
    profile
        The operator's statements.
    outcome
        What a result is.
    people
        Whose data the figures come from, rounded to ten.
    factors, factor_people
        Weights and shapes, heaviest first, and how many people they were computed on.
    labels
        Column to its name in public, by language.
    values
        Column to category to its name in public, by language.
    turnings
        Column to the value at its threshold, as text by language.
    errors
        Agreement with records; None where none were given.
    groups
        Figures by group.
    method
        How the figures were made.
    """

    profile: Profile
    outcome: Outcome
    people: int
    factors: tuple[Factor, ...]
    factor_people: int
    labels: Mapping[str, Words]
    values: Mapping[str, Mapping[str, Words]]
    turnings: Mapping[str, Words]
    errors: Errors | None
    groups: tuple[GroupTable, ...]
    method: MethodFacts

    @property
    def given(self) -> frozenset[str]:
        """Paths of the profile that were filled in, and the measured parts that are there."""
        measured = {"measured.factors"}
        if self.errors is not None:
            measured.add("measured.accuracy")
        if self.groups:
            measured.add("measured.groups")
        return frozenset(self.profile.said) | measured

    def missing(self, key: str) -> tuple[tuple[Item, str], ...]:
        """Return what a template asks for and the notice does not say.

        Parameters
        ----------
        key
            "shenzhen-71", "filing", "jrt-0287", "pipl", "uk-atrs" or "eu-86".
        """
        return template(key).missing(self.given, self.profile.said.get("risk.grade"))

    @property
    def hash(self) -> str:
        """SHA-256 over the canonical JSON, to tell whether a published notice was changed."""
        return hashlib.sha256(_canonical(self.to_dict()).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:  # JSON values
        """Return the notice as JSON values; figures that could not be computed are null."""
        body = {
            "schema_version": SCHEMA_VERSION,
            "profile": {
                "said": {path: _plain(value) for path, value in self.profile.said.items()},
                "groups": [asdict(one) for one in self.profile.groups],
            },
            "outcome": {**asdict(self.outcome), "favourable": _plain(self.outcome.favourable)},
            "people": self.people,
            "factors": [one._asdict() for one in self.factors],
            "factor_people": self.factor_people,
            "labels": self.labels,
            "values": self.values,
            "turnings": self.turnings,
            "errors": _plain_figures(self.errors) if self.errors else None,
            "groups": [_plain_table(one) for one in self.groups],
            "method": {**asdict(self.method), "versions": dict(self.method.versions)},
        }
        made: dict[str, Any] = json.loads(json.dumps(body, ensure_ascii=False))
        return made

    def to_json(self) -> str:
        """Return the notice as JSON, with its hash."""
        return (
            json.dumps({**self.to_dict(), "hash": self.hash}, ensure_ascii=False, indent=2) + "\n"
        )

    @classmethod
    def from_json(cls, text: str) -> Notice:
        """Read a notice back.

        Raises
        ------
        FileFormatError
            Not JSON, of another schema version, of another form, or changed since it was written.
        """
        try:
            table = json.loads(text)
        except json.JSONDecodeError as error:
            raise FileFormatError(f"notice: not JSON at line {error.lineno}") from None
        if not isinstance(table, dict) or table.get("schema_version") != SCHEMA_VERSION:
            raise FileFormatError(f"notice: schema_version: this package reads {SCHEMA_VERSION}")
        stated = table.pop("hash", None)
        if stated != hashlib.sha256(_canonical(table).encode()).hexdigest():
            raise FileFormatError("notice: its checksum does not fit its content; it was changed")
        try:
            return _read(table)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise FileFormatError("notice: its content is not of the form of schema.json") from None

    def disagreements(self, card: Card) -> tuple[str, ...]:
        """Return what a person's card says differently, one line each; empty where they agree."""
        from aitransparency.explain.notice.agreement import disagreements

        return disagreements(self, card)

    def to_html(
        self,
        language: str = "zh",
        *,
        templates: Sequence[str] = DEFAULT_TEMPLATES,
        stylesheet: str | None = None,
    ) -> str:
        """Return a page of its own, without scripts or requests.

        Parameters
        ----------
        language
            "zh" or "en".
        templates
            Laws and standards whose missing items are listed.
        stylesheet
            Address of `notice_css` as a file, where the page's policy allows no style element.
        """
        from aitransparency.explain.notice.render import page

        return page(self, language, templates, stylesheet)

    def to_fragment(
        self, language: str = "zh", *, templates: Sequence[str] = DEFAULT_TEMPLATES
    ) -> str:
        """Return the notice for the body of another page, to be styled by `notice_css`."""
        from aitransparency.explain.notice.render import fragment

        return fragment(self, language, templates)

    def to_markdown(
        self, language: str = "zh", *, templates: Sequence[str] = DEFAULT_TEMPLATES
    ) -> str:
        """Return the notice as Markdown."""
        from aitransparency.explain.notice.render import markdown

        return markdown(self, language, templates)

    def to_text(self, language: str = "zh", *, templates: Sequence[str] = DEFAULT_TEMPLATES) -> str:
        """Return the notice as plain text."""
        from aitransparency.explain.notice.render import plain

        return plain(self, language, templates)

    def _repr_html_(self) -> str:
        from aitransparency.explain.notice.render import fragment

        return fragment(self, "zh", DEFAULT_TEMPLATES)


@cache
def schema() -> Mapping[str, Any]:
    """Return the JSON Schema (2020-12) of a notice."""
    text = (
        resources.files("aitransparency.explain.notice").joinpath("schema.json").read_text("utf-8")
    )
    known: dict[str, Any] = json.loads(text)
    return known


def _canonical(table: Mapping[str, Any]) -> str:
    return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:  # what a profile or an estimate holds, to JSON values
    if isinstance(value, Estimate):
        return [None if math.isnan(one) else one for one in value]
    if isinstance(value, Change):
        return asdict(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _plain_figures(value: Errors | Group) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in type(value).__dataclass_fields__}


def _plain_table(table: GroupTable) -> dict[str, Any]:
    figures = [_plain_figures(group) for group in table.groups]
    return {
        **{n: getattr(table, n) for n in ("column", "ground", "used", "unknown")},
        "groups": figures,
    }


def _estimate(value: Sequence[float | None]) -> Estimate:
    return Estimate(*(math.nan if one is None else one for one in value))


def _figures(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _estimate(one) if isinstance(one, list) else one for name, one in table.items()}


def _said(path: str, value: Any) -> Any:  # JSON values, by the field's kind
    kind = fields()[path].kind
    if kind == "changes":
        return tuple(Change(**one) for one in value)
    return tuple(value) if kind == "list" else value


def _read(table: Mapping[str, Any]) -> Notice:
    said = {path: _said(path, value) for path, value in table["profile"]["said"].items()}
    groups = tuple(GroupColumn(**one) for one in table["profile"]["groups"])
    method = {**table["method"], "versions": tuple(table["method"]["versions"].items())}
    outcome = {**table["outcome"], "favourable": _estimate(table["outcome"]["favourable"])}
    return Notice(
        profile=Profile(said, groups),
        outcome=Outcome(**outcome),
        people=table["people"],
        factors=tuple(Factor(**one) for one in table["factors"]),
        factor_people=table["factor_people"],
        labels=table["labels"],
        values=table["values"],
        turnings=table["turnings"],
        errors=Errors(**_figures(table["errors"])) if table["errors"] else None,
        groups=tuple(
            GroupTable(**{**one, "groups": tuple(Group(**_figures(g)) for g in one["groups"])})
            for one in table["groups"]
        ),
        method=MethodFacts(**method),
    )
