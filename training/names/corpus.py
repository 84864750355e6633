"""The training sentences: text and, for each character, the labels it may bear.

A mask of eight bits says which labels are possible. People's labels fix the names; the teacher's
words fix boundaries where they do not cross a name; where the teacher doubts, all labels are
possible and the CRF learns from the rest of the sentence.
"""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from aitransparency.deid.names import labels
from characters import simplified
from lexicon import families, is_han
from makers import Makers
from teacher import Labelled, labelled

_O = 1 << labels.WORD_BEGIN | 1 << labels.WORD_INSIDE
_X = 1 << labels.PROPER_BEGIN | 1 << labels.PROPER_INSIDE
_ANY = 255
_PROPER = {"LOC", "ORG", "nz", "nw"}
_SURE, _DOUBT = 60, 25  # per cent: least for a name, most for what is none
_TITLES = re.compile(
    "(?<=.)(?:先生|女士|小姐|太太|夫人|老师|教授|医生|大夫|师傅|博士|经理|主任|总|阿姨|叔叔|导演|同学|同志)$"
)
_SLOT = re.compile(r"\{(\w+)\}")


class Example(NamedTuple):
    """A text, the mask of each character, how much it counts, and whether a machine labelled it."""

    text: str
    masks: bytes
    weight: float
    machine: bool = False


def read(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines, packed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def name_masks(length: int) -> list[int]:
    """Return the masks of a name."""
    if length == 1:
        return [1 << labels.PERSON_ONLY]
    middle = [1 << labels.PERSON_MIDDLE] * (length - 2)
    return [1 << labels.PERSON_BEGIN, *middle, 1 << labels.PERSON_END]


def _word_masks(length: int, begin: int, inside: int) -> list[int]:
    return [1 << begin] + [1 << inside] * (length - 1)


def pieces(text: str, label: Labelled) -> Iterator[tuple[str, list[int], bool]]:
    """Return the words of a teacher's text with masks, and whether each is a name."""
    at = 0
    for length, tag in label.words:
        word, sure = text[at : at + length], label.person[at : at + length]
        at += length
        if tag == "PER":
            kept = _TITLES.sub("", word)
            rest = len(word) - len(kept)
            if sure[: len(kept)].min() >= _SURE:
                yield kept, name_masks(len(kept)), True
            else:
                yield kept, [_ANY] * len(kept), False
            if rest:
                yield word[len(kept) :], _word_masks(rest, 0, 1), False
        elif sure.max() > _DOUBT:
            yield word, [_ANY] * length, False
        elif tag in _PROPER:
            yield word, _word_masks(length, 6, 7), False
        else:
            yield word, _word_masks(length, 0, 1), False


def silver(
    rows: Sequence[dict[str, Any]], known: dict[str, Labelled], makers: Makers, *, copies: bool
) -> Iterator[Example]:
    """Return the machine-labelled sentences, and copies of those with names, with other names."""
    for row in rows:
        text = row["text"]
        parts = list(pieces(text, known[text]))
        yield _joined(parts, 1.0)._replace(machine=True)
        if copies and any(is_name and _replaceable(word) for word, _, is_name in parts):
            yield _joined([_renamed(part, makers) for part in parts], 0.7)._replace(machine=True)


def _joined(parts: list[tuple[str, list[int], bool]], weight: float) -> Example:
    text = "".join(word for word, _, _ in parts)
    return Example(text, bytes(mask for _, masks, _ in parts for mask in masks), weight)


def is_chinese_name(word: str) -> bool:
    """Return whether a word has the form of a Chinese name."""
    word = simplified(word)
    known = families()
    return all(map(is_han, word)) and (
        (len(word) in (2, 3) and word[0] in known) or (len(word) in (3, 4) and word[:2] in known)
    )


def _replaceable(word: str) -> bool:
    return is_chinese_name(word) or is_foreign_name(word)


def is_foreign_name(word: str) -> bool:
    """Return whether a word looks like a transliterated name."""
    han = sum(map(is_han, word))
    return len(word) >= 3 and han >= 3 and not is_chinese_name(word) and (
        "·" in word or (han == len(word) and len(word) >= 4)
    )  # fmt: skip


def _renamed(part: tuple[str, list[int], bool], makers: Makers) -> tuple[str, list[int], bool]:
    word, _, is_name = part
    if not is_name or not _replaceable(word):
        return part
    new = makers.name() if is_chinese_name(word) else makers.western()
    return new, name_masks(len(new)), True


def gold(
    rows: Sequence[dict[str, Any]], known: dict[str, Labelled], makers: Makers, *, copies: bool
) -> Iterator[Example]:
    """Return the sentences labelled by people, and copies as in `silver`."""
    weight = 3.0
    for row in rows:
        text = row["text"]
        masks = _gold_masks(row, known[text])
        yield Example(text, bytes(masks), weight)
        people = [s for s in row["spans"] if s["label"] == "PERSON"]
        if copies and any(_replaceable(text[s["start"] : s["end"]]) for s in people):
            parts, at = [], 0
            for s in sorted(people, key=lambda s: s["start"]):
                parts.append((text[at : s["start"]], masks[at : s["start"]], False))
                name = text[s["start"] : s["end"]]
                parts.append(_renamed((name, masks[s["start"] : s["end"]], True), makers))
                at = s["end"]
            parts.append((text[at:], masks[at:], False))
            yield _joined(parts, weight * 0.5)


def _gold_masks(row: dict[str, Any], label: Labelled) -> list[int]:
    text = row["text"]
    masks = [_O] * len(text)
    at = 0
    for length, tag in label.words:
        if tag not in _PROPER and tag != "PER":
            masks[at : at + length] = _word_masks(length, 0, 1)
        elif tag == "PER":
            masks[at : at + length] = [_O | _X] * length
        at += length
    for span in row["spans"]:
        start, end = span["start"], span["end"]
        if span["label"] == "PERSON":
            new = name_masks(end - start)
        else:
            new = _word_masks(end - start, 6, 7)
        masks[start:end] = new
        if end < len(text) and masks[end] & _O:
            masks[end] = _O | masks[end]
            masks[end] &= ~(1 << labels.WORD_INSIDE) & 255
    return masks


def templated(path: Path, makers: Makers, each: int, weight: float) -> Iterator[Example]:
    """Return sentences filled from the templates, `each` of every one."""
    for lines in tomllib.loads(path.read_text("utf-8")).values():
        for line in lines:
            for _ in range(each):
                yield _filled(line, makers, weight)


def _filled(line: str, makers: Makers, weight: float) -> Example:
    text, masks = "", []
    for at, part in enumerate(_SLOT.split(line)):
        word, is_name = makers.fill(part) if at % 2 else (part, False)
        if is_name:
            # A gap takes no place in the features; its mask is dropped with it.
            bare = len(word.replace(" ", "").replace("　", ""))
            inner = iter(name_masks(bare))
            masks += [0 if c in " 　" else next(inner) for c in word]
        else:
            masks += [_O | _X] * len(word)
        text += word
    return Example(text, bytes(masks), weight)


def foreign_names(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return transliterated names that the data's own labels hold, sorted."""
    found = {
        row["text"][s["start"] : s["end"]]
        for row in rows
        for s in row["spans"]
        if s["label"] == "PERSON"
    }
    return sorted(
        name for name in found if is_foreign_name(name) and "年" not in name and len(name) < 16
    )


class Recipe(NamedTuple):
    """What the corpus is made of beside the sentences that people labelled.

    Parameters
    ----------
    copies
        Copies of sentences with invented names in place of theirs.
    each
        Sentences from each template.
    """

    copies: bool = True
    each: int = 10


def build(
    people: list[dict[str, Any]],
    machine: list[dict[str, Any]],
    cache: Path,
    recipe: Recipe,
    seed: int = 20221101,
) -> list[Example]:
    """Return every training example, in one fixed order."""
    known = labelled((row["text"] for row in (*people, *machine)), cache)
    makers = Makers(seed, foreign_names([*people, *machine]))
    templates = Path(__file__).with_name("templates.toml")
    return [
        *gold(people, known, makers, copies=recipe.copies),
        *silver(machine, known, makers, copies=recipe.copies),
        *templated(templates, makers, recipe.each, 0.7),
    ]
