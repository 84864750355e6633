"""The way back: who may, with which key, and what cannot be brought back."""

from __future__ import annotations

import pandas
import polars
import pyarrow as pa
import pytest

from aitransparency import deid
from aitransparency.errors import (
    ColumnNotFoundError,
    InputTypeError,
    KeyMaterialError,
    NotReversibleError,
    ValueMismatchError,
)

KEY = deid.Key(bytes(range(32)))
OTHER = deid.Key(bytes(32))
TABLE = pa.table(
    {
        "name": ["张三", "李四", None],
        "phone": ["13800138000", "13900139000", ""],
        "id": ["11010519491231002X", None, "440524188001010014"],  # GB 11643's own examples
        "pay": [100, 200, 300],
    }
)


def made_plan() -> deid.Plan:
    return deid.Plan(
        {
            "name": deid.ColumnPlan(deid.Encrypt("aes-siv"), "direct", "PERSON"),
            "phone": deid.ColumnPlan(deid.Encrypt(), "direct", "CN_MOBILE_PHONE"),
            "id": deid.ColumnPlan(deid.Encrypt(), "direct", "CN_RESIDENT_ID"),
            "pay": deid.Keep(),
        }
    )


@pytest.mark.parametrize("kind", ["arrow", "pandas", "polars"])
def test_all_comes_back_in_the_type_that_went_in(kind: str) -> None:
    frames = {"arrow": TABLE, "pandas": TABLE.to_pandas(), "polars": polars.from_arrow(TABLE)}
    plan = made_plan()
    sealed = deid.deidentify(frames[kind], plan, key=KEY).data
    plain = deid.reidentify(sealed, plan, key=KEY)
    assert type(plain) is type(frames[kind])
    if kind == "pandas":
        pandas.testing.assert_frame_equal(plain, frames[kind])
    else:
        assert plain.equals(frames[kind])


def test_some_rows_in_another_order_come_back_too() -> None:
    plan = made_plan()
    sealed = deid.deidentify(TABLE, plan, key=KEY).data
    some = sealed.take([2, 0])
    assert deid.reidentify(some, plan, key=KEY).equals(TABLE.take([2, 0]))


def test_the_plan_notes_the_key_and_a_wrong_one_is_an_error() -> None:
    plan = made_plan()
    sealed = deid.deidentify(TABLE, plan, key=KEY).data
    assert plan.key_id == KEY.id
    reloaded = deid.Plan.loads(plan.dumps())
    assert deid.reidentify(sealed, reloaded, key=KEY).equals(TABLE)
    with pytest.raises(KeyMaterialError, match=KEY.id):
        deid.reidentify(sealed, reloaded, key=OTHER)


def test_without_a_note_of_the_key_nothing_is_brought_back() -> None:
    plan = made_plan()
    sealed = deid.deidentify(TABLE, plan, key=KEY).data
    plan.key_id = None
    with pytest.raises(KeyMaterialError, match="does not say which key"):
        deid.reidentify(sealed, plan, key=KEY)


def test_a_plan_is_not_applied_with_two_keys_by_mistake() -> None:
    plan = made_plan()
    deid.deidentify(TABLE, plan, key=KEY)
    with pytest.raises(KeyMaterialError, match="would not join"):
        deid.deidentify(TABLE, plan, key=OTHER)
    plan.key_id = None  # rotation: a decision, written down
    deid.deidentify(TABLE, plan, key=OTHER)
    assert plan.key_id == OTHER.id


def test_columns_narrows_and_says_why_others_cannot() -> None:
    plan = made_plan()
    plan["phone"] = deid.Pseudonymize()
    sealed = deid.deidentify(TABLE, plan, key=KEY).data
    made = deid.reidentify(sealed, plan, key=KEY, columns=["id"])
    assert made["id"].equals(TABLE["id"])
    assert made["name"].equals(sealed["name"])
    with pytest.raises(NotReversibleError, match=r"'phone': Pseudonymize.*one-way"):
        deid.reidentify(sealed, plan, key=KEY, columns=["phone"])
    with pytest.raises(ColumnNotFoundError, match="'phone'"):
        deid.reidentify(sealed, plan, key=KEY, columns=["phon"])
    with pytest.raises(InputTypeError, match="list"):
        deid.reidentify(sealed, plan, key=KEY, columns="id")


def test_a_plan_without_a_way_back_says_why() -> None:
    plan = deid.Plan({"phone": deid.Mask(), "pay": deid.Keep(), "id": deid.Pseudonymize()})
    plan.key_id = KEY.id
    with pytest.raises(NotReversibleError, match=r"Mask: the original.*Pseudonymize: a token"):
        deid.reidentify(TABLE, plan, key=KEY)


def test_what_is_no_ciphertext_is_an_error_that_quotes_nothing() -> None:
    plan = made_plan()
    deid.deidentify(TABLE, plan, key=KEY)
    strange = TABLE.set_column(1, "phone", pa.array(["13800138000", "李四的", None]))
    with pytest.raises(ValueMismatchError, match=r"'phone' \(first in row 1\)") as caught:
        deid.reidentify(strange, plan, key=KEY, columns=["phone"])
    assert "李四" not in str(caught.value)


def test_redacted_misfits_stay_redacted() -> None:
    plan = deid.Plan(
        {"phone": deid.ColumnPlan(deid.Encrypt(), "direct", "CN_MOBILE_PHONE")},
        on_mismatch="redact",
    )
    table = pa.table({"phone": ["13800138000", "unknown"]})
    sealed = deid.deidentify(table, plan, key=KEY).data
    made = deid.reidentify(sealed, plan, key=KEY)
    assert made["phone"].to_pylist() == ["13800138000", "<CN_MOBILE_PHONE>"]


@pytest.mark.parametrize(
    ("data", "plan", "key"),
    [("text", made_plan(), KEY), (TABLE, {}, KEY), (TABLE, made_plan(), None)],
)
def test_wrong_types(data: object, plan: object, key: object) -> None:
    with pytest.raises((InputTypeError, KeyMaterialError)):
        deid.reidentify(data, plan, key=key)  # type: ignore[arg-type]
