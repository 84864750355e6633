"""Files: rows a second and memory of a whole job, beside Presidio's batch engine and pyarrow.

Run: python benchmarks/files.py [--megabytes 200] [--peer-rows 1000] [--kills 20]
Needs the extra [dev].

The CSV has nine columns of made-up people, one of them free text. Tables are printed for:
the whole job and its peak memory against Presidio's `BatchAnalyzerEngine.analyze_dict` and
`BatchAnonymizerEngine.anonymize_dict` on the first rows of the same file; the same job on the
structured columns alone against pyarrow reading and writing the file untouched; jobs killed at
random moments and resumed. The peer is shown two ways: around `deid.analyzer()`, which finds what
the job finds, and with a PatternRecognizer for each of some kinds of identifiers, which finds no
names and addresses. Damaged files: damaged_files.py. Time and memory by rows: scaling.py.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from aitransparency import deid
from aitransparency.demo.people import people

KEY = deid.Key(bytes(32))
SMALL = """
import sys
from aitransparency import deid
from aitransparency.deid.files import one_file
one_file.PART = 4
plan = deid.Plan.load(sys.argv[3])
deid.deidentify_file(sys.argv[1], sys.argv[2], plan=plan, key=deid.Key(bytes(32)),
    options=deid.FileOptions(resume=True, chunk_bytes=20_000),
    progress=lambda *state: print(flush=True))
"""
NAMES = ("客户编号", "姓名", "性别", "身份证号", "手机号", "邮箱", "住址", "月收入", "备注")
# The peak is that of the process itself: ru_maxrss would begin with the parent's.
CHILD = """
import sys, time
from aitransparency import deid
plan = deid.Plan.load(sys.argv[3])
options = deid.FileOptions(resume=True, on_leak="redact")
began = time.perf_counter()
report = deid.deidentify_file(sys.argv[1], sys.argv[2], plan=plan, key=deid.Key(bytes(32)),
                              verify=sys.argv[4] == "verify", options=options)
seconds = time.perf_counter() - began
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(report.rows, seconds, int(peak.split()[1]) / 1e3)
"""


def make(path: Path, rows: int | None, size: int, *, names: Sequence[str] = NAMES) -> int:
    """Write a CSV of so many rows, or of about so many bytes; return its rows."""
    pool = people(20_000).select(list(names))
    draw = np.random.default_rng(1)
    done, writer = 0, None
    while (done < rows) if rows is not None else (done == 0 or path.stat().st_size < size):
        count = min(50_000, rows - done) if rows is not None else 50_000
        batch = pool.take(pa.array(draw.integers(0, pool.num_rows, count)))
        ids = pa.array([f"C{number:09d}" for number in range(done, done + count)])
        batch = batch.set_column(0, "客户编号", ids)
        writer = writer or pyarrow.csv.CSVWriter(path, batch.schema)
        writer.write_table(batch)
        done += count
    assert writer is not None
    writer.close()
    return done


def job(source: Path, target: Path, plan: Path, verify: str) -> tuple[int, float, float]:
    """Run a job in a process of its own; return rows, seconds and peak memory in MB."""
    command = [sys.executable, "-c", CHILD, str(source), str(target), str(plan), verify]
    rows, seconds, memory = subprocess.check_output(command, text=True).split()
    return int(rows), float(seconds), float(memory)


def presidio(source: Path, rows: int, engine: object) -> float:
    """Return the rows a second of an engine of Presidio on the first rows."""
    from presidio_analyzer import BatchAnalyzerEngine
    from presidio_anonymizer import BatchAnonymizerEngine

    table = pyarrow.csv.read_csv(source).slice(0, rows)
    texts = {name: table[name].cast(pa.string()).to_pylist() for name in table.column_names}
    analyzer = BatchAnalyzerEngine(analyzer_engine=engine)
    began = time.perf_counter()
    found = list(analyzer.analyze_dict(texts, language="zh"))
    BatchAnonymizerEngine().anonymize_dict(found)
    return rows / (time.perf_counter() - began)


def untouched(source: Path, target: Path) -> float:
    """Return the seconds that pyarrow takes to read and write a CSV in batches."""
    began = time.perf_counter()
    with pyarrow.csv.open_csv(source) as reader, pyarrow.csv.CSVWriter(
        target, reader.schema
    ) as writer:  # fmt: skip
        for batch in reader:
            writer.write_batch(batch)
    return time.perf_counter() - began


def kills(folder: Path, times: int) -> None:
    """Kill jobs at random moments and resume them; count partial targets and other bytes."""
    draw = random.Random(6)
    source, whole, plan_file = folder / "k.csv", folder / "whole.csv", folder / "plan.toml"
    make(source, 20_000, 0)
    plan = deid.Plan({"手机号": deid.Mask(keep_start=3, keep_end=4)}, others=deid.Redact())
    plan.save(plan_file)
    deid.deidentify_file(source, whole, plan=plan, key=KEY)
    partial = different = ended = resumed = 0
    for number in range(times):
        target = folder / f"killed{number}.csv"
        command = [sys.executable, "-c", SMALL, str(source), str(target), str(plan_file)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()  # it is past its imports
        time.sleep(draw.uniform(0, 2.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if target.exists():
            ended += 1
            partial += target.read_bytes() != whole.read_bytes()
        options = deid.FileOptions(resume=True, chunk_bytes=20_000)
        report = deid.deidentify_file(source, target, plan=plan, key=KEY, options=options)
        resumed += report.files[0].resumed_at > 0
        different += target.read_bytes() != whole.read_bytes()
        target.unlink()
    print(f"\nkills: {times} at random moments, {ended} after the target was there,")
    print(f"{resumed} went on from a checkpoint, {partial} partial targets,")
    print(f"{different} outputs that differ from the uninterrupted one")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--peer-rows", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"pyarrow {pa.__version__}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        if asked.megabytes:
            throughput(folder, asked)
        if asked.kills:
            kills(folder, asked.kills)


def throughput(folder: Path, asked: argparse.Namespace) -> None:
    source, target, plan_file = folder / "a.csv", folder / "b.csv", folder / "plan.toml"
    make(source, None, asked.megabytes * 1_000_000)
    deid.plan(source).save(plan_file)
    print("\n| nine columns, one free text | rows/s | MB/s | peak MB |\n| --- | --- | --- | --- |")
    size = source.stat().st_size / 1e6
    speeds = {}
    for verify in ("no-verify", "verify"):
        rows, seconds, memory = job(source, target, plan_file, verify)
        speeds[verify] = rows / seconds
        print(f"| deid.deidentify_file, {verify} | {rows / seconds:,.0f} | {size / seconds:.1f} | "
              f"{memory:,.0f} |", flush=True)  # fmt: skip
    if asked.peer_rows:
        from find_peer import peer_engine

        peers = {
            "a PatternRecognizer for each identifier, no names": (peer_engine(), 10),
            "deid.analyzer()": (deid.analyzer(), 1),
        }
        for title, (engine, more) in peers.items():
            rows = asked.peer_rows * more
            peer = presidio(source, rows, engine)
            print(f"| Presidio's batch engine, {title}, {rows:,} rows | {peer:,.0f} | | |")
            print(f"| times that: {speeds['verify'] / peer:.0f} verified, "
                  f"{speeds['no-verify'] / peer:.0f} not verified | | | |", flush=True)  # fmt: skip
    make(source, None, asked.megabytes * 1_000_000, names=NAMES[:-1])
    plan = deid.plan(source)
    print("\n| eight structured columns | seconds | times pyarrow untouched |\n| --- | --- | --- |")
    base = untouched(source, target)
    print(f"| pyarrow, read and written untouched | {base:.1f} | 1.0 |", flush=True)
    masked = deid.Plan(dict(plan.items()))
    for name in ("客户编号", "身份证号"):
        masked[name] = deid.Redact()
    for title, chosen in (("proposed plan", plan), ("masks and labels only", masked)):
        chosen.save(plan_file)
        for verify in ("no-verify", "verify"):
            _, seconds, _ = job(source, target, plan_file, verify)
            print(f"| {title}, {verify} | {seconds:.1f} | {seconds / base:.1f} |", flush=True)


if __name__ == "__main__":
    main()
