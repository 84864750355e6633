r"""A column as characters: folded, simplified, in lower case, with the way back to the bytes.

Identifiers are ASCII and are searched for in bytes (`scan`); names and addresses are Chinese, and
rules about them speak of characters. One array holds the characters of all rows, with `EDGE`
between rows and `MARGIN` of them at both ends, so that no rule looks at row edges.

>>> from aitransparency.deid.column import TextColumn
>>> characters = Characters.of(TextColumn.from_strings(["臺北Ａ", "b"]))
>>> "".join(map(chr, characters.codes[MARGIN:-MARGIN]))
'台北a\x00b'
>>> characters.origin(np.array([MARGIN]), np.array([MARGIN + 2]))
(array([0]), array([6]))
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints, TextColumn
from aitransparency.deid.compiled import pays
from aitransparency.deid.scan.text import EDGE as _EDGE_BYTE
from aitransparency.deid.scan.text import PADDING, ScanText

Codes = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]

EDGE = 0  # the code between two rows
MARGIN = PADDING  # edges before the first and after the last row
PLANE = 1 << 16  # codes below it have an entry in a table of characters


@cache
def simplified() -> Codes:
    """Return a table, uint32 (65536,), from a code to that of its simplified, lower-case form."""
    table = np.arange(PLANE, dtype=np.uint32)
    table[ord("A") : ord("Z") + 1] += 32
    text = files("aitransparency.deid").joinpath("data/traditional.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            traditional, simple = line.split("\t")
            table[ord(traditional)] = ord(simple)
    for wide, plain in zip("（）：", "():", strict=True):
        table[ord(wide)] = ord(plain)
    table.flags.writeable = False
    return table


def simplify(text: str) -> str:
    """Return a text in the form that `Characters` compares: simplified and in lower case."""
    table = simplified()
    return "".join(chr(table[ord(one)]) if ord(one) < PLANE else one for one in text)


def table_of(characters: str) -> Mask:
    """Return a table, bool (65536,), true at the given characters."""
    table = np.zeros(PLANE, np.bool_)
    table[[ord(one) for one in characters]] = True
    table.flags.writeable = False
    return table


@dataclass(frozen=True, eq=False)
class Characters:
    """The characters of a column.

    Parameters
    ----------
    codes
        uint32 (n,), code points; `EDGE` between rows.
    place
        int64 (n + 1,), where each begins in ``text.data``.
    text
        The folded bytes they were read from.
    edges
        int64, the positions of the edges between rows and of those around them.
    """

    codes: Codes
    place: Ints
    text: ScanText
    edges: Ints

    @classmethod
    def of(cls, column: TextColumn) -> Characters:
        """Decode a column."""
        text = ScanText.of(column)
        return cls._compiled(text) if pays(len(text.data)) else cls._of_arrays(text)

    @classmethod
    def _compiled(cls, text: ScanText) -> Characters:
        from aitransparency.deid import character_kernels

        size = len(text.data)
        codes, place = np.empty(size, np.uint32), np.empty(size + 1, np.int64)
        edges = np.empty(len(text.column) + 2 * MARGIN, np.int64)
        count, edge = character_kernels.read(text.data, simplified(), codes, place, edges)
        return cls(codes[:count], place[: count + 1], text, edges[:edge])

    @classmethod
    def _of_arrays(cls, text: ScanText) -> Characters:
        place = np.flatnonzero((text.data & 0xC0) != 0x80)
        try:
            wide = bytes(text.data).replace(b"\xff", b"\0").decode().encode("utf-32-le")
            codes = np.frombuffer(wide, np.uint32)
        except UnicodeDecodeError:  # Arrow does not check what a producer calls UTF-8
            codes = decoded(text.data, place)
        below = codes < PLANE
        table = simplified()
        codes = table[codes] if below.all() else np.where(below, table[codes % PLANE], codes)
        edges = np.flatnonzero(text.data[place] == _EDGE_BYTE)
        return cls(codes, np.append(place, len(text.data)), text, edges)

    @cached_property
    def plane(self) -> npt.NDArray[np.uint16]:
        """The codes for look-ups in tables of 65,536; rarer characters are the last entry."""
        return np.minimum(self.codes, PLANE - 1).astype(np.uint16)

    @property
    def row_start(self) -> Ints:
        """The first character of each row, int64 (rows,)."""
        return self.edges[MARGIN - 1 : MARGIN - 1 + len(self.text.column)] + 1

    @property
    def row_end(self) -> Ints:
        """The end of each row, int64 (rows,)."""
        return self.edges[MARGIN : MARGIN + len(self.text.column)]

    def row_of(self, position: Ints) -> Ints:
        """Return the row of each character, int64 (m,)."""
        row: Ints = np.searchsorted(self.row_start, position, side="right") - 1
        return row

    def origin(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Return the byte offsets in the column of spans of characters, none of them empty."""
        return self.text.origin(self.place[start], self.place[end])


def decoded(data: Bytes, place: Ints) -> Codes:
    """Return the code point at each lead byte of UTF-8; that of 0xFF is `EDGE`."""
    first = data[place]
    codes = first.astype(np.uint32)
    codes[first == _EDGE_BYTE] = EDGE
    wide = np.flatnonzero((first >= 0xC0) & (first != _EDGE_BYTE))
    if not len(wide):
        return codes
    lead, at = first[wide], place[wide]
    second = data[at + 1].astype(np.uint32) & 0x3F
    third = data[at + 2].astype(np.uint32) & 0x3F  # the padding makes it readable
    made = (lead.astype(np.uint32) & 0x0F) << 12 | second << 6 | third
    two = lead < 0xE0
    if two.any():
        made[two] = (lead[two].astype(np.uint32) & 0x1F) << 6 | second[two]
    four = np.flatnonzero(lead >= 0xF0)
    if len(four):
        fourth = data[at[four] + 3].astype(np.uint32) & 0x3F
        made[four] = (
            (lead[four].astype(np.uint32) & 0x07) << 18
            | second[four] << 12
            | third[four] << 6
            | fourth
        )
    codes[wide] = made
    return codes
