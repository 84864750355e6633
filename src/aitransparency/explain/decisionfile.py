r"""A decision as a TOML file: the words for each class of a model, and where the line is.

Keys of `labels` are classes as `category_key` writes them; they are matched with the model's own.

>>> text = 'favourable = "1"\n[labels]\n0 = { zh = "未通过", en = "no" }\n1 = { zh = "通过" }\n'
>>> made = read_decision(text, [0, 1], "decision.toml")
>>> made.labels, made.labels_en, made.favourable, made.threshold
({0: '未通过', 1: '通过'}, {0: 'no'}, 1, 0.5)
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aitransparency.errors import FileFormatError, InputError
from aitransparency.explain.decision import Decision
from aitransparency.explain.features import category_key

_KEYS = ("labels", "favourable", "threshold", "target", "unit", "higher_is_favourable")


def load_decision(path: str | Path, model: Any) -> Decision:
    """Read the decision of a model from a file.

    Parameters
    ----------
    path
        TOML: ``labels`` (class to text by language), ``favourable`` (a class), ``threshold``; for
        an estimate ``target`` (by language), ``unit``, ``higher_is_favourable`` and, where a line
        is drawn, ``threshold``.
    model
        The fitted model, for its classes.

    Raises
    ------
    InputError
        A key is unknown, or a class is not one of the model's.
    FileFormatError
        The file is not TOML in UTF-8.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{path}: not UTF-8 at byte {error.start:,}") from None
    found = getattr(model, "classes_", None)
    if found is None and hasattr(model, "steps"):
        found = getattr(model.steps[-1][1], "classes_", None)
    return read_decision(text, [] if found is None else list(found), str(path))


def read_decision(text: str, classes: Sequence[Any], where: str) -> Decision:
    """Return the decision in a TOML text for a model with these classes."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileFormatError(f"{where}: {error}") from None
    for key in data:
        if key not in _KEYS:
            raise InputError(f"{where}: {key}: no such key; known: {', '.join(_KEYS)}")
    if "labels" in data:
        return _of_classes(data, {category_key(value): value for value in classes}, where)
    target = _by_language(data.get("target", ""), f"{where}: target")
    return Decision(
        target=target.get("zh", ""),
        target_en=target.get("en", ""),
        unit=str(data.get("unit", "")),
        threshold=_line(data.get("threshold"), where),
        higher_is_favourable=bool(data.get("higher_is_favourable", True)),
    )


def _of_classes(data: Mapping[str, Any], classes: Mapping[str, Any], where: str) -> Decision:
    labels, english = {}, {}
    for key, text in data["labels"].items():
        words = _by_language(text, f"{where}: labels.{key}")
        value = _class(key, classes, f"{where}: labels")
        labels[value] = words.get("zh") or words.get("en", key)
        if "en" in words:
            english[value] = words["en"]
    if "favourable" not in data:
        raise InputError(f"{where}: favourable: say which class is good for the person")
    favourable = _class(category_key(data["favourable"]), classes, f"{where}: favourable")
    line = _line(data.get("threshold", 0.5), where)
    return Decision(labels, favourable, line, english)


def _class(key: str, classes: Mapping[str, Any], where: str) -> Any:
    if classes and key not in classes:
        raise InputError(f"{where}: {key!r} is not a class of the model: {', '.join(classes)}")
    value = classes.get(key, int(key) if key.isdigit() else key)
    return value.item() if hasattr(value, "item") else value


def _by_language(text: Any, where: str) -> Mapping[str, str]:
    if isinstance(text, str):
        return {"zh": text}
    if isinstance(text, Mapping) and set(text) <= {"zh", "en"}:
        return {key: str(value) for key, value in text.items()}
    raise InputError(f"{where}: expected a text, or one under zh and one under en")


def _line(value: Any, where: str) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InputError(f"{where}: threshold is a number")
    return None if value is None else float(value)
