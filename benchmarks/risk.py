"""Risk, suggestions and verification: equal to the peers, and how fast beside them.

Run: python benchmarks/risk.py [--rows 1000000] [--peers PYTHON] [--only metrics,lattice,...]

PYTHON is the interpreter of an environment of its own with the peers, which pin old packages:
python -m venv peers && peers/bin/pip install pycanon==1.3.5 anjana==1.2.3. Without it only our own
times are printed. Parts: metrics, own, lattice, big (10 million rows), suggestion, wide,
uniqueness, leaks, cost. Polars, where installed, is timed in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from aitransparency import deid
from aitransparency.deid.deidentify import deidentify_table
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.risk import k_anonymity, l_diversity, t_closeness
from aitransparency.deid.risk.classes import classes_of
from aitransparency.deid.risk.hierarchy import hierarchy
from aitransparency.deid.risk.uniqueness import sample_uniques_unique
from aitransparency.deid.techniques import Generalize, Keep, Mask, Pseudonymize, Redact, Scan
from aitransparency.deid.verify import verify
from aitransparency.demo.people import people as make_people

OWN = (["sex", "race"], ["education", "marital-status", "sex"], ["age", "sex", "race"])
FIGURES = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from pycanon import anonymity as a
frame, quasi, asked = pd.read_parquet(sys.argv[1]), json.loads(sys.argv[2]), [sys.argv[3]]
print(json.dumps([float(one) for one in (
    a.k_anonymity(frame, quasi), a.l_diversity(frame, quasi, asked),
    a.entropy_l_diversity(frame, quasi, asked), a.t_closeness(frame, quasi, asked),
    a.alpha_k_anonymity(frame, quasi, asked)[0], a.basic_beta_likeness(frame, quasi, asked),
    a.enhanced_beta_likeness(frame, quasi, asked), a.delta_disclosure(frame, quasi, asked),
)]))
"""
QUASI = ["age", "sex", "zip", "education"]
TESTS = Path(__file__).parents[1] / "tests" / "deid"

PEER = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd
path, quasi, what, limit = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], int(sys.argv[4])
frame = pd.read_parquet(path).head(limit).copy()
started = time.perf_counter()
if what == "anjana":
    from anjana.anonymity import k_anonymity
    import numpy as np
    levels = json.loads(sys.argv[5])
    tables = {}
    for column in quasi:
        frame[column] = frame[column].astype(str)
        keys = list(levels[column][0])  # distinct values: anjana searches them once per cell
        table = {0: np.array(keys, object)}
        for number, names in enumerate(levels[column], start=1):
            table[number] = np.array([names[key] for key in keys], object)
        tables[column] = table
    started = time.perf_counter()
    made = k_anonymity(frame, [], list(quasi), 10, 5, tables)
    value = len(made)
else:
    from pycanon import anonymity
    seconds = []
    while len(seconds) < 3 and sum(seconds) < 20:  # the best of three, as ours
        started = time.perf_counter()
        if what == "k":
            value = anonymity.k_anonymity(frame, quasi)
        elif what == "l":
            value = anonymity.l_diversity(frame, quasi, ["disease"])
        else:
            value = anonymity.t_closeness(frame, quasi, ["disease"])
        seconds.append(time.perf_counter() - started)
    started = time.perf_counter() - min(seconds)
print(json.dumps([float(value), time.perf_counter() - started]))
"""


def people(rows: int, seed: int = 0) -> pa.Table:
    """Return people with raw quasi-identifiers, a category and a number that are sensitive."""
    draw = np.random.default_rng(seed)
    names = np.array([f"e{number:02d}" for number in range(16)])
    ill = np.array([f"d{number:02d}" for number in range(20)])
    zips = np.array([f"5{number:05d}" for number in range(2_000)])
    return pa.table(
        {
            "age": np.clip(draw.normal(45, 16, rows), 18, 90).astype(np.int64),
            "sex": np.array(["F", "M"])[draw.integers(0, 2, rows)],
            "zip": zips[(draw.beta(1, 3, rows) * 2_000).astype(np.int64)],
            "education": names[draw.binomial(15, 0.4, rows)],
            "disease": ill[np.minimum(draw.exponential(4, rows), 19).astype(np.int64)],
            "income": draw.integers(10, 600, rows) * 100,
        }
    )


def coarse(table: pa.Table) -> pa.Table:
    """Return the same people in ages of ten years and ten regions."""
    age = pa.array(table["age"].to_numpy() // 10)
    region = pa.compute.utf8_slice_codeunits(table["zip"], 0, 3)
    return table.set_column(0, "age", age).set_column(2, "zip", region)


def best(call: Callable[[], object], times: int = 3) -> tuple[float, object]:
    seconds, value = [], None
    for _ in range(times):
        started = time.perf_counter()
        value = call()
        seconds.append(time.perf_counter() - started)
    return min(seconds), value


def peer(
    python: str | None, path: str, what: str, limit: int, extra: str = ""
) -> tuple[float, float]:
    """Return a peer's value and seconds, NaN without it or after ten minutes."""
    if python is None:
        return float("nan"), float("nan")
    command = [python, "-c", PEER, path, json.dumps(QUASI), what, str(limit), extra]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        print(f"  peer {what}: {type(error).__name__}")
        return float("nan"), float("nan")
    value, seconds = json.loads(done.stdout.splitlines()[-1])
    return value, seconds


def metrics(options: argparse.Namespace) -> None:
    print(f"\nk, l, t over {QUASI}, seconds; l and t of a category of 20 values")
    print("| table | rows | what | ours | polars | pycanon | pycanon / ours | equal |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    whole = people(options.rows)
    for name, table in (("coarse", coarse(whole)), ("raw", whole)):
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "people.parquet")
            pyarrow.parquet.write_table(table, path)
            for what, limit in (("k", options.rows), ("l", options.rows), ("t", options.t_rows)):
                if name == "raw" and what == "t":  # pycanon takes minutes for each class
                    continue
                here = table.slice(0, limit)
                ours, value = best(lambda w=what, t=here: _ours(t, w))
                theirs, seconds = peer(options.peers, path, what, limit)
                fast = best(lambda w=what, t=here: _polars(t, w))[0]
                print(
                    f"| {name} | {limit:,} | {what} | {ours:.4f} | {fast:.3f} | {seconds:.2f} | "
                    f"{seconds / ours:.0f} | {abs(theirs - value) < 1e-9} |"
                )
            all_of_it = best(lambda t=table: _ours(t, "all"))[0]
            print(f"| {name} | {options.rows:,} | all of `risk` | {all_of_it:.4f} | | | | |")


def _ours(table: pa.Table, what: str) -> float:
    if what == "k":
        return float(k_anonymity(table, QUASI))
    if what == "l":
        return float(l_diversity(table, QUASI, "disease"))
    if what == "t":
        return t_closeness(table, QUASI, "disease")
    return float(deid.risk(table, quasi_identifiers=QUASI, sensitive=["disease"]).k)


def _polars(table: pa.Table, what: str) -> float:
    try:
        import polars as pl
    except ImportError:
        return float("nan")
    frame = pl.from_arrow(table)
    if what == "k":
        return float(frame.group_by(QUASI).len()["len"].min())
    if what == "l":
        return float(frame.group_by(QUASI).agg(pl.col("disease").n_unique())["disease"].min())
    share = frame.group_by("disease").len().with_columns(p=pl.col("len") / len(frame))
    pairs = frame.group_by([*QUASI, "disease"]).len("n")
    sizes = pairs.with_columns(size=pl.col("n").sum().over(QUASI)).join(share, on="disease")
    gain = sizes.with_columns(g=(pl.col("n") / pl.col("size") - pl.col("p")).clip(0))
    return float(gain.group_by(QUASI).agg(pl.col("g").sum())["g"].max())


def own(options: argparse.Namespace) -> None:
    """Compare every figure with pycanon's on the table that its and anjana's tests use, Adult."""
    print("\nAdult (--adult PATH, Parquet), pycanon's figures beside ours")
    print("| quasi-identifiers | sensitive | k | l | t | beta | largest difference of 8 figures |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    if options.adult is None or options.peers is None:
        print("give --adult and --peers")
        return
    table = pyarrow.parquet.read_table(options.adult)
    for quasi in OWN:
        for name in ("salary", "occupation", "hours-per-week"):
            command = [options.peers, "-c", FIGURES, options.adult, json.dumps(quasi), name]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            theirs = np.array(json.loads(done.stdout.splitlines()[-1]))
            found = deid.risk(table, quasi_identifiers=quasi, sensitive=[name])
            told = found.sensitive[name]
            ours = np.array(
                [
                    *(found.k, told.distinct_l, np.floor(told.entropy_l + 1e-9), told.t),
                    *(told.alpha, told.beta, told.enhanced_beta, told.delta),
                ]
            )
            print(
                f"| {', '.join(quasi)} | {name} | {found.k} | {told.distinct_l} | {told.t:.4f} | "
                f"{told.beta:.3f} | {np.abs(ours - theirs).max():.1e} |"
            )


def lattice(options: argparse.Namespace) -> None:
    print("\nfull-domain generalisation to k = 10 with 5% suppressed")
    table = people(100_000)
    names = {}
    for name in QUASI:
        values = table[name].combine_chunks().unique()
        levels = hierarchy(values, name).levels[1:]
        keys = [str(value) for value in values.to_pylist()]
        names[name] = [dict(zip(keys, one.labels.to_pylist(), strict=True)) for one in levels]
    seconds, made = best(lambda: _generalised(table)[0], 3)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "people.parquet")
        pyarrow.parquet.write_table(table, path)
        _, theirs = peer(options.peers, path, "anjana", 100_000, json.dumps(names))
    print(f"100,000 rows: ours {seconds:.2f} s, the table made; {made.levels}")
    print(
        f"anjana {theirs:.1f} s, {theirs / seconds:.0f} times; its heuristic stops at the first hit"
    )


def _suggest(table: pa.Table, quasi: list[str], k: int = 10) -> deid.Suggestion:
    return deid.risk(table, quasi_identifiers=quasi).suggest(k=k)


def _generalised(table: pa.Table) -> tuple[deid.Suggestion, pa.Table]:
    """Return the suggestion and the generalised table, as anjana does."""
    made = _suggest(table, QUASI)
    return made, made.apply(table)


def big(options: argparse.Namespace) -> None:
    table = people(10_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    started = time.perf_counter()
    made, output = _generalised(table)
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"\n10,000,000 rows to k = 10, the generalised table made: {took:.1f} s; peak {peak:.1f} GB"
        f" with the table itself (making it took {before:.1f} GB)"
    )
    print(f"{made.levels}, {made.records_suppressed:,} records with emptied cells")
    print(f"k of the output, measured again: {k_anonymity(output, QUASI)}")


def adult_like(rows: int, seed: int) -> tuple[pa.Table, list[str]]:
    """Return a table of the size and the columns of the Adult data, drawn at random."""
    draw = np.random.default_rng(seed)
    sizes = {"workclass": 8, "education": 16, "marital": 7, "occupation": 14, "race": 5, "sex": 2}
    columns: dict[str, object] = {"age": np.clip(draw.gamma(6, 6.5, rows), 17, 90).astype(np.int64)}
    for name, count in sizes.items():
        weights = draw.dirichlet(np.full(count, 0.6))
        names = np.array([f"{name}{number}" for number in range(count)])
        columns[name] = names[draw.choice(count, rows, p=weights)]
    country = np.minimum(draw.geometric(0.6, rows), 41)
    columns["country"] = np.array([f"c{number}" for number in range(42)])[country]
    return pa.table(columns), list(columns)


def customers(rows: int) -> tuple[pa.Table, list[str]]:
    """Return addresses, days of birth, postal codes, incomes and four categories."""
    draw = np.random.default_rng(1)
    known = make_people(10_000)
    at = pa.array(draw.integers(0, 10_000, rows))
    jobs, schools = [f"职业{n}" for n in range(20)], ["初中", "高中", "大专", "本科", "硕士"]
    columns = {
        **{name: known[name].take(at) for name in ("住址", "出生日期", "性别")},
        "邮编": np.char.mod("%06d", 518_000 + draw.integers(0, 130, rows)),
        "年收入": draw.lognormal(11, 0.6, rows).astype(np.int64),
        "学历": draw.choice(schools, rows),
        "职业": draw.choice(jobs, rows),
        "民族": draw.choice(["汉族", "壮族", "回族"], rows, p=[0.9, 0.06, 0.04]),
    }
    return pa.table(columns), list(columns)


def wide_lattice(options: argparse.Namespace) -> None:
    """Time the search where eight columns have many levels each; nothing can try all nodes."""
    draw = np.random.default_rng(0)
    rows = 30_000
    numbers = {f"n{n}": draw.lognormal(4, 0.5, rows).astype(np.int64) for n in range(6)}
    codes = np.char.mod("%06d", draw.integers(518_000, 519_000, rows))
    born = (np.datetime64("1950-01-01") + draw.integers(0, 18_000, rows)).astype(str)
    table = pa.table({**numbers, "zip": codes, "born": born})
    for k in (5, 10):
        made = _suggest(table, table.column_names, k)
        print(
            f"\n{rows:,} rows, 8 columns, k = {k}: {made.nodes:,} nodes, of which "
            f"{made.looked_at:,} looked at, {made.seconds:.1f} s, proven "
            f"{made.proven}, loss {made.bound:.4f}"
        )


def suggestion(options: argparse.Namespace) -> None:
    print("\nsuggestion: 30,000 rows, 8 quasi-identifiers, k = 10, 5% suppressed; loss is NCP")
    print("| table | nodes | looked at | seconds | proven | loss | exhaustive | exhaustive s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    tables = {f"like Adult, seed {seed}": adult_like(30_000, seed) for seed in range(3)}
    for name, (table, names) in (*tables.items(), ("Chinese customers", customers(30_000))):
        made = _suggest(table, names)
        started = time.perf_counter()
        optimum = exhaustive(table, names, 10, 1_500)
        took = time.perf_counter() - started
        print(
            f"| {name} | {made.nodes:,} | {made.looked_at:,} | {made.seconds:.2f} | {made.proven} "
            f"| {made.bound:.4f} | {optimum:.4f} | {took:.1f} |"
        )


def exhaustive(table: pa.Table, names: list[str], k: int, most: int) -> float:
    """Return the least loss over all nodes, each counted from the rows with numpy alone."""
    made = []
    for name in names:
        column = table[name].combine_chunks().dictionary_encode()
        codes = column.indices.to_numpy()
        levels = hierarchy(column.dictionary, name).levels
        made.append([(one.codes[codes].astype(np.int64), one.cost[codes]) for one in levels])
    least = 2.0
    for node in product(*(range(len(levels)) for levels in made)):
        numbers = np.zeros(len(table), np.int64)
        cost = np.zeros(len(table))
        for levels, level in zip(made, node, strict=True):
            codes, costs = levels[level]
            numbers = numbers * (codes.max() + 1) + codes
            cost = cost + costs
        if cost.mean() / len(names) >= least:
            continue
        _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
        small = counts[inverse] < k
        if small.sum() <= most:
            lost = np.where(small, len(names), cost).mean() / len(names)
            least = min(least, float(lost))
    return least


def uniqueness(options: argparse.Namespace) -> None:
    print(
        "\nsample uniques that are unique in the population: estimate over truth, by share sampled"
    )
    models = ("pitman", "poisson_gamma", "poisson_lognormal", "zayatz", "rule", "best")
    print(f"| population | people | part | uniques | truth | {' | '.join(models)} | low to high |")
    print(f"| {' | '.join(['---'] * (len(models) + 6))} |")
    draw = np.random.default_rng(options.seed)
    off: dict[tuple[float, str], list[float]] = {}
    for name, whole in populations(draw, options).items():
        people_in = np.bincount(whole)
        for part in (0.01, 0.05, 0.2):
            chosen = draw.permutation(whole)[: int(len(whole) * part)]
            seen = np.bincount(chosen, minlength=len(people_in))
            truth = part * int((people_in == 1).sum())  # in expectation over samples
            found = sample_uniques_unique(seen[seen > 0], len(whole))
            # Dankar et al., BMC Medical Informatics 12:66, 2012, as ARX has it, the Poisson-gamma
            # model in place of its slide negative binomial.
            if part <= 0.1:
                found["rule"] = found.get("pitman", found["zayatz"])
            else:
                found["rule"] = min(found["zayatz"], found.get("poisson_gamma", np.inf))
            told = []
            for model in models:
                ratio = found[model] / truth if model in found and truth else float("nan")
                told.append(f"{ratio:.2f}" if truth >= 1 else "")
                if truth >= 10 and ratio == ratio:
                    off.setdefault((part, model), []).append(abs(np.log(max(ratio, 1e-3))))
            ends = f"{found['low'] / truth:.2f} to {found['high'] / truth:.2f}" if truth else ""
            counts = f"{len(whole):,} | {part:.0%} | {int((seen == 1).sum()):,} | {truth:,.0f}"
            print(f"| {name} | {counts} | {' | '.join(told)} | {ends} |")
    print("\n| part sampled | model | off by a factor of, mean | at worst | tables |")
    print("| --- | --- | --- | --- | --- |")
    for (part, model), logs in sorted(off.items()):
        mean, worst = np.exp(np.mean(logs)), np.exp(max(logs))
        print(f"| {part:.0%} | {model} | {mean:.2f} | {worst:.1f} | {len(logs)} |")


def populations(
    draw: np.random.Generator, options: argparse.Namespace
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return the class of everybody in several populations; Adult where it is given."""
    people_in = 200_000
    shares = {
        "even, 30,000 classes": np.ones(30_000),
        "even, 150,000": np.ones(150_000),
        "gamma 0.3, 80,000": draw.gamma(0.3, 1, 80_000),
        "log-normal 0.7, 50,000": draw.lognormal(0, 0.7, 50_000),
        "log-normal 1.5, 50,000": draw.lognormal(0, 1.5, 50_000),
        "log-normal 2.5, 50,000": draw.lognormal(0, 2.5, 50_000),
        "Zipf 1.2, 1,000,000": 1 / np.arange(1, 1_000_001) ** 1.2,
        "Zipf 1.0, 20,000": 1 / np.arange(1, 20_001),
        "Zipf 0.8, 500,000": 1 / np.arange(1, 500_001) ** 0.8,
        "Zipf 0.5, 200,000": 1 / np.arange(1, 200_001) ** 0.5,
    }
    made = {
        name: draw.choice(len(one), people_in, p=one / one.sum()) for name, one in shares.items()
    }
    if options.adult is not None:
        table = pyarrow.parquet.read_table(options.adult)
        for names in (
            ["age", "education", "marital-status", "sex", "race"],
            ["age", "education", "marital-status", "occupation", "sex", "native-country"],
            ["education", "occupation", "workclass", "race"],
            ["age", "hours-per-week", "sex", "education"],
        ):
            made[f"Adult: {', '.join(names)}"] = classes_of(table.select(names)).ids
    return made


def leaks(options: argparse.Namespace) -> None:
    sys.path.insert(0, str(TESTS))
    from leak_tables import DISGUISES, clean_and_leaking, hide, plan

    found: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    alarms = 0
    names = list(DISGUISES)
    for seed in range(options.tables):
        before, after, draw = clean_and_leaking(10_000 + seed, 20 + seed % 80)
        alarms += bool(verify(before, after, plan()).leaks)
        disguise = names[seed % len(names)]
        leaking, column, _ = hide(after, before, disguise, draw)
        tried[disguise] += 1
        found[disguise] += column in verify(before, leaking, plan()).leaks
    print(f"\n{options.tables} tables with one original hidden, and the same tables clean")
    for disguise in names:
        print(f"| {disguise} | {found[disguise]} of {tried[disguise]} |")
    print(
        f"found {found.total() / tried.total():.2%}; false alarms on clean tables: {alarms} of "
        f"{options.tables}"
    )


def cost(options: argparse.Namespace) -> None:
    print("\nverification's time over de-identification's own, best of three of each")
    print("| plan | rows | own s | with verification s | ratio |")
    print("| --- | --- | --- | --- | --- |")
    sys.path.insert(0, str(TESTS))
    import random

    from leak_tables import people as leak_people
    from leak_tables import plan as leak_plan

    draw = random.Random(1)
    small = leak_people(draw, options.cost_rows)
    masks = Plan(
        {
            name: ColumnPlan(Mask(), "direct", entity)
            for name, entity in (
                ("姓名", "PERSON"),
                ("身份证号", "CN_RESIDENT_ID"),
                ("手机号", "CN_MOBILE_PHONE"),
                ("邮箱", "EMAIL_ADDRESS"),
                ("银行卡号", "CN_BANK_CARD"),
            )
        },
        others=Keep(),
    )
    tokens = Plan(
        {
            "姓名": ColumnPlan(Pseudonymize(), "direct", "PERSON"),
            "身份证号": ColumnPlan(Pseudonymize(), "direct", "CN_RESIDENT_ID"),
            "手机号": ColumnPlan(Pseudonymize(), "direct", "CN_MOBILE_PHONE"),
            "邮箱": ColumnPlan(Pseudonymize(), "direct", "EMAIL_ADDRESS"),
            "银行卡号": ColumnPlan(Redact(), "direct", "CN_BANK_CARD"),
            "收入": ColumnPlan(Generalize("bin", width=1_000), "quasi"),
            "备注": ColumnPlan(Scan(), "text"),
            "说明": ColumnPlan(Scan(), "text"),
        },
        others=Keep(),
    )
    key = deid.Key(bytes(32))
    plans = {"tokens, text scanned": tokens, "the leak tests' plan": leak_plan(), "masks": masks}
    for name, plan in plans.items():
        own = best(lambda p=plan: deidentify_table(small, p, key=key, verify=False))[0]
        whole = best(
            lambda p=plan: deidentify_table(small, p, key=key, verify=True, on_leak="redact")
        )[0]
        print(f"| {name} | {len(small):,} | {own:.2f} | {whole:.2f} | {(whole - own) / own:.2f} |")


PARTS = {
    "metrics": metrics,
    "own": own,
    "lattice": lattice,
    "suggestion": suggestion,
    "wide": wide_lattice,
    "uniqueness": uniqueness,
    "leaks": leaks,
    "cost": cost,
    "big": big,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--t-rows", type=int, default=100_000, help="rows for t-closeness")
    parser.add_argument("--tables", type=int, default=1_000, help="tables with hidden originals")
    parser.add_argument("--cost-rows", type=int, default=100_000)
    parser.add_argument("--peers", help="Python interpreter that has pycanon and anjana")
    parser.add_argument(
        "--adult", help="the Adult table (UCI, CC BY 4.0) as Parquet, for own, uniqueness"
    )
    parser.add_argument("--seed", type=int, default=5, help="of the simulated populations")
    parser.add_argument("--only", default="metrics,lattice,suggestion,uniqueness,leaks,cost")
    options = parser.parse_args()
    print(
        f"aitransparency {version('aitransparency')}, numpy {np.__version__}, pyarrow "
        f"{pa.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}"
    )
    for name in options.only.split(","):
        PARTS[name](options)


if __name__ == "__main__":
    main()
