"""Damaged files of every format: what is written, what is refused, what goes wrong.

    python benchmarks/damaged_files.py [--count 10000] [--formats csv,parquet,...] [--seed 7]

A small valid file of each format is damaged at random: bytes changed, taken out, doubled or put in,
or the end cut off. Every file goes through `deidentify_file` twice over the run, half of them with
`bad_rows="quarantine"`. The work is done in child processes, so that a crash of a library is
counted and does not end the run. For each format a line: files tried, written, refused with an
error that the package meant, other errors, crashes of the process, files left behind by a refusal,
written files whose rows do not add up (in = out + quarantined = lines or rows of the output, read
by another reader), and the slowest in seconds (one that takes over two is timed once more). Needs
the extra [dev].
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet

from aitransparency import deid
from aitransparency.demo.people import people
from aitransparency.errors import AitransparencyError

NAMES = ("客户编号", "姓名", "性别", "身份证号", "手机号", "邮箱", "住址", "月收入", "备注")
FORMATS = ("csv", "gb18030.csv", "csv.gz", "csv.zst", "tsv", "jsonl", "txt", "parquet", "feather",
           "xlsx", "sqlite", "duckdb")  # fmt: skip
INSERTED = b',"\n\r{}[]:\\\0\xff1'
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BATCH = 500  # files of one child
SLOW = 2.0  # seconds; such files are shown


def make(kind: str, path: Path) -> None:
    """Write a valid file of 40 rows."""
    table = people(40).select(list(NAMES))
    rows = table.to_pylist()
    plain = io.BytesIO()
    pa.csv.write_csv(table, plain)
    text = plain.getvalue().decode()
    match kind:
        case "csv":
            path.write_bytes(text.encode())
        case "gb18030.csv":
            path.write_bytes(text.encode("gb18030"))
        case "csv.gz":
            path.write_bytes(gzip.compress(text.encode(), mtime=0))
        case "csv.zst":
            path.write_bytes(pa.compress(text.encode(), "zstd", asbytes=True))
        case "tsv":
            pa.csv.write_csv(table, path, pa.csv.WriteOptions(delimiter="\t"))
        case "jsonl":
            path.write_text(
                "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8"
            )
        case "txt":
            path.write_text("".join(f"{row['备注']}\n" for row in rows), "utf-8")
        case "parquet":
            pa.parquet.write_table(table, path, row_group_size=16)
        case "feather":
            pa.feather.write_feather(table, str(path), chunksize=16)
        case "xlsx":
            from openpyxl import Workbook

            book = Workbook()
            sheet = book.active
            sheet.append(list(NAMES))
            for row in rows:
                sheet.append(list(row.values()))
            book.save(path)
        case "sqlite":
            with sqlite3.connect(path) as base:
                columns = ", ".join(f'"{name}"' for name in NAMES)
                base.execute(f"create table people ({columns})")
                marks = ",".join("?" * len(NAMES))
                base.executemany(
                    f"insert into people values ({marks})", [[*r.values()] for r in rows]
                )
        case "duckdb":
            import duckdb

            with duckdb.connect(str(path)) as base:
                base.register("made", table)
                base.execute("create table people as select * from made")


def damaged(whole: bytes, draw: random.Random) -> bytes:
    """Return the bytes with one to five changes."""
    data = bytearray(whole)
    for _ in range(draw.randrange(1, 6)):
        if not data:
            break
        at = draw.randrange(len(data))
        match draw.randrange(6):
            case 0 | 1:
                data[at] = draw.randrange(256)
            case 2:
                del data[at : at + draw.randrange(1, 40)]
            case 3:
                data[at:at] = bytes(draw.choices(INSERTED, k=3))
            case 4:
                data[at:at] = data[at : at + draw.randrange(1, 200)]
            case 5:
                if draw.randrange(4) == 0:
                    del data[at:]
    return bytes(data)


def spoilt(kind: str, whole: bytes, draw: random.Random) -> bytes:
    """Return a damaged file; of those that are packed half are damaged before."""
    if kind == "xlsx" and draw.randrange(2):
        return repacked(whole, draw)
    if kind in ("csv.gz", "csv.zst") and draw.randrange(2):
        if kind == "csv.gz":
            return gzip.compress(damaged(gzip.decompress(whole), draw), 1, mtime=0)
        if kind == "csv.zst":
            plain = pa.input_stream(pa.BufferReader(whole), compression="zstd").read()
            return bytes(pa.compress(damaged(plain, draw), "zstd", asbytes=True))
    return damaged(whole, draw)


def repacked(whole: bytes, draw: random.Random) -> bytes:
    """Return a workbook of which one part is damaged, its checksums right."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(made, "w") as new:
        names = old.namelist()
        chosen = draw.choice(names)
        for name in names:
            data = old.read(name)
            new.writestr(name, damaged(data, draw) if name == chosen else data)
    return made.getvalue()


def counted(kind: str, path: Path) -> int | None:
    """Return the rows of an output by another reader than the one that wrote it."""
    if kind == "jsonl":
        return sum(isinstance(json.loads(one), dict) for one in path.open("rb") if one.strip())
    if kind == "txt":
        return len(re.findall(rb"[^\n]*\n|[^\n]+$", path.read_bytes()))
    if kind == "duckdb":
        import duckdb

        with duckdb.connect(str(path), read_only=True) as base:
            names = [
                one for (one,) in base.execute("select table_name from duckdb_tables()").fetchall()
            ]
            return sum(base.execute(f'select count(*) from "{n}"').fetchone()[0] for n in names)
    if kind == "xlsx":
        with zipfile.ZipFile(path) as book:
            sheets = [book.read(n) for n in book.namelist() if n.startswith("xl/worksheets/")]
        rows = [sum(1 for _ in ElementTree.fromstring(one).iter(f"{SHEET}row")) for one in sheets]
        return sum(max(number - 1, 0) for number in rows)
    if kind == "parquet":
        return int(pa.parquet.ParquetFile(path).metadata.num_rows)
    if kind == "feather":
        return int(pa.feather.read_table(path).num_rows)
    if kind == "sqlite":
        with sqlite3.connect(path) as base:
            names = [
                one for (one,) in base.execute("select name from sqlite_master where type='table'")
            ]
            return sum(base.execute(f'select count(*) from "{n}"').fetchone()[0] for n in names)
    if kind in ("csv", "gb18030.csv", "csv.gz", "csv.zst", "tsv"):
        data = path.read_bytes()
        if kind == "csv.gz":
            data = gzip.decompress(data)
        if kind == "csv.zst":
            data = pa.input_stream(pa.BufferReader(data), compression="zstd").read()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            rows = list(
                csv.reader(io.StringIO(text, newline=""), delimiter="\t" if kind == "tsv" else ",")
            )
            return max(len([row for row in rows if row]) - 1, 0)
    return None


def child(kind: str, seed: int, first: int, last: int) -> None:
    """Do some of the files; a line of JSON for each."""
    plan = deid.Plan({}, others=deid.Redact())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, target = folder / f"x.{kind}", folder / f"y.{kind}"
        make(kind, folder / f"m.{kind}")
        whole = (folder / f"m.{kind}").read_bytes()
        import aitransparency.deid.jit  # noqa: F401  # compiled loops, from the first file on

        deid.deidentify_file(folder / f"m.{kind}", target, plan=plan)
        target.unlink()
        kept = {f"m.{kind}", f"x.{kind}"}
        for number in range(first, last):
            print(json.dumps({"at": number}), flush=True)
            draw = random.Random(f"{seed} {kind} {number}")
            source.write_bytes(spoilt(kind, whole, draw))
            options = deid.FileOptions(bad_rows=("error", "quarantine")[number % 2])
            result = treated(kind, (source, target), plan, options, kept)
            if result["seconds"] > SLOW:  # it may have compiled a loop, or waited for others
                result = treated(kind, (source, target), plan, options, kept)
            print(json.dumps({"at": number, **result}), flush=True)


def treated(
    kind: str,
    paths: tuple[Path, Path],
    plan: deid.Plan,
    options: deid.FileOptions,
    kept: set[str],
) -> dict[str, Any]:  # what JSON holds
    """Do one file and return what came of it; of its folder only `kept` stays."""
    source, target = paths
    result: dict[str, Any] = {}
    began = time.perf_counter()
    try:
        report = deid.deidentify_file(source, target, plan=plan, options=options)
        result["end"] = "written"
        one = report.files[0]
        adds = one.rows_in == one.rows_out + one.quarantined
        seen = counted(kind, target)
        result["lost"] = not adds or seen not in (None, one.rows_out)
        result["rows"] = [one.rows_in, one.rows_out, one.quarantined, seen]
    except AitransparencyError:
        result["end"] = "refused"
        result["left"] = sorted({p.name for p in source.parent.iterdir()} - kept)
    except Exception as error:  # noqa: BLE001  # what is counted
        result["end"] = "error"
        result["what"] = type(error).__name__
    result["seconds"] = time.perf_counter() - began
    for path in source.parent.iterdir():
        if path.name not in kept:
            path.unlink()
    return result


def run(kind: str, seed: int, count: int) -> str:
    """Return the line of one format."""
    ends: Counter[str] = Counter()
    slowest, at, lost, left = 0.0, 0, 0, 0
    while at < count:
        last = min(at + BATCH, count)
        command = [sys.executable, __file__, "--child", kind, str(seed), str(at), str(last)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        reached = at
        for line in done.stdout.splitlines():
            result = json.loads(line)
            reached = result["at"]
            if "end" not in result:
                continue
            ends[result["end"]] += 1
            slowest = max(slowest, result["seconds"])
            lost += bool(result.get("lost"))
            left += bool(result.get("left"))
            bad = result["end"] == "error" or result.get("lost") or result.get("left")
            if bad or result["seconds"] > SLOW:
                print(f"{kind} {line}", file=sys.stderr, flush=True)
        if done.returncode and reached == at and not done.stdout:
            raise SystemExit(f"{kind}: the whole file is refused")
        if done.returncode:
            ends["crash"] += 1
            print(f"{kind} {reached}: exit {done.returncode}", file=sys.stderr, flush=True)
            at = reached + 1
        else:
            at = last
    cells = (count, *(ends[end] for end in ("written", "refused", "error", "crash")), left, lost)
    return f"| {kind} |" + "".join(f" {cell:,} |" for cell in cells) + f" {slowest:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        kind, *numbers = asked.child
        child(kind, *map(int, numbers))
        return
    print(
        f"Python {sys.version.split()[0]}, pyarrow {pa.__version__}, load {os.getloadavg()[0]:.1f}"
    )
    heads = "format tried written refused other_errors crashes left_behind rows_lost slowest_s"
    print("| " + " | ".join(heads.split()).replace("_", " ") + " |")
    print("|" + " --- |" * len(heads.split()))
    for kind in asked.formats.split(","):
        print(run(kind, asked.seed, asked.count), flush=True)


if __name__ == "__main__":
    main()
