"""What each law or template asks a public notice to say, and what of it is missing.

A template is a TOML file of items; an item names the fields of the profile and the measured parts
that it needs. Items with ``grades`` apply only under that risk grade (Article 66 of the Shenzhen
regulation asks for other evidence of high risks than of middle and low ones).

>>> sorted(templates())
['eu-86', 'filing', 'jrt-0287', 'pipl', 'shenzhen-71', 'uk-atrs']
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from aitransparency.errors import InputError
from aitransparency.explain.notice.profile import Words, fields

MEASURED = ("measured.factors", "measured.accuracy", "measured.groups")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a template asks for.

    Parameters
    ----------
    label
        By language.
    needs
        Paths of the profile, or names in `MEASURED`; all are needed.
    clause
        Where the template asks for it.
    grades
        Risk grades under which it applies; always, where empty.
    """

    label: Words
    needs: tuple[str, ...]
    clause: str
    grades: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A law or standard as a list of items.

    Parameters
    ----------
    key
        Its short name.
    name, source
        By language; the source says how far the text itself was read.
    items
        In the order of the template.
    """

    key: str
    name: Words
    source: Words
    items: tuple[Item, ...]

    def missing(self, given: Collection[str], grade: str | None) -> tuple[tuple[Item, str], ...]:
        """Return every item and path that is needed and not given.

        Parameters
        ----------
        given
            Paths of the profile that were filled in, and the measured parts that are there.
        grade
            "high", "medium", "low", or None where the operator gave none.
        """
        return tuple(
            (item, need)
            for item in self.items
            if not item.grades or grade in item.grades
            for need in item.needs
            if need not in given
        )


@cache
def templates() -> Mapping[str, Template]:
    """Return every template by its short name."""
    folder = resources.files("aitransparency.explain.notice").joinpath("requirements")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".toml"): _template(file.name, file.read_text("utf-8"))
        for file in files
        if file.name.endswith(".toml")
    }


def template(key: str) -> Template:
    """Return one template.

    Raises
    ------
    InputError
        No template has this name; the nearest is named.
    """
    known = templates()
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"no template {key!r}{hint} There are: {', '.join(known)}")
    return known[key]


def _template(name: str, text: str) -> Template:
    table = tomllib.loads(text)
    items = tuple(
        Item(one["label"], tuple(one["needs"]), one["clause"], tuple(one.get("grades", ())))
        for one in table["item"]
    )
    for item in items:
        for need in item.needs:
            if need not in MEASURED and need not in fields():
                raise InputError(f"{name}: {need!r} is no field of a profile")
    return Template(name.removesuffix(".toml"), table["name"], table["source"], items)
