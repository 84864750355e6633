"""How hard a sentence is to read: counts for Chinese, Flesch-Kincaid for English."""

from __future__ import annotations

import re
from pathlib import Path

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[。！？；]")
_CLAUSE = re.compile(r"[。！？；，、：]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d,.]*%?")
_SOUND = re.compile(r"[aeiouy]+")


def level_one() -> frozenset[str]:
    """Return the 3,500 characters of level 1 of 通用规范汉字表."""
    text = (Path(__file__).parent / "data" / "level1.txt").read_text(encoding="utf-8")
    return frozenset("".join(line for line in text.splitlines() if line[:1] != "#"))


def han(text: str) -> str:
    """Return the Chinese characters of a text."""
    return "".join(_HAN.findall(text))


def chinese_sentences(text: str) -> list[str]:
    """Return the sentences of a Chinese text; a semicolon ends one."""
    return [part for part in _SENTENCE.split(text) if han(part)]


def chinese_clauses(text: str) -> list[str]:
    """Return the clauses of a Chinese text."""
    return [part for part in _CLAUSE.split(text) if han(part)]


def english_sentences(text: str) -> list[str]:
    """Return the sentences of an English text; a semicolon or a colon at a space ends one."""
    return [part for part in re.split(r"[.!?;](?:\s|$)", text) if _WORD.search(part)]


def words(text: str) -> list[str]:
    """Return the words of an English text; a number is a word."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """Return the syllables of an English word by its vowels; a silent final e counts none."""
    plain = word.lower().strip("'’-")
    if plain[:1].isdigit():
        return 1
    count = len(_SOUND.findall(plain))
    silent = plain.endswith("e") and not plain.endswith(("le", "ee", "ye"))
    ed = re.search(r"[^aeiouytd]ed$", plain) is not None
    return max(count - (silent or ed), 1)


def flesch_kincaid(texts: list[str]) -> float:
    """Return the grade of Kincaid et al. 1975: 0.39 words a sentence, 11.8 syllables a word."""
    sentences = [sentence for text in texts for sentence in english_sentences(text)]
    found = [word for sentence in sentences for word in words(sentence)]
    sounds = sum(map(syllables, found))
    return 0.39 * len(found) / len(sentences) + 11.8 * sounds / len(found) - 15.59
