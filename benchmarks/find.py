"""Find and redact identifiers: speed beside Presidio on the same texts and the same spans.

Run: python benchmarks/find.py [--megabytes 100] [--peer-megabytes 0.3] [--threads 2]

The texts are Chinese service notes made from a seed: half an identifier to two per 100 characters,
with look-alikes (order numbers, amounts, timestamps, tracking numbers, versions). Ten megabytes are
made and repeated up to the size asked for. Four ways find and replace them:

* aitransparency: `find_column` and `replace_spans`, over Arrow;
* Presidio: AnalyzerEngine and AnonymizerEngine with one PatternRecognizer per entity, the way
  Presidio's own country recognizers are written (a regular expression and a check in Python), and
  an NLP engine that does nothing, its fastest. Words around a number are looked at by lookbehind,
  and only for the forms that the notes have, so it does less than our recognizers;
* `deid.analyzer()` and AnonymizerEngine: the same recognizers as `find`, text by text;
* plain `re` and checks, without Presidio.

Before anything is timed, all spans of the peer's part are compared; a difference ends the run.
Further tables: validation alone, hostile texts at four lengths (time should grow as the length),
and memory.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import random
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version

import numpy as np
import psutil
import pyarrow as pa
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_anonymizer import AnonymizerEngine

from aitransparency import deid
from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import ENTITIES
from aitransparency.deid.find import find_column
from aitransparency.deid.presidio import PlainNlpEngine, SpanRecognizer
from aitransparency.deid.recognizers import ALL
from aitransparency.deid.recognizers.resident_id import levels
from aitransparency.deid.replace import replace_spans
from find_peer import peer_engine, plain_spans

find_module = importlib.import_module("aitransparency.deid.find")
IDENTIFIERS = tuple(one.entity for one in ALL)  # without names and addresses
DIVISIONS = ("110101", "310104", "440305", "510104", "330106", "420111", "610104", "350203")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
FILLERS = (
    "客户反映设备无法启动，已安排师傅上门检查。",
    "用户表示账单有疑问，希望尽快核实处理。",
    "住户在三栋二单元，家里只有老人，请提前联系。",
    "已电话回访，客户对处理结果表示满意。",
    "系统提示网络异常，重启后恢复正常。",
    "该笔业务需要补充材料，已通知客户本周内提交。",
    "由于天气原因配送延误，客户表示理解。",
    "经核实为误操作，已指导客户重新登录。",
)


def resident_id(rng: random.Random) -> str:
    body = (
        f"{rng.choice(DIVISIONS)}{rng.randrange(1950, 2010)}{rng.randrange(1, 13):02d}"
        f"{rng.randrange(1, 29):02d}{rng.randrange(1000):03d}"
    )
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def mobile(rng: random.Random) -> str:
    digits = rng.choice(("138", "139", "150", "177", "188", "199")) + f"{rng.randrange(10**8):08d}"
    way = rng.randrange(4)
    if way == 0:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    if way == 1:
        return f"+86 {digits}"
    return digits


def bank_card(rng: random.Random) -> str:
    body = "622" + "".join(rng.choice("0123456789") for _ in range(rng.choice((12, 15))))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    digits = body + str(-total % 10)
    if len(digits) == 16 and rng.random() < 0.3:
        return " ".join(digits[at : at + 4] for at in range(0, 16, 4))
    return digits


def hong_kong(rng: random.Random) -> str:
    letter, digits = rng.choice("ABCDGHKPRVYZ"), f"{rng.randrange(10**6):06d}"
    total = 36 * 9 + (ord(letter) - 55) * 8
    total += sum(int(digit) * weight for digit, weight in zip(digits, range(7, 1, -1), strict=True))
    check = -total % 11
    return f"{letter}{digits}({'A' if check == 10 else check})"


def social_credit(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91{rng.choice(DIVISIONS)}MA" + "".join(rng.choice(alphabet) for _ in range(7))
    total = sum(alphabet.index(one) * pow(3, place, 31) for place, one in enumerate(body))
    return body + alphabet[-total % 31]


SAID = (  # a few words, and the identifier behind them
    ("联系电话", mobile),
    ("手机号：", mobile),
    ("来电号码", mobile),
    ("回拨", mobile),
    ("身份证号：", resident_id),
    ("证件号码", resident_id),
    ("银行卡号", bank_card),
    ("退款至卡号：", bank_card),
    (
        "邮箱",
        lambda rng: f"{rng.choice(('wang', 'li.na', 'zh_ang'))}{rng.randrange(9999)}@example.com",
    ),
    ("座机", lambda rng: f"0755-{rng.randrange(2, 9)}{rng.randrange(10**7):07d}"),
    ("车牌", lambda rng: f"粤B{rng.randrange(10**5):05d}"),
    ("车牌号：", lambda rng: f"京AD{rng.randrange(10**5):05d}"),
    ("登录IP：", lambda rng: ".".join(str(rng.randrange(10, 250)) for _ in range(4))),
    ("邮编：", lambda rng: f"518{rng.randrange(1000):03d}"),
    ("QQ：", lambda rng: f"{rng.randrange(10**6, 10**9)}"),
    ("微信号：", lambda rng: f"{rng.choice(('wx', 'abc'))}_{rng.randrange(10**5, 10**8)}"),
    ("护照号", lambda rng: f"E{rng.randrange(10**8):08d}"),
    ("香港身份证", hong_kong),
    ("统一社会信用代码：", social_credit),
    ("设备MAC：", lambda rng: ":".join(f"{rng.randrange(256):02X}" for _ in range(6))),
    (
        "出生日期：",
        lambda rng: (
            f"{rng.randrange(1950, 2010)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        ),
    ),
    ("住院号：", lambda rng: f"ZY{rng.randrange(10**7, 10**8)}"),
)
LOOKS_ALIKE = (
    lambda rng: f"订单号2024{rng.randrange(10**14):014d}，",
    lambda rng: f"金额{rng.randrange(10, 99999)}.{rng.randrange(100):02d}元，",
    lambda rng: f"下单时间2024{rng.randrange(101, 128):04d}{rng.randrange(10**6):06d}，",
    lambda rng: f"运单号SF{rng.randrange(10**12, 10**13)}，",
    lambda rng: f"固件版本{rng.randrange(9)}.{rng.randrange(9)}.{rng.randrange(99)}，",
    lambda rng: f"共{rng.randrange(1, 99)}件，",
    lambda rng: f"工单{rng.randrange(10**8, 10**9)}，",
)


def note(rng: random.Random) -> str:
    """Return one note of about 60 to 160 characters."""
    pieces = [rng.choice(SURNAMES), rng.choice(("先生", "女士")), "来电，"]
    for _ in range(rng.randrange(2, 5)):
        pieces.append(rng.choice(FILLERS))
        if rng.random() < 0.6:
            words, make = rng.choice(SAID)
            pieces += [words, make(rng), rng.choice("，。；")]
        if rng.random() < 0.5:
            pieces.append(rng.choice(LOOKS_ALIKE)(rng))
    return "".join(pieces)


def notes(megabytes: float, seed: int = 3) -> list[str]:
    """Return notes of about this many megabytes of UTF-8."""
    rng = random.Random(seed)
    made, size = [], 0
    while size < megabytes * 1e6:
        made.append(note(rng))
        size += len(made[-1].encode())
    return made


def redact(column: TextColumn) -> pa.Array:
    """Return the column with every find replaced by its entity's name."""
    found = find_column(column, entities=IDENTIFIERS)
    names = pa.array([f"<{name}>" for name in ENTITIES], pa.large_string())
    return replace_spans(column, found, names.take(pa.array(found.entity)))


def timed(work: Callable[[], object], times: int = 3) -> float:
    """Return the median of the seconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


class Peak:
    """The most memory above the level at the start, megabytes, sampled every 5 ms."""

    def __enter__(self) -> Peak:
        self._process = psutil.Process()
        self._base = self._process.memory_info().rss
        self.megabytes = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._stop.wait(0.005):
            grown = (self._process.memory_info().rss - self._base) / 1e6
            self.megabytes = max(self.megabytes, grown)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def same_spans(texts: list[str], engine) -> int:
    """Compare the spans of all ways on the peer's texts; return how many there are."""
    ours: dict[int, list[tuple[int, int, str]]] = {row: [] for row in range(len(texts))}
    for span in deid.find(texts, entities=IDENTIFIERS):
        ours[span.row].append((span.start, span.end, span.entity))
    differ = []
    for row, text in enumerate(texts):
        theirs = sorted(
            (one.start, one.end, one.entity_type) for one in engine.analyze(text, language="zh")
        )
        if theirs != ours[row]:
            differ.append((row, text, sorted(set(theirs) ^ set(ours[row]))))
        plain = sorted(plain_spans(text))
        if plain != ours[row]:
            differ.append((row, text, sorted(set(plain) ^ set(ours[row]))))
    if differ:
        row, text, spans = differ[0]
        made_up = [(text[start:end], entity) for start, end, entity in spans]
        sys.exit(f"{len(differ)} of {len(texts)} notes differ; note {row}: {text!r}: {made_up}")
    return sum(map(len, ours.values()))


def analyzer_of(entities: tuple[str, ...]) -> AnalyzerEngine:
    """Return `deid.analyzer()` for these entities."""
    registry = RecognizerRegistry(
        recognizers=[SpanRecognizer(entities, min_score=0.5)], supported_languages=["zh"]
    )
    return AnalyzerEngine(
        registry=registry, nlp_engine=PlainNlpEngine(), supported_languages=["zh"]
    )


def through_presidio(texts: list[str], analyzer) -> None:
    anonymizer = AnonymizerEngine()
    for text in texts:
        anonymizer.anonymize(text, analyzer.analyze(text, language="zh"))


def through_re(texts: list[str]) -> None:
    for text in texts:
        pieces, last = [], 0
        for start, end, entity in sorted(plain_spans(text)):
            pieces += [text[last:start], f"<{entity}>"]
            last = end
        pieces.append(text[last:])
        "".join(pieces)


def table(rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> None:
    rows = list(rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells))
    print()


def find_and_redact(megabytes: float, peer_megabytes: float) -> None:
    made = notes(min(megabytes, 10))
    one = pa.array(made, pa.large_string())
    times = max(round(megabytes / 10), 1)
    column = TextColumn.from_arrow(pa.concat_arrays([one] * times))
    size = len(column.data) / 1e6
    peer = notes(peer_megabytes, seed=4)
    peer_size = sum(len(text.encode()) for text in peer) / 1e6
    engine = peer_engine()
    spans = same_spans(peer, engine)
    characters = sum(map(len, peer))
    print(f"{len(peer):,} notes of the peer's part: {spans:,} spans, the same in all ways")
    print(f"{100 * spans / characters:.2f} identifiers per 100 characters\n")

    rows = [("find and redact", "MB", "MB/s", "times Presidio")]
    through_presidio(peer[:50], engine)
    presidio = peer_size / timed(lambda: through_presidio(peer, engine))
    ours_presidio = analyzer_of(IDENTIFIERS)
    through_presidio(peer[:50], ours_presidio)
    with_ours = peer_size / timed(lambda: through_presidio(peer, ours_presidio), 1)
    plain = peer_size / timed(lambda: through_re(peer))
    redact(TextColumn.from_arrow(one))
    speeds = {}
    for threads in (1, 2):
        find_module._THREADS = threads
        speeds[threads] = size / timed(lambda: redact(column))
    for name, amount, speed in (
        ("Presidio, a PatternRecognizer each", peer_size, presidio),
        ("Presidio, deid.analyzer()", peer_size, with_ours),
        ("plain re", peer_size, plain),
        ("aitransparency, 1 thread", size, speeds[1]),
        ("aitransparency, 2 threads", size, speeds[2]),
    ):
        rows.append((name, f"{amount:.1f}", f"{speed:.2f}", f"{speed / presidio:.1f}"))
    table(rows)
    memory(one)


def memory(one: pa.Array) -> None:
    rows = [("memory of a search", "input MB", "MB above the input")]
    for times in (1, 4, 8):
        column = TextColumn.from_arrow(pa.concat_arrays([one] * times))
        with Peak() as peak:
            find_column(column, entities=IDENTIFIERS)
        rows.append(("find", f"{len(column.data) / 1e6:.0f}", f"{peak.megabytes:.0f}"))
    table(rows)
    print(f"chunk scanned at a time: {find_module._PART / 1e6:.0f} MB a thread\n")


def validation(count: int = 2_000_000) -> None:
    rng = np.random.default_rng(1)
    characters = rng.integers(48, 58, (count, 18), np.uint8)
    real = np.frombuffer(
        "".join(resident_id(random.Random(n)) for n in range(1000)).encode(), np.uint8
    )
    characters[: count // 2] = np.resize(real.reshape(-1, 18), (count // 2, 18))
    seconds = timed(lambda: levels(characters), 5)
    table(
        [
            ("validation alone, one core", "candidates", "million a second"),
            ("resident ID, half of them valid", f"{count:,}", f"{count / seconds / 1e6:.1f}"),
        ]
    )


HOSTILE = {
    "digits": "7",
    "1381381381…": "138",
    "phones with hyphens": "138-0013-8000-",
    "zero-width characters": "\u200b",
    "digits and zero-width": "1\u200b",
    "@": "@",
    "a@": "a@",
    "dots and digits": "1.",
    "colons and hex": "a:",
    "http://": "http://",
    "Chinese numerals": "一三八",
    "labels": "手机号",
    "hyphens": "-",
    "letters": "a",
}


def hostile(size: int) -> None:
    sizes = [size * times for times in (1, 2, 4, 8)]
    heads = [f"s at {one / 1e6:g} MB" for one in sizes]
    rows = [("hostile text, one row", *heads, "8 times as long takes")]
    for name, piece in HOSTILE.items():
        taken = []
        for one in sizes:
            text = piece * (one // len(piece.encode()))
            column = TextColumn.from_strings([text])
            taken.append(timed(lambda column=column: find_column(column, entities=IDENTIFIERS), 3))
        rows.append((name, *(f"{one:.3f}" for one in taken), f"{taken[-1] / taken[0]:.1f}"))
    table(rows)


def small() -> None:
    rows = [("one short text", "ms, median of 300")]
    for text in ("今天天气很好，我们去公园玩。", note(random.Random(5)), note(random.Random(8))):
        deid.find(text, entities=IDENTIFIERS)
        seconds = timed(lambda text=text: deid.find(text, entities=IDENTIFIERS), 300)
        rows.append((f"{len(text)} characters", f"{seconds * 1000:.2f}"))
    table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--peer-megabytes", type=float, default=0.3)
    parser.add_argument("--hostile-megabytes", type=float, default=1)
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, pyarrow {pa.__version__},")
    print(f"presidio-analyzer {version('presidio-analyzer')}, {os.cpu_count()} cores,")
    print(f"load {os.getloadavg()[0]:.1f} at the start\n")
    find_and_redact(arguments.megabytes, arguments.peer_megabytes)
    validation()
    hostile(int(arguments.hostile_megabytes * 1e6))
    small()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory of the whole run: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
