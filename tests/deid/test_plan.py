"""The plan as a value and as a file: what is wrong is said before a row is read, with its line."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from aitransparency import deid
from aitransparency.errors import (
    AitransparencyError,
    ColumnNotFoundError,
    FileFormatError,
    InputTypeError,
    KeyMaterialError,
    PlanError,
    ValueMismatchError,
)

KEY = deid.Key(bytes(range(32)))
TABLE = pa.table({"phone": ["13800138000", "张三"], "age": [30, 40]})


def every_technique() -> deid.Plan:
    direct = {"role": "direct"}
    return deid.Plan(
        {
            "a": deid.ColumnPlan(deid.Redact(label="—"), **direct, reason="因为\n“这样”"),
            "b": deid.ColumnPlan(deid.Mask(keep_start=1, keep_end=2, character="#"), share=0.5),
            "c d": deid.Pseudonymize(algorithm="sm3", recipient="B", length=20, prefix="p-"),
            "e.f": deid.ColumnPlan(deid.Surrogate(keep=("gender",)), entity="CN_RESIDENT_ID"),
            "列": deid.Encrypt(cipher="sm4", recipient='"quoted"'),
            "": deid.Generalize("age", width=5, top=90, on="2026-01-01"),
            "g": deid.Noise(epsilon=0.5, sensitivity=2),
            "h": deid.Noise(days=30, by="列"),
            "i": deid.Permute(within="列"),
            "j": deid.Microaggregate(k=7),
            "k": deid.ColumnPlan(deid.Drop(), on_mismatch="scan"),
            "l": deid.Scan(
                default=deid.Mask(),
                entities={"CN_MOBILE_PHONE": deid.Encrypt(), "PERSON": deid.Surrogate()},
                min_score=0.7,
            ),
        },
        on_mismatch="redact",
        others=deid.Keep(),
        key_id="k-0123456789ab",
    )


def test_every_setting_survives_the_file(tmp_path: Path) -> None:
    plan = every_technique()
    plan.save(tmp_path / "plan.toml")
    assert deid.Plan.load(tmp_path / "plan.toml") == plan
    assert deid.Plan.loads(plan.dumps()).dumps() == plan.dumps()


HEAD = 'version = 1\n[columns.phone]\nrole = "direct"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 1\n[columns.phone]\nx", "is not TOML"),
        ("[columns.phone]\n", "version"),
        ("version = 2\n", "line 1: version"),
        (HEAD, "line 2: columns.phone: has no technique"),
        (HEAD + 'technique = "Mash"\n', "line 4.*'Mash' is not known; did you mean 'Mask'"),
        (HEAD + 'technique = { name = "Mask", keep = 3 }\n', "line 4.*no parameter 'keep'"),
        (HEAD + 'technique = { name = "Mask", keep_start = -3 }\n', "line 4.*keep_start"),
        (HEAD + 'technique = "Mask"\nroll = "x"\n', "line 5.*did you mean 'role'"),
        (HEAD + 'technique = "Mask"\nentity = "CN_PHONE"\n', "line 5.*CN_PHONE"),
        (HEAD + 'technique = "Mask"\nshare = "half"\n', "line 5.*share: is a number"),
        (HEAD + 'technique = "Mask"\non_mismatch = "skip"\n', "line 5.*skip"),
        ('version = 1\non_mismatch = "skip"\n', "line 2.*skip"),
        ("version = 1\nkey_id = 3\n", "line 2: key_id"),
        ("version = 1\ncolumns = 3\n", "line 2: columns"),
        (HEAD.replace("direct", "primary") + 'technique = "Mask"\n', "line 3.*primary"),
        (HEAD + 'technique = "Noise"\n', "line 4.*one of scale"),
        (HEAD + 'technique = { name = "Generalize", to = "week" }\n', "line 4.*to is one of"),
        (HEAD + 'technique = { name = "Surrogate", keep = ["age"] }\n', "line 4.*keep"),
        (HEAD + '[columns.phone.technique]\nname = "Scan"\nmin_score = 2\n', "line 4.*min_score"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_line(text: str, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        deid.Plan.loads(text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"none\.toml cannot be read"):
        deid.Plan.load(tmp_path / "none.toml")
    (tmp_path / "gbk.toml").write_bytes("版本".encode("gbk"))
    with pytest.raises(PlanError, match="not UTF-8"):
        deid.Plan.load(tmp_path / "gbk.toml")


@pytest.mark.parametrize(
    ("columns", "error", "words"),
    [
        ({"phone": deid.Mask()}, PlanError, "column 'age' is not in the plan"),
        ({"phon": deid.Mask(), "age": deid.Keep()}, ColumnNotFoundError, "did you mean 'phone'"),
        ({"phone": deid.Pseudonymize(), "age": deid.Keep()}, KeyMaterialError, "needs a key"),
        (
            {"phone": deid.Surrogate(), "age": deid.Keep()},
            KeyMaterialError,
            "column 'phone': Surrogate needs a key",
        ),
        (
            {"phone": deid.Mask(), "age": deid.Permute(within="city")},
            ColumnNotFoundError,
            "'city'",
        ),
        ({"phone": deid.Drop(), "age": deid.Drop()}, PlanError, "drops every column"),
    ],
)
def test_a_plan_that_does_not_go_with_the_table(
    columns: dict[str, deid.Mask], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        deid.deidentify(TABLE, deid.Plan(columns))


def test_nested_columns_are_refused_but_for_drop_keep_and_redact() -> None:
    table = pa.table({"tags": [["13800138000"], []]})
    with pytest.raises(PlanError, match="'tags' holds list"):
        deid.deidentify(table, deid.Plan({"tags": deid.Mask()}))


@pytest.mark.parametrize("value", ["mask", deid.Mask, None, 3])
def test_only_techniques_are_assigned(value: object) -> None:
    plan = deid.Plan({"phone": deid.Mask()})
    with pytest.raises(PlanError, match="takes a technique"):
        plan["phone"] = value  # type: ignore[assignment]


def test_assigning_a_technique_keeps_the_rest_of_the_line() -> None:
    plan = deid.plan(pa.table({"phone": ["13800138000"] * 3}))
    before = plan["phone"]
    plan["phone"] = deid.Redact()
    assert plan["phone"].entity == before.entity == "CN_MOBILE_PHONE"
    assert plan["phone"].role == before.role == "direct"


ON_MISMATCH = [
    ("redact", "<CN_MOBILE_PHONE>"),
    ("scan", "电话<CN_MOBILE_PHONE>"),
]


@pytest.mark.parametrize(("choice", "expected"), ON_MISMATCH)
def test_misfits_follow_the_plan(choice: str, expected: str) -> None:
    table = pa.table({"phone": ["13800138000", "电话13900139000", None, ""]})
    line = deid.ColumnPlan(deid.Mask(), "direct", "CN_MOBILE_PHONE", on_mismatch=choice)  # type: ignore[arg-type]
    result = deid.deidentify(table, deid.Plan({"phone": line}))
    assert result.data["phone"].to_pylist() == ["138****8000", expected, None, ""]
    assert result.report.columns[0].misfits == 1


def test_misfits_are_counted_and_located_and_not_quoted() -> None:
    values = ["13800138000"] * 30_000
    values[20_500] = values[20_777] = "张三的电话"
    line = deid.ColumnPlan(deid.Mask(), "direct", "CN_MOBILE_PHONE")
    with pytest.raises(ValueMismatchError) as caught:
        deid.deidentify(pa.table({"phone": values}), deid.Plan({"phone": line}))
    message = str(caught.value)
    assert "'phone' (first in row 20,500): 2 values" in message
    assert "on_mismatch" in message
    assert "张三" not in message


def test_tables_under_one_plan_keep_their_joins() -> None:
    people = pa.table({"id": ["11010519491231002X", "440524188001010014"], "x": [1, 2]})
    visits = pa.table({"id": ["440524188001010014", "11010519491231002x", "110105491231002"]})
    for technique in (deid.Pseudonymize(), deid.Encrypt(), deid.Surrogate()):
        line = deid.ColumnPlan(technique, "direct", "CN_RESIDENT_ID")
        one = deid.deidentify(people, deid.Plan({"id": line, "x": deid.Keep()}), key=KEY).data
        two = deid.deidentify(visits, deid.Plan({"id": line}), key=KEY).data
        first, second = one["id"].to_pylist()
        assert two["id"].to_pylist() == [second, first, first]
        assert first != second


def test_a_path_is_sampled(tmp_path: Path) -> None:
    table = pa.table({"手机号": ["13800138000"] * 50, "金额": [1.5] * 50})
    pa.csv.write_csv(table, tmp_path / "t.csv")
    pa.parquet.write_table(table, tmp_path / "t.parquet")
    for name in ("t.csv", "t.parquet"):
        plan = deid.plan(tmp_path / name, sample_rows=10)
        assert plan["手机号"].entity == "CN_MOBILE_PHONE"
    with pytest.raises(AitransparencyError, match=r"none\.csv"):
        deid.plan(tmp_path / "none.csv")
    (tmp_path / "bad.parquet").write_bytes(b"no")
    with pytest.raises(FileFormatError, match=r"bad\.parquet"):
        deid.plan(tmp_path / "bad.parquet")
    with pytest.raises(InputTypeError):
        deid.plan(3)
    with pytest.raises(PlanError, match="sample_rows"):
        deid.plan(table, sample_rows=0)


def test_it_is_shown_as_a_table_that_is_escaped() -> None:
    plan = deid.plan(pa.table({"<b>手机</b>": ["13800138000"] * 3}))
    assert "13800138000" not in repr(plan) + plan._repr_html_()
    assert "100% of the values" in repr(plan)
    assert "<b>" not in plan._repr_html_()
    assert "&lt;b&gt;" in plan._repr_html_()


@pytest.mark.parametrize(
    ("path", "role", "reason"),
    [
        ("联系人[].备注", "text", "the last part names the value, though the first is a person's"),
        ("customer.phone", "direct", "as without the customer"),
        ("phone.description", "text", "a text about a phone is no number"),
        ("contacts[].tel[]", "direct", "a list of lists"),
        ("orders.address.city", "quasi", "a city is no address"),
        ("company.name", "other", "two parts make the term"),
        ("user.name", "direct", "two parts make the term"),
        ("company.boss.name", "direct", "the term needs parts beside each other"),
        ("姓名.value", "direct", "the last part says nothing, so the path speaks"),
        ('"客户.备注".电话', "direct", "a key with a dot stands in quotes"),
        ('电话."备注.二"', "text", "a key with a dot stands in quotes"),
        ("1.姓名", "direct", "a number before a header"),
        ("Tel. (home)", "direct", "a dot that parts nothing"),
        ('"phone', "direct", "a quote that quotes nothing"),
        (".", "other", "nothing but a dot"),
    ],
)
def test_the_last_part_of_a_path_speaks_first(path: str, role: str, reason: str) -> None:
    values = ["甲", "乙", "丙"] * 20  # values that say nothing
    assert deid.plan(pa.table({path: values}))[path].role == role, reason
