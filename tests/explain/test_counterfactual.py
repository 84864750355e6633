"""Counterfactuals against rules whose answer is known by hand, and against an exhaustive grid."""

from __future__ import annotations

from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

from aitransparency.errors import InputError
from aitransparency.explain import Decision, Explainer
from aitransparency.explain.counterfactual import Search
from aitransparency.explain.features import Feature, Features


class Rule:
    """A model whose answer is a formula: good where the function is at least one half."""

    classes_ = np.array([0, 1])

    def __init__(self, function):
        self.function = function

    def fit(self, x, y=None):
        return self

    def predict_proba(self, x):
        good = np.clip(self.function(np.asarray(x, dtype=float)), 0, 1)
        return np.column_stack([1 - good, good])

    def predict(self, x):
        return self.classes_[(self.predict_proba(x)[:, 1] >= 0.5).astype(int)]


def background(rows: int = 400) -> pa.Table:
    draw = np.random.default_rng(3)
    return pa.table(
        {
            "income": draw.uniform(0, 10_000, rows),
            "debt": draw.uniform(0, 1, rows),
            "age": draw.integers(18, 80, rows).astype(float),
        }
    )


def search_of(function, *features: Feature, threshold: float = 0.5) -> Search:
    rows = background()
    explainer = Explainer(
        Rule(function),
        rows,
        features=Features.of(*features),
        decision=Decision(labels={0: "no", 1: "yes"}, favourable=1, threshold=threshold),
    )
    return Search.of(explainer)


def person(income: float = 3000.0, debt: float = 0.6, age: float = 40.0) -> pa.Table:
    return pa.table({"income": [income], "debt": [debt], "age": [age]})


FREE = (Feature("income", actionable="up"), Feature("debt", actionable="down"), Feature("age"))


def income_from_5000(x):
    return (x[:, 0] >= 5000) * 1.0


def test_the_smallest_round_change_is_given():
    ((found,),) = search_of(income_from_5000, *FREE).run(person())
    (change,) = found.changes
    # The usual range is about 9,600 wide, so numbers are multiples of 200: 5,000 is one.
    assert (change.name, change.before, change.after) == ("income", 3000.0, 5000.0)
    assert found.score == 1.0


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (Feature("income", actionable="down"), "only the other direction is allowed"),
        (Feature("income"), "not actionable"),
        (Feature("income", immutable=True), "immutable"),
        (Feature("debt", actionable="yes"), "another feature does not help"),
    ],
)
def test_what_a_person_cannot_change_is_never_changed(feature, reason):
    assert search_of(income_from_5000, feature).run(person()) == [()], reason


def test_values_stay_within_what_is_usual():
    unusual = search_of(lambda x: (x[:, 0] >= 9990) * 1.0, *FREE)
    assert unusual.run(person()) == [()]


def test_two_changes_where_one_is_not_enough():
    both = search_of(lambda x: ((x[:, 0] >= 5000) & (x[:, 1] <= 0.3)) * 1.0, *FREE)
    ((found,),) = both.run(person())
    assert [(c.name, c.after) for c in found.changes] == [
        ("income", 5000.0),
        ("debt", pytest.approx(0.3, abs=0.021)),
    ]
    assert both.run(person(), max_changes=1) == [()]


def test_three_changes_where_two_are_not_enough():
    features = (*FREE[:2], Feature("age", actionable="up"))
    three = search_of(
        lambda x: ((x[:, 0] >= 4000) & (x[:, 1] <= 0.4) & (x[:, 2] >= 50)) * 1.0, *features
    )
    ((found,),) = three.run(person())
    assert {c.name for c in found.changes} == {"income", "debt", "age"}
    assert three.run(person(), max_changes=2) == [()]


def test_a_set_that_contains_a_sufficient_one_is_not_shown():
    either = search_of(lambda x: ((x[:, 0] >= 5000) | (x[:, 1] <= 0.3)) * 1.0, *FREE)
    # Income moves a fifth of its range, debt three tenths: income comes first.
    assert [[c.name for c in found.changes] for found in either.run(person())[0]] == [
        ["income"],
        ["debt"],
    ]


def test_nothing_to_change_where_the_result_is_good_or_no_line_is_drawn():
    assert search_of(income_from_5000, *FREE).run(person(income=6000)) == [()]
    rows = background().to_pandas()
    model = GradientBoostingRegressor(n_estimators=5).fit(rows, rows["income"])
    no_line = Explainer(
        model, rows, features=Features.of(*FREE), decision=Decision(target="x", threshold=None)
    )
    assert Search.of(no_line).run(person()) == [()]


def test_a_lower_target_can_be_the_better_one():
    rows = background().to_pandas()
    model = GradientBoostingRegressor(n_estimators=40, random_state=0).fit(rows, rows["debt"])
    premium = Explainer(
        model,
        rows,
        features=Features.of(*FREE),
        decision=Decision(target="保费", threshold=0.4, higher_is_favourable=False),
    )
    ((found,),) = Search.of(premium).run(person(debt=0.9))
    assert found.score <= 0.4
    assert [c.name for c in found.changes] == ["debt"]


def test_categories_of_few_people_are_not_proposed_and_a_missing_value_can_be_filled():
    words = ["rent"] * 60 + ["own"] * 37 + ["castle"] * 3
    rows = pa.table({"home": words, "n": np.arange(100.0)})

    class Home(Rule):
        def predict_proba(self, x):
            good = np.isin(np.asarray(x)[:, 0].astype(str), ["own", "castle"]) * 1.0
            return np.column_stack([1 - good, good])

        def predict(self, x):
            return self.predict_proba(x)[:, 1].round()

    explainer = Explainer(
        Home(None),
        rows.to_pandas(),
        features=Features.of(Feature("home", actionable="yes"), Feature("n")),
        decision=Decision(labels={0: "no", 1: "yes"}),
    )
    for before in ("rent", None):
        row = pa.table({"home": pa.array([before], pa.string()), "n": [1.0]})
        (found,) = Search.of(explainer).run(row)
        assert [(c.before, c.after) for one in found for c in one.changes] == [(before, "own")]


@pytest.mark.parametrize("seed", range(3))
def test_found_wherever_an_exhaustive_grid_finds_one_and_every_one_holds(seed):
    draw = np.random.default_rng(seed)
    rows = background(600).to_pandas()
    y = (
        rows["income"] / 10_000 - rows["debt"] + (rows["age"] - 50) / 100 + draw.normal(0, 0.3, 600)
    ) > 0
    model = GradientBoostingClassifier(n_estimators=40, random_state=seed).fit(rows, y.astype(int))
    decision = Decision(labels={0: "no", 1: "yes"}, threshold=0.6)
    explainer = Explainer(model, rows, features=Features.of(*FREE), decision=decision)
    search = Search.of(explainer)
    refused = rows[model.predict_proba(rows)[:, 1] < 0.6].head(60)
    grids = [np.quantile(rows[name], np.linspace(0.02, 0.98, 25)) for name in ("income", "debt")]
    wanted = found = 0
    for _, one in refused.iterrows():
        grid = np.array(
            [
                (a, b, one["age"])
                for a, b in product([one["income"], *grids[0]], [one["debt"], *grids[1]])
                if a >= one["income"] and b <= one["debt"]
            ]
        )
        possible = (
            model.predict_proba(
                rows.iloc[:0]
                .reindex(range(len(grid)))
                .assign(income=grid[:, 0], debt=grid[:, 1], age=grid[:, 2])
            )[:, 1]
            >= 0.6
        ).any()
        (given,) = search.run(pa.table({name: [one[name]] for name in rows.columns}))
        for alternative in given:
            changed = one.copy()
            for change in alternative.changes:
                changed[change.name] = change.after
            again = model.predict_proba(changed.to_frame().T.astype(float))[0, 1]
            assert again >= 0.6
            assert again == pytest.approx(alternative.score)
        wanted += bool(possible)
        found += bool(possible and given)
    assert wanted > 20
    assert found >= 0.95 * wanted


def test_many_people_at_once_get_what_each_gets_alone():
    draw = np.random.default_rng(5)
    search = search_of(lambda x: x[:, 0] / 10_000 - x[:, 1] / 3, *FREE)
    rows = pa.table(
        {
            "income": draw.uniform(0, 10_000, 300),
            "debt": draw.uniform(0, 1, 300),
            "age": draw.uniform(18, 80, 300),
        }
    )
    together = search.run(rows)
    assert together == [search.run(rows.slice(at, 1))[0] for at in range(300)]
    assert sum(map(bool, together)) > 50


@pytest.mark.parametrize("changes", [0, 4])
def test_wrong_use_is_an_error(changes):
    with pytest.raises(InputError, match="max_changes"):
        search_of(income_from_5000, *FREE).run(person(), max_changes=changes)
