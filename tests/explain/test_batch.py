"""Batches: every row is the card of its person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.ensemble import RandomForestClassifier

from aitransparency import explain
from aitransparency.explain import Decision, Explainer, Feature, Features
from aitransparency.explain.attributions import Attributions
from aitransparency.explain.build import build_card

FEATURES = Features.of(
    Feature("a", "A", {"zh": "甲"}, {"zh": "元|万元"}, decimals=0),
    Feature("b", "B", {"zh": "乙"}, decimals=2),
    Feature("c", "C", {"zh": "丙"}, categories={"0": {"zh": "无"}, "1": {"zh": "有"}}),
    Feature("d", "D", {"zh": "丁"}, wording={"for": {"zh": "丁有 {value}"}}),
    Feature("e", "E", {"zh": "甲"}),
)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    draw = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "a": draw.uniform(0, 50_000, 300).round(2),
            "b": draw.normal(0, 2, 300),
            "c": draw.integers(0, 2, 300),
            "d": draw.integers(0, 9, 300).astype(float),
            "e": draw.uniform(-1e-3, 1e-3, 300),
        }
    )
    frame.loc[::7, "d"] = np.nan
    return frame


@pytest.fixture(scope="module")
def explainer(people) -> Explainer:
    good = (people["a"] / 50_000 + people["b"] / 4 + people["c"] + draw_noise() > 0.8).astype(int)
    model = RandomForestClassifier(20, max_depth=5, random_state=0).fit(people, good)
    return Explainer(
        model, people, features=FEATURES, decision=Decision(labels={0: "未通过", 1: "通过"})
    )


def draw_noise():
    return np.random.default_rng(9).normal(0, 0.3, 300)


def test_every_row_reads_as_the_card_of_its_person(explainer, people):
    table = explainer.explain_batch(people, top=4).to_pylist()
    assert len(table) == 300
    for at in range(0, 300, 6):
        card, line = explainer.explain(people.iloc[[at]]), table[at]
        for place in range(4):
            name = f"reason_{place + 1}"
            if place >= len(card.reasons):
                assert line[f"{name}_code"] is line[f"{name}_sentence"] is None
                assert line[f"{name}_amount"] is None
                continue
            reason = card.reasons[place]
            assert line[f"{name}_code"] == reason.code
            assert line[f"{name}_sentence"] == reason.sentence
            assert line[f"{name}_value"] == reason.value.text
            assert line[f"{name}_amount"] == pytest.approx(reason.amount, abs=1e-12)
        assert line["decision"] == card.outcome.label
        assert line["favourable"] == card.outcome.favourable
        assert line["score"] == pytest.approx(card.outcome.score)
        assert line["coverage"] == pytest.approx(card.sureness.coverage)


@pytest.mark.parametrize("library", [pl.from_pandas, pa.Table.from_pandas, lambda x: x.to_numpy()])
def test_every_kind_of_rows_gives_the_same_table(explainer, people, library):
    whole = explainer.explain_batch(people, top=2)
    assert explainer.explain_batch(library(people), top=2).to_pylist() == whole.to_pylist()


def test_pieces_and_files_are_the_whole(explainer, people, tmp_path, monkeypatch):
    whole = explainer.explain_batch(people)
    monkeypatch.setattr("aitransparency.explain.batch._ROWS_AT_ONCE", 70)
    assert explainer.explain_batch(people).to_pylist() == whole.to_pylist()
    batches = pa.Table.from_pandas(people).to_batches(max_chunksize=40)
    target = tmp_path / "reasons.parquet"
    assert explain.write_batch(explainer, batches, target) == 300
    assert pq.read_table(target).to_pylist() == whole.to_pylist()
    assert [path.name for path in tmp_path.iterdir()] == ["reasons.parquet"]


def test_a_batch_that_fails_leaves_no_file(explainer, people, tmp_path):
    batches = [people, people.drop(columns="a")]
    with pytest.raises(explain_error()):
        explain.write_batch(explainer, batches, tmp_path / "reasons.parquet")
    assert not list(tmp_path.iterdir())


def explain_error():
    from aitransparency.errors import AitransparencyError

    return AitransparencyError


def test_pandas_and_polars_take_the_table(explainer, people):
    table = explainer.explain_batch(people)
    assert table.to_pandas()["reason_1_code"].iloc[0] == table["reason_1_code"][0].as_py()
    assert pl.from_arrow(table)["reason_1_sentence"][3] == table["reason_1_sentence"][3].as_py()


def test_an_empty_frame_gives_an_empty_table(explainer, people):
    table = explainer.explain_batch(people.iloc[:0], top=3)
    assert table.num_rows == 0
    assert "reason_3_sentence" in table.column_names


def test_amounts_alone_give_codes_alone():
    given = Attributions(np.array([[1.0, -2.0]]), np.zeros(1), ("a", "b"), "log-odds")
    line = explain.reason_table(given, FEATURES, Decision({0: "n", 1: "y"}), top=2).to_pylist()[0]
    assert (line["reason_1_code"], line["reason_2_code"]) == ("B", "A")
    assert line["reason_1_sentence"] is None


def test_fewer_columns_than_reasons_asked_for(explainer, people):
    table = explainer.explain_batch(people.iloc[:3], top=9)
    assert "reason_5_code" in table.column_names
    assert "reason_6_code" not in table.column_names


def test_a_card_of_another_length_lists_the_same_reasons(explainer, people):
    card = build_card(explainer, people.iloc[[0]], top=2)
    line = explainer.explain_batch(people.iloc[[0]], top=2).to_pylist()[0]
    assert [r.sentence for r in card.reasons] == [
        line["reason_1_sentence"],
        line["reason_2_sentence"],
    ]
