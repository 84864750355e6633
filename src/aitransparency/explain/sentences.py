"""From numbers to the sentences of a card. Each function makes one kind of sentence.

The side of a reason comes from the sign of its amount and nothing else, and its words stand last.

>>> debts = Feature("dti", label={"zh": "负债比"})
>>> reason_sentence(words("zh"), debts, "62%", "33%", ("against", 2))
'负债比：62%，一般是 33%，对您不利，分量重。'
"""

from __future__ import annotations

from aitransparency.explain.card import Alternative, Rest, Side
from aitransparency.explain.decision import Decision
from aitransparency.explain.features import Feature, Features
from aitransparency.explain.plain import clean
from aitransparency.explain.reasons import STRENGTHS
from aitransparency.explain.wording import Words, words

__all__ = ["words"]

_LONGEST_LABEL = 60
_MARKS = str.maketrans(dict.fromkeys("。；：！？，;:", " "))
_EVEN = 0.005  # a rest of a smaller share has no side: it cancels out


def sides(decision: Decision) -> tuple[Side, Side]:
    """Return the side of a positive and of a negative amount.

    Where no line is drawn through an estimate, an amount only adds or takes away.
    """
    if decision.labels:
        return "for", "against"
    if decision.threshold is None:
        return "adds", "lowers"
    return ("for", "against") if decision.higher_is_favourable else ("against", "for")


def label_of(entry: Feature, say: Words) -> str:
    """Return the label of a column, cleaned; marks that end a clause of ours become spaces."""
    return clean(entry.label_in(say.language).translate(_MARKS), _LONGEST_LABEL) or "?"


def reason_sentence(
    say: Words, entry: Feature, value: str, typical: str, side: tuple[Side, int]
) -> str:
    """Return the sentence of one reason.

    Parameters
    ----------
    say
        Templates.
    entry
        The column.
    value, typical
        As printed; empty for none.
    side
        Side and strength (a place in `STRENGTHS`).
    """
    which = say.templates[f"side.{side[0]}.{STRENGTHS[side[1]]}"]
    wording = entry.wording.get("for" if side[0] in ("for", "adds") else "against", {})
    reviewed = wording.get(say.language)
    if reviewed:
        said = clean(reviewed, 3 * _LONGEST_LABEL)  # before a value stands in it, in its quotes
        filled = said.format(value=value or say.templates["missing"], typical=typical)
        return say.say("reason.reviewed", wording=filled, side=which)
    label = say.sentence_case(label_of(entry, say))
    if not value:
        return say.say("reason.missing", label=label, side=which)
    parts = {"label": label, "value": value, "side": which}
    if not typical:
        return say.say("reason.alone", **parts)
    if typical == value:
        return say.say("reason.same", **parts)
    return say.say("reason.value", typical=say.spaced(typical), **parts)


def rest_of(say: Words, count: int, amount: float, share: float, side: tuple[Side, int]) -> Rest:
    """Return the line for everything that is not listed."""
    strength = STRENGTHS[side[1]]
    if share < _EVEN:
        sentence = say.say("reason.rest_even", count=count)
        return Rest(count, amount, share, None, "small", sentence)
    words_of_side = say.templates[f"side.{side[0]}.{strength}"]
    sentence = say.say("reason.rest", count=count, side=words_of_side)
    return Rest(count, amount, share, side[0], strength, sentence)


def change_lines(
    say: Words, alternatives: tuple[Alternative, ...], decision: Decision, *, closed: bool
) -> tuple[str, ...]:
    """Return the lines on what could change the result.

    Parameters
    ----------
    say
        Templates.
    alternatives
        What was found.
    decision
        Words for the favourable result.
    closed
        Whether the catalogue marks nothing that a person can change.
    """
    if not alternatives:
        return (say.say("change.closed" if closed else "change.none"),)
    if decision.labels:
        checked = say.say("change.checked", label=favourable_label(decision, say))
    else:
        checked = say.say("change.checked_estimate")
    return (*(one.sentence for one in alternatives), checked, say.say("change.promise"))


def favourable_label(decision: Decision, say: Words) -> str:
    """Return the words for the favourable class, cleaned."""
    known = decision.labels_en if say.language == "en" else {}
    return clean(str({**decision.labels, **known}[decision.favourable]), _LONGEST_LABEL)


def percent(share: float) -> str:
    """Return a share as whole percent, never rounded up to all nor down to nothing."""
    whole = round(100 * share)
    if whole == 100 and share < 1:
        whole = 99
    return str(max(whole, 1) if share > 0 else whole)


def closed_to_changes(features: Features, names: tuple[str, ...]) -> bool:
    """Return whether no column is marked as one that a person can change."""
    entries = [features[name] for name in names]
    return not any(entry.actionable != "no" and not entry.immutable for entry in entries)


def scores_text(score: float, line: float | None, factor: float) -> tuple[str, str]:
    """Return a score and the line as texts that stand on the same side of each other as they do.

    >>> scores_text(0.4996, 0.5, 100), scores_text(0.12, 0.5, 100)
    (('49.96', '50'), ('12', '50'))
    """
    if line is None:
        return _number(score * factor, 0 if factor != 1 else 2), ""
    least = 0 if factor != 1 else 2
    for decimals in range(least, 13):
        one, other = round(score * factor, decimals), round(line * factor, decimals)
        if (one >= other) == (score >= line) and (one == other) == (score == line):
            break
    return _number(score * factor, decimals), _number(line * factor, decimals)


def _number(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
