"""A notice laid out in one language: headings and blocks that every rendering writes down.

A sentence about a figure is made here and nowhere else, so that HTML, Markdown and text say the
same.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from aitransparency.errors import InputError
from aitransparency.explain.notice.blocks import (
    Bar,
    Bars,
    Block,
    Grid,
    Items,
    Pair,
    Pairs,
    Paragraph,
    Section,
)
from aitransparency.explain.notice.factors import Factor
from aitransparency.explain.notice.intervals import Estimate
from aitransparency.explain.notice.measured import FEWEST, Group, GroupTable
from aitransparency.explain.notice.profile import GROUNDS, LANGUAGES, PRICE_GROUNDS, fields
from aitransparency.explain.notice.requirements import MEASURED, template
from aitransparency.explain.notice.value import Notice

SHOWN = 8  # factors written out; the rest is one line

_ABOUT = (
    "system.name",
    "system.version",
    "system.purpose",
    "system.scenario",
    "people.affected",
    "people.automation",
    "people.review",
    "operator.name",
    "operator.responsible",
    "operator.contact",
    "operator.supplier",
    "system.in_use_since",
    "system.filing_number",
    "system.publicity",
)


@cache
def words(language: str) -> Mapping[str, Any]:  # TOML tables of texts
    """Return the sentences of a language.

    Raises
    ------
    InputError
        There are none: the language is neither "zh" nor "en".
    """
    if language not in LANGUAGES:
        raise InputError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    folder = resources.files("aitransparency.explain.notice").joinpath("words")
    return tomllib.loads(folder.joinpath(f"{language}.toml").read_text("utf-8"))


def title(notice: Notice, language: str) -> str:
    """Return the notice's title."""
    w = words(language)
    return str(w["title"].format(name=notice.profile.text("system.name", language) or w["unnamed"]))


def sections(notice: Notice, language: str, templates: Sequence[str]) -> tuple[Section, ...]:
    """Lay a notice out.

    Parameters
    ----------
    notice
        What to say.
    language
        "zh" or "en".
    templates
        Laws and standards whose missing items are listed.
    """
    page = _Page(notice, language, words(language))
    parts: tuple[tuple[str, Iterator[Block]], ...] = (
        ("about", page.about()),
        ("how", page.said("system.principle", "system.mechanism")),
        ("factors", page.factors()),
        ("data", page.said(*_under("data"))),
        ("errors", page.errors()),
        ("groups", page.groups()),
        ("risk", page.risk()),
        ("rights", page.said(*_under("rights"))),
        ("changes", page.changes()),
        ("missing", page.missing(templates)),
        ("method", page.method()),
    )
    return tuple(Section(key, page.w["heading"][key], tuple(made)) for key, made in parts)


def _under(section: str) -> tuple[str, ...]:
    return tuple(path for path in fields() if path.startswith(f"{section}."))


@dataclass(frozen=True, slots=True)
class _Page:
    notice: Notice
    language: str
    w: Mapping[str, Any]  # TOML tables of texts

    def said(self, *paths: str) -> Iterator[Block]:
        """Give each field its line, whether or not anything was said."""
        yield Pairs(tuple(self._pair(path) for path in paths))

    def _pair(self, path: str) -> Pair:
        known = fields()[path]
        text = self.notice.profile.text(path, self.language)
        if text is not None and known.kind == "choice":
            text = self.w["choice"][f"{path}.{text}"]
        return Pair(known.label[self.language], text or self.w["not_provided"], text is not None)

    def about(self) -> Iterator[Block]:
        yield Paragraph(self.w["lead"])
        yield from self.said(*_ABOUT)

    def factors(self) -> Iterator[Block]:
        w, all_factors = self.w["factors"], [one for one in self.notice.factors if one.share > 0]
        shown, rest = all_factors[:SHOWN], all_factors[SHOWN:]
        yield Paragraph(w["lead"].format(count=len(shown)))
        yield Bars(
            tuple(
                Bar(
                    self._label(one.name),
                    one.share,
                    w["share"].format(percent=_percent(one.share)),
                    self._direction(one),
                )
                for one in shown
            )
        )
        if rest:
            total = sum(one.share for one in rest)
            yield Paragraph(w["rest"].format(count=len(rest), percent=_percent(total)))
        yield Paragraph(w["several"] + self._space + w["not_causal"])

    @property
    def _space(self) -> str:
        return "" if self.language == "zh" else " "

    def _label(self, name: str) -> str:
        labels = self.notice.labels.get(name, {})
        return str(labels.get(self.language, name))

    def _value(self, column: str, value: str) -> str:
        known = self.notice.values.get(column, {}).get(value, {})
        return str(known.get(self.language, value))

    def _direction(self, factor: Factor) -> str:
        w, binary = self.w["factors"], self.notice.outcome.binary
        good, bad = (w["good"], w["bad"]) if binary else (w["higher"], w["lower"])
        if factor.shape == "category":
            if factor.best is None or factor.worst is None:
                return str(w["category_unknown"])
            best, worst = (self._value(factor.name, one) for one in (factor.best, factor.worst))
            return str(w["category"].format(best=best, worst=worst, good=good, bad=bad))
        turning = self.notice.turnings.get(factor.name, {}).get(self.language, "")
        return str(w[factor.shape].format(turning=turning, good=good))

    def errors(self) -> Iterator[Block]:
        w, errors, outcome = self.w["errors"], self.notice.errors, self.notice.outcome
        made = []
        if outcome.binary:
            label = outcome.label.get(self.language, "")
            made.append(self._hundred(w["favourable"], outcome.favourable, label=label))
        if errors is None:
            yield Items((*made, w["none"]))
        else:
            made.append(w["people"].format(people=f"{errors.people:,}"))
            if outcome.binary:
                made.append(self._hundred(w["agree"], errors.agree))
                made.append(self._hundred(w["against"], errors.wrongly_against))
                made.append(self._hundred(w["for"], errors.wrongly_for))
            else:
                made.append(self._hundred(w["near"], errors.agree))
                if errors.half_within is not None:
                    unit = outcome.unit.get(self.language, "")
                    half = w["half"].format(value=_digits(errors.half_within), unit=unit)
                    made.append(half.replace(" .", "."))
            made.append(w["trained"])
            yield Items(tuple(one for one in made if one))
        yield from self.said(*_under("evaluation"))

    def _hundred(self, sentence: str, share: Estimate, **more: str) -> str:
        """Fill a sentence about people in a hundred; empty where there is no figure."""
        if math.isnan(share.value):
            return ""
        low, high = math.floor(100 * share.low + 1e-9), math.ceil(100 * share.high - 1e-9)
        made = sentence.format(value=self._in_hundred(share.value), **more)
        stop = made[-1]
        return made[:-1] + str(self.w["errors"]["range"].format(low=low, high=high)) + stop

    def _in_hundred(self, value: float) -> str:
        whole = round(100 * value)
        if whole == 0 and value > 0:
            return str(self.w["fewer"])
        if whole == 100 and value < 1:
            return str(self.w["nearly_all"])
        return str(whole)

    def groups(self) -> Iterator[Block]:
        w, tables = self.w["groups"], self.notice.groups
        if not tables:
            yield Paragraph(w["none"])
        else:
            yield Paragraph(self._space.join((w["lead"], w["caution"])))
            for table in tables:
                yield self._grid(table)
                notes = [w["used"] if table.used else w["unused"]]
                if table.unknown:
                    notes.append(w["unknown"].format(people=f"{table.unknown:,}"))
                if table.ground in PRICE_GROUNDS:
                    notes.append(w["price_caution"])
                yield Paragraph(self._space.join(notes))
            yield Paragraph(self._space.join((w["interval"], w["many"])))
        done = {table.ground for table in tables}
        left = [one for one in (*GROUNDS, *PRICE_GROUNDS) if one not in done]
        if left:
            names = self.w["comma"].join(self.w["ground"][one] for one in left)
            yield Paragraph(w["not_compared"].format(grounds=names))

    def _grid(self, table: GroupTable) -> Grid:
        w, binary = self.w["groups"], self.notice.outcome.binary
        against = any(not math.isnan(one.wrongly_against.value) for one in table.groups)
        header = [w["column_value"], w["column_people"]]
        header.append(w["column_favourable"] if binary else w["column_mean"])
        header += [w["column_gap"], w["column_says"], *([w["column_against"]] if against else [])]
        return Grid(
            self._caption(table),
            tuple(header),
            tuple(self._row(table.column, group, against) for group in table.groups),
        )

    def _caption(self, table: GroupTable) -> str:
        ground, label = self.w["ground"][table.ground], self._label(table.column)
        if table.ground == "other" or label == ground:
            return label
        if label == table.column:  # nobody gave the column a name in public
            return str(ground)
        return str(self.w["list"].format(label=ground, text=label))

    def _row(self, column: str, group: Group, against: bool) -> tuple[str, ...]:
        w, name = self.w["groups"], self._value(column, group.value)
        if not group.people:
            return (name, w["small"], "", "", "", *([""] if against else []))
        if group.reference:
            says, gap = w["reference"], ""
        else:
            chance = group.gap.low <= 0 <= group.gap.high
            says = w["chance"] if chance else w["beyond"]
            gap = w["gap"].format(
                **{
                    part: self._signed(getattr(group.gap, part))
                    for part in ("value", "low", "high")
                }
            )
        binary = self.notice.outcome.binary
        result = self._in_hundred(group.result.value) if binary else _digits(group.result.value)
        wrong = group.wrongly_against.value
        last = [] if not against else ["" if math.isnan(wrong) else self._in_hundred(wrong)]
        return (name, f"{group.people:,}", result, gap, says, *last)

    def _signed(self, value: float) -> str:
        if self.notice.outcome.binary:
            return f"{100 * value:+.1f}".replace("-", "−")
        return ("+" if value > 0 else "−" if value < 0 else "") + _digits(abs(value))

    def risk(self) -> Iterator[Block]:
        grade = self.notice.profile.said.get("risk.grade")
        yield Paragraph(self.w["risk"][grade or "none"])
        beforehand = ("assessed_on", "assessed_by", "warning")
        shown = beforehand if grade == "high" else ("disclosed_on", "follow_up")
        yield from self.said("risk.grade", "risk.grounds", *(f"risk.{one}" for one in shown))

    def changes(self) -> Iterator[Block]:
        known = self.notice.profile.changes
        if not known:
            yield Paragraph(self.w["not_provided"])
            return
        yield Items(
            tuple(
                f"{one.date} {one.version}{self.w['colon']}"
                f"{one.what.get(self.language) or next(iter(one.what.values()), '')}"
                for one in known
            )
        )

    def missing(self, templates: Sequence[str]) -> Iterator[Block]:
        w = self.w["missing"]
        for key in templates:
            known, gaps = template(key), self.notice.missing(key)
            name = known.name[self.language]
            if not gaps:
                yield Paragraph(w["none"].format(name=name))
            else:
                yield Paragraph(w["lead"].format(name=name))
                needs: dict[str, list[str]] = {}
                for item, path in gaps:
                    needs.setdefault(item.label[self.language], []).append(self._need(path))
                yield Items(
                    tuple(
                        w["item"].format(label=label, fields=self.w["comma"].join(paths))
                        for label, paths in needs.items()
                    )
                )
            yield Paragraph(w["source"].format(source=known.source[self.language]))

    def _need(self, path: str) -> str:
        if path in MEASURED:
            return str(self.w["missing"][path.replace(".", "_")])
        return fields()[path].label[self.language]

    def method(self) -> Iterator[Block]:
        w, notice, method = self.w["method"], self.notice, self.notice.method
        made = [w["rows"].format(people=f"{notice.people:,}")]
        if notice.factor_people < notice.people:
            made.append(w["factor_rows"].format(people=f"{notice.factor_people:,}"))
        made += [
            w["rounding"].format(fewest=FEWEST),
            w["ranges"],
            w["model"].format(model=method.model),
            w["engine"].format(
                engine=method.engine,
                unit=self.w["unit"][method.unit],
                perturbation=self.w["perturbation"].get(method.perturbation, method.perturbation),
            ),
            w["background"].format(
                rows=f"{method.background_rows:,}",
                selection=self.w["selection"].get(
                    method.background_selection, method.background_selection
                ),
            ),
            w["versions"].format(
                versions=self.w["comma"].join(f"{name} {one}" for name, one in method.versions)
            ),
            w["hash"].format(hash=notice.hash),
        ]
        yield Items(tuple(made))


def _percent(share: float) -> str:
    whole = round(100 * share)
    return str(whole) if whole else "<1"


def _digits(value: float) -> str:
    """Return a number with three digits that count, never in exponent form."""
    if value == 0:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")
