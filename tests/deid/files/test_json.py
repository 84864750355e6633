"""JSON Lines: grammar against Python's json, values replaced by path, all else byte for byte."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.files.job import deidentify_file
from aitransparency.deid.files.json_tokens import tokens
from aitransparency.deid.techniques import Drop, Keep
from aitransparency.errors import FileFormatError, PlanError

P, M = "13800138000", "138****8000"
MASK = deid.Mask(keep_start=3, keep_end=4)
SCAN = deid.Scan()
FOUND = "<CN_MOBILE_PHONE>"


@pytest.mark.parametrize(
    ("plan", "before", "after", "reason"),
    [
        ({"p": MASK}, f'{{"p":"{P}","n":1.50}}', f'{{"p":"{M}","n":1.50}}', "numbers stay"),
        ({"p": MASK}, f'{{ "p" :  "{P}" }}', f'{{ "p" :  "{M}" }}', "blanks stay"),
        ({"p": MASK}, f'{{"p":{P}}}', f'{{"p":"{M}"}}', "a number becomes a string"),
        ({"p": MASK}, '{"p":null}', '{"p":null}', "null stays"),
        ({"p": MASK}, '{"q":"x"}', '{"q":"x"}', "a path that is not there"),
        ({"a.p": MASK}, f'{{"a":{{"p":"{P}"}}}}', f'{{"a":{{"p":"{M}"}}}}', "in an object"),
        ({"a[]": MASK}, f'{{"a":["{P}",null,"{P}"]}}', f'{{"a":["{M}",null,"{M}"]}}', "in a list"),
        ({"a[].p": MASK}, f'{{"a":[{{"p":"{P}"}},{{}}]}}', f'{{"a":[{{"p":"{M}"}},{{}}]}}', "both"),
        ({"a[][]": MASK}, f'{{"a":[["{P}"],[]]}}', f'{{"a":[["{M}"],[]]}}', "lists in lists"),
        ({"t": SCAN}, f'{{"t":"\\u7535 {P}"}}', f'{{"t":"\\u7535 {FOUND}"}}', "escapes stay"),
        ({"t": SCAN}, '{"t":"\\u0031\\u0033800138000"}', f'{{"t":"{FOUND}"}}', "hidden by escapes"),
        ({"t": SCAN}, f'{{"t":"\\"{P}\\\\"}}', f'{{"t":"\\"{FOUND}\\\\"}}', "escaped again"),
        ({"t": SCAN}, '{"t":"\\u7535\\/x"}', '{"t":"\\u7535\\/x"}', "unchanged is untouched"),
        ({"p": Drop()}, '{"p":1,"q":2}', '{"q":2}', "drop the first"),
        ({"q": Drop()}, '{"p":1, "q":2}', '{"p":1}', "drop the last"),
        ({"q": Drop()}, '{"p":1,"q":2, "r":3}', '{"p":1,"r":3}', "drop one between"),
        ({"q": Drop(), "r": Drop()}, '{"p":1,"q":2,"r":3}', '{"p":1}', "drop the last two"),
        ({"p": Drop(), "q": Drop()}, '{"p":1,"q":2}', "{}", "drop all"),
        ({"a[]": Drop()}, '{"a":[1, 2],"b":[3]}', '{"a":[],"b":[3]}', "drop elements"),
        ({'"a.b"': MASK}, f'{{"a.b":"{P}"}}', f'{{"a.b":"{M}"}}', "a key with a dot is quoted"),
        ({"é": MASK}, f'{{"\\u00e9":"{P}"}}', f'{{"\\u00e9":"{M}"}}', "an escaped key"),
    ],
    ids=lambda value: value if isinstance(value, str) and "{" not in value else "",
)
def test_only_values_at_paths_change(run, plan, before, after, reason) -> None:
    made = run(before.encode() + b"\n", "a.jsonl", deid.Plan(plan, others=Keep()))
    assert made.decode() == after + "\n"


def test_rows_line_endings_and_blank_lines_stay(run) -> None:
    before = f'{{"p":"{P}"}}\r\n\r\n{{"p":"{P}"}}'
    made = run(before.encode(), "a.jsonl", deid.Plan({"p": MASK}))
    assert made.decode() == before.replace(P, M)


@pytest.mark.parametrize(
    "line",
    ["{", '{"a":1', '{"a":1}}', '{"a":1,}', "{'a':1}", '{"a":NaN}', '{"a":01}', '{"a":"\t"}',
     '{"a":"\\x"}', '{"a":1}{"a":2}', "[1]", "1", '{"a":"\\ud800"}', '{"a":1,"a":2}',
     '{"a":tru}', '{"a" 1}', '{"a":"x}', "{" * 70],
)  # fmt: skip
def test_broken_lines_are_refused_or_set_aside(tmp_path, key, line) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    good = f'{{"a":"{P}"}}\n'
    source.write_text(good + line + "\n" + good)
    plan = deid.Plan({"a": MASK})
    with pytest.raises(FileFormatError, match=r"a\.jsonl: line 2: "):
        deidentify_file(source, target, plan=plan)
    assert not target.exists()
    options = deid.FileOptions(bad_rows="quarantine")
    report = deidentify_file(source, target, plan=plan, key=key, options=options)
    assert target.read_text() == good.replace(P, M) * 2
    assert (report.files[0].rows_in, report.files[0].rows_out) == (3, 2)
    ((number, _, data),) = deid.read_quarantine(f"{target}.quarantine.jsonl", key=key)
    assert (number, data.decode()) == (2, line + "\n")


def test_a_path_that_shows_up_late_is_refused(run) -> None:
    data = b'{"a":1}\n' * 300_000 + b'{"13800138000":{"b":1}}\n'
    with pytest.raises(PlanError, match=r"'###########\.b' is not in the plan"):
        run(data, "a.jsonl", deid.Plan({"a": Keep()}))


def test_a_list_of_objects_is_not_json_lines(run) -> None:
    with pytest.raises(FileFormatError, match="split a list into lines"):
        run(b'[{"a":1}]\n', "a.jsonl", deid.Plan({"a": Keep()}))


def _is_object(line: str) -> bool:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        return isinstance(json.loads(line, parse_constant=refuse), dict)
    except (ValueError, RecursionError):
        return False


SPOILT = st.text(alphabet='{}[]:,"\\ 01-.eEtrufalsn\t', max_size=14)


@settings(max_examples=400, deadline=None)
@given(st.lists(SPOILT | st.builds(lambda inner: '{"a":' + inner + "}", SPOILT), max_size=6))
def test_the_grammar_is_that_of_pythons_json(lines: list[str]) -> None:
    data = np.frombuffer("".join(line + "\n" for line in lines).encode(), np.uint8)
    found = tokens(data, 64)
    for bad, line in zip(found.bad.tolist(), lines, strict=True):
        assert bad == (bool(line.strip(" \t\r")) and not _is_object(line)), line


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(alphabet='a"\\张\n1', max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b.c", "d[]", "é"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def _redacted(value: Any) -> Any:  # any JSON value
    if isinstance(value, dict):
        return {name: _redacted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_redacted(one) for one in value]
    return value if value is None or value == "" else "<R>"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["a", "x y"]), VALUES), min_size=1, max_size=5),
       st.booleans())  # fmt: skip
def test_redacting_everything_redacts_every_leaf(tmp_path_factory, records, escaped) -> None:
    folder = tmp_path_factory.mktemp("json")
    source, target = folder / "a.jsonl", folder / "b.jsonl"
    source.write_text("".join(json.dumps(one, ensure_ascii=escaped) + "\n" for one in records))
    plan = deid.Plan({}, others=deid.Redact(label="<R>"))
    if not any(_redacted(one) != one for one in records):
        return
    deidentify_file(source, target, plan=plan, verify=False)
    made = [json.loads(line) for line in target.read_text().splitlines()]
    assert made == [_redacted(one) for one in records]
