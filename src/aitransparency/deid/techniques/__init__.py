"""The techniques, one file each, named after GB/T 37964-2019.

>>> sorted(TECHNIQUES)[:3]
['Drop', 'Encrypt', 'Generalize']
>>> describe(Mask)["name"], describe(Encrypt(), "en")["reversible"]
('掩码', 'yes, with the key')
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from aitransparency.deid.techniques.base import Outcome, Place, Technique
from aitransparency.deid.techniques.drop import Drop
from aitransparency.deid.techniques.encrypt import Encrypt
from aitransparency.deid.techniques.generalize import Generalize
from aitransparency.deid.techniques.keep import Keep
from aitransparency.deid.techniques.mask import Mask
from aitransparency.deid.techniques.microaggregate import Microaggregate
from aitransparency.deid.techniques.noise import Noise
from aitransparency.deid.techniques.permute import Permute
from aitransparency.deid.techniques.pseudonymize import Pseudonymize
from aitransparency.deid.techniques.redact import Redact
from aitransparency.deid.techniques.scan import Scan
from aitransparency.deid.techniques.surrogate import Surrogate
from aitransparency.errors import InputError, PlanError

__all__ = [
    "TECHNIQUES",
    "Drop",
    "Encrypt",
    "Generalize",
    "Keep",
    "Mask",
    "Microaggregate",
    "Noise",
    "Outcome",
    "Permute",
    "Place",
    "Pseudonymize",
    "Redact",
    "Scan",
    "Surrogate",
    "Technique",
    "describe",
    "from_settings",
]

TECHNIQUES: Mapping[str, type[Technique]] = MappingProxyType(
    {
        technique.__name__: technique
        for technique in (
            *(Drop, Encrypt, Generalize, Keep, Mask, Microaggregate),
            *(Noise, Permute, Pseudonymize, Redact, Scan, Surrogate),
        )
    }
)


def describe(technique: Technique | type[Technique], language: str = "zh") -> Mapping[str, str]:
    """Return what a technique is, in "zh" or "en".

    Returns
    -------
    mapping
        "name" and "family" in GB/T 37964-2019 (the clauses were not read), what it "keeps" of the
        data, what it does to the "risk" of re-identification, and whether it is "reversible".

    Raises
    ------
    InputError
        Another language.
    """
    kind = technique if isinstance(technique, type) else type(technique)
    texts = _texts()
    if language not in texts:
        raise InputError(f"language is 'zh' or 'en', got {language!r}")
    reversible = {"zh": ("不可还原", "可还原"), "en": ("no", "yes, with the key")}[language]
    came_back = kind.reversible and kind is not Keep
    return {**texts[language][kind.__name__], "reversible": reversible[came_back]}


@cache
def _texts() -> Mapping[str, Any]:
    words = files("aitransparency.deid").joinpath("words/techniques.toml").read_text("utf-8")
    return tomllib.loads(words)


def from_settings(settings: Any) -> Technique:  # what a TOML file holds under a key
    """Build a technique from its name and parameters, as `Technique.settings` gives them.

    Raises
    ------
    PlanError
        The technique or a parameter is not known, or a parameter is wrong.
    """
    if isinstance(settings, str):
        settings = {"name": settings}
    if not isinstance(settings, Mapping) or not isinstance(settings.get("name"), str):
        raise PlanError('a technique is a name, or a table with one: { name = "Mask" }')
    name = settings["name"]
    kind = TECHNIQUES.get(name)
    if kind is None:
        raise PlanError(f"technique {name!r} is not known{_near(name, TECHNIQUES)}")
    known = {one.name for one in fields(kind)}
    given = {}
    for parameter, value in settings.items():
        if parameter == "name":
            continue
        if parameter not in known:
            raise PlanError(f"{name} has no parameter {parameter!r}{_near(parameter, known)}")
        given[parameter] = _parameter(parameter, value)
    try:
        return kind(**given)
    except TypeError:  # a parameter without a default is missing
        missing = ", ".join(sorted(known - set(given)))
        raise PlanError(f"{name} needs more parameters; there are: {missing}") from None


def _parameter(parameter: str, value: Any) -> Any:  # TOML in, dataclass field out
    if parameter == "default" and isinstance(value, Mapping | str):
        return from_settings(value)
    if parameter == "entities" and isinstance(value, Mapping):
        return {entity: from_settings(inner) for entity, inner in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _near(name: str, names: Any) -> str:  # any collection of text
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return f"{hint} There are: {', '.join(sorted(names))}"
