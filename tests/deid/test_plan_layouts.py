"""The proposal on 41 layouts of seven trades, 15 of them held out (see ``layouts.toml``)."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from aitransparency import deid

sys.path.insert(0, str(Path(__file__).parent))
from layouts import layouts  # beside this file


@cache
def scores() -> dict[bool, Counter[str]]:
    made: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for layout in layouts():
        plan = deid.plan(layout.table)
        count = made[layout.held_out]
        count["layouts"] += 1
        for header, role in layout.roles.items():
            got = plan[header].role
            count["columns"] += 1
            count["right"] += got == role
            count["direct"] += role == "direct"
            count["direct found"] += role == "direct" and got == "direct"
            count["falsely direct"] += role != "direct" and got == "direct"
    return made


@pytest.mark.parametrize("held_out", [False, True], ids=["seen", "held out"])
def test_direct_identifiers_get_their_role(held_out: bool) -> None:
    count = scores()[held_out]
    print(dict(count))  # pytest -s shows the figures that the docs quote
    assert count["layouts"] >= (15 if held_out else 26)
    assert count["direct found"] >= 0.95 * count["direct"]
    assert count["right"] >= 0.8 * count["columns"]
    assert count["falsely direct"] <= 0.2 * (count["columns"] - count["direct"])


def test_a_proposal_runs_and_no_direct_identifier_is_kept() -> None:
    key = deid.Key(bytes(32))
    for number, layout in enumerate(layouts()):
        plan = deid.plan(layout.table)
        for header, role in layout.roles.items():
            if role == "direct" and plan[header].role == "direct":
                assert not isinstance(plan[header].technique, deid.Keep)
        if number % 6 == 0:
            plan.on_mismatch = "redact"
            made = deid.deidentify(layout.table, plan, key=key, on_leak="redact")
            assert made.data.num_rows == layout.table.num_rows
