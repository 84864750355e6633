"""Cards of random models, catalogues and people, each read back and held against its numbers.

Run: python tests/explain/random_cards.py [--cards 10000] [--seed 0]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from aitransparency.explain import Card, Decision, Explainer, Feature, Features
from aitransparency.explain.reading import disagreements

LABELS = (
    "收入",
    "负债比",
    "工龄",
    "信用账户数",
    "逾期次数",
    "年龄",
    "学历",
    "住房",
    "保费",
    "里程",
    "评级",
)
WORDS = (
    "自有",
    "租住",
    "own",
    "<b>rent</b>",
    "a：b，对您有利，分量重。",
    "“x”",
    "；y",
    "z. This counts for you a lot.",
)
UNITS = (
    {},
    {"zh": "元|万元", "en": "yuan"},
    {"zh": "%", "en": "%"},
    {"zh": "年", "en": "year|years"},
    {"zh": "次", "en": "time|times"},
)


def catalogue(draw: np.random.Generator, names: list[str], texts: set[str]) -> Features:
    entries = []
    for at, name in enumerate(names):
        label = LABELS[at % len(LABELS)]
        plain = name in texts
        entries.append(
            Feature(
                name,
                code=f"R{at:02d}",
                label={"zh": label, "en": f"item {at}"},
                unit={} if plain else UNITS[draw.integers(len(UNITS))],
                scale=1.0 if plain else float(draw.choice([1.0, 100.0, 0.001, 1000.0])),
                decimals=None if plain else [None, 0, 1, 2, 4][draw.integers(5)],
                actionable=str(draw.choice(["no", "yes", "up", "down"])),
                wording={"for": {"zh": f"{label}为{{value}}"}} if draw.random() < 0.1 else {},
            )
        )
    return Features.of(*entries)


def people(draw: np.random.Generator) -> tuple[pd.DataFrame, set[str]]:
    """Return a random frame and which of its columns hold texts."""
    rows, width = int(draw.integers(20, 400)), int(draw.integers(1, 12))
    columns, texts = {}, set()
    for name in (f"c{j}" for j in range(width)):
        values = draw.normal(draw.normal(0, 10), 10 ** draw.uniform(-3, 5), rows)
        kind = draw.random()
        columns[name] = values.round() if kind < 0.3 else values
        if kind > 0.8:
            columns[name] = draw.choice(WORDS, rows)
            texts.add(name)
    return pd.DataFrame(columns), texts


def decisions(draw: np.random.Generator, line: float) -> Iterator[Decision]:
    """Yield one decision of each kind: two for classes, two for estimates."""
    chinese, english = {0: "未通过", 1: "通过"}, {0: "no", 1: "yes"}
    yield Decision(labels=chinese, labels_en=english, threshold=float(draw.uniform(0.2, 0.8)))
    yield Decision(labels=chinese, favourable=int(draw.integers(2)))
    yield Decision(target="保费", target_en="premium", unit="元", threshold=None)
    higher = bool(draw.integers(2))
    yield Decision(target="保费", threshold=line, higher_is_favourable=higher)


def explainers(seed: int) -> Iterator[tuple[Explainer, pd.DataFrame]]:
    """Yield random explainers and their people, without end."""
    draw = np.random.default_rng(seed)
    while True:
        frame, texts = people(draw)
        numbers = frame.drop(columns=sorted(texts))
        score = draw.normal(0, 0.5, len(frame))
        for name in numbers:
            score += draw.normal() * (frame[name] - frame[name].mean()) / (frame[name].std() or 1)
        kind, line = int(draw.integers(4)), float(np.median(score))
        target = (score > line).astype(int) if kind < 2 else score
        head = (
            make_pipeline(StandardScaler(), LogisticRegression()),
            GradientBoostingClassifier(n_estimators=8, max_depth=2),
            LinearRegression(),
            LinearRegression(),
        )[kind]
        encoded = make_column_transformer(
            (OrdinalEncoder(), sorted(texts)),
            remainder="passthrough",
            verbose_feature_names_out=False,
        )
        model = make_pipeline(encoded, head).fit(frame, target)
        features = catalogue(draw, list(frame), texts)
        decision = list(decisions(draw, line))[kind]
        yield Explainer(model, frame, features=features, decision=decision), frame


def cards(count: int, seed: int = 0, each: int = 100) -> Iterator[Card]:
    """Yield cards in both languages in turn."""
    made = 0
    for explainer, frame in explainers(seed):
        for at in range(min(each, len(frame))):
            if made == count:
                return
            yield explainer.explain(frame.iloc[[at]], language="en" if made % 2 else "zh")
            made += 1


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cards", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    started, wrong, reasons, options = time.perf_counter(), 0, 0, 0
    for card in cards(given.cards, given.seed):
        found = disagreements(card)
        wrong += bool(found)
        reasons += len(card.reasons)
        options += len(card.alternatives)
        if found and wrong < 10:
            print(found, card.to_text())
    print(
        f"{given.cards:,} cards, {reasons:,} reasons, {options:,} options for change, "
        f"{wrong} with a disagreement, {time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
