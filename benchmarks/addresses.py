"""Addresses: how fast and how well they are found in text and taken apart, beside peers.

Peers, in the same run: a regular expression of the usual kind (province, city, district, road,
number) with Python's `re`, row by row, for finding; cpca for taking apart, where it is installed
(``pip install cpca``). Data: Faker's Chinese addresses, in notes and alone; with ``--ner FOLDER``
also the sentences of that folder's ``*_dev.jsonl`` (see tests/README.md), in which addresses are
rare.

    python benchmarks/addresses.py --rows 20000
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pyarrow as pa
from faker import Faker

from aitransparency.deid.addresses import parts
from aitransparency.deid.addresses.recognizer import find_addresses
from aitransparency.deid.column import TextColumn
from aitransparency.deid.find import find_column

USUAL = re.compile(
    r"(?:[\u4e00-\u9fa5]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fa5]{2,8}?(?:市|自治州|地区|盟))?"
    r"(?:[\u4e00-\u9fa5]{1,8}?(?:区|县|旗|市))?[\u4e00-\u9fa5]{1,10}?(?:路|街|道|巷|村|镇|小区)"
    r"[\u4e00-\u9fa5A-Za-z0-9]{0,10}?(?:号|栋|幢|座|单元|室)"
)
NOTES = (
    "客户来电反映设备无法启动，已安排师傅上门，地址{a}，请提前联系。",
    "退货寄到{a}，运费到付，订单号20240301556677。",
    "用户咨询还款日与利率，已答复，无其他诉求，后续如有问题再次来电处理。",
    "家住{a}，子女在外地工作，需要每周一次上门随访，血压偏高。",
    "今日会议讨论了上半年工作安排，要求各部门在月底前提交总结报告与下一步计划。",
)


def timed(work, repeats=3):
    best, result = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def faker_addresses(count):
    fake = Faker("zh_CN")
    fake.seed_instance(20_261_125)
    return [fake.address().rsplit(" ", 1)[0] for _ in range(count)]


def usual(texts):
    return [[found.span() for found in USUAL.finditer(text)] for text in texts]


def finding(name, texts, gold):
    """Print speed and, where gold spans are known, how they were found."""
    column = TextColumn.from_strings(texts)
    size = len(column.data) / 1e6
    seconds, found = timed(lambda: find_addresses(column, ("CN_ADDRESS",), 0.5))
    row, start, end = column.locate(found.start, found.end)
    ours = [[] for _ in texts]
    for at, low, high in zip(row.tolist(), start.tolist(), end.tolist(), strict=True):
        ours[at].append((low, high))
    peer_seconds, theirs = timed(lambda: usual(texts), 1)
    for who, took, spans in (("this package", seconds, ours), ("re", peer_seconds, theirs)):
        line = (
            f"{name:<14} {who:<14} {size / took:8.1f} MB/s {seconds and peer_seconds / took:7.1f}x"
        )
        if gold is None:
            total = sum(map(len, spans))
            line += f"   {1000 * total / len(texts):.1f} finds in 1,000 texts"
        else:
            line += "   " + scores(spans, gold)
        print(line)


def scores(spans, gold):
    exact = covered = characters = outside = 0
    for found, true in zip(spans, gold, strict=True):
        exact += true in found if true else 0
        for low, high in found:
            inside = max(0, min(high, true[1]) - max(low, true[0])) if true else 0
            covered += inside
            outside += high - low - inside
        characters += true[1] - true[0] if true else 0
    count = sum(one is not None for one in gold)
    return (
        f"exact {exact / count:.1%}, characters covered {covered / characters:.1%}, "
        f"others redacted {outside / characters:.2%}"
    )


def taking_apart(addresses):
    array = pa.array(addresses)
    seconds, made = timed(lambda: parts(array))
    print(f"{'parts':<14} {'this package':<14} {len(addresses) / seconds:10,.0f} rows/s")
    try:
        import cpca
    except ImportError:
        print("cpca is not installed")
        return
    few = addresses[: min(len(addresses), 5000)]
    peer_seconds, theirs = timed(lambda: cpca.transform(few), 1)
    rate, peer_rate = len(addresses) / seconds, len(few) / peer_seconds
    print(f"{'parts':<14} {'cpca':<14} {peer_rate:10,.0f} rows/s   ratio {rate / peer_rate:,.0f}")
    provinces = made.field("province").to_pylist()[: len(few)]
    same = sum(one == two for one, two in zip(provinces, theirs["省"], strict=True))
    print(f"{'':<14} same province as cpca in {same / len(few):.1%} of {len(few):,} addresses")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--ner", type=Path, help="folder with *_dev.jsonl")
    chosen = parser.parse_args()
    try:
        peer = version("cpca")
    except PackageNotFoundError:
        peer = "none"
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, one thread; pyarrow "
        f"{version('pyarrow')}, numpy {version('numpy')}, Faker {version('faker')}, cpca {peer}; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    addresses = faker_addresses(chosen.rows)
    draw = random.Random(1)
    texts, gold = [], []
    for address in addresses:
        note = draw.choice(NOTES)
        at = note.find("{a}")
        texts.append(note.replace("{a}", address))
        gold.append((at, at + len(address)) if at >= 0 else None)
    find_column(TextColumn.from_strings(texts))  # tables are built before the clock runs
    finding("notes", texts, gold)
    finding("addresses", addresses, [(0, len(one)) for one in addresses])
    if chosen.ner:
        for path in sorted(chosen.ner.glob("*_dev.jsonl")):
            lines = path.read_text("utf-8").splitlines()
            finding(path.stem, [json.loads(line)["text"] for line in lines], None)
    one = TextColumn.from_strings(["寄到红荔路12号3栋502室吧"])
    took, _ = timed(lambda: [find_addresses(one, ("CN_ADDRESS",), 0.5) for _ in range(1000)])
    print(f"{'one text':<14} {'this package':<14} {took:8.3f} ms for 14 characters")
    taking_apart(addresses)


if __name__ == "__main__":
    main()
