"""Parquet and Feather: types, order, nesting and untouched values stay; damage is one clear error.

Outputs are read back with pyarrow and, for Parquet, with DuckDB and Polars as second readers.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.files.job import deidentify_file
from aitransparency.deid.files.nested import nest, unnest
from aitransparency.deid.techniques import Drop, Keep
from aitransparency.errors import FileFormatError

P, M = "13800138000", "138****8000"
MASK = deid.Mask(keep_start=3, keep_end=4)


def table(rows: int = 4) -> pa.Table:
    return pa.table(
        {
            "phone": pa.array([P, None] * (rows // 2)),
            "large": pa.array([P] * rows, pa.large_string()),
            "coded": pa.array(["张三", None] * (rows // 2)).dictionary_encode(),
            "number": pa.array([int(P)] * rows, pa.int64()),
            "amount": pa.array([Decimal("1.50")] * rows, pa.decimal128(12, 2)),
            "day": pa.array([dt.date(2024, 2, 29)] * rows),
            "at": pa.array([dt.datetime(2024, 2, 29, 1, 2, 3)] * rows, pa.timestamp("us", "UTC")),
            "person": pa.array([{"phone": P, "age": 3}, None] * (rows // 2)),
            "contacts": pa.array([[{"tel": P}, {"tel": None}], None] * (rows // 2)),
            "tags": pa.array([["a", P], []] * (rows // 2), pa.large_list(pa.string())),
            "map": pa.array([[("k", P)], None] * (rows // 2), pa.map_(pa.string(), pa.string())),
            "raw": pa.array([b"\x00"] * rows),
        }
    )


TREATED = ("phone", "large", "number", "person.phone", "contacts[].tel", "tags[]", "map[].value")
PLAN = deid.Plan(
    {**dict.fromkeys(TREATED, MASK), "coded": deid.Redact(label="x"), "tags[]": deid.Scan()},
    others=Keep(),
)
EXPECTED = {
    "phone": [M, None], "large": [M, M], "coded": ["x", None], "number": [M, M],
    "person": [{"phone": M, "age": 3}, None], "contacts": [[{"tel": M}, {"tel": None}], None],
    "tags": [["a", "<CN_MOBILE_PHONE>"], []], "map": [[("k", M)], None],
}  # fmt: skip


def write(path, frame: pa.Table) -> None:
    if path.suffix == ".parquet":
        pq.write_table(frame, path, row_group_size=max(3, frame.num_rows // 4))
    else:
        feather.write_feather(
            frame, path, compression="uncompressed", chunksize=max(3, frame.num_rows // 4)
        )


def read(path) -> pa.Table:
    return pq.read_table(path) if path.suffix == ".parquet" else feather.read_table(path)


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_values_are_treated_at_every_depth_and_types_stay(tmp_path, suffix) -> None:
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    frame = table()
    write(source, frame)
    report = deidentify_file(source, target, plan=PLAN)
    made = read(target)
    assert made.column_names == frame.column_names
    for name, values in EXPECTED.items():
        assert made[name].slice(0, 2).to_pylist() == values, name
    for name in ("amount", "day", "at", "raw"):
        assert made[name].equals(frame[name]), name
    changed = {"number": pa.string()}
    for field in frame.schema:
        assert made.schema.field(field.name).type == changed.get(field.name, field.type)
    assert (report.files[0].rows_in, report.files[0].rows_out) == (4, 4)


def test_other_readers_see_the_same_parquet(tmp_path) -> None:
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    source, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    write(source, table(1000))
    deidentify_file(source, target, plan=PLAN)
    assert duckdb.sql(f"select count(*), max(phone) from '{target}'").fetchall() == [(1000, M)]
    assert polars.read_parquet(target)["large"].unique().to_list() == [M]
    before, after = pq.read_metadata(source), pq.read_metadata(target)
    assert after.num_row_groups == before.num_row_groups
    assert after.row_group(0).column(0).compression == before.row_group(0).column(0).compression


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_dropping_leaves_and_lists(tmp_path, suffix) -> None:
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write(source, table().select(["phone", "person", "contacts"]))
    plan = deid.Plan({"phone": MASK, "person.phone": Drop(), "contacts[].tel": Drop()},
                     others=Keep())  # fmt: skip
    deidentify_file(source, target, plan=plan)
    made = read(target)
    assert made.column_names == ["phone", "person"]
    assert made["person"].to_pylist() == [{"age": 3}, None] * 2


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_an_empty_table_comes_out_empty_with_its_columns(tmp_path, suffix) -> None:
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write(source, table().slice(0, 0))
    deidentify_file(source, target, plan=PLAN)
    assert read(target).num_rows == 0
    assert read(target).column_names == table().column_names


def test_an_arrow_stream_stays_one(tmp_path) -> None:
    source, target = tmp_path / "a.arrow", tmp_path / "b.arrow"
    frame = table().select(["phone", "coded"])
    with pa.ipc.new_stream(source, frame.schema) as writer:
        writer.write_table(frame)
    deidentify_file(source, target, plan=deid.Plan({"phone": MASK, "coded": Keep()}))
    made = pa.ipc.open_stream(target.read_bytes()).read_all()
    assert made["phone"].to_pylist() == [M, None, M, None]


def test_many_dictionaries_grow_into_one(tmp_path) -> None:
    source, target = tmp_path / "a.feather", tmp_path / "b.feather"
    names = pa.array([f"n{number}" for number in range(100_000)])
    frame = pa.table({"a": names.dictionary_encode(), "b": names})
    feather.write_feather(frame, source)
    plan = deid.Plan({"a": deid.Pseudonymize(), "b": deid.Pseudonymize()})
    deidentify_file(source, target, plan=plan, key=deid.Key(bytes(32)))
    made = feather.read_table(target)
    assert pa.types.is_dictionary(made.schema.field("a").type)
    assert made["a"].cast(pa.string()).equals(made["b"])


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
@pytest.mark.parametrize("damage", ["cut", "hole", "head"])
def test_a_damaged_file_is_one_clear_error_and_leaves_nothing(tmp_path, suffix, damage) -> None:
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write(source, table(2000))
    data = bytearray(source.read_bytes())
    if damage == "cut":
        del data[-100:]
    elif damage == "hole":
        data[len(data) // 3 : len(data) // 3 + 200] = b"\xff" * 200
    else:
        data[:4] = b"XXXX"
    source.write_bytes(data)
    message = None
    try:
        deidentify_file(source, target, plan=PLAN)
    except FileFormatError as error:
        message = str(error)
    assert message is None or P not in message
    assert target.exists() == (message is None)
    assert message is not None or damage == "hole"  # it may fall on bytes that do not matter
    assert {path.name for path in tmp_path.iterdir()} - {target.name} == {source.name}


KINDS = st.sampled_from(["text", "struct", "list", "map", "fixed"])
WORDS = st.none() | st.sampled_from(["a", "", "张"])
Z = st.fixed_dictionaries({"z": WORDS})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.fixed_dictionaries({
    "s": st.none() | st.fixed_dictionaries({"x": WORDS, "y": st.none() | st.lists(WORDS)}),
    "l": st.none() | st.lists(st.none() | st.lists(st.none() | Z)),
    "m": st.none() | st.lists(st.tuples(st.sampled_from("kq"), WORDS), max_size=2),
}), max_size=6), st.integers(0, 3))  # fmt: skip
def test_taking_apart_and_putting_together_changes_nothing(rows, start) -> None:
    schema = pa.schema({
        "s": pa.struct({"x": pa.string(), "y": pa.list_(pa.string())}),
        "l": pa.list_(pa.large_list(pa.struct({"z": pa.string()}))),
        "m": pa.map_(pa.string(), pa.string()),
    })  # fmt: skip
    batch = pa.RecordBatch.from_pylist(rows, schema).slice(min(start, len(rows)))
    made = nest(batch, unnest(batch))
    assert made.to_pylist() == batch.to_pylist()
    assert made.schema == batch.schema
