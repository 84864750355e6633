"""The divisions as words: every name of a province, city or county, full, short and former.

Names come from the table of division codes (see `deid.divisions`) and, for Hong Kong, Macao and
Taiwan, from ``data/overseas.tsv``. The short form is the name without its kind: 深圳市 is 深圳,
凉山彝族自治州 is 凉山 and 凉山州. Counties that answer to a province directly are cities here, and
the city of a municipality (直辖市) is the municipality.

>>> [sorted(short_forms(name)) for name in ("凉山彝族自治州", "北京市", "通县")]
[['凉山', '凉山州'], ['北京'], []]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np

from aitransparency.deid.characters import Mask, simplify
from aitransparency.deid.column import Ints
from aitransparency.deid.divisions import divisions
from aitransparency.deid.lexicon import Lexicon

PROVINCE, CITY, DISTRICT = 1, 2, 3
MUNICIPALITIES = ("11", "12", "31", "50")
NO_NAME = frozenset(
    [
        *("市辖区", "县", "省直辖县级行政区划", "省直辖县级行政单位", "省直辖行政单位", ""),
        *("自治区直辖县级行政区划", "自治区直辖县级行政单位"),
    ]
)

# The peoples in names of autonomous divisions; 各族 and 少数民族 as they occur in codes.
_PEOPLES = re.compile(
    "(?:各族|蒙古族?|回族?|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族"
    "|哈萨克族?|傣族|黎族|傈僳族|佤族|畲族|高山族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族?|土族"
    "|达斡尔族?|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|阿昌族|普米族|塔吉克|怒族|乌孜别克族?"
    "|俄罗斯族?|鄂温克族?|德昂族|保安族|裕固族|京族|塔塔尔|独龙族|鄂伦春族?|赫哲族|门巴族|珞巴族"
    "|基诺族)+$"
)
_KIND = re.compile("(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|省|市|区|县|盟|旗)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One division that a name can mean.

    Parameters
    ----------
    level
        `PROVINCE`, `CITY` or `DISTRICT`.
    province, city
        The code of the province; that of the city, or None where it is not known.
    name
        What it is called in a full address.
    rank
        0 for the name of a division of today, 1 for a former name of one, 2 for one of the past.
    """

    level: int
    province: str
    city: str | None
    name: str
    rank: int = 0


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Every name and what it can mean, as arrays.

    Parameters
    ----------
    lexicon
        The names.
    first
        int64 (names + 1,): the meanings of a name are the rows from first[i] to first[i + 1].
    full
        bool (names,): the name says what kind of division it is.
    level, province, city, label, rank
        int64 (meanings,): see `Entry`; province and city are positions in `labels`, -1 unknown,
        label is the position of the division's own name in `labels`.
    labels
        Names to give out.
    """

    lexicon: Lexicon
    first: Ints
    full: Mask
    level: Ints
    province: Ints
    city: Ints
    label: Ints
    rank: Ints
    labels: tuple[str, ...]


def short_forms(name: str) -> set[str]:
    """Return the ways in which people leave out the kind of a division."""
    bare = _KIND.sub("", name)
    if bare == name or len(bare) < 2:
        return set()
    people = _PEOPLES.search(bare)
    if people is None or people.start() < 2:
        # 内蒙古自治区 keeps its name, 新疆维吾尔自治区 does not
        return {bare}
    stem = bare[: people.start()]
    forms = {stem}
    if "自治" in name:
        forms.add(stem + name[-1])
    return forms


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer; built once, in about a tenth of a second."""
    names: dict[str, list[Entry]] = {}
    full: set[str] = set()
    for entry, spellings in (*_mainland(), *_overseas()):
        for spelling in spellings:
            full.add(simplify(spelling))
            meant = entry if spelling == entry.name else replace(entry, rank=max(entry.rank, 1))
            names.setdefault(simplify(spelling), []).append(meant)
            for short in short_forms(spelling):
                names.setdefault(simplify(short), []).append(meant)
    return _arrays(names, full)


def _mainland() -> list[tuple[Entry, tuple[str, ...]]]:
    table = divisions()
    found: list[tuple[Entry, tuple[str, ...]]] = []
    for code, division in table.items():
        province, city = code[:2] + "0000", code[:4] + "00"
        spellings = tuple(
            name for name in (division.name, *division.earlier_names) if name not in NO_NAME
        )
        if not spellings or province not in table:
            continue
        rank = 0 if division.current else 2
        if code == province:
            entry = Entry(PROVINCE, province, None, division.name, rank)
        elif code == city:
            entry = Entry(CITY, province, code, division.name, rank)
        elif code[:2] in MUNICIPALITIES:
            entry = Entry(DISTRICT, province, province, division.name, rank)
        elif code[2:4] == "90":
            entry = Entry(CITY, province, code, division.name, rank)
        else:
            known = city in table and table[city].name not in NO_NAME
            entry = Entry(DISTRICT, province, city if known else None, division.name, rank)
        found.append((entry, spellings))
        if code == province and code[:2] in MUNICIPALITIES:
            found.append((replace(entry, level=CITY, city=province), spellings))
    return found


def _overseas() -> list[tuple[Entry, tuple[str, ...]]]:
    text = files("aitransparency.deid").joinpath("data/overseas.tsv").read_text("utf-8")
    found: list[tuple[Entry, tuple[str, ...]]] = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        province, level, name, *others = line.split("\t")
        city = None if level == "3" else province[:2] + name
        found.append((Entry(int(level), province, city, name), (name,)))
        if others:
            aliases = tuple(others[0].split("|"))
            found.append((Entry(int(level), province, city, name), aliases))
    return found


def _arrays(names: dict[str, list[Entry]], full: set[str]) -> Gazetteer:
    table = divisions()
    labels: dict[str, int] = {}
    names = {name: entries for name, entries in names.items() if len(name) > 1}
    first, rows = [0], []
    for entries in names.values():
        for entry in dict.fromkeys(entries):
            city = -1
            if entry.city is not None:
                named = table[entry.city].name if entry.city in table else entry.city[2:]
                city = labels.setdefault(named, len(labels))
            rows.append(
                (
                    entry.level,
                    labels.setdefault(table[entry.province].name, len(labels)),
                    city,
                    labels.setdefault(entry.name, len(labels)),
                    entry.rank,
                )
            )
        first.append(len(rows))
    level, province, city_label, label, rank = np.array(rows, np.int64).T
    return Gazetteer(
        Lexicon.of(names),
        np.array(first, np.int64),
        np.array([name in full for name in names], np.bool_),
        level=level,
        province=province,
        city=city_label,
        label=label,
        rank=rank,
        labels=tuple(labels),
    )
