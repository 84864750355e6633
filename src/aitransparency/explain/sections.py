"""The sentences of a card under their headings, in the order in which a person needs them.

First what was decided and why; then what it was compared with, what could change it and a person's
rights; last, folded away, the data, how sure it is and how it was worked out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitransparency.explain.card import (
    Alternative,
    CardMethod,
    Datum,
    Outcome,
    Reason,
    Rest,
    Section,
    Sureness,
)
from aitransparency.explain.plain import clean
from aitransparency.explain.reasons import ENOUGH
from aitransparency.explain.sentences import (
    change_lines,
    closed_to_changes,
    favourable_label,
    percent,
    scores_text,
    sides,
)
from aitransparency.explain.system import Said, said
from aitransparency.explain.wording import Words

if TYPE_CHECKING:
    from aitransparency.explain.explainer import Explainer

_LONGEST_NAME = 80
_SELECTIONS = {"all rows given": "all", "rows spread evenly over the model's score": "spread"}


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The numbers of a card, before its sentences."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    rest: Rest | None
    alternatives: tuple[Alternative, ...]
    data: tuple[Datum, ...]
    sureness: Sureness
    method: CardMethod
    system: dict[str, str | None]
    decided_at: str | None


def sections_of(say: Words, explainer: Explainer, parts: Parts) -> tuple[Section, ...]:
    """Return every section of a card; those with nothing to say are left out."""
    made = [
        Section(
            "decision", say.templates["section.decision"], tuple(_decision(say, explainer, parts))
        ),
        *_reasons(say, explainer, parts),
        Section(
            "compare", say.templates["section.compare"], tuple(_compare(say, explainer, parts))
        ),
    ]
    if parts.outcome.favourable is False:
        closed = closed_to_changes(explainer.features, explainer.feature_names)
        lines = change_lines(say, parts.alternatives, explainer.decision, closed=closed)
        made.append(Section("change", say.templates["section.change"], lines))
    made.append(Section("rights", say.templates["section.rights"], tuple(_rights(say, parts))))
    for key, lines in (
        ("data", tuple(_data(say, explainer, parts))),
        ("protected", tuple(_protected(say, explainer, parts))),
        ("sure", tuple(_sure(say, parts))),
        ("system", tuple(_system(say, parts))),
        ("method", tuple(_method(say, parts))),
    ):
        made.append(Section(key, say.templates[f"section.{key}"], lines, detail=True))
    return tuple(made)


def _decision(say: Words, explainer: Explainer, parts: Parts) -> Iterator[str]:
    outcome, decision = parts.outcome, explainer.decision
    texts = {"score": outcome.score_text, "threshold": outcome.threshold_text}
    if outcome.kind == "target":
        target = decision.target_en if say.language == "en" else decision.target
        target = clean(target or decision.target) or say.templates["decision.target"]
        yield say.say("decision.estimate", target=target, score=outcome.score_text)
        if outcome.threshold is not None:
            which = "high" if decision.higher_is_favourable else "low"
            yield say.say(f"decision.estimate_{which}", threshold=outcome.threshold_text)
        return
    favourable = favourable_label(decision, say)
    kind = "margin" if outcome.kind == "margin" else "score"
    if outcome.favourable is None:
        yield say.say(f"decision.{kind}_only", **texts)
        return
    if outcome.label:
        yield say.say("decision.label", label=outcome.label)
    else:
        yield say.say("decision.not_label", label=favourable)
    yield say.say(f"decision.{kind}", label=favourable, **texts)


def _reasons(say: Words, explainer: Explainer, parts: Parts) -> Iterator[Section]:
    positive, negative = sides(explainer.decision)
    first = "against" if parts.outcome.favourable is False else "for"
    order = (first, "for" if first == "against" else "against")
    if positive == "adds":
        order = (positive, negative)
    for side in order:
        lines = tuple(reason.sentence for reason in parts.reasons if reason.side == side)
        title = say.templates[f"section.{side}"]
        yield Section(side, title, lines or (say.say("reason.none"),))
    notes = [] if parts.rest is None else [parts.rest.sentence]
    if parts.sureness.coverage < ENOUGH:
        notes.append(say.say("reason.little", coverage=percent(parts.sureness.coverage)))
    if len(parts.reasons) > 1 and parts.sureness.stability in ("unordered", "unstable"):
        notes.append(say.say("reason.unordered"))
    if notes:
        yield Section("rest", "", tuple(notes))


def _compare(say: Words, explainer: Explainer, parts: Parts) -> Iterator[str]:
    count, base = f"{explainer.background.num_rows:,}", parts.outcome.base_score
    if parts.outcome.kind == "probability":
        yield say.say("compare.score", count=count, base=scores_text(base, None, 100)[0])
    else:
        yield say.say("compare.plain", count=count, base=say.spaced(scores_text(base, None, 1)[0]))
    yield say.say("compare.cause")


def _rights(say: Words, parts: Parts) -> Iterator[str]:
    yield say.say("rights.law")
    contact, deadline = parts.system["contact"], parts.system["deadline"]
    yield say.say("rights.contact", contact=contact) if contact else say.say("rights.no_contact")
    if contact:
        yield say.say("rights.deadline", deadline=deadline or say.templates["unknown"])


def _data(say: Words, explainer: Explainer, parts: Parts) -> Iterator[str]:
    for datum in parts.data:
        entry = explainer.features[datum.feature]
        texts = {
            "label": say.sentence_case(datum.label),
            "value": datum.value.text or say.templates["missing"],
        }
        if datum.place is None:
            line = say.say("data.value", **texts)
        else:
            line = say.say("data.place", place=round(100 * datum.place), **texts)
        source = said(entry.source, say.language)
        yield say.say("data.from", line=line, source=clean(source)) if source else line
    for what in ("source", "correction"):
        text = parts.system["data_source" if what == "source" else what]
        yield say.say(f"data.{what}", **{what: text or say.templates["unknown"]})


def _protected(say: Words, explainer: Explainer, parts: Parts) -> Iterator[str]:
    used = [datum.label for datum in parts.data if datum.protected]
    yield (
        say.say("protected.used", names=say.listed(used))
        if used
        else say.say("protected.none_used")
    )
    not_used = _said_names(say, explainer.system.not_used)
    yield (
        say.say("protected.not_used", names=not_used)
        if not_used
        else say.say("protected.not_used_unknown")
    )
    checked = explainer.system.approximated
    if checked is None:
        yield say.say("protected.approximated_unknown")
    elif not checked:
        yield say.say("protected.approximated_none")
    else:
        yield say.say("protected.approximated", names=_said_names(say, checked))


def _said_names(say: Words, listed: Sequence[Said]) -> str:
    return say.listed([clean(said(name, say.language) or "", _LONGEST_NAME) for name in listed])


def _sure(say: Words, parts: Parts) -> Iterator[str]:
    sure = parts.sureness
    yield say.say("sure.coverage", coverage=percent(sure.coverage))
    yield say.say(f"sure.{sure.stability}")
    if sure.additivity_error is None:
        yield say.say("sure.no_additivity")
    else:
        yield say.say("sure.additivity", error=say.spaced(_tiny(sure.additivity_error)))
    if sure.sampling_error:
        yield say.say("sure.sampling", error=say.spaced(_tiny(sure.sampling_error)))
    if parts.method.allocated:
        yield say.say("sure.allocated")
    accuracy = parts.system["accuracy"] or say.templates["unknown"]
    yield say.say("sure.accuracy", accuracy=accuracy)
    yield say.say("reason.strength")


def _system(say: Words, parts: Parts) -> Iterator[str]:
    for what in ("name", "version", "operator", "ai_part", "people_part"):
        text = parts.system[what] or say.templates["unknown"]
        yield say.say(f"system.{what}", **{what: text})
    yield say.say("system.when", when=parts.decided_at or say.templates["unknown"])
    yield say.say("rights.source")


def _method(say: Words, parts: Parts) -> Iterator[str]:
    method = parts.method
    yield say.say("method.engine", engine=clean(method.engine), model=clean(method.model))
    yield say.say("method.unit", unit=say.templates[f"unit.{method.unit}"])
    base, total = (f"{number:.4g}" for number in (method.base_value, method.amounts_sum))
    yield say.say("method.base", base=say.spaced(base), sum=say.spaced(total))
    yield say.say(
        "method.perturbation", perturbation=say.templates[f"perturbation.{method.perturbation}"]
    )
    selection = _SELECTIONS.get(method.background_selection, "none")
    yield say.say(
        "method.background",
        used=f"{method.background_rows:,}",
        selection=say.templates[f"selection.{selection}"],
    )
    versions = say.listed([f"{name} {number}" for name, number in method.versions])
    yield say.say("method.versions", versions=versions)
    notice = parts.system["notice"] or say.templates["unknown"]
    yield say.say("rights.notice", notice=notice)


def _tiny(number: float) -> str:
    return "0.000001" if number < 1e-6 else f"{number:.2g}" if number >= 1e-4 else f"{number:.6f}"
