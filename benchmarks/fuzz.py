"""Fuzz the readers of delimited text and JSON lines, guided by coverage.

    python benchmarks/fuzz.py csv [--seconds 60]
    python benchmarks/fuzz.py json [--seconds 60]

Needs atheris (pip install atheris; Linux), which is in no extra. The readers by arrays lead, for
coverage of compiled loops cannot be seen. What must hold for every input:

csv: good records, bad records and blank lines together are all bytes, in order, without overlap;
compiled loops find the same records.
json: (of each input byte a part of a line is made, for valid lines are rare among random bytes)
a line is bad just where Python's json does not read an object or a line has no value; the
tokens of good lines are in order.

A broken rule ends the run with the traceback and writes the input to a file (libFuzzer's crash-*).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from typing import Any

import atheris
import numpy as np

with atheris.instrument_imports(include=["aitransparency.deid.files"]):
    from aitransparency.deid.files import csv_rows, json_tokens
    from aitransparency.deid.files.csv_dialect import Dialect

DEPTH = 64
WORDS = r"""
"\""
"\"\""
"\",\""
"\\u"
"{\""
"\":"
"true"
"null"
"\x0d\x0a"
"""

PARTS = (b"{", b"}", b"[", b"]", b":", b",", b'"a"', b"1", b"true", b"nul", b"null", b"\n", b" ",
         b'"', b"\\", b'"\\u00', b"4e", b"-", b"0", b".", b"e+1", b'{"b":', b'"]}')  # fmt: skip
BY_LOOPS = False
csv_rows.pays = lambda size: BY_LOOPS


def by_loops(text: bytes, dialect: Dialect, fields: int) -> csv_rows.Rows:
    """Read the records by compiled loops."""
    global BY_LOOPS
    BY_LOOPS = True
    try:
        assert csv_rows.whole_records(text, dialect) == len(text), "other whole records"
        return csv_rows.find_rows(np.frombuffer(text, np.uint8), dialect, fields)
    finally:
        BY_LOOPS = False


def check_csv(given: bytes) -> None:
    """Compare the bytes that records take with the bytes there are."""
    if not given:
        return
    fields = given[0] % 4 + 1
    text = given[1:] + b"\n"
    dialect = Dialect(",;\t|"[given[0] // 4 % 4])
    text = text[: csv_rows.whole_records(text, dialect)]
    if not text:
        return
    data = np.frombuffer(text, np.uint8)
    found = csv_rows.find_rows(data, dialect, fields)
    pieces = [(int(a), int(b)) for a, b in zip(found.start[:, 0], found.last, strict=True)]
    pieces += [(one.start, one.end) for one in found.bad]
    at = 0
    for start, end in sorted(pieces):
        assert start >= at, "two records overlap"
        assert not text[at:start].strip(b"\r\n"), "bytes that no record has"
        assert end >= start
        at = end
    assert not text[at:].strip(b"\r\n"), "bytes behind the last record"
    other = by_loops(text, dialect, fields)
    for name in ("start", "end", "last"):
        assert np.array_equal(getattr(found, name), getattr(other, name)), f"other {name}"
    assert found.bad == other.bad, "other bad records"


def _refuse(name: str) -> Any:  # never returns
    raise ValueError(name)


def is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode(), parse_constant=_refuse), dict)
    except (ValueError, RecursionError):
        return False


def check_json(given: bytes) -> None:
    """Compare each line's verdict with that of Python's json."""
    lines = b"".join(PARTS[byte % len(PARTS)] for byte in given).split(b"\n")
    data = np.frombuffer(b"".join(line + b"\n" for line in lines), np.uint8)
    found = json_tokens.tokens(data, DEPTH)
    for bad, line in zip(found.bad.tolist(), lines, strict=True):
        if line.count(b"{") + line.count(b"[") >= DEPTH:
            continue
        expected = bool(line.strip(b" \t\r")) and not is_object(line)
        assert bad == expected, "another verdict than json's"
    good = ~found.bad[found.line]
    assert (np.diff(found.start[good]) > 0).all(), "tokens out of order"


CHECKS = {"csv": check_csv, "json": check_json}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("reader", choices=CHECKS)
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.NamedTemporaryFile("w", suffix=".dict") as words:
        words.write(WORDS)
        words.flush()
        flags = [f"-max_total_time={asked.seconds}", f"-dict={words.name}", "-max_len=200"]
        atheris.Setup([sys.argv[0], *flags, "-timeout=2"], CHECKS[asked.reader])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
