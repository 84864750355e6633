"""Spark on local[2]: the same bytes as one machine, at any depth, and errors before the job."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from aitransparency import deid
from aitransparency.deid.techniques import Keep
from aitransparency.errors import KeyMaterialError, PlanError

P, M = "13800138000", "138****8000"
pytestmark = pytest.mark.skipif(
    shutil.which("java") is None and "JAVA_HOME" not in os.environ, reason="Spark needs Java 17"
)


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["AITRANSPARENCY_TEST_KEY"] = _key_text()
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    made = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 70).getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    yield made
    made.stop()
    del os.environ["AITRANSPARENCY_TEST_KEY"]


def _key_text() -> str:
    import base64

    return "aitransparency-key-v1:" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def frame() -> pa.Table:
    from aitransparency.demo.people import people

    return people(300)


def test_the_same_bytes_as_one_machine(session: Any, frame: pa.Table, key: deid.Key) -> None:
    from aitransparency.deid import spark

    plan = deid.plan(frame)
    expected = deid.deidentify(frame, plan, key=key, verify=False).data
    source = session.createDataFrame(frame).repartition(3)
    for secret in (key, "AITRANSPARENCY_TEST_KEY"):
        made = spark.deidentify(source, plan, key=secret, verify=False).toArrow()
        assert made.schema.names == expected.schema.names
        by = [("客户编号", "ascending")]
        assert made.sort_by(by).to_pylist() == expected.sort_by(by).to_pylist()


def test_nested_columns_by_path(session: Any) -> None:
    from aitransparency.deid import spark

    table = pa.table({
        "who": [{"phone": P, "n": 1}, None], "all": [[P, "x"], []],
        "map": pa.array([[("k", P)], None], pa.map_(pa.string(), pa.string())),
    })  # fmt: skip
    plan = deid.Plan({"who.phone": deid.Mask(keep_start=3, keep_end=4), "all[]": deid.Scan(),
                      "map[].value": deid.Redact()}, others=Keep())  # fmt: skip
    made = spark.deidentify(session.createDataFrame(table), plan).toArrow().to_pylist()
    assert sorted(made, key=str) == sorted(
        [
            {"who": {"phone": M, "n": 1}, "all": ["<CN_MOBILE_PHONE>", "x"],
             "map": [("k", "<REDACTED>")]},
            {"who": None, "all": [], "map": None},
        ],
        key=str,
    )  # fmt: skip


def test_errors_come_before_the_job(session: Any) -> None:
    from aitransparency.deid import spark

    source = session.createDataFrame(pa.table({"a": ["x"], "b": [1]}))
    with pytest.raises(PlanError, match="'b'"):
        spark.deidentify(source, deid.Plan({"a": Keep()}))
    with pytest.raises(KeyMaterialError):
        spark.deidentify(source, deid.Plan({"a": deid.Pseudonymize(), "b": Keep()}))
