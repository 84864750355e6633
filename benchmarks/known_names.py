"""Names already known: what row linking leaves and takes, and how fast it is, beside plain loops.

A table of made-up people (Faker) with notes that name them in several written forms: how many full
names, phones and IDs are left after row linking, and after two peers in the same run: a loop over
rows with `str.replace`, and one Aho-Corasick automaton per batch (ahocorasick-rs, where installed)
over the values as they are written in their columns. False alarms: the same people beside
texts that do not speak of them (``--texts FILE.jsonl`` with `text` and `spans`, else notes without
names); a link that lies in no PERSON of the text is one.

    python benchmarks/known_names.py --rows 20000
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import time
import unicodedata
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
from faker import Faker

from aitransparency.deid.column import TextColumn
from aitransparency.deid.known.rows import in_rows
from aitransparency.deid.replace import replace_spans
from aitransparency.deid.spans import Candidates

IDENTITIES = {"name": "PERSON", "phone": "CN_MOBILE_PHONE", "id": "CN_RESIDENT_ID"}
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
NOTES = (
    "客户{n}来电，反映账单有误，回拨{p}，已转人工处理，预计三个工作日内答复。",
    "{n}（{p}）要求改期，证件{i}已核，与系统登记信息一致，下次预约时间待定。",
    "代办人与{n}为夫妻关系，身份证{i}，材料齐全，已收件并出具回执。",
    "用户咨询还款日与利率，已答复，无其他诉求，后续如有问题再次来电处理。",
    "订单退款已原路退回，预计三至五个工作日到账，请注意查收，感谢您的理解。",
)


def name_form(name, draw):
    return draw.choice((name, name, " ".join(name), f"{name[0]}·{name[1:]}", "　".join(name)))


def number_form(number, cuts, draw):
    first, second = cuts
    groups = (number[:first], number[first:second], number[second:])
    return draw.choice(
        (number, "-".join(groups), " ".join(groups), number.translate(FULL_WIDTH), number.lower())
    )


def table(count):
    fake = Faker("zh_CN")
    fake.seed_instance(20_261_125)
    draw = random.Random(20_261_125)
    rows = []
    for _ in range(count):
        row = {"name": fake.name(), "phone": fake.phone_number(), "id": fake.ssn()}
        note = draw.choice(NOTES)
        note = note.replace("{n}", name_form(row["name"], draw))
        note = note.replace("{p}", number_form(row["phone"], (3, 7), draw))
        rows.append({**row, "note": note.replace("{i}", number_form(row["id"], (6, 14), draw))})
    return rows


def linking(batch):
    column = TextColumn.from_arrow(batch.column("note"))
    links = in_rows(column, batch, IDENTITIES)
    spans = Candidates.of("PERSON", links.start, links.end, 1.0)
    return replace_spans(column, spans, pa.repeat(pa.scalar("*"), len(links))).to_pylist()


def loop(batch):
    made = []
    for row in batch.to_pylist():
        note = row["note"]
        for name in IDENTITIES:
            note = note.replace(row[name], "*")
        made.append(note)
    return made


def automaton(batch):
    import ahocorasick_rs

    values, notes = {}, batch.column("note").to_pylist()
    for name in IDENTITIES:
        for row, value in enumerate(batch.column(name).to_pylist()):
            values.setdefault(value, set()).add(row)
    words = list(values)
    matcher = ahocorasick_rs.AhoCorasick(words)
    made = []
    for row, note in enumerate(notes):
        for word, start, end in reversed(matcher.find_matches_as_indexes(note)):
            if row in values[words[word]]:
                note = note[:start] + "*" + note[end:]
        made.append(note)
    return made


def left(rows, notes):
    """Return how many of the notes still hold a value of their row, in any written form."""
    count = 0
    for row, note in zip(rows, notes, strict=True):
        bare = re.sub(r"[\s\-·]", "", unicodedata.normalize("NFKC", note)).upper()
        count += any(row[name].upper() in bare for name in IDENTITIES)
    return count


def compare(rows):
    batch = pa.RecordBatch.from_pylist(rows)
    size = batch.column("note").nbytes / 1e6
    named = left(rows, [row["note"] for row in rows])
    print(
        f"{len(rows):,} rows, {size:.1f} MB of notes, {named:,} of them hold a value of their row"
    )
    took = {}
    for who, work in (("row linking", linking), ("loop", loop), ("Aho-Corasick", automaton)):
        work(pa.RecordBatch.from_pylist(rows[: 100 if who != "row linking" else len(rows)]))
        try:
            times = []
            for _ in range(3):
                start = time.perf_counter()
                made = work(batch)
                times.append(time.perf_counter() - start)
        except ImportError:
            print(f"{who:<14} not installed")
            continue
        took[who] = min(times)
        print(
            f"{who:<14} {len(rows) / took[who]:10,.0f} rows/s  {size / took[who]:6.1f} MB/s  "
            f"notes with a value left: {left(rows, made):,} of {named:,}"
        )


def false_alarms(rows, path):
    if path:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    else:
        lines = [{"text": note, "spans": []} for note in NOTES[3:]]
    draw = random.Random(3)
    chosen = [{**draw.choice(rows), "note": line["text"]} for line in lines for _ in range(10)]
    batch = pa.RecordBatch.from_pylist(chosen)
    column = TextColumn.from_arrow(batch.column("note"))
    links = in_rows(column, batch, IDENTITIES)
    row, start, end = column.locate(links.start, links.end)
    false = 0
    for at, low, high in zip(row.tolist(), start.tolist(), end.tolist(), strict=True):
        persons = [one for one in lines[at // 10]["spans"] if one["label"] == "PERSON"]
        false += not any(one["start"] < high and low < one["end"] for one in persons)
    characters = sum(len(one["note"]) for one in chosen)
    print(
        f"false alarms: {false:,} links outside persons in {len(chosen):,} texts of others "
        f"({1000 * false / len(chosen):.1f} in 1,000 texts, {1e6 * false / characters:.0f} in a "
        "million characters)"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--texts", type=Path, help="JSON Lines of text and spans")
    chosen = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, one thread; pyarrow "
        f"{version('pyarrow')}, numpy {version('numpy')}, Faker {version('faker')}; load "
        f"{os.getloadavg()[0]:.1f}"
    )
    rows = table(chosen.rows)
    compare(rows)
    false_alarms(rows, chosen.texts)


if __name__ == "__main__":
    main()
