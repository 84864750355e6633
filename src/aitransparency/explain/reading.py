"""Read a card's text back, sentence by sentence, and hold it against the card's numbers.

The patterns here are written on their own, not made from the templates: a template that says
something else than its number is caught, and so is one that changes without its reader.

>>> str_of = reason_pattern("zh").fullmatch
>>> str_of("负债比：62%，一般是 33%，对您不利，分量重。").group("value", "typical", "side")
('62%', '33%', '对您不利')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aitransparency.explain.card import Card, Datum, Reason, Shown

_SIDES = {
    "对您有利": "for",
    "对您不利": "against",
    "是加项": "adds",
    "是减项": "lowers",
    "for you": "for",
    "against you": "against",
}
_STRENGTHS = {
    "重": "large",
    "中等": "medium",
    "轻": "small",
    "a lot": "large",
    "somewhat": "medium",
    "a little": "small",
    "large": "large",
    "fair": "medium",
    "small": "small",
}
_SIDE_ZH = r"(?P<side>对您有利|对您不利|是加项|是减项)，分量(?P<strength>重|中等|轻)。"
_SIDE_EN = (
    r"(?:(?P<side>for you|against you) (?P<strength>a lot|somewhat|a little)"
    r"|as a (?P<size>large|fair|small) (?P<sign>plus|minus))\."
)
_TEXT = r"“[^”]*”|[^“”：]+?"
_REASON = {
    "zh": rf"(?P<label>.*?)：(?:没有数据|(?P<value>{_TEXT})(?:，一般是 ?(?P<typical>{_TEXT})"
    rf"|(?P<same>，和一般情况一样))?)，{_SIDE_ZH}",
    "en": rf"(?P<label>.*?): (?:no data|(?P<value>{_TEXT})(?:\. Typical is (?P<typical>{_TEXT})"
    rf"|(?P<same>\. That is typical))?)\. This counts {_SIDE_EN}",
}
_SIDED = {"zh": rf"(?P<label>.*)，{_SIDE_ZH}", "en": rf"(?P<label>.*)\. This counts {_SIDE_EN}"}
_REST = {
    "zh": rf"其余 (?P<count>[\d,]+) 项合计，(?:作用可以(?P<even>忽略)。|{_SIDE_ZH})",
    "en": r"The other (?P<count>[\d,]+) together (?:make no real (?P<even>difference)\."
    rf"|count {_SIDE_EN})",
}
_CHANGE = {
    "zh": rf"(?P<label>.*)，从 ?(?P<before>{_TEXT}|没有数据) ?变为 ?(?P<after>{_TEXT})",
    "en": rf"(?P<label>.*) from (?P<before>{_TEXT}|no data) to (?P<after>{_TEXT})",
}
_COVERAGE = {
    "zh": r"列出的理由占全部的 (\d+)%。",
    "en": r"The reasons listed cover (\d+)% of the whole\.",
}
_SCORE = {
    "zh": r"评分 (-?[\d,.]+)(?: 分，满分 100 分)?，(-?[\d,.]+) (?:分)?起为“.*”。",
    "en": r"Score: (-?[\d,.]+?)(?: of 100)?\. From (-?[\d,.]+) on, the result is “.*”\.",
}
_JOINT = re.compile(r"(?:；|; )(?=(?:[^“”]*“[^”]*”)*[^“”]*$)")  # not within quotes
_NUMBER = re.compile(r"(-?[\d,]+(?:\.\d+)?)(.*)", re.DOTALL)


def reason_pattern(language: str) -> re.Pattern[str]:
    """Return the pattern of a reason in "zh" or "en"."""
    return re.compile(_REASON[language], re.DOTALL)


def disagreements(card: Card) -> list[str]:
    """Return what a card's plain text says otherwise than its numbers; empty where it agrees.

    Rank, side, strength and value of each reason, the rest, the coverage, the score and its line,
    and both values of each change are read from `Card.to_text`, which holds every sentence.
    """
    lines = [line.strip() for line in card.to_text().splitlines()]
    return list(_Reader(card, lines).found())


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    card: Card
    lines: list[str]

    def found(self) -> Iterator[str]:
        yield from self.order()
        for reason in self.card.reasons:
            yield from self.reason(reason)
        yield from self.rest()
        yield from self.coverage()
        yield from self.score()
        yield from self.changes()

    def order(self) -> Iterator[str]:
        shares = [reason.share for reason in self.card.reasons]
        if shares != sorted(shares, reverse=True):
            yield "the reasons are not in the order of their shares"
        if [reason.rank for reason in self.card.reasons] != list(range(1, len(shares) + 1)):
            yield "the ranks are not 1, 2, 3"
        total = sum(abs(reason.amount) for reason in self.card.reasons)
        for reason in self.card.reasons:
            expected = abs(reason.amount) / total * self.card.sureness.coverage
            if abs(expected - reason.share) > 1e-6:
                yield f"reason {reason.rank}: the share is not that of its amount"

    def reason(self, reason: Reason) -> Iterator[str]:
        where = f"reason {reason.rank}"
        prefix = f"{reason.rank}. " if self.card.ranked else ""
        if f"{prefix}{reason.sentence}" not in self.lines:
            yield f"{where}: its sentence does not stand in the text with its rank"
        language = self.card.language
        read = reason_pattern(language).fullmatch(reason.sentence)
        if read is None or read["label"].lower() != reason.label.lower():
            read = re.compile(_SIDED[language], re.DOTALL).fullmatch(reason.sentence)
            if read is None:
                yield f"{where}: the sentence cannot be read"
                return
        else:
            yield from self.shown(where, read["value"], reason.value, reason.feature)
            if read["typical"] and reason.typical:
                yield from self.shown(
                    f"{where}, typical", read["typical"], reason.typical, reason.feature
                )
        yield from self.side(where, read, reason.amount, reason.share)

    def side(self, where: str, read: re.Match[str], amount: float, share: float) -> Iterator[str]:
        side, strength = _side_of(read)
        good = (amount > 0) == self.positive_is_good()
        if side != self.side_names()[0 if good else 1]:
            yield f"{where}: the sentence has the other sign"
        limits = (("large", 0.25, 2.0), ("medium", 0.10, 0.25), ("small", 0.0, 0.10))
        if not any(s == strength and a - 1e-8 <= share < b + 1e-8 for s, a, b in limits):
            yield f"{where}: the sentence has another strength"

    def rest(self) -> Iterator[str]:
        rest = self.card.rest
        listed = len(self.card.reasons)
        if rest is None:
            if listed != len(self.card.data):
                yield "rest: something is not listed and not summed"
            return
        read = re.compile(_REST[self.card.language]).fullmatch(rest.sentence)
        if read is None or rest.sentence not in self.lines:
            yield "rest: the sentence cannot be read"
            return
        if int(read["count"].replace(",", "")) != len(self.card.data) - listed:
            yield "rest: another count"
        amounts = sum(reason.amount for reason in self.card.reasons)
        if abs(self.card.method.amounts_sum - amounts - rest.amount) > 1e-6 * (1 + abs(amounts)):
            yield "rest: the amounts do not add up"
        if read["even"]:
            if rest.share >= 0.005:
                yield "rest: it does count"
        else:
            yield from self.side("rest", read, rest.amount, rest.share)

    def coverage(self) -> Iterator[str]:
        pattern = re.compile(_COVERAGE[self.card.language])
        for line in self.lines:
            read = pattern.fullmatch(line)
            if read:
                if abs(int(read[1]) - 100 * self.card.sureness.coverage) > 1:
                    yield "coverage: another number"
                return
        yield "coverage: there is no such sentence"

    def score(self) -> Iterator[str]:
        outcome = self.card.outcome
        if outcome.kind == "target" or outcome.threshold is None:
            return
        pattern = re.compile(_SCORE[self.card.language])
        read = next(filter(None, map(pattern.fullmatch, self.lines)), None)
        if read is None:
            yield "score: the sentence cannot be read"
            return
        score, line = (float(text.replace(",", "")) for text in read.groups())
        factor = 100 if outcome.kind == "probability" else 1
        if abs(score - factor * outcome.score) > 0.5000001:
            yield "score: another number"
        if (score >= line) != outcome.favourable:
            yield "score: it reads as the other side of the line"

    def changes(self) -> Iterator[str]:
        pattern = re.compile(_CHANGE[self.card.language], re.DOTALL)
        for number, option in enumerate(self.card.alternatives, 1):
            where = f"option {number}"
            if option.sentence not in self.lines:
                yield f"{where}: it does not stand in the text"
            body = option.sentence.partition("：" if self.card.language == "zh" else ": ")[2]
            parts = _JOINT.split(body.rstrip("。."))
            if len(parts) != len(option.changes):
                yield f"{where}: another number of changes"
                continue
            for part, change in zip(parts, option.changes, strict=True):
                read = pattern.fullmatch(part)
                if read is None or read["label"] != change.label:
                    yield f"{where}: a change cannot be read"
                    continue
                yield from self.shown(where, read["before"], change.before, change.feature)
                yield from self.shown(where, read["after"], change.after, change.feature)
                if read["before"] == read["after"]:
                    yield f"{where}: a change reads as none"

    def shown(self, where: str, text: str | None, value: Shown, feature: str) -> Iterator[str]:
        """Compare a text that was read with the value it stands for."""
        if text in (None, "没有数据", "no data"):
            if value.value is not None:
                yield f"{where}: a value reads as missing"
            return
        assert text is not None
        if text != value.text:
            yield f"{where}: another text"
        datum = next(one for one in self.card.data if one.feature == feature)
        if isinstance(value.value, int | float) and not text.startswith("“"):
            yield from _number(where, text, value, datum)

    def positive_is_good(self) -> bool:
        outcome = self.card.outcome
        if outcome.kind != "target" or outcome.threshold is None:
            return True
        return (outcome.score >= outcome.threshold) == bool(outcome.favourable)

    def side_names(self) -> tuple[str, str]:
        outcome = self.card.outcome
        estimate = outcome.kind == "target" and outcome.threshold is None
        return ("adds", "lowers") if estimate else ("for", "against")


def _side_of(read: re.Match[str]) -> tuple[str, str]:
    groups = read.groupdict()
    if groups.get("sign"):
        return ("adds" if groups["sign"] == "plus" else "lowers"), _STRENGTHS[groups["size"]]
    return _SIDES[groups["side"]], _STRENGTHS[groups["strength"]]


def _number(where: str, text: str, value: Shown, datum: Datum) -> Iterator[str]:
    read = _NUMBER.fullmatch(text)
    if read is None:
        yield f"{where}: no number"
        return
    digits = read[1].replace(",", "")
    times = 10_000 if read[2].strip().startswith("万") else 1
    last = 10.0 ** -len(digits.partition(".")[2]) * times
    assert isinstance(value.value, int | float)
    if abs(float(digits) * times - value.value * datum.scale) > 0.51 * last * (
        2 if times > 1 else 1
    ):
        yield f"{where}: another value"
