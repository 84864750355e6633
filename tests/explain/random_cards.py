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
from sklearn.preprocessing import OrdinalEncoder

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


def explainers(seed: int) -> Iterator[tuple[Explainer, pd.DataFrame]]:
    """Yield random explainers with 100 people each, without end."""
    draw = np.random.default_rng(seed)
    while True:
        rows, width = int(draw.integers(20, 400)), int(draw.integers(1, 12))
        names = [f"c{j}" for j in range(width)]
        frame = pd.DataFrame(
            {
                name: draw.normal(draw.normal(0, 10), 10 ** draw.uniform(-3, 5), rows)
                for name in names
            }
        )
        texts = {name for name in names if draw.random() < 0.2}
        for name in names:
            if name in texts:
                frame[name] = draw.choice(WORDS, rows)
            elif draw.random() < 0.3:
                frame[name] = frame[name].round()
        encoded = make_column_transformer(
            (OrdinalEncoder(), sorted(texts)),
            remainder="passthrough",
            verbose_feature_names_out=False,
        )
        numbers = [j for j, name in enumerate(names) if name not in texts]
        score = sum(
            (frame[names[j]] - frame[names[j]].mean())
            / (frame[names[j]].std() or 1)
            * draw.normal()
            for j in numbers
        )
        score = score + draw.normal(0, 0.5, rows)
        kind = draw.integers(4)
        good = (score > np.median(score)).astype(int) if kind < 2 else None
        if kind < 2 and len(set(good)) < 2:
            continue
        head = (
            LogisticRegression(max_iter=50),
            GradientBoostingClassifier(n_estimators=8, max_depth=2),
            LinearRegression(),
            LinearRegression(),
        )[kind]
        scaled = frame.assign(**{names[j]: frame[names[j]] for j in numbers})
        model = make_pipeline(encoded, head).fit(scaled, score if good is None else good)
        line = float(np.median(score))
        decision = (
            Decision(
                labels={0: "未通过", 1: "通过"},
                labels_en={0: "no", 1: "yes"},
                threshold=float(draw.uniform(0.2, 0.8)),
            ),
            Decision(labels={0: "未通过", 1: "通过"}, favourable=int(draw.integers(2))),
            Decision(target="保费", target_en="premium", unit="元", threshold=None),
            Decision(target="保费", threshold=line, higher_is_favourable=bool(draw.integers(2))),
        )[kind]
        yield (
            Explainer(model, frame, features=catalogue(draw, names, texts), decision=decision),
            frame,
        )


def cards(count: int, seed: int = 0, people: int = 100) -> Iterator[Card]:
    """Yield cards in both languages in turn."""
    made = 0
    for explainer, frame in explainers(seed):
        for at in range(min(people, len(frame))):
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
