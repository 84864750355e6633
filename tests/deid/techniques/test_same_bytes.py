"""Every technique gives the same bytes from pandas, Polars and Arrow, in batches of any size."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pandas
import polars
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.apply import apply_counted
from aitransparency.deid.techniques import TECHNIQUES
from aitransparency.deid.whole import settle, whole_columns
from aitransparency.errors import PlanError

KEY = deid.Key(bytes(range(32)))
PHONES = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
NAMES = st.text("王李张伟强磊洋勇军杰", min_size=2, max_size=3)
DAYS = st.dates(datetime.date(1930, 1, 1), datetime.date(2024, 1, 1)).map(str)
NUMBERS = st.integers(0, 10**6)

# Technique, entity, values: one line for every technique and every way it has.
CASES: list[tuple[deid.Redact, str | None, st.SearchStrategy[object]]] = [
    (deid.Redact(), "CN_MOBILE_PHONE", PHONES),
    (deid.Mask(), "CN_MOBILE_PHONE", PHONES),
    (deid.Mask(), "PERSON", NAMES),
    (deid.Mask(keep_start=1, character="×"), None, NAMES),
    (deid.Pseudonymize(), "CN_MOBILE_PHONE", PHONES),
    (deid.Pseudonymize(algorithm="sm3", recipient="B"), None, NAMES),
    (deid.Pseudonymize(algorithm="aes", prefix="p-"), None, NAMES),
    (deid.Pseudonymize(algorithm="sm4"), None, NUMBERS),
    (deid.Surrogate(), "CN_MOBILE_PHONE", PHONES),
    (deid.Surrogate(), "PERSON", NAMES),
    (deid.Surrogate(gender_column="gender"), "PERSON", NAMES),
    (deid.Surrogate(), "CN_ADDRESS", NAMES),
    (deid.Encrypt(), "CN_MOBILE_PHONE", PHONES),
    (deid.Encrypt(), None, st.integers(10**6, 10**9)),
    (deid.Encrypt(cipher="aes-siv"), "PERSON", NAMES),
    (deid.Encrypt(cipher="sm4"), "PERSON", NAMES),
    (deid.Generalize("month"), None, DAYS),
    (deid.Generalize("age", width=5, on="2026-01-01", top=90), "DATE_OF_BIRTH", DAYS),
    (deid.Generalize("bin", width=7), None, NUMBERS),
    (deid.Generalize("clip", bottom=5, top=999), None, NUMBERS),
    (deid.Noise(scale=10), None, NUMBERS),
    (deid.Noise(distribution="gaussian", scale=10, by="person"), None, NUMBERS),
    (deid.Noise(epsilon=0.5, sensitivity=2), None, st.floats(-1e6, 1e6)),
    (deid.Noise(days=20, by="person"), None, DAYS),
    (deid.Permute(), None, NUMBERS),
    (deid.Permute(within="gender"), None, NAMES),
    (deid.Microaggregate(k=2), None, NUMBERS),
    (deid.Microaggregate(k=3), None, st.floats(-1e6, 1e6)),
    (deid.Drop(), None, NAMES),
    (deid.Keep(), None, NUMBERS),
    (deid.Scan(), None, st.one_of(NAMES, PHONES.map("回拨{}。".format))),
    (deid.Scan(entities={"CN_MOBILE_PHONE": deid.Encrypt()}), None, PHONES.map("电话{}".format)),
]
IDS = [f"{i}-{type(case[0]).__name__}-{case[1]}" for i, case in enumerate(CASES)]


def test_no_technique_is_left_out() -> None:
    assert {type(technique).__name__ for technique, _, _ in CASES} == set(TECHNIQUES)


def in_batches(table: pa.Table, plan: deid.Plan, size: int) -> pa.Table:
    settled = settle(plan, table, KEY) if whole_columns(plan, table.column_names) else plan
    first, made = 0, []
    for batch in table.to_batches(max_chunksize=size):
        made.append(apply_counted(batch, settled, KEY, first_row=first).batch)
        first += batch.num_rows
    return pa.Table.from_batches(made)


@pytest.mark.parametrize(("technique", "entity", "values"), CASES, ids=IDS)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_every_path_and_batch_size(
    technique: deid.Redact,
    entity: str | None,
    values: st.SearchStrategy[object],
    data: st.DataObject,
) -> None:
    plan = deid.Plan(
        {
            "c": deid.ColumnPlan(technique, entity=entity, on_mismatch="redact"),
            "gender": deid.Keep(),
            "person": deid.Keep(),
        },
    )
    column = data.draw(st.lists(values, min_size=1, max_size=120))
    if not isinstance(column[0], int):  # pandas makes floats of whole numbers beside nulls
        column = data.draw(st.permutations([*column, None]))
    count = len(column)
    table = pa.table(
        {
            "c": pa.array(column),
            "gender": ["男", "女", "?"] * (count // 3) + ["男"] * (count % 3),
            "person": [f"p{row % 7}" for row in range(count)],
        }
    )
    expected = deid.deidentify(table, plan, key=KEY, verify=False).data
    paths: dict[str, Callable[[], pa.Table]] = {
        "batches of 1": lambda: in_batches(table, plan, 1),
        "batches of 7": lambda: in_batches(table, plan, 7),
        "chunks": lambda: deid.deidentify(
            pa.concat_tables([table.slice(0, 3), table.slice(3)]), plan, key=KEY, verify=False
        ).data,
        "a slice of a longer table": lambda: deid.deidentify(
            pa.concat_tables([table, table]).combine_chunks().slice(count), plan, key=KEY,
            verify=False,
        ).data,
    }  # fmt: skip
    for name, path in paths.items():
        assert path().to_pydict() == expected.to_pydict(), name
    from_polars = deid.deidentify(polars.from_arrow(table), plan, key=KEY, verify=False).data
    assert from_polars.to_dict(as_series=False) == expected.to_pydict()
    from_pandas = deid.deidentify(table.to_pandas(), plan, key=KEY, verify=False).data
    assert pandas_values(from_pandas) == pandas_values(expected.to_pandas())


def pandas_values(frame: pandas.DataFrame) -> dict[str, list[object]]:
    return {
        str(name): [None if pandas.isna(value) else value for value in frame[name]]
        for name in frame.columns
    }


DICTIONARY = [case for case in CASES if case[2] in (PHONES, NAMES)]


@pytest.mark.parametrize(("technique", "entity", "values"), DICTIONARY)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_a_column_of_categories_is_as_good_as_text(
    technique: deid.Redact,
    entity: str | None,
    values: st.SearchStrategy[object],
    data: st.DataObject,
) -> None:
    column = data.draw(st.lists(st.none() | values, min_size=1, max_size=20)) * 8
    plan = deid.Plan(
        {
            "c": deid.ColumnPlan(technique, entity=entity, on_mismatch="redact"),
            "gender": deid.Keep(),
        }
    )
    genders = ["男", "女"] * (len(column) // 2)
    plain = pa.table({"c": pa.array(column, pa.string()), "gender": genders})
    encoded = plain.set_column(0, "c", plain["c"].dictionary_encode())
    made = [deid.deidentify(one, plan, key=KEY, verify=False).data for one in (plain, encoded)]
    assert made[0].to_pydict() == made[1].to_pydict()


@pytest.mark.parametrize("technique", [deid.Permute(), deid.Microaggregate()])
def test_a_single_batch_is_not_enough_for_a_whole_column(technique: deid.Permute) -> None:
    batch = pa.record_batch({"pay": [1, 2, 3]})
    with pytest.raises(PlanError, match=r"'pay': .* needs the whole column"):
        apply_counted(batch, deid.Plan({"pay": technique}), KEY)


@pytest.mark.parametrize("kind", [type(case[0]).__name__ for case in CASES])
def test_an_empty_frame_comes_back_empty(kind: str) -> None:
    technique = next(case[0] for case in CASES if type(case[0]).__name__ == kind)
    entity = next(case[1] for case in CASES if type(case[0]).__name__ == kind)
    table = pa.table({"c": pa.array([], pa.string()), "x": pa.array([], pa.int64())})
    plan = deid.Plan({"c": deid.ColumnPlan(technique, entity=entity), "x": deid.Keep()})
    assert deid.deidentify(table, plan, key=KEY).data.num_rows == 0
