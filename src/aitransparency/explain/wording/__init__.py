"""The sentences of a card: templates in data files by language, and the words they may not hold.

>>> words("zh").say("decision.label", label="通过")
'系统给出的结果是“通过”。'
>>> refuse_banned("收入低导致未通过", "zh", "label of 'income'")
Traceback (most recent call last):
aitransparency.errors.WordingError: label of 'income': '导致' may not stand on a card; reword it
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from aitransparency.errors import InputError, WordingError
from aitransparency.explain.features import LANGUAGES, Features

_FILLED = ((None, None, None), ("value", "", None), ("typical", "", None))


@dataclass(frozen=True, slots=True)
class Words:
    """The templates of one language.

    Parameters
    ----------
    language
        "zh" or "en".
    templates
        Dotted key to template.
    """

    language: str
    templates: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return a template with its places filled in."""
        return self.templates[key].format(**values)

    def listed(self, names: list[str]) -> str:
        """Return names side by side, as the language does."""
        return self.templates["list"].join(names)

    def spaced(self, text: str) -> str:
        """Return a text as it follows a Chinese character: after a space where Latin begins."""
        return f" {text}" if self.language == "zh" and text[:1].isascii() else text

    def between(self, text: str) -> str:
        """Return a text as it stands between Chinese characters."""
        gap = " " if self.language == "zh" and text[-1:].isascii() else ""
        return f"{self.spaced(text)}{gap}"

    def sentence_case(self, text: str) -> str:
        """Return a text with a capital first letter in English."""
        return text[:1].upper() + text[1:] if self.language == "en" else text


@cache
def words(language: str) -> Words:
    """Return the templates of "zh" or "en".

    Raises
    ------
    InputError
        There are none for this language.
    """
    if language not in LANGUAGES:
        raise InputError(f"language is 'zh' or 'en', got {language!r}")
    return Words(language, dict(_flat(_data(f"{language}.toml"), "")))


@cache
def banned(language: str) -> re.Pattern[str]:
    """Return the pattern of the words that may not stand on a card of this language."""
    listed = sorted(_data("banned.toml")[language], key=len, reverse=True)
    choice = "|".join(re.escape(word) for word in listed)
    return re.compile(choice if language == "zh" else rf"\b(?:{choice})\b", re.IGNORECASE)


def refuse_banned(text: str, language: str, where: str) -> None:
    """Raise where a text holds a banned word.

    Raises
    ------
    WordingError
        It does; the message names the place and the word.
    """
    found = banned(language).search(text)
    if found:
        raise WordingError(f"{where}: {found[0]!r} may not stand on a card; reword it")


def check(features: Features, names: tuple[str, ...], language: str) -> None:
    """Hold the catalogue's words for a model's columns to the rules.

    Parameters
    ----------
    features
        The catalogue.
    names
        Columns of the model.
    language
        Of the card to be made.

    Raises
    ------
    WordingError
        A text holds a banned word or a place that cannot be filled; in a strict catalogue also: a
        column is not in it, or lacks a code, or a text in this language.
    """
    if features.strict:
        lacking = [name for name in names if name not in features]
        if lacking:
            raise WordingError(
                f"features: {len(lacking)} columns of the model are not in the catalogue, which "
                f"is strict: {', '.join(lacking[:5])}; add them with a code and labels"
            )
    for name in names:
        entry = features[name]
        if features.strict:
            _complete(features, name, language)
        for where, text in _texts(features, name, language):
            if features.strict or text != entry.name:
                refuse_banned(text, language, f"feature {name!r}, {where}")
        for side, worded in entry.wording.items():
            _fillable(worded.get(language, ""), f"feature {name!r}, wording.{side}.{language}")


def _complete(features: Features, name: str, language: str) -> None:
    entry = features[name]
    texts = {"label": entry.label, **{f"category {k!r}": t for k, t in entry.categories.items()}}
    texts |= {f"wording.{side}": text for side, text in entry.wording.items()}
    lacking = [what for what, text in texts.items() if not text.get(language)]
    lacking += [] if entry.code else ["code"]
    if lacking:
        raise WordingError(
            f"feature {name!r}: {lacking[0]} is missing in language {language!r}, and the "
            "catalogue is strict"
        )


def _texts(features: Features, name: str, language: str) -> Iterator[tuple[str, str]]:
    entry = features[name]
    yield "label", entry.label.get(language, "")
    yield "unit", entry.unit.get(language, "")
    yield "source", entry.source.get(language, "")
    for key, text in entry.categories.items():
        if text.get(language) != key:
            yield f"category {key!r}", text.get(language, "")
    for side, worded in entry.wording.items():
        yield f"wording.{side}", worded.get(language, "")
    yield "group", features.groups.get(entry.group, {}).get(language, "")


def _fillable(template: str, where: str) -> None:
    try:
        places = [(name, form, how) for _, name, form, how in Formatter().parse(template)]
    except ValueError:
        raise WordingError(f"{where}: a brace is not closed") from None
    if any(place not in _FILLED for place in places):
        raise WordingError(f"{where}: only {{value}} and {{typical}} can be filled in")


def _flat(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


@cache
def _data(name: str) -> Mapping[str, Any]:
    return tomllib.loads(
        files("aitransparency.explain").joinpath(f"wording/{name}").read_text("utf-8")
    )
