"""Names and fillings that the trainer invents, from a seed."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from pathlib import Path

from lexicon import families, listed_names, places, words

_FILLINGS = {
    name: words.split()
    for name, words in tomllib.loads(
        Path(__file__).with_name("fillings.toml").read_text("utf-8")
    ).items()
}
_NOUNS = ("n", "v", "vn", "a", "l", "i")
_MARKS = "甲乙丙丁"


class Makers:
    """Draws fillings.

    Parameters
    ----------
    seed
        The same seed gives the same fillings.
    foreign
        Transliterated names seen in the corpus.
    """

    def __init__(self, seed: int, foreign: Sequence[str]) -> None:
        self.random = random.Random(seed)
        self._foreign = list(foreign)
        shares = families()
        self._families, self._shares = list(shares), list(shares.values())
        listed = listed_names()
        two = {name[1:] for name in listed if len(name) == 3}
        self._given2 = sorted(two - set(words()))
        self._given2_words = sorted(two & set(words()))
        self._given1 = [name[-1] for name in listed if len(name) == 2] or ["伟"]
        self._middle = [name[1] for name in listed if len(name) == 3]
        self._last = [name[2] for name in listed if len(name) == 3]
        self._places = places()
        self._word = [
            word for word, (count, tag) in words().items()
            if tag in _NOUNS and count >= 50 and len(word) in (2, 3)
        ]  # fmt: skip

    def family(self) -> str:
        """Return a family name, one in four from the rare ones."""
        if self.random.random() < 0.25:
            return self.random.choice(self._families)
        return self.random.choices(self._families, self._shares)[0]

    def given(self) -> str:
        """Return a given name of one or two characters."""
        draw = self.random.random()
        if draw < 0.3:
            return self.random.choice(self._given1)
        if draw < 0.65:
            return self.random.choice(self._given2)
        if draw < 0.72:
            return self.random.choice(self._given2_words)
        return self.random.choice(self._middle) + self.random.choice(self._last)

    def name(self) -> str:
        """Return a full Chinese name."""
        return self.family() + self.given()

    def western(self) -> str:
        """Return a transliterated name."""
        if self._foreign and self.random.random() < 0.5:
            return self.random.choice(self._foreign)
        parts = [self._part() for _ in range(self.random.choice((1, 1, 1, 2, 2, 3)))]
        return self.random.choice("···‧•").join(parts)

    def _part(self) -> str:
        body = "".join(
            self.random.choice(_FILLINGS["onset"])
            for _ in range(self.random.choice((1, 1, 2, 2, 3)))
        )
        return body + self.random.choice(_FILLINGS["coda"])

    def minority(self) -> str:
        """Return a name of a minority, most with a middle dot."""
        parts = [
            "".join(
                self.random.choice(_FILLINGS["minority"])
                for _ in range(self.random.choice((1, 1, 2)))
            )
            for _ in range(2)
        ]
        return self.random.choice(("·", "·", "·", "•", "．")).join(parts)

    def fill(self, slot: str) -> tuple[str, bool]:
        """Return a filling and whether it is a name."""
        draw = self.random
        if slot == "name":
            return self.name(), True
        if slot == "spaced":
            return self.family() + draw.choice((" ", "　")) + draw.choice(self._given1), True
        if slot == "foreign":
            return self.western(), True
        if slot == "minority":
            return self.minority(), True
        if slot == "surname":
            return self.family(), True
        if slot == "given":
            single = draw.choice(self._last)
            return draw.choice(
                (single + single, self.given() + "", "小" + single, "阿" + single)
            ), True
        if slot == "nick":
            return draw.choice("老小阿大") + draw.choice(self.family()), True
        if slot == "mou":
            family = draw.choice(self.family())
            return family + draw.choice(
                ("某", "某某", "某" + draw.choice(_MARKS), "某", "××", "XX")
            ), True
        return self._plain(slot), False

    def _plain(self, slot: str) -> str:
        draw = self.random
        if slot == "city":
            return draw.choice(_FILLINGS["cities"])
        if slot == "place":
            return draw.choice(self._places)
        if slot in ("latin", "lower"):
            word = draw.choice(_FILLINGS["latin"])
            return word if slot == "latin" else word.lower()
        if slot == "county":
            return draw.choice(_FILLINGS["counties"])
        if slot == "org":
            return draw.choice(_FILLINGS["orgs"])
        if slot == "title":
            return draw.choice(_FILLINGS["titles"])
        if slot == "job":
            return draw.choice(_FILLINGS["jobs"])
        if slot == "word":
            return draw.choice(self._word)
        if slot == "phone":
            return f"1{draw.randrange(3, 10)}{draw.randrange(10**9):09d}"
        if slot == "date":
            return f"{draw.randrange(1, 13)}月{draw.randrange(1, 29)}日"
        return str(draw.randrange(1, 10 ** draw.randrange(1, 6)))
