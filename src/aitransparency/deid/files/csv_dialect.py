r"""The dialect of a delimited file: delimiter, quote and line ending, detected or stated.

RFC 4180 is the base (fields in quotes, a quote in them doubled); any delimiter of one byte, LF,
CRLF or CR line endings, and files without quoting are read too.

>>> detect(b"a;b;c\r\n1;2;3\r\n")
Dialect(delimiter=';', quote='"', newline='\n')
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from aitransparency.errors import InputError

_DELIMITERS = (",", "\t", ";", "|", "\x01", "^")
_SAMPLE_RECORDS = 200


@dataclass(frozen=True)
class Dialect:
    r"""How records and fields are told apart.

    Parameters
    ----------
    delimiter
        One ASCII character between fields; "" where a line is one field.
    quote
        One ASCII character around fields that hold others; "" where there is no quoting.
    newline
        "\n" (a "\r" before it belongs to the line ending) or "\r".
    """

    delimiter: str = ","
    quote: str = '"'
    newline: str = "\n"

    def __post_init__(self) -> None:
        for name, value in (("delimiter", self.delimiter), ("quote", self.quote)):
            good = len(value) <= 1 and (value.isascii() and value not in ("\n", "\r"))
            if not good:
                raise InputError(f"{name} is one ASCII character or nothing, not a line ending")
        if self.newline not in ("\n", "\r"):
            raise InputError(r"newline is '\n' or '\r'")
        if self.delimiter and self.delimiter == self.quote:
            raise InputError("delimiter and quote are two characters")

    @property
    def codes(self) -> tuple[int, int, int]:
        """The bytes of delimiter, quote and newline; -1 where there is none."""
        return (
            ord(self.delimiter) if self.delimiter else -1,
            ord(self.quote) if self.quote else -1,
            ord(self.newline),
        )

    @cached_property
    def field(self) -> re.Pattern[bytes]:
        """One field and what ends it, for text whose quotes do not stand as they should.

        Group 1 is what stands behind a closing quote and should not; group 2 the end.
        """
        delimiter = re.escape(self.delimiter.encode()) or re.escape(self.newline.encode())
        quote, newline = re.escape(self.quote.encode()), re.escape(self.newline.encode())
        stop = b"[^" + delimiter + newline + b"]*"
        end = b"(" + delimiter + b"|" + newline + rb"|\Z)"
        if not quote:
            return re.compile(stop + b"()" + end)
        other = b"[^" + quote + b"]*"
        # The group is atomic: what an unclosed quote swallowed is not given back.
        quoted = quote + b"(?>" + other + b"(?:" + quote * 2 + other + b")*)" + quote
        plain = b"(?!" + quote + b")" + stop
        unclosed = quote + rb"[\s\S]*\Z"
        return re.compile(
            b"(?:" + quoted + b"(" + stop + b")|" + plain + b"|" + unclosed + b")" + end
        )

    def __str__(self) -> str:
        ending = {"\n": "LF or CRLF", "\r": "CR"}[self.newline]
        return f"delimiter {self.delimiter!r}, quote {self.quote!r}, lines end in {ending}"


def detect(
    head: bytes, *, delimiter: str | None = None, quote: str | None = None, tabs: bool = False
) -> Dialect:
    """Return the dialect of UTF-8 text from its head.

    Parameters
    ----------
    head
        The first bytes of the file.
    delimiter, quote
        What the caller states; None where it is to be detected.
    tabs
        Whether the file's name says that tabs are the delimiters.
    """
    newline = "\r" if b"\r" in head and b"\n" not in head else "\n"
    marks = '"' if quote is None else quote
    if delimiter is not None:
        return Dialect(delimiter, marks, newline)
    order = ("\t", *(one for one in _DELIMITERS if one != "\t")) if tabs else _DELIMITERS
    scored = [(_agreement(head, Dialect(one, marks, newline)), one) for one in order]
    best = max(score for score, _ in scored)
    chosen = next(one for score, one in scored if score == best) if best > 0 else order[0]
    return Dialect(chosen, marks, newline)


def _agreement(head: bytes, dialect: Dialect) -> float:
    """Return how well records agree on a number of fields above one, 0 to 1, and a bit for more."""
    counts: list[int] = []
    fields, place = 1, 0
    while place < len(head) and len(counts) < _SAMPLE_RECORDS:
        match = dialect.field.match(head, place)
        if match is None or not match[2]:
            break
        if match[2] == dialect.newline.encode():
            if fields > 1 or match.end() - place > 2:
                counts.append(fields)
            fields = 1
        else:
            fields += 1
        place = match.end()
    else:
        fields = 0
    if not counts and fields > 1:
        counts.append(fields)
    if not counts:
        return 0.0
    common, times = Counter(counts).most_common(1)[0]
    return 0.0 if common == 1 else times / len(counts) + min(common, 1000) / 1e6
