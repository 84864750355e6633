"""The identity columns of a table looked for in its free text: the values of a row in that row.

What no model can know, the row says: whose note it is. A value is found in full however it is
written apart; a person in the ways of `known.names`; a phone, an ID or a card by its last four or
six digits beside a word that says so; an address without its province and city.

>>> from aitransparency.deid.column import TextColumn
>>> batch = pa.record_batch({"phone": ["13800138000"], "note": ["尾号8000来电，回拨138 0013 8000"]})
>>> column = TextColumn.from_arrow(batch.column("note"))
>>> links = in_rows(column, batch, {"phone": "CN_MOBILE_PHONE"})
>>> links.start.tolist(), links.part.tolist()
([6, 25], [True, False])
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.addresses import parts
from aitransparency.deid.addresses.elements import among
from aitransparency.deid.characters import Characters, Mask, simplify, table_of
from aitransparency.deid.column import Ints, TextColumn
from aitransparency.deid.forms import spell
from aitransparency.deid.known.compact import Compact, Values, own_places
from aitransparency.deid.known.names import Found, in_full, is_chinese, named
from aitransparency.deid.lexicon import Lexicon
from aitransparency.deid.text import as_text

_SHORTEST = 4  # characters of a value that is no name
_NUMBER = 7  # characters from which a value has a tail
_TAILS = (4, 6)
_TAIL_REACH = 5  # characters between the word and the digits
_BETWEEN = table_of(" :是为()\"'“”「」的号码数[]【】*x-.")
_DIGITS = table_of("0123456789x")


@dataclass(frozen=True, eq=False)
class Links:
    """Values of identity columns in a text column, ordered by start, none overlapping.

    Parameters
    ----------
    start, end
        int64 (m,), byte offsets into the text column.
    row
        int64 (m,), the row of the text.
    column
        int64 (m,), which of the identity columns.
    part
        bool (m,), true where only some digits of the value stand there.
    source
        int64 (m,), the row whose value it is.
    """

    start: Ints
    end: Ints
    row: Ints
    column: Ints
    part: Mask
    source: Ints

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def none(cls) -> Links:
        """Return no links."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty, empty, empty, empty.astype(np.bool_), empty)

    def with_others(self, others: Links) -> Links:
        """Return these links and others, overlapping ones made one."""
        both = Links(
            np.concatenate([self.start, others.start]),
            np.concatenate([self.end, others.end]),
            np.concatenate([self.row, others.row]),
            np.concatenate([self.column, others.column]),
            np.concatenate([self.part, others.part]),
            np.concatenate([self.source, others.source]),
        )
        return apart(both) if len(both) else both

    def take(self, index: npt.NDArray[Any]) -> Links:
        """Return the links at the given positions or under the given mask."""
        return Links(
            self.start[index],
            self.end[index],
            self.row[index],
            self.column[index],
            self.part[index],
            self.source[index],
        )


def in_rows(
    column: TextColumn, batch: pa.RecordBatch, identities: Mapping[str, str | None]
) -> Links:
    """Find the values of the identity columns of each row in the text of the row.

    Parameters
    ----------
    column
        The text of n rows.
    batch
        The n rows as they came in.
    identities
        Column name to its entity, or None where the finder has no name for it.
    """
    text = Compact.of(Characters.of(column))
    told = _Told.of(text)
    found, columns, partial = [], [], []
    for number, (name, entity) in enumerate(identities.items()):
        values = batch.column(batch.schema.get_field_index(name))
        whole, tails = _of_column(text, told, values, entity)
        for part, is_part in ((whole, False), (tails, True)):
            found.append(part)
            columns.append(np.full(len(part.row), number, np.int64))
            partial.append(np.full(len(part.row), is_part, np.bool_))
    together = Found.concat(found)
    if not len(together.row):
        return Links.none()
    start, end = text.text.origin(together.start, together.end)
    links = Links(
        start, end, together.row, np.concatenate(columns), np.concatenate(partial), together.row
    )
    return apart(links)


def apart(links: Links) -> Links:
    """Return links that do not overlap: those that do become one, of the best of them.

    A whole value is better than some digits, then the longer, then whose source is known.
    """
    links = links.take(np.lexsort((links.end, links.start)))
    opens = np.ones(len(links), np.bool_)
    opens[1:] = links.start[1:] >= np.maximum.accumulate(links.end)[:-1]
    if opens.all():
        return links
    first = np.flatnonzero(opens)
    end = np.maximum.reduceat(links.end, first)
    cluster = np.cumsum(opens) - 1
    order = np.lexsort(
        (links.column, links.source < 0, links.start - links.end, links.part, cluster)
    )
    best = links.take(order[np.searchsorted(cluster[order], np.arange(len(first)))])
    return replace(best, start=links.start[first], end=end)


def _of_column(
    text: Compact, told: _Told, values: pa.Array, entity: str | None
) -> tuple[Found, Found]:
    """Return where the values of one column stand, in full and by their last digits."""
    spelled = spell(as_text(values), entity)
    own = Values.of(TextColumn.from_arrow(spelled))
    nothing = Found.concat([])
    if entity == "PERSON":
        full = [named(text, own)]
        full += [in_full(text, one) for one in _name_parts(spelled, own)]
        return Found.concat(full), nothing
    long = own.only(own.size >= _SHORTEST)
    full = [in_full(text, long)]
    if entity == "CN_ADDRESS":
        full.append(in_full(text, _without_divisions(text, spelled, long)))
        return Found.concat(full), nothing
    if entity == "CN_RESIDENT_ID":
        full.append(in_full(text, _first_generation(text, own)))
    if entity == "CN_LANDLINE_PHONE":
        local = pc.replace_substring_regex(spelled, r"^0(?:10|2\d|[3-9]\d\d)", "")
        full.append(in_full(text, Values.of(TextColumn.from_arrow(local)).only(own.size > 9)))
    return Found.concat(full), told.tails(own)


def _without_divisions(text: Compact, spelled: pa.Array, own: Values) -> Values:
    """Return the addresses without province, city and district, of rows that can hold them.

    An address ends as its rest ends: only where its last two characters stand is it taken apart.
    """
    rows = np.unique(own_places(text, own.ends(2))[0])
    rest = parts(spelled.take(pa.array(rows))).field("rest")
    values = Values.of(TextColumn.from_arrow(rest), rows)
    return values.only(values.size >= _SHORTEST)


def _first_generation(text: Compact, own: Values) -> Values:
    """Return IDs of 18 characters born in the 20th century as the 15 digits they once were."""
    own = own.only((own.size == 18) & (text.digits >= 15))
    cells = own.first(18)
    old = np.flatnonzero((cells[:, 6] == ord("1")) & (cells[:, 7] == ord("9")))
    short = np.concatenate([cells[old, :6], cells[old, 8:17]], axis=1)
    return Values.of_matrix(short, own.rows[old])


def _name_parts(names: pa.Array, own: Values) -> list[Values]:
    """Return the two parts of names with a dot or blank, and the parts the other way round."""
    length = pc.fill_null(pc.utf8_length(names), 0).to_numpy()
    rows = np.flatnonzero(~(is_chinese(own) & (length == own.size)))
    names = names.take(pa.array(rows))
    split = pc.extract_regex(names, r"^(?P<first>[^\s·•‧・∙]{2,})[\s·•‧・∙]+(?P<last>\S.+)$")
    first, last = split.field("first"), split.field("last")
    turned = pc.binary_join_element_wise(last, first, pa.scalar("", names.type))
    made = []
    for one in (first, last, turned):
        values = Values.of(TextColumn.from_arrow(pc.if_else(split.is_valid(), one, None)), rows)
        cells = values.first(2)
        chinese = cells[:, 0] >= 0x3400
        made.append(values.only(values.size >= np.where(chinese, 2, _SHORTEST)))
    return made


@cache
def _words() -> tuple[Lexicon, Lexicon]:
    words = tomllib.loads(
        files("aitransparency.deid").joinpath("known/words.toml").read_text("utf-8")
    )
    before, after = (
        Lexicon.of([simplify(one) for one in words[name] if len(one) > 1])
        for name in ("tail_before", "tail_after")
    )
    return before, after


@dataclass(frozen=True, eq=False)
class _Told:
    """Runs of four and of six digits beside a word that says they are the last of a number.

    Parameters
    ----------
    text
        The text they stand in.
    start, end, row
        int64 (m,); positions of characters.
    """

    text: Characters
    start: Ints
    end: Ints
    row: Ints

    @classmethod
    def of(cls, compact: Compact) -> _Told:
        """Find them."""
        text = compact.text
        before, after = _words()
        digit = _DIGITS[text.plane]
        edges = np.flatnonzero(digit[1:] != digit[:-1]) + 1
        start, end = edges[::2], edges[1::2]
        short = np.flatnonzero(np.isin(end - start, _TAILS))
        start, end = start[short], end[short]
        reach = np.arange(min(before.lengths), max(before.lengths) + _TAIL_REACH + 1)
        near = (start[:, None] - reach).reshape(-1)
        which, word = before.at(text.codes, near)
        cue_end = np.sort(near[which] + before.sizes[word])
        near = np.concatenate([end, end + 1])
        cue_start = near[after.at(text.codes, near)[0]]
        told = _told(text, cue_end, start) | _near(cue_start, end)
        start, end = start[told], end[told]
        row = text.row_of(start)
        inside = np.flatnonzero((row >= 0) & (row < len(text.row_start)))
        return cls(text, start[inside], end[inside], row[inside])

    def tails(self, own: Values) -> Found:
        """Return those that are the last digits of the value of their row."""
        long = np.flatnonzero(own.size[self.row] >= _NUMBER)
        start, end, row = self.start[long], self.end[long], self.row[long]
        parts = []
        for count in _TAILS:
            here = np.flatnonzero(end - start == count)
            cells = self.text.codes[start[here][:, None] + np.arange(count)]
            same = (cells == own.take(row[here]).last(count)).all(axis=1)
            parts.append(Found(row[here], start[here], end[here]).take(same))
        return Found.concat(parts)


def _told(text: Characters, cue_end: Ints, start: Ints) -> Mask:
    """Return whether a cue ends right before each place, with little between."""
    if not len(cue_end):
        return np.zeros(len(start), np.bool_)
    nearest = np.searchsorted(cue_end, start, side="right") - 1
    gap = start - cue_end[np.maximum(nearest, 0)]
    told = (nearest >= 0) & (gap <= _TAIL_REACH)
    for offset in range(1, _TAIL_REACH + 1):
        told &= (offset > gap) | _BETWEEN[text.plane[start - offset]]
    return told


def _near(cue_start: Ints, end: Ints) -> Mask:
    """Return whether a cue begins at most one character after each place."""
    near: Mask = among(end, cue_start) | among(end + 1, cue_start)
    return near
