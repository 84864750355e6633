"""Cards and batches of reasons, beside shapash on the same amounts and the same models.

Run: python benchmarks/cards.py [--rows 100000] [--rows-end-to-end 2000] [--rows-large 1000000]
Needs the extra [trees]; for the peer, pip install shapash. Without it only our own figures print.

1. From amounts that are there: shapash's to_pandas(max_contrib=4) against our codes and amounts,
   and against our codes, values and Chinese sentences as plain strings. The columns that shapash
   ranks are compared with ours, row by row.
2. End to end with a LightGBM of 300 trees: shapash's compile and to_pandas (shap's TreeExplainer
   inside) against explain_batch, both path-dependent, on the same rows; and explain_batch on more.
3. One card: milliseconds once the explainer has made its first, and bytes of the fragment; and how
   often the reasons of the demo's people change with another background.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import time
import warnings
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd
import pyarrow as pa

from aitransparency import explain
from aitransparency.explain.attribution.engine import Settings
from aitransparency.explain.attributions import Attributions

WIDTH, TOP = 30, 4
NAMES = tuple(f"x{j:02d}" for j in range(WIDTH))


def catalogue() -> explain.Features:
    return explain.Features.of(
        *(
            explain.Feature(
                name,
                code=f"C{j:02d}",
                label={"zh": f"第{j}项金额", "en": f"amount {j}"},
                unit={"zh": "元|万元", "en": "yuan"},
                decimals=1,
            )
            for j, name in enumerate(NAMES)
        )
    )


def rows(count: int) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    return pd.DataFrame({name: draw.normal(50, 20 + j, count) for j, name in enumerate(NAMES)})


def amounts(count: int) -> np.ndarray:
    draw = np.random.default_rng(1)
    return draw.normal(size=(count, WIDTH)) * np.linspace(2.0, 0.2, WIDTH)


def model(frame: pd.DataFrame, trees: int):
    import lightgbm

    target = frame[list(NAMES[:8])].sum(axis=1) + frame["x00"] * frame["x01"] / 50
    fitted = lightgbm.LGBMRegressor(n_estimators=trees, num_leaves=31, n_jobs=2, verbose=-1)
    return fitted.fit(frame, target)


def timed(work) -> tuple[float, object]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def plain(table: pa.Table) -> pa.Table:
    """Return the table with every text spelled out, as shapash's frame has it."""
    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def ours(frame: pd.DataFrame, values: np.ndarray) -> tuple[float, float, pa.Table]:
    decision = explain.Decision({0: "未通过", 1: "通过"})
    bare = Attributions(values, np.zeros(len(values)), NAMES, "log-odds")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    whole = Attributions(values, np.zeros(len(values)), NAMES, "log-odds", table)
    typical = dict.fromkeys(NAMES, 50.0)
    features = catalogue()
    codes, _ = timed(lambda: explain.reason_table(bare, features, decision, top=TOP))
    sentences, made = timed(
        lambda: plain(explain.reason_table(whole, features, decision, typical=typical, top=TOP))
    )
    return codes, sentences, made


def shapash_from_amounts(frame: pd.DataFrame, values: np.ndarray):
    from shapash import SmartExplainer

    small = model(frame.head(1000), 5)
    peer = SmartExplainer(model=small)
    peer.compile(
        x=frame,
        contributions=pd.DataFrame(values, columns=list(NAMES), index=frame.index),
        y_pred=pd.DataFrame({"y": np.zeros(len(frame))}, index=frame.index),
    )
    return timed(lambda: peer.to_pandas(max_contrib=TOP))


def from_amounts(count: int, peer: bool) -> None:
    frame, values = rows(count), amounts(count)
    before = peak()
    codes, sentences, made = ours(frame, values)
    above = peak() - before
    print(
        f"\nfrom amounts, {count:,} rows of {WIDTH}, top {TOP}; peak {above:.2f} GB above the input"
    )
    print(f"{'':<34} {'s':>8} {'rows/s':>12} {'times':>8}")
    if peer:
        seconds, theirs = shapash_from_amounts(frame, values)
        print(f"{'shapash to_pandas':<34} {seconds:>8.2f} {count / seconds:>12,.0f} {1:>8.1f}")
        same = 0
        for place in range(1, TOP + 1):
            codes_here = made[f"reason_{place}_code"].to_pandas().str[1:]
            same += int(
                (theirs[f"feature_{place}"].str[1:].to_numpy() == codes_here.to_numpy()).sum()
            )
        print(f"  ranked columns that agree with shapash: {same:,} of {TOP * count:,}")
    for name, took in (("ours, codes and amounts", codes), ("ours, Chinese sentences", sentences)):
        ratio = f"{seconds / took:>8.1f}" if peer else f"{'-':>8}"
        print(f"{name:<34} {took:>8.2f} {count / took:>12,.0f} {ratio}")


def end_to_end(count: int, large: int, peer: bool) -> None:
    frame = rows(max(count, large))
    fitted = model(frame.head(20_000), 300)
    explainer = explain.Explainer(
        fitted,
        frame.head(1000),
        features=catalogue(),
        decision=explain.Decision(target="金额", threshold=None),
        settings=Settings(perturbation="path-dependent"),
    )
    explainer.explain_batch(frame.head(2000), top=TOP)  # kernels are compiled once
    print(f"\nend to end, LightGBM of 300 trees, {WIDTH} columns")
    print(f"{'':<34} {'s':>8} {'rows/s':>12} {'times':>8}")
    rate = None
    if peer:
        from shapash import SmartExplainer

        some = frame.head(count)

        def work():
            explained = SmartExplainer(model=fitted)
            explained.compile(x=some)
            return explained.to_pandas(max_contrib=TOP)

        seconds, _ = timed(work)
        rate = count / seconds
        print(f"{f'shapash, {count:,} rows':<34} {seconds:>8.2f} {rate:>12,.0f} {1:>8.1f}")
    for size in (count, large):
        seconds, _ = timed(lambda: plain(explainer.explain_batch(frame.head(size), top=TOP)))  # noqa: B023
        ratio = f"{size / seconds / rate:>8.1f}" if rate else f"{'-':>8}"
        print(f"{f'ours, {size:,} rows':<34} {seconds:>8.2f} {size / seconds:>12,.0f} {ratio}")


def one_card() -> None:
    from importlib import resources

    from aitransparency.demo import loans

    print(f"\n{'one card':<34} {'median ms':>10} {'CPU ms':>8} {'fragment bytes':>15}")
    frame = rows(5000)
    target = frame[list(NAMES[:8])].sum(axis=1)
    import lightgbm

    boosted = lightgbm.LGBMClassifier(n_estimators=300, n_jobs=1, verbose=-1)
    boosted.fit(frame, target > target.median())
    features = catalogue()
    for name in NAMES[:5]:
        features = features.replace(name, actionable="yes")
    decision = explain.Decision({False: "未通过", True: "通过"}, True)
    cards("LightGBM, refused, 5 can change", boosted, frame, features, decision)

    table, approved = loans.applications()
    people = table.to_pandas()
    fitted = loans.model().fit(people, approved)
    text = resources.files("aitransparency.demo").joinpath("data/loans.toml").read_text("utf-8")
    decision = explain.Decision({0: "未通过", 1: "通过"})
    cards("demo pipeline, refused", fitted, people, explain.Features.loads(text), decision)


def cards(name, fitted, frame, features, decision) -> None:
    explainer = explain.Explainer(fitted, frame.head(1000), features=features, decision=decision)
    refused = frame.iloc[np.flatnonzero(explainer.score(frame) < 0.5)[:21]]
    explainer.explain(refused.iloc[[0]])
    walls, cpus, sizes = [], [], []
    for at in range(len(refused)):
        started, busy = time.perf_counter(), time.process_time()
        card = explainer.explain(refused.iloc[[at]])
        fragment = card.to_fragment()
        walls.append(time.perf_counter() - started)
        cpus.append(time.process_time() - busy)
        sizes.append(len(fragment.encode()))
    wall, cpu = (1000 * statistics.median(times) for times in (walls, cpus))
    print(f"{name:<34} {wall:>10.1f} {cpu:>8.1f} {max(sizes):>15,}")


def stability() -> None:
    """Print how often the reasons of the demo's people change with half of the background."""
    from aitransparency.demo import loans
    from aitransparency.explain.reasons import rank

    table, approved = loans.applications()
    people = table.to_pandas()
    fitted = loans.model().fit(people, approved)
    explainer = explain.Explainer(fitted, people)
    found = explainer.attribute(people)
    others = [other.amounts(found.data) for other in explainer.comparison.opinions]
    print(f"\nreasons of {len(people):,} people (demo) against each half of the background")
    print(f"{'reasons':<10} {'same, same order':>18} {'same, other order':>18} {'others':>8}")
    for top in (3, TOP):
        first = rank(found.values, top).order
        again = [rank(values, top).order for values in others]
        ordered = np.all([(one == first).all(axis=1) for one in again], axis=0)
        sets = np.sort(first, axis=1)
        same = np.all([(np.sort(one, axis=1) == sets).all(axis=1) for one in again], axis=0)
        shares = (ordered.mean(), (same & ~ordered).mean(), 1 - same.mean())
        print(f"{top:<10} {shares[0]:>18.1%} {shares[1]:>18.1%} {shares[2]:>8.1%}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--rows-end-to-end", type=int, default=2000)
    arguments.add_argument("--rows-large", type=int, default=100_000)
    arguments.add_argument("--without-peer", action="store_true")
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    peer = not given.without_peer
    names = ["numpy", "pyarrow", "pandas", "lightgbm", "shap", "shapash", "aitransparency"]
    for name in list(names):
        try:
            version(name)
        except PackageNotFoundError:
            names.remove(name)
            peer = peer and name != "shapash"
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    print(", ".join(f"{name} {version(name)}" for name in names))
    one_card()
    stability()
    from_amounts(given.rows, peer)
    end_to_end(given.rows_end_to_end, given.rows_large, peer)


if __name__ == "__main__":
    main()
