"""Addresses in English order: Room 1203, No. 88 Keyuan Road, Nanshan District, Shenzhen.

A street with a number is one, and so is a street behind a room, a building or a lane; what stands
before and behind belongs to it. Rows are looked at in which a word such as Road stands (the
vocabulary finds those); there, one regular expression of RE2 reads every row of a column.

>>> column = TextColumn.from_strings(["寄Flat B, 12/F, 1 Mei Tin Road, Sha Tin, Hong Kong吧", "no"])
>>> found = find_english(column, np.array([0]))
>>> column.texts(found.start, found.end).to_pylist()
['Flat B, 12/F, 1 Mei Tin Road, Sha Tin, Hong Kong']
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import Ints, TextColumn
from aitransparency.deid.scan.text import members
from aitransparency.deid.spans import Candidates

_MOST = 16  # addresses of one row
_SHORTEST = 8  # bytes: 1 A Road
_LITTLE, _FEW = 256, 64  # bytes of a text, and texts
_GROUPS = ("before", "all", "front", "named", "year", "count", "place", "home")
_GLUE = members(b"./-_@:#&=%+")
_WHOLE, _PART, _STREET, _DOUBTFUL = 0.95, 0.85, 0.7, 0.4


@cache
def pattern() -> str:
    """Return the expression, with what tells a score as groups.

    `front` is what stands before the street, `named` the No. of No. 88, `year` a number that may be
    one (2008 Wall Street), `count` any other, `place` a division or a city behind it; `home` is an
    address without a street.
    """
    words = tomllib.loads(
        files("aitransparency.deid").joinpath("addresses/words.toml").read_text("utf-8")
    )["english"]
    units = _either(words["units"], lower=True)
    streets, divisions, places = (
        _either(words[name]) for name in ("streets", "divisions", "places")
    )
    word, link = r"[A-Z][A-Za-z'’-]*", r"(?:\s?[,，]\s?|\s)"
    # Room 1203, Rm. B-2, Block C; 12/F, 5th Floor
    unit = (
        rf"(?:(?:{units})\s?(?:(?:no|No|NO)\.?\s?|#)?[0-9A-Z][0-9A-Za-z]{{0,4}}(?:-[0-9A-Za-z]{{1,4}}){{0,3}}\b"
        r"|(?:\d{1,3}/?|[GUL]/)F\b|\d{1,3}(?:st|nd|rd|th)?\s(?:floor|Floor|FLOOR)\b)"
    )
    between = r"(?:\s?[,，]\s?[A-Z0-9][\w'’&-]*(?:\s[A-Z0-9(][\w'’&)-]*){0,4}){0,3}"
    front = rf"(?P<front>{unit}(?:{link}{unit}){{0,5}}{between}{link})?"
    number = (
        r"(?P<named>(?:number|Number|NUMBER|no|No|NO|nos|Nos|NOS)\.?\s?|#\s?)?(?P<year>(?:19|20)\d\d\s)?"
        r"(?P<count>\d{1,5}[A-Za-z]?(?:[-–/]\d{1,5}[A-Za-z]?)?,?\s)?"
    )
    road = rf"(?:(?:{word}|\d{{1,3}}(?:st|nd|rd|th)|of|the)\s){{1,5}}(?:{streets})\b\.?"
    road += r"(?:\s\(?(?:North|South|East|West|Central|Middle)\b\)?)?"
    place = rf"(?:(?:{word}\s){{1,3}}(?:{divisions})|(?:{places})|\d{{6}})\b"
    near = rf"(?:\s?[,，]\s?{word}(?:\s{word}){{0,3}}){{0,4}}"
    behind = rf"{near}{link}{place}(?:\.?{link}{place}){{0,4}}"
    street = rf"{front}{number}{road}(?:{link}{unit}){{0,4}}(?P<place>{behind})?"
    home = rf"(?P<home>{unit}(?:{link}{unit}){{1,5}}{behind})"  # no street, but all else
    whole = rf"^(?P<before>(?s:.*?))(?P<all>\b(?:{street}|{home}))"
    return whole.replace(r"\s", r"[ \t\n\f\r]")  # what RE2 and `re` call white space differs


@cache
def _compiled() -> re.Pattern[str]:
    return re.compile(pattern(), re.ASCII)


def _read(texts: pa.Array) -> pa.StructArray:
    """Return the groups of the first match of each text, null where there is none.

    RE2 takes time in proportion to the text, whatever it is, but compiles at each call; `re` is for
    few and short texts, in which its steps back can not cost much more than that.
    """
    if len(texts) > _FEW or pc.max(pc.binary_length(texts)).as_py() > _LITTLE:
        return pc.extract_regex(texts, pattern())
    found = [_compiled().match(text) for text in texts.to_pylist()]
    groups = [{name: one[name] or "" for name in _GROUPS} if one else None for one in found]
    return pa.array(groups, pa.struct([(name, texts.type) for name in _GROUPS]))


def _either(words: list[str], *, lower: bool = False) -> str:
    """Return a choice of words, in capitals or beginning with them."""
    spelled = []
    for word in words:
        titled = " ".join(part[:1].upper() + part[1:] for part in word.split())
        spelled += [titled, word.upper(), *([word] if lower else [])]
    return "|".join(one.replace(".", r"\.?").replace(" ", r"\s") for one in spelled)


def find_english(column: TextColumn, rows: Ints) -> Candidates:
    """Return the addresses in English order in some rows of a column.

    Parameters
    ----------
    column
        The text of n rows.
    rows
        int64 (m,), the rows in which a word such as Road stands.
    """
    left, base = column.to_arrow().take(pa.array(rows)), column.offsets[rows]
    parts = []
    for _ in range(_MOST):
        read = _read(left)
        hit = np.flatnonzero(read.is_valid().to_numpy(zero_copy_only=False))
        if not len(hit):
            break
        read, left, base = read.take(pa.array(hit)), left.take(pa.array(hit)), base[hit]
        before, size = (
            pc.binary_length(read.field(name)).to_numpy(zero_copy_only=False).astype(np.int64)
            for name in ("before", "all")
        )
        start = base + before
        score = np.where(_stuck(column, base, start), 0, _scores(read))
        good = np.flatnonzero(score > 0)
        parts.append(
            Candidates.of("CN_ADDRESS", start[good], start[good] + size[good], score[good])
        )
        left, base = _behind(left, before + size), start + size
        long = np.flatnonzero(column.offsets[column.row_of(start) + 1] - base >= _SHORTEST)
        left, base = left.take(pa.array(long)), base[long]
        if not len(left):
            break
    return Candidates.concat(parts)


def _stuck(column: TextColumn, base: Ints, start: Ints) -> npt.NDArray[np.bool_]:
    """Return which matches go on from a number or a name: 10.1.1.1, a/b."""
    before = column.data[np.maximum(start - 1, 0)]
    stuck: npt.NDArray[np.bool_] = (start > base) & _GLUE[before]
    return stuck


def _behind(texts: pa.Array, done: Ints) -> pa.Array:
    """Return what stands behind so many bytes of each text."""
    whole = TextColumn.from_arrow(texts)
    edges = np.empty(2 * len(done) + 1, np.int64)
    edges[0::2], edges[1::2] = whole.offsets, whole.offsets[:-1] + done
    pieces = pa.LargeStringArray.from_buffers(
        len(edges) - 1, pa.py_buffer(edges), pa.py_buffer(whole.data)
    )
    return pieces.take(pa.array(np.arange(1, len(edges) - 1, 2)))


def _scores(read: pa.StructArray) -> npt.NDArray[np.float32]:
    """Return the score of each match; 0 where it is a street without a number."""
    front, named, year, count, place, home = (
        pc.greater(pc.binary_length(read.field(name)), 0).to_numpy(zero_copy_only=False)
        for name in _GROUPS[2:]
    )
    numbered = front | count | (named & year)
    rules = (
        (home | ((numbered | year) & place), _WHOLE),
        (front | (named & (count | year)), _PART),
        (count | place, _STREET),
        (year, _DOUBTFUL),
    )
    score: npt.NDArray[np.float64] = np.select(
        [rule for rule, _ in rules], [value for _, value in rules], 0
    )
    return score.astype(np.float32)
