"""What the trainer knows of characters and words before it sees a sentence.

The word list, and the names in it, come from jieba's dictionary (MIT); family names with their
frequencies from Faker's zh_CN and zh_TW providers (MIT).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jieba
import numpy as np
from babel import Locale
from faker.providers.person.zh_CN import Provider as Mainland
from faker.providers.person.zh_TW import Provider as Taiwan

from aitransparency.deid.names.features import ID_BITS, TRAITS
from aitransparency.deid.names.sentences import DIGIT, LOWER, OTHER, PAD, RARE, UPPER
from characters import simplified, simplified_character

_CLASS = {"nr": 1, "nrfg": 1, "nrt": 2, "ns": 3, "nt": 4, "nz": 4, "n": 5, "v": 6}
_REST = 7
_RARE_FAMILIES = [
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "司徒",
    "令狐",
    "宇文",
    "长孙",
    "端木",
    "东方",
    "南宫",
    "独孤",
    "呼延",
    "轩辕",
    "闾丘",
    "太史",
    "申屠",
    "公冶",
    "澹台",
    "淳于",
    "单于",
    "赫连",
    "钟离",
    "濮阳",
    "百里",
    "西门",
    "左丘",
    "完颜",
    "拓跋",
    "那",
    "佟",
    "苟",
    "亓",
    "仉",
    "逄",
    "缪",
    "麴",
    "郗",
    "郤",
    "闫",
    "覃",
    "盘",
    "蒙",
    "韦",
    "农",
    "冼",
    "揭",
    "帅",
    "晁",
    "库",
    "鹿",
    "危",
    "粟",
    "禤",
    "邸",
    "羿",
    "谌",
    "仝",
    "乜",
    "笪",
    "僪",
    "逯",
    "靳",
    "宓",
    "咸",
    "籍",
    "怀",
    "郏",
    "宿",
    "暴",
    "斛",
    "殳",
    "匡",
    "蔺",
    "璩",
    "阙",
    "隆",
    "师",
    "巩",
    "厍",
    "聂",
    "勾",
    "敖",
    "融",
    "冷",
    "訾",
    "辛",
    "阚",
    "简",
    "饶",
    "曾",
    "毋",
    "沙",
    "养",
    "鞠",
    "须",
    "丰",
    "巢",
    "关",
    "蒯",
    "相",
    "查",
    "后",
    "荆",
    "红",
    "游",
    "竺",
    "权",
    "逯",
    "盖",
    "益",
    "桓",
    "公",
    "仇",
    "麻",
    "强",
    "查",
]
_LATIN = {**{chr(97 + at): None for at in range(26)}, **{chr(65 + at): None for at in range(26)}}
_SAME = {"‧": "·", "•": "·", "・": "·", "．": ".", "●": "·", "｡": "。", "“": '"', "”": '"'}


@cache
def families() -> dict[str, float]:
    """Return family names and their share, Simplified."""
    shares: Counter[str] = Counter()
    for provider, weight in ((Mainland, 0.8), (Taiwan, 0.1)):
        names = provider.last_names
        pairs = names.items() if isinstance(names, dict) else [(name, 1.0) for name in names]
        total = sum(share for _, share in pairs)
        for name, share in pairs:
            shares[simplified(name)] += weight * share / total
    for name in _RARE_FAMILIES:
        shares[name] += 0.1 / len(_RARE_FAMILIES)
    return dict(shares)


@cache
def words() -> dict[str, tuple[int, str]]:
    """Return jieba's words of two to four characters: frequency and tag."""
    found = {}
    for line in (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines():
        word, count, tag = line.split(" ")
        word = simplified(word)
        if 2 <= len(word) <= 4:
            found.setdefault(word, (int(count), tag))
    for place in places():
        if len(place) <= 4:
            found[place] = (found.get(place, (1, ""))[0], "ns")
    return found


@cache
def places() -> list[str]:
    """Return countries and cities of the world in Chinese, Simplified (CLDR through Babel)."""
    found = set()
    for language in ("zh_Hans", "zh_Hant", "zh_Hant_HK"):
        locale = Locale.parse(language)
        found.update(locale.territories.values())
        found.update(zone.get("city") or "" for zone in locale.time_zones.values())
    names = {simplified(name) for name in found if isinstance(name, str)}
    return sorted(name for name in names if len(name) > 1 and all(map(is_han, name)))


def is_han(character: str) -> bool:
    """Return whether a character is a Han ideograph of the BMP."""
    return "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf"


@cache
def listed_names() -> list[str]:
    """Return the Chinese names of the word list: a family name and one or two characters."""
    known = families()
    return sorted(
        word
        for word, (_, tag) in words().items()
        if tag in ("nr", "nrfg")
        and ((len(word) in (2, 3) and word[0] in known) or (len(word) == 4 and word[:2] in known))
    )


@cache
def folded(character: str) -> str:
    """Return the one character that stands for all its forms."""
    if "\ud800" <= character <= "\udfff":
        return character
    new = unicodedata.normalize("NFKC", character)
    new = _SAME.get(character, new if len(new) == 1 else character)
    return simplified_character(new)


@dataclass(frozen=True)
class TrainingLexicon:
    """An alphabet, character traits and the word list, as `features.Lexicon` wants them."""

    alphabet: np.ndarray  # uint16 (65536,)
    traits: np.ndarray  # uint8 (ids,)
    word_keys: np.ndarray  # uint64 (w,), sorted
    word_classes: np.ndarray  # uint8 (w,)

    def word_class(self, keys: np.ndarray) -> np.ndarray:
        """Return the class of each key, 0 for no word."""
        at = np.minimum(np.searchsorted(self.word_keys, keys), len(self.word_keys) - 1)
        return np.where(self.word_keys[at] == keys, self.word_classes[at], 0).astype(np.uint8)


def build(texts: Iterable[str], foreign: Iterable[str]) -> TrainingLexicon:
    """Build the lexicon from the texts of the corpus and transliterated names in it."""
    counts = Counter(folded(character) for text in texts for character in text)
    own = {character for word in words() for character in word}
    own |= {character for character, count in counts.items() if count > 1}
    own |= set("".join(families())) | set(_LATIN)
    own = {character for character in own if len(character) == 1 and ord(character) < 1 << 16}
    number = {character: at for at, character in enumerate(sorted(own), RARE + 1)}
    assert len(number) + RARE < 1 << ID_BITS
    alphabet = np.array([_number(chr(point), number) for point in range(1 << 16)], np.uint16)
    by_trait = _Traits(counts, list(foreign))
    traits = np.zeros(len(number) + RARE + 1, np.uint8)
    traits[[PAD, OTHER, DIGIT, LOWER, UPPER, RARE]] = 48, 50, 32, 33, 34, 49
    for character, at in number.items():
        traits[at] = by_trait.of(character)
    classes = {}
    for word, (_, tag) in words().items():
        ids = [number.get(folded(character), 0) for character in word]
        if all(ids):
            key = 0
            for one in ids:
                key = key << ID_BITS | one
            classes.setdefault(key, _CLASS.get(tag, _CLASS.get(tag[:1], _REST)))
    keys = np.array(sorted(classes), np.uint64)
    return TrainingLexicon(
        alphabet, traits, keys, np.array([classes[int(key)] for key in keys], np.uint8)
    )


def _number(character: str, number: dict[str, int]) -> int:
    new = folded(character)
    if new in number:
        return number[new]
    if new.isdigit():
        return DIGIT
    if new.isalpha() and not is_han(new):
        return UPPER if new.isupper() else LOWER
    return RARE if is_han(character) or 0xD800 <= ord(character) < 0xE000 else OTHER


class _Traits:
    """Traits of characters: how much of a family name, given name or transliteration each is."""

    _MARKS = {
        35: "·", 36: "、", 37: ",", 38: "([{〔【", 39: ")]}〕】", 40: "\"'「『", 41: "」』",
        42: "《〈", 43: "》〉", 44: ":", 45: "-—~", 51: "@#/",
    }  # fmt: skip

    def __init__(self, counts: Counter[str], foreign: list[str]) -> None:
        self._text = counts
        self._total = sum(counts.values())
        names = listed_names()
        self._first = Counter(name[0] for name in names)
        self._given = Counter(c for name in names for c in name[1:])
        self._foreign = Counter(c for name in foreign for c in name)
        for word, (_, tag) in words().items():
            if tag == "nrt":
                self._foreign.update(word)
        self._family = families()
        self._mark = {c: trait for trait, marks in self._MARKS.items() for c in marks}

    def _odds(self, counts: Counter[str], character: str) -> float:
        share = (counts[character] + 0.3) / (sum(counts.values()) + 1)
        return float(np.log(share / ((self._text[character] + 20) / self._total)))

    def of(self, character: str) -> int:
        """Return the trait, below `TRAITS`."""
        if is_han(character):
            family = 0
            if character in self._family:
                family = 1 + int(np.digitize(self._odds(self._first, character), (0.5, 2.5)))
            given = int(np.digitize(self._odds(self._given, character), (-2.0, 0.0, 1.2)))
            foreign = int(self._odds(self._foreign, character) > 1.0)
            return family * 8 + given * 2 + foreign
        if character in self._mark:
            return self._mark[character]
        if character.isdigit():
            return 32
        if character.isalpha() and ord(character) < 0x250:
            return 34 if character.isupper() else 33
        if "\u3040" <= character <= "\u30ff":
            return 47
        assert TRAITS > 51
        return 46
