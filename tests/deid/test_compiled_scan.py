"""The scan by arrays and by compiled loops: the same runs, words and finds."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from generated_texts import texts
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid.column import TextColumn
from aitransparency.deid.recognizers import ALL, CONTRARY_LABELS
from aitransparency.deid.scan.column import Scanner
from aitransparency.deid.scan.text import ScanText

ALPHABET = (
    "0123456789" * 4
    + "xXaAEHMCzZ -._/:@()（）０１９＋－．＠\u200b\u2060\ufeff ，。、；："
    + "年月日一二三零〇幺壹洞\t\n#+%°′Ｘａé😀"
)
PIECES = (
    *("身份证号：", "手机", "订单号", "卡号", "护照", "card no. ", "QQ", "微信", "邮箱", "出生"),
    *("110105", "19491231", "002X", "138", "0013", "8000", "6222021234567894", "a@b.com"),
    *("http://a.cn/u?id=", "2001:db8::1", "10.0.0.1", "00:1A:2B:3C:4D:5E", "粤B12345"),
    *("E12345678", "A123456(3)", "91110000600037341L", "22.543096, 114.057865"),
)
hostile = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.sampled_from(ALPHABET), max_size=8)), max_size=30
).map("".join)


@pytest.fixture(scope="module")
def scanner():
    return Scanner(ALL, CONTRARY_LABELS)


def both(monkeypatch, work):
    """Return what `work` gives by arrays and by compiled loops."""
    results = []
    for compiled in (None, compiled_loops()):
        with monkeypatch.context() as patch:
            for module in ("text", "runs", "column", "overlap"):
                patch.setattr(f"aitransparency.deid.scan.{module}.kernels", lambda c=compiled: c)
            results.append(work())
    return results


def compiled_loops():
    from aitransparency.deid.scan import loops

    return loops


def read(column):
    text = ScanText.of(column)
    return (
        *(text.data, text.removed, text.digits.start, text.digits.length),
        *(text.codes.start, text.codes.length, text.mixed.start, text.handles.start),
        *(text.places(ord(mark)) for mark in ".@:-"),
        text.places(0xC2),
    )


def found(scanner, column):
    hits = scanner.scan(column, [one.entity for one in ALL], 0.05)
    return hits.start, hits.end, hits.entity, hits.score


def assert_same(one, other):
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.one_of(st.none(), hostile), max_size=6))
def test_same_text_runs_and_finds(scanner, rows):
    column = TextColumn.from_strings(rows)
    with pytest.MonkeyPatch.context() as patch:
        assert_same(*both(patch, lambda: read(column)))
        assert_same(*both(patch, lambda: found(scanner, column)))


def test_same_finds_in_many_texts(scanner):
    column = TextColumn.from_strings(texts(3_000, seed=5))
    with pytest.MonkeyPatch.context() as patch:
        one, other = both(patch, lambda: found(scanner, column))
    assert len(one[0]) > 2_000
    assert_same(one, other)


def test_a_slice_of_a_column_is_read_from_its_own_first_byte(scanner):
    rows = texts(50, seed=6)
    part = TextColumn.from_strings(rows)
    part = TextColumn(part.data, part.offsets[10:31])
    with pytest.MonkeyPatch.context() as patch:
        one, other = both(patch, lambda: found(scanner, part))
    assert_same(one, other)
    assert one[0].min() >= part.offsets[0]


def test_short_texts_do_not_load_compiled_loops():
    """In an interpreter of its own: others of this session have loaded them."""
    code = (
        "import sys; from aitransparency import deid;"
        "[deid.find('电话13800138000，张三') for _ in range(20)];"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("turn", range(3))
def test_two_threads_may_load_compiled_loops_at_once(turn):
    code = """
import threading, importlib, sys
import numpy, pyarrow
gate, failed = threading.Barrier(3), []
def load(name):
    gate.wait()
    try:
        importlib.import_module("aitransparency.deid." + name)
    except Exception as error:
        failed.append(error)
names = ("names.kernels", "scan.loops", "addresses.kernels")
threads = [threading.Thread(target=load, args=(name,)) for name in names]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.exit(len(failed))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
