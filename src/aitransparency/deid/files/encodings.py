r"""Encodings of text files: detected, stated, and gone back to when the output is written.

Everything between reading and writing is UTF-8. UTF-8 files pass as they are; GB18030 (which holds
GBK and GB 2312), Big5 and UTF-16 are decoded line by line and encoded again, so that lines that
nobody touched get their own bytes back. A line that cannot be decoded, or that would not come back
as it was, is carried as bytes that are no UTF-8, so that it is a bad row further on and nowhere
else. Sources: GB 18030-2022, Big5 as Python's codec of that name, RFC 3629, RFC 2781.

>>> detect("姓名,电话\n".encode("gbk")).name, detect("姓名\n".encode("utf-16")).name
('gb18030', 'utf-16-le')
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from aitransparency.errors import FileFormatError, InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNIT = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}
_GB = frozenset({"gb2312", "gbk", "gb18030", "cp936"})
_LOW_TRAIL = 0.15  # Big5 puts about 40% of trail bytes below 0xA1, text in GB 2312 none


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file spells its characters.

    Parameters
    ----------
    name
        Python's name of the codec.
    bom
        The byte order mark at its head, or nothing.
    stated
        Whether the caller said so; otherwise it was detected.
    """

    name: str
    bom: bytes = b""
    stated: bool = False

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes are UTF-8 already."""
        return self.name == "utf-8"

    def encode(self, utf8: bytes) -> bytes:
        """Return UTF-8 bytes in this encoding.

        Raises
        ------
        FileFormatError
            A replacement holds a character that the encoding lacks.
        """
        if self.is_utf8:
            return utf8
        try:
            return utf8.decode("utf-8").encode(self.name)
        except UnicodeEncodeError:
            raise FileFormatError(
                f"a replacement holds characters that {self.name} lacks; convert the source to "
                "UTF-8 first, or choose another technique"
            ) from None

    def __str__(self) -> str:
        return self.name + (" with BOM" if self.bom else "")


def detect(head: bytes, *, stated: str | None = None) -> Encoding:
    """Return the encoding of a file from its first bytes.

    Parameters
    ----------
    head
        The first bytes, up to a megabyte, and for long files some from further on.
    stated
        The encoding that the caller names; only the BOM is looked for then.

    Raises
    ------
    InputError
        The stated encoding is not known.
    FileFormatError
        The bytes are no text in any encoding known here.
    """
    bom, by_bom = next(((mark, name) for mark, name in _BOMS if head.startswith(mark)), (b"", ""))
    if stated is not None:
        return Encoding(_known(stated, by_bom), bom, stated=True)
    if by_bom:
        return Encoding(by_bom, bom)
    wide = _wide(head)
    if wide:
        return Encoding(wide)
    if _decodes(head, "utf-8"):
        return Encoding("utf-8")
    gb, big5 = _decodes(head, "gb18030"), _decodes(head, "big5")
    if gb and big5:
        return Encoding("big5" if _low_trails(head) > _LOW_TRAIL else "gb18030")
    if gb or big5:
        return Encoding("gb18030" if gb else "big5")
    # A damaged line must not hide what the rest is.
    best = min(("utf-8", "gb18030", "big5"), key=lambda name: _damage(head, name))
    if _damage(head, best) > 0.5:
        raise FileFormatError(
            "the bytes are no text in UTF-8, GB18030, Big5 or UTF-16; name the encoding with "
            "encoding="
        )
    return Encoding(best)


def _known(stated: str, by_bom: str) -> str:
    try:
        name = codecs.lookup(stated).name
    except LookupError:
        raise InputError(f"encoding {stated!r} is not known") from None
    if name in _GB:
        return "gb18030"
    if name in ("utf-16", "utf-32"):
        return by_bom or f"{name}-le"
    return "utf-8" if name in ("utf-8-sig", "ascii") else name


def _wide(head: bytes) -> str:
    """Return the UTF-16 that a text without BOM is in: every second byte of its ASCII is zero."""
    units = np.frombuffer(head[: len(head) // 2 * 2], np.uint8).reshape(-1, 2)
    if len(units) < 2:
        return ""
    high, low = (units[:, 0] == 0).mean(), (units[:, 1] == 0).mean()
    if max(high, low) < 0.05 or min(high, low) > max(high, low) / 4:
        return ""
    name = "utf-16-le" if low > high else "utf-16-be"
    return name if _decodes(head, name) else ""


def _decodes(head: bytes, name: str, *, whole: bool = False) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(head, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _damage(head: bytes, name: str) -> float:
    lines = head.split(b"\n")
    bad = sum(not _decodes(line, name, whole=True) for line in lines[:20_000])
    return bad / min(len(lines), 20_000)


def _low_trails(head: bytes) -> float:
    """Return the share of double bytes whose second byte is below 0xA1."""
    low = total = place = 0
    while place < len(head) - 1:
        if head[place] < 0x80:
            place += 1
            continue
        total += 1
        low += head[place + 1] < 0xA1
        place += 2
    return low / max(total, 1)


def to_utf8(blocks: Iterable[bytes], encoding: Encoding) -> Iterator[bytes]:
    """Yield blocks as UTF-8; lines that cannot be decoded become bytes that are not UTF-8."""
    if encoding.is_utf8:
        yield from blocks
        return
    unit = _UNIT.get(encoding.name, 1)
    newline = "\n".encode(encoding.name)
    pending = b""
    for block in blocks:
        pending += block
        at = _last(pending, newline, unit)
        if at > 0:
            yield _lines(pending[:at], encoding.name, newline)
            pending = pending[at:]
    if pending:
        yield _lines(pending, encoding.name, newline)


def _last(data: bytes, newline: bytes, unit: int) -> int:
    """Return the place behind the last newline that begins on a code unit, or 0."""
    at = data.rfind(newline)
    while at >= 0 and at % unit:
        at = data.rfind(newline, 0, at + len(newline) - 1)
    return at + unit if at >= 0 else 0


def _lines(data: bytes, name: str, newline: bytes) -> bytes:
    try:
        text = data.decode(name)
        if text.encode(name) == data:
            return text.encode()
    except UnicodeError:
        pass
    unit = len(newline)
    lines, start = [], 0
    while start < len(data):
        at = data.find(newline, start)
        while at >= 0 and at % unit:
            at = data.find(newline, at + 1)
        end = at + unit if at >= 0 else len(data)
        lines.append(_line(data[start:end], name, newline))
        start = end
    return b"".join(lines)


def _line(line: bytes, name: str, newline: bytes) -> bytes:
    try:
        text = line.decode(name)
        if text.encode(name) == line:
            return text.encode()
    except UnicodeError:
        pass
    body = line.removesuffix(newline)
    end = b"\n" if len(body) < len(line) else b""
    # Lone surrogates are no UTF-8 (RFC 3629, section 3); none of their bytes means anything else.
    escaped = "".join(chr(0xDC00 + byte) for byte in body)
    return escaped.encode("utf-8", "surrogatepass") + end


def original_bytes(record: bytes) -> bytes:
    """Return the bytes of a line that `to_utf8` could not decode; other records as they are."""
    try:
        text = record.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return record
    if not any("\udc00" <= letter <= "\udcff" for letter in text):
        return record
    return b"".join(
        bytes([ord(letter) - 0xDC00])
        if "\udc00" <= letter <= "\udcff"
        else letter.encode("utf-8", "surrogatepass")
        for letter in text
    )
