"""What stands for a name beside a title or 某: 王先生, 刘总, 李某某.

The title stays in the text: it says nothing of who it is. 某 goes with the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.names.fast import places
from aitransparency.deid.names.features import ID_BITS
from aitransparency.deid.names.model import Model
from aitransparency.deid.names.ngrams import Keys
from aitransparency.deid.names.sentences import Sentences
from aitransparency.deid.names.spans import Names

TITLES = (
    *("先生", "女士", "小姐", "太太", "夫人", "老师", "医生", "大夫", "师傅", "教授", "博士"),
    *("经理", "主任", "阿姨", "叔叔", "同学", "同志", "警官", "律师", "总", "董", "局", "姐", "哥"),
)
_ASKS = (
    "先生",
    "女士",
    "小姐",
    "太太",
    "老师",
    "医生",
    "大夫",
    "师傅",
    "经理",
    "主任",
    "阿姨",
    "总",
)
_FAMILIES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
    "卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔"
)
_COMPOUND = (
    *(
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
    ),
    *(
        "长孙",
        "端木",
        "东方",
        "南宫",
        "独孤",
        "呼延",
        "轩辕",
        "申屠",
        "澹台",
        "淳于",
        "赫连",
        "完颜",
    ),
)
_AMBIGUOUS = "于何高方万石金白江马龙史武严莫孔黄田夏叶陆林任"  # words of their own: 于总, 高总
_NOT_MOU = "年月日天种个些处地时次人事项国市省县公家一类方"  # 于某年, 何某人 reads as no name
_TITLE_SCORE, _MOU_SCORE = 0.8, 0.95


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """Words as numbers of the alphabet.

    Parameters
    ----------
    keys
        Length and, ascending, the `_keys` of the words of that length; the longest come first.
    begins, ends
        bool (65536,), what they begin and end with.
    """

    keys: tuple[tuple[int, Keys], ...]
    begins: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, model: Model, words: Sequence[str]) -> _Words:
        begins, ends = np.zeros((2, 1 << 16), np.bool_)
        keys = []
        for length in sorted({len(word) for word in words}, reverse=True):
            listed = [word for word in words if len(word) == length]
            ids = np.array([[model.alphabet[ord(one)] for one in word] for word in listed])
            begins[ids[:, 0]], ends[ids[:, -1]] = True, True
            place = np.arange(0, ids.size, length)
            keys.append((length, np.sort(_keys(ids.reshape(-1), place, length))))
        return cls(tuple(keys), begins, ends)

    def at(self, ids: npt.NDArray[np.uint16], place: Ints) -> npt.NDArray[np.bool_]:
        """Return at which of the places one of the words begins."""
        found = self.begins[ids[place]]
        likely = np.flatnonzero(found)
        found[likely] = False
        for length, keys in self.keys:
            found[likely] |= _among(_keys(ids, place[likely], length), keys)
        return found


def _keys(ids: npt.NDArray[np.uint16], place: Ints, length: int) -> Keys:
    """Return the characters from each place on as one number, at most four of them."""
    keys = ids[place].astype(np.uint64)
    for at in range(1, length):
        keys = (keys << np.uint64(ID_BITS)) | ids[np.minimum(place + at, len(ids) - 1)]
    return keys


def _among(keys: Keys, others: Keys) -> npt.NDArray[np.bool_]:
    """Return which keys are among others, which ascend."""
    among: npt.NDArray[np.bool_] = (
        others[np.minimum(np.searchsorted(others, keys), len(others) - 1)] == keys
    )
    return among


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    """The characters of the rules as numbers of the alphabet, bool (alphabet,) each."""

    family: npt.NDArray[np.bool_]
    ambiguous: npt.NDArray[np.bool_]
    mou: npt.NDArray[np.bool_]
    mark: npt.NDArray[np.bool_]
    not_mou: npt.NDArray[np.bool_]
    titles: _Words
    asks: _Words
    long_asks: _Words
    compound: _Words


@lru_cache(maxsize=2)
def _numbers(model: Model) -> _Numbers:
    def mask(characters: str) -> npt.NDArray[np.bool_]:
        new = np.zeros(len(model.traits), np.bool_)
        new[[model.alphabet[ord(character)] for character in characters]] = True
        return new

    long_asks = [title for title in _ASKS if len(title) > 1]
    words = [_Words.of(model, listed) for listed in (TITLES, _ASKS, long_asks, _COMPOUND)]
    return _Numbers(
        mask(_FAMILIES), mask(_AMBIGUOUS), mask("某"), mask("某甲乙丙丁"), mask(_NOT_MOU), *words
    )


def without_titles(model: Model, text: Sentences, found: Names) -> Names:
    """Cut titles off the ends of names; one of one character only after a single family name."""
    numbers, ids = _numbers(model), text.ids
    near = np.flatnonzero(numbers.titles.ends[ids[found.last]])
    if not len(near):
        return found
    first, end = found.first[near], found.last[near]
    last = end.copy()
    for size, keys in numbers.titles.keys:
        left = end - first + 1 - size
        here = (left == 1) & numbers.family[ids[first]] if size == 1 else left > 0
        here &= _among(_keys(ids, end + 1 - size, size), keys)
        last[here] = end[here] - size
    cut = found.last.copy()
    cut[near] = last
    return Names(found.first, cut, found.score)


def family_with_title(model: Model, text: Sentences) -> Names:
    """Return family names that a title follows, where they are no part of the word before."""
    numbers, ids = _numbers(model), text.ids
    last = places(ids[1:], numbers.asks.begins)
    last = last[numbers.family[ids[last]] | numbers.compound.ends[ids[last]]]
    if len(last):
        last = last[numbers.asks.at(ids, last + 1)]
    if not len(last):
        return Names.none()
    first = last - numbers.compound.at(ids, last - 1)
    is_family = (first < last) | numbers.family[ids[last]]
    short = numbers.ambiguous[ids[last]] & ~numbers.long_asks.at(ids, last + 1)
    keep = is_family & ((first < last) | ~short) & _is_edge(model, text, first)
    first, last = first[keep], last[keep]
    return Names(first, last, np.full(len(first), _TITLE_SCORE, np.float32))


def family_with_mou(model: Model, text: Sentences) -> Names:
    """Return 王某, 李某某 and 张某甲."""
    numbers, ids = _numbers(model), text.ids
    is_family = ((model.traits >> 3) > 0) & (model.traits < 32)
    place = places(ids[1:-1], numbers.mou)
    if not len(place):
        return Names.none()
    place = place[is_family[ids[place]]]
    longer = numbers.mark[ids[place + 2]]
    last = place + 1 + longer
    keep = ~numbers.not_mou[ids[np.minimum(last + 1, len(ids) - 1)]] & _is_edge(model, text, place)
    place, last = place[keep], last[keep]
    return Names(place, last, np.full(len(place), _MOU_SCORE, np.float32))


def _is_edge(model: Model, text: Sentences, place: Ints) -> npt.NDArray[np.bool_]:
    """Return whether no word of the list joins a place to the character before it."""
    before = text.ids[place - 1].astype(np.uint64)
    joined = (before << np.uint64(ID_BITS)) | text.ids[place]
    edge: npt.NDArray[np.bool_] = model.word_class(joined) == 0
    return edge
