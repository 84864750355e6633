"""Attribution: rows a second and agreement with peers, on the same models and rows, in one run.

Run: python benchmarks/attribution.py [trees|linear|asked|cold|memory ...] [--rows 1000 300000]
Needs the extra [trees]; peers that are not installed are left out (pip install woodelf-explainer).

The data are 30 independent normal columns and a target with an interaction; 20,000 rows train the
models. Peers that take minutes for all rows are timed on a slice; the column "rows" says on how
many. "first" counts building the engine (for us: reading the trees and filling the tables); "rate"
does not. The difference is the largest over the slice, relative to the row's largest attribution.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from aitransparency.explain.attribution.engine import Settings
from aitransparency.explain.explainer import Explainer

COLUMNS = 30
WALK = Settings(perturbation="path-dependent")


@dataclass(frozen=True)
class Timing:
    """One line of the table."""

    name: str
    rows: int
    first: float
    seconds: float
    values: np.ndarray

    @property
    def rate(self) -> float:
        """Rows a second, once the engine is built."""
        return self.rows / self.seconds


def data(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, COLUMNS))
    score = x[:, :10].sum(axis=1) + 2 * x[:, 0] * x[:, 1] + random.normal(size=rows)
    return x, (score > 0).astype(int)


def models() -> dict[str, Callable]:
    import lightgbm
    import xgboost
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

    return {
        "LightGBM, 300 x 31 leaves": lambda: lightgbm.LGBMClassifier(
            n_estimators=300, num_leaves=31, verbose=-1
        ),
        "XGBoost, 300 x depth 6": lambda: xgboost.XGBClassifier(n_estimators=300, max_depth=6),
        "forest, 100 x depth 8": lambda: RandomForestClassifier(
            100, max_depth=8, random_state=0, n_jobs=2
        ),
        "HistGradientBoosting, 100": lambda: HistGradientBoostingClassifier(max_iter=100),
    }


def timed(name: str, build: Callable, rows: np.ndarray) -> Timing:
    started = time.perf_counter()
    explain = build()
    ready = time.perf_counter()
    values = explain(rows)
    return Timing(name, len(rows), ready - started, time.perf_counter() - ready, values)


def ours(model, background, settings, name: str, rows: np.ndarray) -> Timing:
    def build():
        explainer = Explainer(model, background, settings=settings)
        return lambda x: explainer.attribute(x).values

    return timed(name, build, rows)


def of_shap(model, rows: np.ndarray) -> Timing:
    import shap

    def build():
        explainer = shap.TreeExplainer(model)
        return lambda x: positive(explainer.shap_values(x))

    return timed("shap.TreeExplainer", build, rows)


def of_booster(model, rows: np.ndarray) -> Timing | None:
    kind = type(model).__module__.partition(".")[0]
    if kind == "lightgbm":
        return timed(
            "its own pred_contrib",
            lambda: lambda x: np.asarray(model.predict(x, pred_contrib=True))[:, :-1],
            rows,
        )
    if kind == "xgboost":
        import xgboost

        booster = model.get_booster()
        return timed(
            "its own pred_contribs",
            lambda: lambda x: booster.predict(xgboost.DMatrix(x), pred_contribs=True)[:, :-1],
            rows,
        )
    return None


def of_woodelf(model, rows: np.ndarray) -> Timing | None:
    try:
        import pandas as pd
        from woodelf import WoodelfExplainer
    except ImportError:
        return None
    frame = pd.DataFrame(rows, columns=[f"x{j}" for j in range(COLUMNS)])

    def build():
        explainer = WoodelfExplainer(model)
        return lambda x: positive(explainer.shap_values(frame))

    try:
        with (
            Path(os.devnull).open("w") as nowhere,
            contextlib.redirect_stderr(nowhere),
            contextlib.redirect_stdout(nowhere),
        ):  # its progress bar
            return timed("woodelf-explainer", build, rows)
    except Exception as error:  # noqa: BLE001  a peer's failure is a line of the table
        print(f"  woodelf-explainer: {type(error).__name__}: {error}"[:100])
        return None


def positive(values) -> np.ndarray:
    found = np.asarray(values)
    if found.ndim == 3:
        found = found[:, :, -1] if found.shape[0] != 2 else found[-1]
    return found


def difference(found: np.ndarray, truth: np.ndarray) -> float:
    count = min(len(found), len(truth))
    scale = np.abs(truth[:count]).max(axis=1, keepdims=True)
    return float((np.abs(found[:count] - truth[:count]) / scale).max())


def trees(sizes: list[int], slice_rows: int, woodelf_rows: int, only: str) -> None:
    x, y = data(20_000)
    for name, make in models().items():
        if only not in name:
            continue
        model = make().fit(x, y)
        Explainer(model, x[:10], settings=WALK).attribute(x[:2])  # compile before timing
        for size in sizes:
            rows = data(size, seed=1)[0]
            few = rows[: min(slice_rows, size)]
            lines = [
                of_shap(model, few),
                of_booster(model, few),
                of_woodelf(model, rows[:woodelf_rows]),
                ours(model, x[:10], WALK, "ours, path-dependent", rows),
                ours(model, x[:10_000], None, "ours, 10,000 background", rows),
            ]
            peer = lines[0]
            print(f"\n{name}, {size:,} rows")
            print(
                f"  {'':26}{'rows':>9}{'first s':>9}{'s':>8}{'rows/s':>10}{'x shap':>8}  difference"
            )
            for line in filter(None, lines):
                same = (
                    "interventional"
                    if "background" in line.name
                    else (f"{difference(line.values, peer.values):.1e}")
                )
                print(
                    f"  {line.name:26}{line.rows:>9,}{line.first:>9.2f}{line.seconds:>8.2f}"
                    f"{line.rate:>10,.0f}{line.rate / peer.rate:>8.1f}  {same}"
                )


def linear(rows: int) -> None:
    from sklearn.linear_model import LogisticRegression

    x, y = data(20_000)
    model = LogisticRegression().fit(x, y)
    explainer = Explainer(model, x)
    big = data(rows, seed=1)[0]
    started = time.perf_counter()
    whole = explainer.attribute(big)
    checked = time.perf_counter() - started
    engine = explainer._engine
    started = time.perf_counter()
    engine.attribute(big)
    bare = time.perf_counter() - started
    print(f"\nlogistic regression, {rows:,} x {COLUMNS}, million attributions a second")
    print(f"  the engine {whole.values.size / bare / 1e6:,.0f}")
    print(f"  Explainer.attribute, sums checked {whole.values.size / checked / 1e6:,.0f}")


def asked(budgets: list[int], rows: int) -> None:
    """Error of sampling against enumeration, ours and shap's at equal numbers of model calls."""
    import shap
    from sklearn.neural_network import MLPClassifier

    random = np.random.default_rng(0)
    x = random.normal(size=(3_000, 10))
    y = (x[:, 0] * x[:, 1] + x[:, 2] - np.abs(x[:, 3]) + x[:, 4] * x[:, 5] > 0).astype(int)
    model = MLPClassifier((32,), max_iter=400, random_state=0).fit(x, y)
    background, people = x[:50], x[100 : 100 + rows]

    def output(z: np.ndarray) -> np.ndarray:
        return model.predict_proba(z)[:, 1]

    whole = Settings(budget=2**10 * 50, unit="probability", background_rows=50)
    truth = Explainer(model, background, settings=whole).attribute(people)
    assert truth.engine == "exact enumeration"
    scale = np.abs(truth.values).mean()
    print(f"\nmulti-layer perceptron, 10 columns, 50 background rows, {rows} people")
    print("mean error of a value, % of the mean size of a value")
    print(f"  {'calls a row':>12}{'ours':>8}{'said':>8}{'shap permutation':>18}{'shap kernel':>13}")
    for budget in budgets:
        settings = Settings(budget=budget, unit="probability", background_rows=50)
        explainer = Explainer(model, background, settings=settings)
        calls = explainer._engine.design.calls
        values, _, said = explainer._engine.attribute_with_error(people)
        line = f"  {calls:>12,}{100 * np.abs(values - truth.values).mean() / scale:>8.2f}"
        line += f"{100 * np.sqrt(2 / np.pi) * said.mean() / scale:>8.2f}"
        line += permutation(shap, output, background, people, budget, truth.values, scale)
        line += kernel(shap, output, background, people, budget, truth.values, scale)
        print(line)


def permutation(shap, output, background, people, budget, truth, scale) -> str:
    """Shap masks with every background row at each step: 2 p m calls a permutation."""
    width = people.shape[1]
    best = None
    for rows in (50, 20, 10, 5, 2, 1):  # the largest background that the budget pays for
        evaluations = budget // rows
        if evaluations >= 2 * width + 1:
            best = rows
            break
    if best is None:
        return f"{'-':>18}"
    chosen = background[np.random.default_rng(0).choice(50, best, replace=False)]
    explainer = shap.PermutationExplainer(output, shap.maskers.Independent(chosen, best), seed=0)
    explanation = explainer(people, max_evals=budget // best, silent=True)
    return f"{100 * np.abs(explanation.values - truth).mean() / scale:>15.2f} ({best})"


def kernel(shap, output, background, people, budget, truth, scale) -> str:
    if budget // 50 < 20:
        return f"{'-':>13}"
    explainer = shap.KernelExplainer(output, background)
    values = explainer.shap_values(people, nsamples=budget // 50, silent=True)
    return f"{100 * np.abs(values - truth).mean() / scale:>13.2f}"


COLD = """
import sys, time
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
x = np.random.default_rng(0).normal(size=(2_000, 10))
model = HistGradientBoostingClassifier(max_iter=50).fit(x, (x[:, 0] * x[:, 1] > 0).astype(int))
started = time.perf_counter()
from aitransparency.explain.explainer import Explainer
Explainer(model, x[:500]).attribute(x[:1])
print(f"{time.perf_counter() - started:.1f}")
"""


def cold() -> None:
    """First use in a new process: kernels compiled, then read from numba's cache."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "NUMBA_CACHE_DIR": folder}
        seconds = [
            subprocess.run(
                [sys.executable, "-c", COLD], env=env, capture_output=True, text=True, check=True
            ).stdout.strip()
            for _ in range(2)
        ]
    print("\nfirst card of a tree model in a new process, import and engine, seconds")
    print(f"  kernels not compiled yet {seconds[0]}, compiled {seconds[1]}")


def memory(rows: int) -> None:
    """Peak resident memory of a stream of record batches."""
    import pyarrow as pa
    from sklearn.ensemble import HistGradientBoostingClassifier

    x, y = data(20_000)
    explainer = Explainer(HistGradientBoostingClassifier(max_iter=100).fit(x, y), x[:1_000])
    names = explainer.feature_names

    def batches():
        piece = data(100_000, seed=1)[0]
        for _ in range(rows // len(piece)):
            yield pa.table({name: piece[:, j] for j, name in enumerate(names)})

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    started, done = time.perf_counter(), 0
    for found in explainer.attribute_stream(batches()):
        done += len(found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    took = time.perf_counter() - started
    print(f"\nstream of {done:,} rows in batches of 100,000: {done / took:,.0f} rows/s")
    print(f"  resident before {before:,.0f} MB, at most {peak:,.0f} MB")


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["trees", "linear", "asked", "cold", "memory"])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 300_000])
    parser.add_argument("--slice", type=int, default=2_000, help="rows for slow peers")
    parser.add_argument("--woodelf-rows", type=int, default=300_000, help="at most, for woodelf")
    parser.add_argument("--only", default="", help="part of the name of a tree model")
    parser.add_argument("--linear-rows", type=int, default=1_000_000)
    parser.add_argument("--stream-rows", type=int, default=10_000_000)
    parser.add_argument("--budgets", type=int, nargs="+", default=[100, 400, 1_600, 6_400, 25_600])
    parser.add_argument("--people", type=int, default=40)
    given = parser.parse_args()
    packages = (
        "numpy",
        "numba",
        "scikit-learn",
        "shap",
        "lightgbm",
        "xgboost",
        "woodelf-explainer",
    )
    print(f"cores {len(os.sched_getaffinity(0))}, load {os.getloadavg()[0]:.1f},", end=" ")
    print(", ".join(f"{name} {_version(name)}" for name in packages))
    if "trees" in given.parts:
        trees(given.rows, given.slice, given.woodelf_rows, given.only)
    if "linear" in given.parts:
        linear(given.linear_rows)
    if "asked" in given.parts:
        asked(given.budgets, given.people)
    if "cold" in given.parts:
        cold()
    if "memory" in given.parts:
        memory(given.stream_rows)


def _version(name: str) -> str:
    try:
        return version(name)
    except ImportError:
        return "missing"


if __name__ == "__main__":
    main()
