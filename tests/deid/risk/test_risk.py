"""`deid.risk`: figures against pycanon's, published examples and hand calculation."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_tables import QUASI, table

from aitransparency import deid
from aitransparency.deid.risk.classes import classes_of, encode
from aitransparency.deid.risk.diversity import diversity
from aitransparency.deid.risk.uniqueness import _rise, sample_uniques_unique
from aitransparency.errors import ColumnNotFoundError, InputError

PEERS = list(csv.DictReader(Path(__file__).with_name("peers.csv").open(encoding="utf-8")))


@pytest.mark.parametrize("line", PEERS, ids=lambda line: f"{line['table']}-{line['sensitive']}")
def test_figures_are_pycanons(line: dict[str, str]) -> None:
    """Expected values: pycanon 1.3.5, written by peers.py.

    pycanon rounds the l of entropy l-diversity down. Its c of recursive (c, l)-diversity is left
    out: it sorts counts rising where Machanavajjhala et al. sort them falling.
    """
    frame = pa.table(table(int(line["table"])))
    found = deid.risk(frame, quasi_identifiers=QUASI, sensitive=[line["sensitive"]])
    told = found.sensitive[line["sensitive"]]
    assert found.k == int(line["k"])
    assert told.distinct_l == int(line["l"])
    assert math.floor(told.entropy_l + 1e-9) in (int(line["entropy_l"]), int(line["entropy_l"]) + 1)
    for name in ("t", "alpha", "beta", "enhanced_beta", "delta"):
        assert getattr(told, name) == pytest.approx(float(line[name]), rel=1e-9, abs=1e-9), name


# Li, Li and Venkatasubramanian, t-Closeness, ICDE 2007, section 4: nine salaries, 3k to 11k;
# the ordered distances of the classes {3k, 4k, 5k} and {6k, 8k, 11k} are printed there.
@pytest.mark.parametrize(
    ("group", "expected"), [([3, 4, 5], 0.375), ([6, 8, 11], 0.167)], ids=["0.375", "0.167"]
)
def test_the_ordered_distance_of_the_paper(group: list[int], expected: float) -> None:
    """A class and the rest of the table: the smaller class is the farther one."""
    rest = [pay for pay in range(3, 12) if pay not in group]
    ids = np.array([0] * 3 + [1] * 6, np.int32)
    found = diversity(ids, 2, encode(pa.array(group + rest)))
    assert found.t == pytest.approx(expected, abs=5e-4)


def test_the_hierarchical_distance_of_the_paper() -> None:
    """Section 4.2: the distance of {gastric ulcer, gastritis, stomach cancer}, all under one node.

    Nine diseases in the hierarchy of figure 1: respiratory (respiratory infection: flu, pneumonia,
    bronchitis; vascular lung: pulmonary edema, pulmonary embolism), digestive (stomach: gastric
    ulcer, stomach cancer; colon: colitis, colon cancer). By hand below.
    """
    leaves = ["flu", "pneumonia", "bronchitis", "edema", "embolism"]
    leaves += ["ulcer", "cancer", "colitis", "colon cancer"]
    one = ["infection"] * 3 + ["vascular"] * 2 + ["stomach"] * 2 + ["colon"] * 2
    two = ["respiratory"] * 5 + ["digestive"] * 4
    levels = [pa.array(one), pa.array(two), pa.array(["all"] * 9)]
    # One class holds the two stomach diseases, the other the remaining seven; P is 1/9 each.
    ids = np.array([1, 1, 1, 1, 1, 0, 0, 1, 1], np.int32)
    found = diversity(ids, 2, encode(pa.array(leaves)), levels=levels)
    # Class 0, by hand: stomach has 1 - 2/9 = 7/9 too much. Of it 2/9 goes to colon, through
    # digestive (height 2 of 3), and 5/9 to respiratory, through the root (3 of 3).
    assert found.t == pytest.approx(2 / 9 * 2 / 3 + 5 / 9)
    assert found.distance == "hierarchical"


@pytest.mark.parametrize("kind", [pa.string(), pa.int64()], ids=["text", "numbers"])
def test_a_hierarchy_is_given_by_value(kind: pa.DataType) -> None:
    """The same nine diseases, named by value, in an order that is not theirs; numbers too."""
    codes = [5, 6, 0, 1, 2, 3, 4, 7, 8]  # class 0 holds the first two
    leaves = pa.array(codes).cast(kind)
    names = {
        code: [("i", "i", "i", "v", "v", "s", "s", "c", "c")[code], "r" if code < 5 else "d"]
        for code in codes
    }
    given = {(str(code) if kind == pa.string() else code): one for code, one in names.items()}
    table = pa.table({"class": [0, 0] + [1] * 7, "ill": leaves})
    found = deid.risk(table, quasi_identifiers=["class"], sensitive={"ill": given})
    assert found.sensitive["ill"].t == pytest.approx(2 / 9 * 2 / 3 + 5 / 9)
    assert found.sensitive["ill"].distance == "hierarchical"
    rooted = {value: [*one, "all"] for value, one in given.items()}  # the root is not added twice
    again = deid.risk(table, quasi_identifiers=["class"], sensitive={"ill": rooted})
    assert again.sensitive["ill"].t == found.sensitive["ill"].t
    plain = deid.risk(table, quasi_identifiers=["class"], sensitive={"ill": {}})
    assert plain.sensitive["ill"].distance == ("equal" if kind == pa.string() else "ordered")
    lacking = dict(list(given.items())[1:])
    with pytest.raises(InputError, match="lacks 1 of 9 values"):
        deid.risk(table, quasi_identifiers=["class"], sensitive={"ill": lacking})


def test_recursive_diversity_is_the_papers() -> None:
    """Machanavajjhala et al. 2007, definition 4: r_1 < c (r_l + ... + r_m), counts falling."""
    ids = np.array([0] * 10 + [1] * 6, np.int32)
    values = ["a"] * 5 + ["b"] * 3 + ["c"] * 2 + ["a"] * 4 + ["b"] * 2
    found = diversity(ids, 2, encode(pa.array(values)))
    assert found.distinct_l == 2
    assert found.recursive_c == pytest.approx(max(5 / (3 + 2), 4 / 2))
    assert diversity(ids, 2, encode(pa.array(["a"] * 6 + values[6:]))).distinct_l == 2
    alone = diversity(ids, 2, encode(pa.array(["x"] * 10 + ["y"] * 6)))
    assert (alone.distinct_l, alone.recursive_c, alone.alpha) == (1, None, 1.0)


def test_three_attackers_by_hand() -> None:
    """Two classes of 2 and 1 in a population of 4 and 2, one more class there."""
    sample = pa.table({"age": [30, 30, 40], "sex": ["F", "F", "M"]})
    people = pa.table({"age": [30] * 4 + [40] * 2 + [50], "sex": ["F"] * 4 + ["M"] * 2 + ["F"]})
    found = deid.risk(sample, quasi_identifiers=["age", "sex"], population=people, at_risk=0.4)
    assert (found.rows, found.classes, found.k, found.unique_share) == (3, 2, 1, 1 / 3)
    assert found.prosecutor.highest == 1.0
    assert found.prosecutor.mean == pytest.approx(2 / 3)
    assert found.prosecutor.share_at_risk == 1.0  # 1/2 and 1 are both above 0.4
    assert found.journalist.highest == 0.5
    assert found.journalist.mean == pytest.approx((2 / 4 + 1 / 2) / 3)
    assert found.marketer == pytest.approx((2 / 4 + 1 / 2) / 3)
    assert found.journalist.share_at_risk == pytest.approx(1 / 3)
    assert found.population.presence == (0.0, 0.5)  # none of the third class, half of the others
    assert found.population.uniques == {"counted": 0.0}
    assert found.sizes == {1: 1, 2: 1}


def test_weights_stand_for_people() -> None:
    frame = pa.table({"age": [30, 30, 40], "w": [10.0, 30.0, 5.0]})
    found = deid.risk(frame, quasi_identifiers=["age"], weights="w")
    assert found.journalist.highest == pytest.approx(1 / 5)
    assert found.marketer == pytest.approx((2 / 40 + 1 / 5) / 3)
    assert (found.population.size, found.population.source) == (45, "weights")
    assert found.k == 1  # k counts records, not people


def test_a_population_in_other_types_is_held_against_its_spelling() -> None:
    sample = pa.table({"age": [30, 40], "sex": pa.array(["F", "M"]).dictionary_encode()})
    people = pa.table({"age": ["30", "30", "40", "old"], "sex": ["F", "F", "M", "M"]})
    found = deid.risk(sample, quasi_identifiers=["age", "sex"], population=people)
    assert found.population.outside == 0
    assert found.journalist.highest == 1.0
    assert found.journalist.mean == pytest.approx((1 / 2 + 1) / 2)


def test_records_that_the_population_lacks_are_counted() -> None:
    found = deid.risk(
        pa.table({"a": ["x", "y"]}), quasi_identifiers=["a"], population=pa.table({"a": ["x", "x"]})
    )
    assert found.population.outside == 1
    assert found.journalist.highest == 1.0


@pytest.mark.parametrize(
    ("column", "sizes", "reason"),
    [
        (["a", None, None], [1, 2], "nulls are alike, and unlike a value"),
        ([1.0, float("nan"), None], [1, 2], "NaN is null"),
        ([None, None, None], [3], "a column of nulls is one class"),
        (["", None, " "], [1, 1, 1], "empty text is a value"),
    ],
)
def test_nulls_are_a_value(column, sizes, reason) -> None:
    frame = pa.table({"q": column})
    assert sorted(classes_of(frame).sizes.tolist()) == sorted(sizes), reason


def test_ranking_names_the_column_that_brings_most() -> None:
    frame = pa.table(
        {"id": list(range(40)), "sex": ["F", "M"] * 20, "city": ["a"] * 20 + ["b"] * 20}
    )
    found = deid.risk(frame, quasi_identifiers=["city", "sex", "id"])
    assert [one.column for one in found.ranking] == ["id", "city", "sex"]
    first = found.ranking[0]
    assert (first.without.k, first.without.unique_share, first.without.mean_risk) == (10, 0.0, 0.1)
    name, effect = first.generalised
    assert name == "width 2"
    assert effect.mean_risk == 1.0  # ids 2 by 2 are one F and one M


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"quasi_identifiers": []}, InputError, "at least one"),
        ({"quasi_identifiers": "age"}, InputError, "list of columns"),
        ({"quasi_identifiers": ["agee"]}, ColumnNotFoundError, "did you mean 'age'"),
        ({"quasi_identifiers": ["age"], "sensitive": ["x"]}, ColumnNotFoundError, "'x'"),
        ({"quasi_identifiers": ["age"], "population": 1}, InputError, "cannot hold 2 records"),
        ({"quasi_identifiers": ["age"], "at_risk": 0}, InputError, "at_risk"),
        ({"quasi_identifiers": ["age"], "weights": "w"}, InputError, "at least 1"),
        ({"quasi_identifiers": ["age"], "weights": "w", "population": 9}, InputError, "either"),
    ],
)
def test_wrong_use_says_what_to_do(arguments, error, words) -> None:
    with pytest.raises(error, match=words):
        deid.risk(pa.table({"age": [1, 2], "w": [0.5, 1.0]}), **arguments)


def test_an_empty_table_has_no_risk() -> None:
    with pytest.raises(InputError, match="without rows"):
        deid.risk(pa.table({"a": pa.array([], pa.string())}), quasi_identifiers=["a"])


def test_the_repr_shows_figures_and_no_values() -> None:
    shown = repr(deid.risk(pa.table({"n": ["张三", "李四"]}), quasi_identifiers=["n"]))
    assert shown.startswith("Risk(2 rows, 2 classes, k=1, 100.0% unique")
    assert "张三" not in shown


@pytest.mark.parametrize("classes", [10_000, 50_000])
def test_the_poisson_gamma_estimate_is_near_where_its_model_holds(classes: int) -> None:
    """Even classes: a gamma of rates without spread. Expected value: counted in the population."""
    draw = np.random.default_rng(3)
    population = draw.integers(0, classes, 100_000)
    whole = np.bincount(population, minlength=classes)
    part = np.bincount(population[:20_000], minlength=classes)
    truth = int(((part == 1) & (whole == 1)).sum())
    found = sample_uniques_unique(part[part > 0], 100_000)
    assert found["poisson_gamma"] == pytest.approx(truth, abs=max(30, 0.15 * truth))


@pytest.mark.parametrize("shape", ["even", "lognormal", "zipf"])
@pytest.mark.parametrize(("part", "factor"), [(0.05, 1.5), (0.2, 1.2)])
def test_the_mean_of_the_models_is_near_on_any_shape(shape, factor, part) -> None:
    """Expected value: counted in the population, whose shape the estimator is not told."""
    draw = np.random.default_rng(11)
    rates = {
        "even": np.ones(100_000),
        "lognormal": draw.lognormal(0, 2, 50_000),
        "zipf": 1 / np.arange(1, 500_001) ** 0.8,
    }[shape]
    people = draw.choice(len(rates), 200_000, p=rates / rates.sum())
    whole = np.bincount(people, minlength=len(rates))
    seen = np.bincount(people[: int(200_000 * part)], minlength=len(rates))
    found = sample_uniques_unique(seen[seen > 0], 200_000)
    truth = part * (whole == 1).sum()
    assert truth / factor < found["best"] < truth * factor


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(0, 10_000))
def test_estimates_lie_within_the_uniques_of_the_sample(sizes: list[int], more: int) -> None:
    found = sample_uniques_unique(np.array(sizes), sum(sizes) + more)
    uniques = sizes.count(1)
    assert all(0 <= value <= uniques + 1e-9 for value in found.values())
    assert found.get("low", 0) <= found["best"] + 1e-9
    assert found["best"] <= found.get("high", uniques) + 1e-9


def test_long_products_are_exact_where_they_start_large() -> None:
    """Expected values: the logarithms added one by one."""
    for start in (0.5, 99.9, 100.0, 1e4, 1e9, 1e15):
        expected = np.log(start + np.arange(1_000)).sum()
        assert float(_rise(start, 1_000)) == pytest.approx(expected, rel=1e-12)
