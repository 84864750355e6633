"""CSV: only treated fields change, whatever the dialect; bad rows are never lost.

Expected bytes were written by hand. The splitting into records and fields is compared with Python's
own csv module on random text.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.files.csv_dialect import Dialect, detect
from aitransparency.deid.files.csv_rows import find_rows, whole_records
from aitransparency.deid.files.job import deidentify_file
from aitransparency.deid.techniques import Drop, Keep
from aitransparency.errors import FileFormatError, InputError, PlanError, ValueMismatchError

P, M = "13800138000", "138****8000"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (f"id,phone\n1,{P}\n", f"id,phone\n1,{M}\n", "plain"),
        (f"id,phone\r\n1,{P}\r\n", f"id,phone\r\n1,{M}\r\n", "CRLF"),
        (f"id,phone\r1,{P}\r", f"id,phone\r1,{M}\r", "CR alone"),
        (f"id,phone\n1,{P}\r\n2,{P}\n", f"id,phone\n1,{M}\r\n2,{M}\n", "mixed line endings"),
        (f"id,phone\n1,{P}", f"id,phone\n1,{M}", "no newline at the end"),
        (f"id;phone\n1;{P}\n", f"id;phone\n1;{M}\n", "semicolons"),
        (f"id|phone\n1|{P}\n", f"id|phone\n1|{M}\n", "bars"),
        (f"id\tphone\n1\t{P}\n", f"id\tphone\n1\t{M}\n", "tabs"),
        (f"id\x01phone\n1\x01{P}\n", f"id\x01phone\n1\x01{M}\n", "Hive's delimiter"),
        (f'id,phone\n1,"{P}"\n', f'id,phone\n1,"{M}"\n', "a quoted field stays quoted"),
        (f'id,phone\n"007",{P}\n', f'id,phone\n"007",{M}\n', "quotes of other fields stay"),
        (f"id,phone\n1.50,{P}\n", f"id,phone\n1.50,{M}\n", "numbers keep their spelling"),
        (f"id,phone\n +1e5 ,{P}\n", f"id,phone\n +1e5 ,{M}\n", "blanks stay"),
        (f'id,phone\n"a\nb,c""d",{P}\n', f'id,phone\n"a\nb,c""d",{M}\n', "embedded newline"),
        (f'id,phone\n5" pipe,{P}\n', f'id,phone\n5" pipe,{M}\n', "a quote inside a field"),
        (f'id,phone\n5",{P}\n"x,\n",{P}\n', f'id,phone\n5",{M}\n"x,\n",{M}\n', "both at once"),
        (f"id,phone\n\n1,{P}\n\n\n", f"id,phone\n\n1,{M}\n\n\n", "blank lines stay"),
        ("id,phone\n1,\n", "id,phone\n1,\n", "an empty field stays empty"),
        ('id,phone\n1,""\n', 'id,phone\n1,""\n', "also in quotes"),
        ("id,phone\n", "id,phone\n", "only a header"),
        ("id,phone", "id,phone", "only a header, no newline"),
        (f'"phone",id\n{P},1\n', f'"phone",id\n{M},1\n', "a quoted header, first column"),
        (f"phone\n{P}\n\n{P}\n", f"phone\n{M}\n\n{M}\n", "one column: an empty line is a row"),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else "",
)
def test_only_treated_fields_change(run, phone_plan, before, after, reason) -> None:
    assert run(before.encode(), "a.csv", phone_plan) == after.encode()


def test_a_replacement_is_quoted_where_it_must_be(run) -> None:
    plan = deid.Plan({"a": deid.Redact(label='<a,"b">'), "b": Keep()})
    assert run(b"a,b\nx,1\n", "a.csv", plan) == b'a,b\n"<a,""b"">",1\n'


def test_a_replacement_that_breaks_a_file_without_quotes_is_refused(run) -> None:
    plan = deid.Plan({"a": deid.Redact(label="a,b"), "b": Keep()})
    with pytest.raises(FileFormatError, match="no quotes"):
        run(b"a,b\nx,1\n", "a.csv", plan, delimiter=",", quote="")


@pytest.mark.parametrize(
    ("drop", "header", "row"),
    [
        ("a", "b,c", "2,3"),
        ("b", "a,c", "1,3"),
        ("c", "a,b", "1,2"),
        ("ab", "c", "3"),
        ("bc", "a", "1"),
        ("ac", "b", "2"),
    ],
)
def test_dropped_columns_go_with_one_delimiter(run, drop, header, row) -> None:
    plan = deid.Plan({name: Drop() if name in drop else Keep() for name in "abc"})
    made = run(b'a,b,c\r\n1,2,"3"\r\n', "a.csv", plan)
    assert made == f"{header}\r\n{row}\r\n".replace("3", '"3"').encode()


def test_a_file_without_header_names_its_columns(run) -> None:
    plan = deid.Plan({"c1": Keep(), "c2": deid.Mask(keep_start=3, keep_end=4)})
    assert run(f"1,{P}\n".encode(), "a.csv", plan, header=False) == f"1,{M}\n".encode()


def test_a_first_record_that_would_pass_as_header_is_refused(run, phone_plan) -> None:
    with pytest.raises(InputError, match="header=False") as caught:
        run(f"1,{P}\n2,{P}\n".encode(), "a.csv", phone_plan)
    assert P not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (f"id,phone\n1,{P}\n1,2,3\n", 3, "3 fields where 2 are expected"),
        (f'id,phone\n"a\nb",{P}\n1\n', 4, "1 fields where 2 are expected"),
        (f'id,phone\n"a"b,{P}\n', 2, "a quote that does not end"),
        (f'id,phone\n1,{P}\n2,"{P}\n', 3, "a quote that does not end"),
        (f"id,x\ry\n1,{P}\n", 1, "a carriage return outside quotes"),
        (f'id,"phone"x\n1,{P}\n', 1, "a quote that does not end"),
        (f'id,"phone"\r1"\n1,{P}\n', 1, "a quote that does not end"),
        (b"id,phone\n1,\xff\n", 2, "bytes that are not utf-8"),
        (b'id,phone\n"\n\xe4",2\n', 2, "bytes that are not utf-8"),
    ],
    ids=["too many fields", "too few, after an embedded newline", "behind a quote", "never closed",
         "a header that some readers end early", "a header's quote", "a quote inside",
         "undecodable", "undecodable in quotes"],
)  # fmt: skip
def test_bad_rows_are_refused_with_file_and_line(tmp_path, run, phone_plan, data, line, reason):
    raw = data if isinstance(data, bytes) else data.encode()
    with pytest.raises(FileFormatError, match=reason) as caught:
        run(raw, "a.csv", phone_plan)
    assert f"a.csv: line {line}:" in str(caught.value)
    assert P not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_quarantine_holds_bad_rows_sealed_and_all_rows_are_accounted_for(tmp_path, key) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_bytes(f'id,phone\n1,{P}\n{P}\n2,"x"y\n3,\xff\n4,{P}'.encode("latin-1"))
    plan = deid.Plan({"id": Keep(), "phone": deid.Mask(keep_start=3, keep_end=4)})
    report = deidentify_file(
        source, target, plan=plan, key=key,
        options=deid.FileOptions(bad_rows="quarantine", encoding="utf-8"),
    )  # fmt: skip
    assert target.read_bytes() == f"id,phone\n1,{M}\n4,{M}".encode()
    facts = report.files[0]
    assert (facts.rows_in, facts.rows_out, facts.quarantined) == (5, 2, 3)
    aside = tmp_path / "b.csv.quarantine.jsonl"
    assert aside.stat().st_mode & 0o777 == 0o600
    assert P.encode() not in aside.read_bytes()
    opened = [(line, data) for line, _, data in deid.read_quarantine(aside, key=key)]
    assert opened == [(3, P.encode() + b"\n"), (4, b'2,"x"y\n'), (5, b"3,\xff\n")]


def test_without_a_key_quarantine_only_locates(tmp_path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text(f"id,phone\n{P}\n1,{P}\n")
    plan = deid.Plan({"id": Keep(), "phone": deid.Mask()})
    deidentify_file(source, target, plan=plan, options=deid.FileOptions(bad_rows="quarantine"))
    aside = (tmp_path / "b.csv.quarantine.jsonl").read_text()
    assert '"line": 2' in aside
    assert "sealed" not in aside


def test_a_value_that_does_not_fit_names_its_row_in_any_chunk(tmp_path, key) -> None:
    source = tmp_path / "a.csv"
    source.write_text("phone\n" + f"{P}\n" * 5_000 + "not a phone\n")
    plan = deid.Plan({"phone": deid.Mask()})
    plan["phone"] = deid.plan.__globals__["ColumnPlan"](deid.Mask(), entity="CN_MOBILE_PHONE")
    with pytest.raises(ValueMismatchError, match="row 5,001"):
        deidentify_file(
            source, tmp_path / "b.csv", plan=plan, options=deid.FileOptions(chunk_bytes=4096)
        )
    assert not (tmp_path / "b.csv").exists()


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 1 << 20])
@pytest.mark.parametrize("workers", [1, 2])
def test_the_bytes_do_not_depend_on_chunks_or_threads(run, phone_plan, size, workers) -> None:
    rows = [f'{n},"{P}"' if n % 3 else f'"a\n""{n}",{P}' for n in range(200)]
    data = ("id,phone\n" + "\n".join(rows) + "\n").encode()
    made = run(data, "a.csv", phone_plan, chunk_bytes=size, workers=workers)
    assert made == data.replace(P.encode(), M.encode())


def test_formulas_are_neutralised_and_counted(tmp_path, key) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text('a,b\n=1+1,-5\n"=cmd|""x""",+3.2%\n@x,＝1\nplain,"-1,000"\n')
    report = deidentify_file(
        source, target, plan=deid.Plan({}, others=Keep()),
        options=deid.FileOptions(neutralise_formulas=True),
    )  # fmt: skip
    expected = 'a,b\n\'=1+1,-5\n"\'=cmd|""x""",+3.2%\n\'@x,\'＝1\nplain,"-1,000"\n'
    assert target.read_text() == expected
    assert report.files[0].formulas == 4


def test_a_column_that_the_plan_does_not_name_is_refused_before_any_row(run) -> None:
    with pytest.raises(PlanError, match="column 'b'"):
        run(b"a,b\n1,2\n", "a.csv", deid.Plan({"a": Keep()}))


@pytest.mark.parametrize(
    ("head", "dialect"),
    [
        (b"a,b\n1,2\n", ","),
        (b"a;b\n1,5;2\n3,5;4\n", ";"),
        (b'a,b\n"x;y;z",1\n"p;q;r",2\n', ","),
        (b"a|b|c\n1,2|3|4,5\n", "|"),
        (b"one column\nof text, perhaps\n", ","),
    ],
)
def test_delimiters_are_detected(head: bytes, dialect: str) -> None:
    assert detect(head).delimiter == dialect


FIELDS = st.text(alphabet='ab,"\n; é张', max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_fields_are_those_that_the_csv_module_wrote(rows: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    data = np.frombuffer(written.getvalue().encode(), np.uint8)
    found = find_rows(data, Dialect(), 3)
    text = data.tobytes()
    got = [
        next(csv.reader([text[a:b].decode()], strict=True), [""])[0] if b > a else ""
        for start, end in zip(found.start, found.end, strict=True)
        for a, b in zip(start, end, strict=True)
        if b"\n" not in text[a:b]
    ]
    flat = [field for row in rows for field in row]
    assert list(got) == [one for one in flat if "\n" not in one]
    assert len(found.last) == len(rows)
    assert not found.bad
    assert whole_records(text, Dialect()) == len(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='a,"\n\r', max_size=40))
def test_arbitrary_text_loses_no_byte(text: str) -> None:
    """Records, bad ones and blank lines together are the whole text."""
    data = np.frombuffer((text + "\n").encode(), np.uint8)
    found = find_rows(data, Dialect(), 2)
    bad = sum(one.end - one.start for one in found.bad)
    good = [data[a:b].tobytes() for a, b in zip(found.start[:, 0], found.last, strict=True)]
    rest = len(data) - bad - sum(map(len, good))
    blank = [line for line in (text + "\n").split("\n") if line in ("", "\r")]
    assert 0 <= rest <= sum(len(line) + 1 for line in blank)


def test_a_path_of_a_folder_that_is_missing(tmp_path: Path, phone_plan) -> None:
    source = tmp_path / "a.csv"
    source.write_text("phone\n")
    with pytest.raises(Exception, match="folder does not exist"):
        deidentify_file(source, tmp_path / "no" / "b.csv", plan=phone_plan)


def test_quotes_escaped_by_a_backslash_are_refused_by_name(tmp_path) -> None:
    source = tmp_path / "a.csv"
    source.write_text('a,b\n1,"x \\"y\\" z"\n')
    with pytest.raises(FileFormatError, match=r"line 2: .*escaped by a backslash"):
        deid.deidentify_file(source, tmp_path / "b.csv", plan=deid.Plan({}, others=deid.Keep()))
