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
from aitransparency.deid.names.features import ID_BITS
from aitransparency.deid.names.model import Model
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
class _Numbers:
    """The characters of the rules as numbers of the alphabet, bool (alphabet,) each."""

    family: npt.NDArray[np.bool_]
    ambiguous: npt.NDArray[np.bool_]
    mou: npt.NDArray[np.bool_]
    mark: npt.NDArray[np.bool_]
    not_mou: npt.NDArray[np.bool_]
    titles: tuple[tuple[int, ...], ...]
    asks: tuple[tuple[int, ...], ...]
    compound: tuple[tuple[int, ...], ...]


@lru_cache(maxsize=2)
def _numbers(model: Model) -> _Numbers:
    def mask(characters: str) -> npt.NDArray[np.bool_]:
        new = np.zeros(len(model.traits), np.bool_)
        new[[model.alphabet[ord(character)] for character in characters]] = True
        return new

    def ids(words: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(int(model.alphabet[ord(c)]) for c in word) for word in words)

    return _Numbers(
        mask(_FAMILIES), mask(_AMBIGUOUS), mask("某"), mask("某甲乙丙丁"), mask(_NOT_MOU),
        ids(TITLES), ids(_ASKS), ids(_COMPOUND),
    )  # fmt: skip


def without_titles(model: Model, text: Sentences, found: Names) -> Names:
    """Cut titles off the ends of names; one of one character only after a single family name."""
    last = found.last.copy()
    numbers = _numbers(model)
    for title in numbers.titles:
        length = found.last - found.first + 1 - len(title)
        here = (
            (length == 1) & numbers.family[text.ids[found.first]] if len(title) == 1 else length > 0
        )
        for back, character in enumerate(reversed(title)):
            here &= text.ids[found.last - back] == character
        last[here] = found.last[here] - len(title)
    return Names(found.first, last, found.score)


def family_with_title(model: Model, text: Sentences) -> Names:
    """Return family names that a title follows, where they are no part of the word before."""
    numbers, ids = _numbers(model), text.ids
    last = np.flatnonzero(_followed(ids, numbers.asks))
    first = last - _any(ids, last - 1, numbers.compound)
    is_family = (first < last) | numbers.family[ids[last]]
    short = (
        numbers.ambiguous[ids[last]]
        & ~_followed(ids, [t for t in numbers.asks if len(t) > 1])[last]
    )
    keep = is_family & ((first < last) | ~short) & _is_edge(model, text, first)
    first, last = first[keep], last[keep]
    return Names(first, last, np.full(len(first), _TITLE_SCORE, np.float32))


def _followed(
    ids: npt.NDArray[np.uint16], words: Sequence[tuple[int, ...]]
) -> npt.NDArray[np.bool_]:
    """Return at which places one of the words begins right after."""
    begins = np.zeros(1 << 16, np.bool_)
    begins[[word[0] for word in words]] = True
    place = np.flatnonzero(begins[ids[1:]])
    found = np.zeros(len(ids), np.bool_)
    found[place[_any(ids, place + 1, words)]] = True
    return found


def _any(
    ids: npt.NDArray[np.uint16], place: Ints, words: Sequence[tuple[int, ...]]
) -> npt.NDArray[np.bool_]:
    """Return at which of the places one of the words begins."""
    found = np.zeros(len(place), np.bool_)
    for word in words:
        here = ids[place] == word[0]
        for at, character in enumerate(word[1:], 1):
            here &= ids[np.minimum(place + at, len(ids) - 1)] == character
        found |= here
    return found


def family_with_mou(model: Model, text: Sentences) -> Names:
    """Return 王某, 李某某 and 张某甲."""
    numbers, ids = _numbers(model), text.ids
    is_family = ((model.traits >> 3) > 0) & (model.traits < 32)
    place = np.flatnonzero(numbers.mou[ids[1:-1]])
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
