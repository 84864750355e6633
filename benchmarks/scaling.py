"""Scaling: seconds and peak memory of verified jobs over CSVs from 10 thousand to 100 million rows.

Run: python benchmarks/scaling.py --columns nine --rows 10000,100000,1000000,10000000
     python benchmarks/scaling.py --columns four --rows 10000,...,100000000 [--folder DIR]
     python benchmarks/scaling.py --plot
Needs the extra [dev], and disk for source, output and what verification sets aside: 5 GB for ten
million rows of nine columns, 15 GB for a hundred million of four.

"nine" is the file of files.py: eight columns of made-up people and a free text. "four" has a
customer number of its own in each row (a pseudonym), a resident ID (a pseudonym) and a phone (a
mask) out of 20,000 people, and an income. Both are treated by the proposed plan. Every row that is
measured is written to docs/scaling.csv; --plot draws docs/scaling.svg from it.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from math import log10
from pathlib import Path

import pyarrow as pa

from aitransparency import deid
from files import NAMES, job, make

SHAPES = {"nine": NAMES, "four": ("客户编号", "身份证号", "手机号", "月收入")}
FOLDER = Path(__file__).parent.parent / "docs"
MEASURED, DRAWN = FOLDER / "scaling.csv", FOLDER / "scaling.svg"
FIELDS = ("columns", "rows", "megabytes", "seconds", "peak_mb")
Measured = dict[tuple[str, int], dict[str, str]]


def read() -> Measured:
    """Return what was measured, by shape and rows."""
    if not MEASURED.exists():
        return {}
    with MEASURED.open(encoding="utf-8", newline="") as file:
        return {(one["columns"], int(one["rows"])): one for one in csv.DictReader(file)}


def write(measured: Measured) -> None:
    """Write what was measured, in order."""
    with MEASURED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(measured[one] for one in sorted(measured))


def measure(columns: str, counts: list[int], folder: Path) -> None:
    """Run a job for each count of rows, print a table and keep its rows."""
    source, target, plan_file = folder / "a.csv", folder / "b.csv", folder / "plan.toml"
    make(source, 100_000, 0, names=SHAPES[columns])
    deid.plan(source).save(plan_file)
    print(f"pyarrow {pa.__version__}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print("\n| columns | rows | MB | seconds | rows/s | peak MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for count in counts:
        make(source, count, 0, names=SHAPES[columns])
        size = source.stat().st_size / 1e6
        done, seconds, memory = job(source, target, plan_file, "verify")
        target.unlink()
        print(
            f"| {columns} | {done:,} | {size:,.0f} | {seconds:.1f} | {done / seconds:,.0f} | "
            f"{memory:,.0f} |",
            flush=True,
        )
        figures = (columns, done, f"{size:.1f}", f"{seconds:.1f}", f"{memory:.0f}")
        kept = dict(zip(FIELDS, map(str, figures), strict=True))
        write(read() | {(columns, done): kept})


COLOURS = {"nine": "#b5442e", "four": "#1f5f8b"}
TITLES = {"nine": "nine columns, one free text", "four": "four columns"}
WIDTH, HEIGHT, LEFT, TOP, GAP = 290, 240, 62, 48, 92


def panel(
    measured: Measured, field: str, title: str, left: int, low: int, high: int
) -> Iterator[str]:
    """Yield one plot of a field over rows, by powers of ten from `low` to `high`."""

    def x(rows: float) -> float:
        return left + (log10(rows) - 4) / 4 * WIDTH

    def y(value: float) -> float:
        return TOP + HEIGHT - (log10(value) - low) / (high - low) * HEIGHT

    yield f'<text x="{left}" y="{TOP - 14}" class="title">{title}</text>'
    for power in range(4, 9):
        at = x(10**power)
        yield f'<line x1="{at}" y1="{TOP}" x2="{at}" y2="{TOP + HEIGHT}" class="grid"/>'
        name = {4: "10k", 5: "100k", 6: "1M", 7: "10M", 8: "100M"}[power]
        yield f'<text x="{at}" y="{TOP + HEIGHT + 16}" class="x">{name}</text>'
    for power in range(low, high + 1):
        at = y(10**power)
        yield f'<line x1="{left}" y1="{at}" x2="{left + WIDTH}" y2="{at}" class="grid"/>'
        yield f'<text x="{left - 6}" y="{at + 4}" class="y">{10**power:,}</text>'
    for shape, colour in COLOURS.items():
        points = [
            (x(int(one["rows"])), y(float(one[field])))
            for (columns, _), one in sorted(measured.items())
            if columns == shape
        ]
        for (x1, y1), (x2, y2) in pairwise(points):
            yield (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                   f'stroke="{colour}" stroke-width="2"/>')  # fmt: skip
        for at, height in points:
            yield f'<circle cx="{at:.1f}" cy="{height:.1f}" r="3.5" fill="{colour}"/>'


STYLE = """<style>text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.x{text-anchor:middle}
.y{text-anchor:end}.grid{stroke:#ddd}</style>"""


def plot(measured: Measured) -> str:
    """Return an SVG of seconds and of peak memory over rows."""
    wide, tall = LEFT + 2 * WIDTH + GAP + 24, TOP + HEIGHT + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" role="img">',
        "<title>Seconds and peak memory of verified jobs by rows</title>",
        STYLE,
        f'<rect width="{wide}" height="{tall}" fill="#fff"/>',
        *panel(measured, "seconds", "seconds", LEFT, 0, 4),
        *panel(measured, "peak_mb", "peak memory, MB", LEFT + WIDTH + GAP, 1, 4),
    ]
    for place, (shape, colour) in enumerate(COLOURS.items()):
        at, base = LEFT + place * 240, TOP + HEIGHT + 42
        parts.append(f'<circle cx="{at + 4}" cy="{base - 4}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{at + 14}" y="{base}">{TITLES[shape]}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--columns", choices=SHAPES, default="four")
    parser.add_argument("--rows", default="")
    parser.add_argument("--folder", help="where files are made; the system's temporary folder else")
    parser.add_argument("--plot", action="store_true")
    asked = parser.parse_args()
    if asked.rows:
        with tempfile.TemporaryDirectory(dir=asked.folder) as name:
            measure(asked.columns, list(map(int, asked.rows.split(","))), Path(name))
    if asked.plot:
        DRAWN.write_text(plot(read()), encoding="utf-8")


if __name__ == "__main__":
    main()
