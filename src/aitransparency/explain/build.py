"""One person's card: attribute, rank, search, put into words.

The same numbers go through the same sentences as in `batch`, so that any row of a batch is the card
that `Explainer.explain` gives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from aitransparency.errors import InputError
from aitransparency.explain import wording
from aitransparency.explain.attributions import Attributions
from aitransparency.explain.card import (
    SCHEMA,
    Alternative,
    Card,
    CardMethod,
    Change,
    Datum,
    Outcome,
    Reason,
    Rest,
    Shown,
    Sureness,
)
from aitransparency.explain.comparison import Comparison
from aitransparency.explain.explainer import Explainer
from aitransparency.explain.features import Feature
from aitransparency.explain.plain import clean
from aitransparency.explain.reasons import STRENGTHS, Ranking, rank, strengths
from aitransparency.explain.sections import Parts, sections_of
from aitransparency.explain.sentences import (
    favourable_label,
    label_of,
    reason_sentence,
    rest_of,
    scores_text,
    sides,
)
from aitransparency.explain.values import Value, plain_value, show, show_two
from aitransparency.explain.wording import Words

TOP = 4
_ALTERNATIVES = 2
_CHANGES = 4  # over all alternatives: a second one of many changes is left out, to keep it short
_LONGEST_SAID = 300


def build_card(
    explainer: Explainer,
    row: Any,
    *,
    language: str = "zh",
    decided_at: str | None = None,
    top: int = TOP,
) -> Card:
    """Return the card of one person; see `Explainer.explain`.

    Parameters
    ----------
    explainer
        The model, its catalogue and its decision.
    row
        Exactly one row.
    language
        "zh" or "en".
    decided_at
        When, as it is to be printed.
    top
        Most reasons listed.
    """
    say = wording.words(language)
    wording.check(explainer.features, explainer.feature_names, language)
    found = explainer.attribute(row)
    if len(found) != 1:
        raise InputError(f"a card is for one person; got {len(found):,} rows")
    assert found.data is not None
    person = found.data.select(explainer.feature_names)
    return _Maker(explainer, say, found, person, rank(found.values, top), decided_at).card(top)


@dataclass(frozen=True, slots=True, eq=False)
class _Maker:
    """One person's numbers on the way to a card."""

    explainer: Explainer
    say: Words
    found: Attributions
    person: pa.Table
    ranking: Ranking
    decided_at: str | None

    @property
    def comparison(self) -> Comparison:
        return self.explainer.comparison

    def card(self, top: int) -> Card:
        outcome = self.outcome()
        order = self.ranking.order[0]
        sureness = Sureness(
            coverage=float(self.ranking.coverage[0]),
            additivity_error=_finite(self.found.additivity_error),
            sampling_error=self.found.sampling_error,
            stability=self.comparison.stability(self.person, order, top),
        )
        system = self.system()
        parts = Parts(
            outcome=outcome,
            reasons=self.reasons(),
            rest=self.rest(),
            alternatives=self.alternatives(outcome),
            data=self.data(),
            sureness=sureness,
            method=self.method(),
            system=system,
            decided_at=clean(self.decided_at) if self.decided_at else None,
        )
        return Card(
            schema=SCHEMA,
            language="zh" if self.say.language == "zh" else "en",
            lang=self.say.templates["lang"],
            title=self.say.templates["title"],
            decided_at=parts.decided_at,
            system=system,
            outcome=outcome,
            reasons=parts.reasons,
            rest=parts.rest,
            alternatives=parts.alternatives,
            data=parts.data,
            sureness=sureness,
            method=parts.method,
            sections=sections_of(self.say, self.explainer, parts),
        ).sealed()

    def outcome(self) -> Outcome:
        decision, score = self.explainer.decision, float(self.explainer.score(self.person)[0])
        line, base = decision.threshold, self.comparison.base_score
        favourable = None if line is None else decision.is_favourable(score)
        if not decision.labels:
            entry = Feature("", unit={"zh": decision.unit, "en": decision.unit})
            texts = show(entry, score, self.say.language), ""
            if line is not None:
                texts = show_two(entry, score, line, self.say.language)
            return Outcome(texts[0], favourable, "target", score, line, *texts, base)
        margin = self.explainer.unit == "target"
        texts = scores_text(score, line, 1 if margin else 100)
        kind: Any = "margin" if margin else "probability"
        return Outcome(self.label(favourable), favourable, kind, score, line, *texts, base)

    def label(self, favourable: bool | None) -> str:
        """Return the words for the result; empty where only "not the favourable one" is known."""
        decision = self.explainer.decision
        if favourable:
            return favourable_label(decision, self.say)
        if favourable is None or len(decision.labels) != 2:
            return ""
        return clean(decision.label(-math.inf, self.say.language))

    def reasons(self) -> tuple[Reason, ...]:
        ranking, positive_negative = self.ranking, sides(self.explainer.decision)
        made = []
        for place, at in enumerate(ranking.order[0]):
            if at < 0:
                break
            name = self.explainer.feature_names[at]
            entry = self.explainer.features[name]
            amount = float(ranking.amounts[0, place])
            side = positive_negative[0 if amount > 0 else 1]
            strength = int(ranking.strength[0, place])
            value, typical = self.value(name), self.comparison.typical[name].value
            shown = show(entry, value, self.say.language)
            usual = show(entry, typical, self.say.language)
            made.append(
                Reason(
                    rank=place + 1,
                    feature=name,
                    code=entry.key,
                    label=label_of(entry, self.say),
                    value=Shown(value, shown),
                    typical=Shown(typical, usual) if usual else None,
                    amount=amount,
                    share=float(ranking.shares[0, place]),
                    side=side,
                    strength=STRENGTHS[strength],
                    sentence=reason_sentence(self.say, entry, shown, usual, (side, strength)),
                )
            )
        return tuple(made)

    def rest(self) -> Rest | None:
        count = int(self.ranking.rest_count[0])
        if not count:
            return None
        amount, share = float(self.ranking.rest[0]), float(self.ranking.rest_share[0])
        side = sides(self.explainer.decision)[0 if amount > 0 else 1]
        strength = int(strengths(np.array([share]))[0])
        return rest_of(self.say, count, amount, share, (side, strength))

    def alternatives(self, outcome: Outcome) -> tuple[Alternative, ...]:
        if outcome.favourable is not False:
            return ()
        (found,) = self.comparison.search.run(self.person, most=_ALTERNATIVES)
        made: list[Alternative] = []
        room = _CHANGES
        for number, one in enumerate(found, 1):
            room -= len(one.changes)
            if made and room < 0:
                break
            changes = tuple(
                self.change(change.name, plain_value(change.before), plain_value(change.after))
                for change in one.changes
            )
            parts = [
                self.say.say(
                    "change.one",
                    label=change.label,
                    before=self.say.between(change.before.text or self.say.templates["missing"]),
                    after=self.say.spaced(change.after.text),
                )
                for change in changes
            ]
            text = self.say.say(
                "change.option",
                number=number,
                changes=self.say.templates["join"].join(parts),
            )
            made.append(Alternative(changes, one.score, text))
        return tuple(made)

    def change(self, name: str, before: Value, after: Value) -> Change:
        entry = self.explainer.features[name]
        texts = show_two(entry, before, after, self.say.language)
        shown = Shown(before, texts[0]), Shown(after, texts[1])
        return Change(name, entry.key, label_of(entry, self.say), *shown)

    def data(self) -> tuple[Datum, ...]:
        made = []
        for name in self.explainer.feature_names:
            entry, value = self.explainer.features[name], self.value(name)
            place = self.comparison.typical[name].place(value)
            shown = Shown(value, show(entry, value, self.say.language))
            label = label_of(entry, self.say)
            made.append(Datum(name, entry.key, label, shown, entry.scale, place, entry.protected))
        return tuple(made)

    def method(self) -> CardMethod:
        used = self.explainer.method
        return CardMethod(
            engine=self.found.engine,
            reason=self.found.reason,
            model=used.model,
            unit=self.found.unit,
            perturbation=used.perturbation,
            background_rows=used.background_rows,
            background_selection=used.background_selection,
            base_value=float(self.found.base_values[0]),
            amounts_sum=float(self.found.values[0].sum()),
            allocated=self.found.allocated,
            versions=used.versions,
        )

    def system(self) -> dict[str, str | None]:
        said = self.explainer.system
        made = {}
        for what in (
            "name",
            "version",
            "operator",
            "ai_part",
            "people_part",
            "data_source",
            "correction",
            "contact",
            "deadline",
            "notice",
            "accuracy",
        ):
            text = said.said(what, self.say.language)
            made[what] = clean(text, _LONGEST_SAID) if text else None
        return made

    def value(self, name: str) -> Value:
        return plain_value(self.person[name][0].as_py())


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
