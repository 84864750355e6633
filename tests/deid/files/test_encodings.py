"""Encodings: detected, stated, and every untouched byte comes back.

The codecs are Python's; the texts are common words, half of them in traditional characters.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.files.encodings import Encoding, detect, original_bytes, to_utf8
from aitransparency.deid.files.job import deidentify_file
from aitransparency.errors import FileFormatError, InputError

P, M = "13800138000", "138****8000"
SIMPLE = "姓名,phone,备注\n张三,13800138000,客户要求销户，未留联系方式。\n"
TRADITIONAL = "姓名,phone,備註\n張三,13800138000,客戶要求銷戶，沒有聯絡方式；請儘快處理。\n"


@pytest.mark.parametrize(
    ("text", "codec", "name", "bom"),
    [
        (SIMPLE, "utf-8", "utf-8", ""),
        (SIMPLE, "utf-8-sig", "utf-8", " with BOM"),
        (SIMPLE, "gbk", "gb18030", ""),
        (SIMPLE, "gb2312", "gb18030", ""),
        (SIMPLE.replace("张", "𠮷"), "gb18030", "gb18030", ""),
        (TRADITIONAL, "gbk", "gb18030", ""),
        (TRADITIONAL, "big5", "big5", ""),
        (SIMPLE, "utf-16", "utf-16-le", " with BOM"),
        (SIMPLE, "utf-16-le", "utf-16-le", ""),
        (SIMPLE, "utf-16-be", "utf-16-be", ""),
        ("a,phone\n1,13800138000\n", "ascii", "utf-8", ""),
    ],
)
def test_detected_stated_and_kept_byte_for_byte(tmp_path, phone_plan, text, codec, name, bom):
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_bytes(text.encode(codec))
    report = deidentify_file(source, target, plan=phone_plan)
    assert target.read_bytes() == text.replace(P, M).encode(codec)
    assert report.files[0].encoding == name + bom


def test_an_encoding_can_be_stated(run, phone_plan) -> None:
    data = "phone,é\n13800138000,é\n".encode("latin-1")
    made = run(data, "a.csv", phone_plan, encoding="latin-1")
    assert made == data.replace(P.encode(), M.encode())
    with pytest.raises(InputError, match="utf-88"):
        run(data, "a.csv", phone_plan, encoding="utf-88")


@pytest.mark.parametrize("codec", ["gb18030", "big5", "utf-16-le"])
def test_a_damaged_line_is_one_bad_row_with_its_own_bytes(tmp_path, key, codec) -> None:
    lines = [line.encode(codec) for line in ("姓名,phone\n", "張三,1\n", "X\n", "李四,2\n")]
    wrong = "張,".encode(codec) + {"utf-16-le": b"\x00\xd8"}.get(codec, b"\xff")
    lines[2] = wrong + "\n".encode(codec)
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_bytes(b"".join(lines))
    plan = deid.Plan({"姓名": deid.Redact(), "phone": deid.Redact(label="x")})
    options = deid.FileOptions(encoding=codec)
    with pytest.raises(FileFormatError, match="line 3"):
        deidentify_file(source, target, plan=plan, options=options)
    options = deid.FileOptions(encoding=codec, bad_rows="quarantine")
    report = deidentify_file(source, target, plan=plan, key=key, options=options)
    assert report.quarantined == 1
    assert target.read_bytes().decode(codec) == "姓名,phone\n<REDACTED>,x\n<REDACTED>,x\n"
    ((line, _, data),) = deid.read_quarantine(f"{target}.quarantine.jsonl", key=key)
    assert (line, data) == (3, wrong + b"\n")


def test_a_character_that_the_encoding_lacks_is_refused(run) -> None:
    plan = deid.Plan({"a": deid.Redact(label="简体")})
    with pytest.raises(FileFormatError, match="big5 lacks"):
        run("a\n漢\n".encode("big5"), "a.csv", plan, encoding="big5")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(alphabet='ab,"張三\n\r𠮷', max_size=12), max_size=6),
    st.sampled_from(["gb18030", "utf-16-le", "utf-16-be", "utf-8"]),
    st.integers(1, 9),
)
def test_any_cut_into_blocks_gives_the_text(parts, codec, size) -> None:
    text = "".join(parts)
    data = text.encode(codec)
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(to_utf8(blocks, Encoding(codec))).decode() == text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_no_byte_of_an_undecodable_line_is_lost(data: bytes) -> None:
    for line in data.split(b"\n"):
        made = b"".join(to_utf8([line], Encoding("gb18030")))
        try:
            good = line.decode("gb18030").encode("gb18030") == line
        except UnicodeDecodeError:
            good = False
        if not good:
            assert original_bytes(made) == line


def test_binary_is_refused() -> None:
    with pytest.raises(FileFormatError, match="no text"):
        detect(bytes(range(128, 256)) * 10)
