"""Counterfactuals: found where a grid finds one, how many changes, how fast, beside DiCE.

Run: python benchmarks/counterfactual.py [--people 60]
Needs the extra [demo]; for the peer, pip install dice-ml.

The model is the demo's, of 1,989 real mortgage decisions; the line is drawn at 0.75 so that there
are refusals enough. Five numbers may change. The grid holds every combination of up to three of
them at 12 levels each between the 2nd and 98th percentile. DiCE's random method is asked for one
counterfactual per person with the same five features.
"""

from __future__ import annotations

import argparse
import time
import warnings
from itertools import combinations, product

import numpy as np
import pandas as pd

from aitransparency import explain
from aitransparency.demo import loans
from aitransparency.explain.counterfactual import Search

MAY_CHANGE = ("loan_amount", "debt_share", "housing_share", "savings", "loan_to_price")
LINE = 0.75


def on_grid(model, rows: pd.DataFrame, one: pd.Series) -> int | None:
    """Return the fewest changes with which any grid point is favourable, None where none is."""
    levels = {name: np.nanquantile(rows[name], np.linspace(0.02, 0.98, 12)) for name in MAY_CHANGE}
    for size in (1, 2, 3):
        for names in combinations(MAY_CHANGE, size):
            values = np.array(list(product(*(levels[name] for name in names))))
            tried = pd.DataFrame([one] * len(values)).reset_index(drop=True)
            tried = tried.astype(rows.dtypes)
            tried[list(names)] = values
            if (model.predict_proba(tried)[:, 1] >= LINE).any():
                return size
    return None


def ours(search: Search, table, people: np.ndarray) -> tuple[list[int | None], float]:
    started = time.perf_counter()
    found = search.run(table.take(people), most=1)
    return [len(f[0].changes) if f else None for f in found], time.perf_counter() - started


def alone(search: Search, table, people: np.ndarray) -> float:
    started = time.perf_counter()
    for i in people:
        search.run(table.slice(int(i), 1), most=1)
    return time.perf_counter() - started


def dice(model, rows: pd.DataFrame, approved, people: np.ndarray):
    """Return DiCE's numbers of changes and seconds, or None where it is not installed."""
    try:
        import dice_ml
    except ModuleNotFoundError:
        return None
    whole = rows.fillna(rows.median(numeric_only=True)).assign(approved=approved)
    data = dice_ml.Data(
        dataframe=whole, continuous_features=list(loans.NUMBERS.values()), outcome_name="approved"
    )
    method = dice_ml.Dice(data, dice_ml.Model(model=model, backend="sklearn"), method="random")
    changes: list[int | None] = []
    started = time.perf_counter()
    for i in people:
        one = whole.drop(columns="approved").iloc[[int(i)]]
        try:
            answer = method.generate_counterfactuals(
                one,
                total_CFs=1,
                desired_class=1,
                stopping_threshold=LINE,
                features_to_vary=list(MAY_CHANGE),
                random_seed=1,
                verbose=False,
            )
            after = answer.cf_examples_list[0].final_cfs_df
        except Exception as error:  # noqa: BLE001 - a peer may fail on a row in any way
            if "No counterfactuals" not in str(error):
                print(f"DiCE on one person: {type(error).__name__}")
            after = None
        if after is None or not len(after):
            changes.append(None)
            continue
        both = zip(one[list(MAY_CHANGE)].iloc[0], after[list(MAY_CHANGE)].iloc[0], strict=True)
        changes.append(sum(not np.isclose(float(a), float(b)) for a, b in both))
    return changes, time.perf_counter() - started


def line(name: str, changes: list[int | None], possible: list[bool], seconds: float) -> None:
    found = sum(c is not None and p for c, p in zip(changes, possible, strict=True))
    known = [c for c in changes if c is not None]
    middle = f"{np.median(known):.0f}" if known else "-"
    each = 1000 * seconds / len(changes)
    print(f"{name:<8} {found:>4} of {sum(possible):<4} {middle:>9} {each:>14.1f}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=60)
    people_wanted = arguments.parse_args().people
    warnings.simplefilter("ignore")
    table, approved = loans.applications()
    rows = table.to_pandas()
    model = loans.model().fit(rows, approved)
    features = explain.Features.from_frame(rows)
    for name in MAY_CHANGE:
        features = features.replace(name, actionable="yes")
    decision = explain.Decision(labels={0: "no", 1: "yes"}, favourable=1, threshold=LINE)
    explainer = explain.Explainer(model, rows, features=features, decision=decision)
    complete = ~rows.isna().any(axis=1).to_numpy()
    people = np.flatnonzero((explainer.score(rows) < LINE) & complete)[:people_wanted]

    least = [on_grid(model, rows, rows.iloc[int(i)]) for i in people]
    possible = [size is not None for size in least]
    search = Search.of(explainer)
    mine, seconds = ours(search, table, people)
    print(f"{len(people)} refused people; a grid finds a counterfactual for {sum(possible)}")
    print(f"{'':<8} {'found':>12} {'changes':>9} {'ms a person':>14}")
    line("grid", least, possible, float("nan"))
    line("ours", mine, possible, seconds)
    peer = dice(model, rows, approved, people)
    if peer is None:
        print("DiCE is not installed: no comparison (pip install dice-ml)")
        return
    line("DiCE", peer[0], possible, peer[1])
    one_by_one = alone(search, table, people)
    print(f"ours is {peer[1] / seconds:.0f} times as fast as DiCE on all people together,")
    print(f"{peer[1] / one_by_one:.0f} times one by one ({1000 * one_by_one / len(people):.1f} ms)")


if __name__ == "__main__":
    main()
