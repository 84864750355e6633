"""The demo's first half: a table and a page of notes, de-identified."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pyarrow.csv

DEMO_KEY = b"aitransparency demo: not secret!"  # 32 bytes, published on purpose


def steps(out: Path) -> Iterator[str]:
    """Do the work, naming each step before it is done.

    Parameters
    ----------
    out
        An existing folder; people-before.csv, people-after.csv, plan.toml, notes-before.txt,
        notes-after.txt and report.html, .json and .md are written there.
    """
    from aitransparency import deid
    from aitransparency.demo.people import people

    key = deid.Key(DEMO_KEY)

    yield "making 10,000 people"
    table = people()
    pyarrow.csv.write_csv(table, out / "people-before.csv")

    yield "proposing a plan"
    plan = deid.plan(table)
    plan["手机号"] = deid.Mask(keep_start=3, keep_end=4)
    plan.save(out / "plan.toml")

    yield "de-identifying and verifying the table"
    result = deid.deidentify(table, plan, key=key, on_leak="redact")
    pyarrow.csv.write_csv(result.data, out / "people-after.csv")
    risk = deid.risk(result.data, quasi_identifiers=["性别", "出生日期"], sensitive=["月收入"])
    report = result.report.with_risk(risk)
    grade = deid.grade(direct_left=report.direct_left, risk=risk, sharing="controlled")
    report = report.with_grade(grade)
    for suffix, text in (
        ("html", report.to_html()),
        ("json", report.to_json(key=key)),
        ("md", report.to_markdown()),
    ):
        (out / f"report.{suffix}").write_text(text, encoding="utf-8")

    yield "de-identifying a page of service notes"
    page = resources.files("aitransparency.demo").joinpath("data/notes.txt").read_text("utf-8")
    lines = page.splitlines()
    cleaned = deid.deidentify(lines, key=key).data
    (out / "notes-before.txt").write_text(page, encoding="utf-8")
    (out / "notes-after.txt").write_text("\n".join(cleaned) + "\n", encoding="utf-8")
