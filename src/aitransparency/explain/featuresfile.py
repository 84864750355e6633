r"""A catalogue of features as a TOML file (toml.io, v1.0.0).

Errors name the key, so that a person who edits the file by hand finds the place.

>>> read('[feature.a]\nlable = "x"\n', "features.toml")
Traceback (most recent call last):
aitransparency.errors.InputError: features.toml: feature.a.lable: no such key; did you mean 'label'?
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from aitransparency.errors import FileFormatError, InputError
from aitransparency.explain.features import LANGUAGES, Feature, Features, Text

_VERSION = 1
_HEAD = """\
# What the public reads for each column (原因登记表). Write labels a layperson knows; review them.
# label, unit: by language. unit may give two forms: "dollar|dollars" (one, several), "元|万元".
# actionable: "no", "yes", "up" or "down": what a person can change. immutable, protected: true.
# wording.for, wording.against: reviewed first half of the sentence, with {value} and {typical}.
"""
_TOP = ("version", "strict", "group", "feature")
_PLAIN = {
    "code": str,
    "scale": (int, float),
    "decimals": int,
    "actionable": str,
    "immutable": bool,
    "protected": bool,
    "group": str,
}
_TEXTS = ("label", "unit", "source")
_NESTED = ("categories", "wording")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read(text: str, where: str) -> Features:
    """Return the catalogue that a TOML text holds."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileFormatError(f"{where}: {error}") from None
    _known(data, _TOP, where, "")
    if data.get("version", _VERSION) != _VERSION:
        raise InputError(f"{where}: version {data['version']!r} is not known; expected {_VERSION}")
    entries = [
        _feature(name, _table(body, where, f"feature.{name}"), where)
        for name, body in _table(data.get("feature", {}), where, "feature").items()
    ]
    groups = {}
    for name, body in _table(data.get("group", {}), where, "group").items():
        table = _table(body, where, f"group.{name}")
        _known(table, ("label",), where, f"group.{name}.")
        groups[name] = _text(table.get("label", name), where, f"group.{name}.label")
    for entry in entries:
        if entry.group and entry.group not in groups:
            raise InputError(f"{where}: feature.{entry.name}.group: there is no such group")
    strict = data.get("strict", False)
    if not isinstance(strict, bool):
        raise InputError(f"{where}: strict is true or false")
    return replace(Features.of(*entries, strict=strict), groups=groups)


def write(features: Features) -> str:
    """Return a catalogue as TOML text."""
    lines = [_HEAD + f"version = {_VERSION}"]
    if features.strict:
        lines.append("strict = true")
    for name, label in features.groups.items():
        lines += ["", f"[group.{_key(name)}]", f"label = {_value(label)}"]
    for entry in features:
        lines += ["", *_feature_lines(entry)]
    return "\n".join(lines) + "\n"


def _feature_lines(entry: Feature) -> Iterable[str]:
    path = f"feature.{_key(entry.name)}"
    yield f"[{path}]"
    bare = Feature(entry.name)
    for key in ("code", *_TEXTS, *(key for key in _PLAIN if key != "code")):
        value = getattr(entry, key)
        if value != getattr(bare, key):
            yield f"{key} = {_value(value)}"
    for key in _NESTED:
        if getattr(entry, key):
            yield ""
            yield f"[{path}.{key}]"
            for name, text in getattr(entry, key).items():
                yield f"{_key(name)} = {_value(text)}"


def _feature(name: str, body: Mapping[str, Any], where: str) -> Feature:
    path = f"feature.{name}"
    _known(body, (*_PLAIN, *_TEXTS, *_NESTED), where, f"{path}.")
    made: dict[str, Any] = {}
    for key, value in body.items():
        if key in _PLAIN:
            kind: Any = _PLAIN[key]
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                raise InputError(f"{where}: {path}.{key}: wrong kind of value")
            made[key] = value
        elif key in _TEXTS:
            made[key] = _text(value, where, f"{path}.{key}")
        else:
            table = _table(value, where, f"{path}.{key}")
            made[key] = {
                one: _text(text, where, f"{path}.{key}.{one}") for one, text in table.items()
            }
    try:
        return Feature(name, **made)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _text(value: Any, where: str, path: str) -> Text:
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    table = _table(value, where, path)
    _known(table, LANGUAGES, where, f"{path}.")
    for language, text in table.items():
        if not isinstance(text, str):
            raise InputError(f"{where}: {path}.{language} is text")
    return dict(table)


def _table(value: Any, where: str, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{where}: {path} is a table")
    return value


def _known(table: Mapping[str, Any], keys: Iterable[str], where: str, path: str) -> None:
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, list(keys), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(keys)}"
            raise InputError(f"{where}: {path}{key}: no such key{hint}")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(text)}" for key, text in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, str):  # JSON's escapes are TOML's, but for DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return repr(value)
