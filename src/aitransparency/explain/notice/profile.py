r"""What the operator says about a system: the part of a public notice that no program can measure.

A profile is a TOML file that people fill in, review and version. Every text may be given once or in
both languages. What is not filled in stays None and is printed as not provided, never invented.

>>> profile = Profile.loads('version = 1\n[system]\nname = { zh = "贷款初审", en = "loan check" }')
>>> profile.text("system.name", "en"), profile.text("operator.name", "en")
('loan check', None)
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitransparency.errors import InputError

if TYPE_CHECKING:
    from aitransparency.explain.system import System

Words = Mapping[str, str]  # language to text

_VERSION = 1
LANGUAGES = ("zh", "en")
# Article 72 (4), then (5).
GROUNDS = ("race", "sex", "nationality", "ethnicity", "religion")
PRICE_GROUNDS = ("habit", "preference", "ability")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a profile may say.

    Parameters
    ----------
    path
        ``section.name``.
    kind
        "text" (one text, or one per language), "choice", "date", "list" (of texts) or "changes".
    choices
        For a choice, what may stand there.
    label
        What the notice calls it, by language.
    """

    path: str
    kind: str
    label: Words
    choices: tuple[str, ...] = ()


@cache
def fields() -> Mapping[str, Field]:
    """Return every field a profile may have, by path, in the order of the notice."""
    text = (
        resources.files("aitransparency.explain.notice").joinpath("fields.toml").read_text("utf-8")
    )
    return {
        f"{section}.{name}": Field(
            f"{section}.{name}", entry["kind"], entry["label"], tuple(entry.get("choices", ()))
        )
        for section, entries in tomllib.loads(text).items()
        for name, entry in entries.items()
    }


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log: what changed, with which version, when (ISO 8601)."""

    version: str
    date: str
    what: Words


@dataclass(frozen=True, slots=True)
class GroupColumn:
    """A column whose groups are compared, and the ground of Article 72 it stands for.

    Parameters
    ----------
    column
        Name in the rows that the notice is made from; the model need not use it.
    ground
        One of `GROUNDS`, `PRICE_GROUNDS` or "other".
    label
        What the public reads, by language; empty where the feature catalogue has it.
    values
        Value as text to what the public reads.
    """

    column: str
    ground: str
    label: Words = field(default_factory=dict)
    values: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """The operator's statements.

    Parameters
    ----------
    said
        Path of a field to what was said: a mapping of language to text, a choice, an ISO date, a
        tuple of texts by language, or a tuple of `Change`. Fields nobody filled in are absent.
    groups
        Columns to compare people by.
    """

    said: Mapping[str, Any] = field(default_factory=dict)  # by kind, see Field
    groups: tuple[GroupColumn, ...] = ()

    def __post_init__(self) -> None:
        for path in self.said:
            if path not in fields():
                raise InputError(f"profile: no field {path!r}{_near(path, fields())}")

    def text(self, path: str, language: str) -> str | None:
        """Return what was said in a field, as one text; None where nothing was.

        A text given in one language only is used for both: a translation is not invented.
        """
        known = fields()[path]
        value = self.said.get(path)
        if value is None:
            return None
        if known.kind == "list":
            return _listed([_in(language, one) for one in value], language)
        if known.kind == "text":
            return _in(language, value)
        return str(value) if known.kind in ("choice", "date") else None

    def texts(self, path: str, language: str) -> tuple[str, ...]:
        """Return the texts of a list, empty where nothing was said."""
        return tuple(_in(language, one) for one in self.said.get(path, ()))

    @property
    def changes(self) -> tuple[Change, ...]:
        """The change log, as given."""
        known: tuple[Change, ...] = self.said.get("system.changes", ())
        return known

    def system(self) -> System:
        """Return what the cards of the same system print, so that cards and notice agree."""
        from aitransparency.explain.notice.sections import words as sentences
        from aitransparency.explain.system import System

        def words(path: str) -> Words:
            texts = {one: self.text(path, one) for one in LANGUAGES}
            if fields()[path].kind == "choice":
                texts = {
                    one: text and sentences(one)["choice"][f"{path}.{text}"]
                    for one, text in texts.items()
                }
            return {one: text for one, text in texts.items() if text is not None}

        return System(
            name=words("system.name"),
            version=words("system.version"),
            operator=words("operator.name"),
            ai_part=words("people.automation"),
            people_part=words("people.review"),
            data_source=words("data.sources"),
            correction=words("rights.correction"),
            contact=words("operator.contact"),
            deadline=words("rights.deadline"),
            not_used=tuple(self.said.get("data.not_used", ())),
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Profile:
        """Read a profile from a TOML file; see `loads`."""
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"profile {path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise InputError(f"profile {path} is not UTF-8 text") from None
        return cls.loads(text, source=str(path))

    @classmethod
    def loads(cls, text: str, *, source: str = "profile") -> Profile:
        """Read a profile from TOML text.

        Raises
        ------
        InputError
            Not TOML, another version, an unknown section or key, or a value of the wrong kind; the
            key is named.
        """
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{source} is not TOML: {error}") from None
        if table.pop("version", None) != _VERSION:
            raise InputError(f"{source}: version: this package reads version {_VERSION}")
        groups = tuple(_group(one, source) for one in _list(table.pop("group", []), source))
        sections = {path.partition(".")[0] for path in fields()}
        said = {}
        for section, entries in table.items():
            if section not in sections or not isinstance(entries, dict):
                raise InputError(f"{source}: no section {section!r}{_near(section, sections)}")
            for name, value in entries.items():
                path = f"{section}.{name}"
                if path not in fields():
                    raise InputError(f"{source}: no key {path!r}{_near(path, fields())}")
                read = _read(value, fields()[path], f"{source}: {path}")
                if read not in (None, ()):
                    said[path] = read
        return cls(said, groups)


def draft() -> str:
    """Return an empty profile as TOML, every field with its label as a comment, to be filled in."""
    lines = [f"version = {_VERSION}"]
    section = ""
    for path, known in fields().items():
        here, _, name = path.partition(".")
        if here != section:
            lines += ["", f"[{here}]"]
            section = here
        lines += [f"# {known.label['zh']} / {known.label['en']}", f"# {name} = {_empty(known)}"]
    return "\n".join(lines) + "\n"


def _empty(known: Field) -> str:
    if known.kind == "choice":
        return " | ".join(f'"{choice}"' for choice in known.choices)
    return {
        "date": "2026-01-01",
        "list": '[{ zh = "", en = "" }]',
        "changes": '[{ version = "1.0", date = 2026-01-01, what = { zh = "", en = "" } }]',
    }.get(known.kind, '{ zh = "", en = "" }')


def _listed(texts: list[str], language: str) -> str:
    """Put texts side by side: whole sentences follow each other, others take a mark between."""
    if all(text.endswith(("。", ".", "！", "!")) for text in texts):
        return ("" if language == "zh" else " ").join(texts)
    return ("、" if language == "zh" else "; ").join(texts)


def _in(language: str, words: Words) -> str:
    return words[language] if language in words else next(iter(words.values()))


def _read(value: Any, known: Field, where: str) -> Any:  # as TOML gives it; by kind
    if known.kind == "choice":
        if value not in known.choices:
            raise InputError(f"{where}: one of {', '.join(known.choices)}")
        return value
    if known.kind == "date":
        return _date(value, where)
    if known.kind == "list":
        if not isinstance(value, list):
            raise InputError(f"{where}: a list of texts")
        read = (_words(one, where) for one in value)
        return tuple(one for one in read if one)
    if known.kind == "changes":
        if not isinstance(value, list):
            raise InputError(f"{where}: a list of changes, each with version, date and what")
        return tuple(_change(one, where) for one in value)
    return _words(value, where) or None


def _words(value: Any, where: str) -> dict[str, str]:  # a text, or a table by language
    table = {"zh": value, "en": value} if isinstance(value, str) else value
    if not isinstance(table, dict) or not all(isinstance(one, str) for one in table.values()):
        raise InputError(f'{where}: a text, or {{ zh = "...", en = "..." }}')
    unknown = [name for name in table if name not in LANGUAGES]
    if unknown:
        raise InputError(f"{where}: no language {unknown[0]!r}; there are zh and en")
    return {language: text.strip() for language, text in table.items() if text.strip()}


def _date(value: Any, where: str) -> str:  # a TOML date or an ISO text
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise InputError(f"{where}: a date such as 2026-01-31") from None


def _change(value: Any, where: str) -> Change:  # a TOML table
    if not isinstance(value, dict) or set(value) != {"version", "date", "what"}:
        raise InputError(f"{where}: each change has version, date and what")
    return Change(str(value["version"]), _date(value["date"], where), _words(value["what"], where))


def _list(value: Any, source: str) -> list[Any]:  # as TOML gives it
    if not isinstance(value, list):
        raise InputError(f"{source}: group: write [[group]], once for each column")
    return value


def _group(value: Any, source: str) -> GroupColumn:  # a TOML table
    known = {"column", "ground", "label", "values"}
    if not isinstance(value, dict) or not {"column", "ground"} <= set(value) <= known:
        raise InputError(f"{source}: group: each has column and ground, and may have label, values")
    where = f"{source}: group {value['column']!r}"
    if value["ground"] not in (*GROUNDS, *PRICE_GROUNDS, "other"):
        raise InputError(
            f"{where}: ground is one of {', '.join((*GROUNDS, *PRICE_GROUNDS, 'other'))}"
        )
    values = value.get("values", {})
    if not isinstance(values, dict):
        raise InputError(f"{where}: values is a table from a value to its words")
    return GroupColumn(
        str(value["column"]),
        value["ground"],
        _words(value.get("label", {}), where),
        {name: _words(words, where) for name, words in values.items()},
    )


def _near(name: str, known: Any) -> str:  # any collection of texts
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
