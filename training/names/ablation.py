"""What each ingredient of the name model brings: one training run a row.

    python training/names/ablation.py DATA --cache FOLDER

DATA holds what `train.py` takes, and uner_dev.jsonl and weibo_dev.jsonl. Every tenth sentence of
uner_train is left out of all runs and measured on too (`held out`). Each row has what the row above
it has, and one thing more. F1 of exact spans of `deid.find` at 0.5, and at the best point of the
dial; then the share of name characters missed, and characters redacted for each of a name, at 0.02.
A full run takes minutes on one core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

import corpus
import lexicon
import train

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import names as benchmark
from aitransparency.deid.names.decode import marginals
from aitransparency.deid.names.model import BIAS, Model

_PERSON = 0b00111100  # the labels of names
DIAL = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


class Row(NamedTuple):
    """A training run."""

    what: str
    recipe: corpus.Recipe
    silver: float  # share of the machine-labelled sentences
    doubt: bool = False


ROWS = (
    Row("sentences labelled by people", corpus.Recipe(copies=False, each=0), 0.0),
    Row("+ templates", corpus.Recipe(copies=False), 0.0),
    Row("+ copies with other names", corpus.Recipe(), 0.0),
    Row("+ a quarter of the machine-labelled", corpus.Recipe(), 0.25),
    Row("+ the rest of the machine-labelled", corpus.Recipe(), 1.0),
    Row("+ doubted labels freed", corpus.Recipe(), 1.0, doubt=True),
)


def measured(texts, gold) -> str:
    """Return the cells of one set for the model in place."""
    found = {score: benchmark.found_by_find(score)(texts) for score in DIAL}
    best = max(DIAL, key=lambda score: benchmark.f1(gold, found[score])[2])
    leaked, redacted = benchmark.leaks(gold, found[0.02])
    at_half, at_best = (benchmark.f1(gold, found[score])[2] for score in (0.5, best))
    return f" {at_half:.3f} | {at_best:.3f} at {best} | {leaked:.1%} over {redacted:.2f} |"


def put_in_place(content: bytes) -> None:
    """Make `deid.find` use these weights."""
    from aitransparency.deid.names import model as module
    from aitransparency.deid.names import source

    loaded = module.Model.load(content)
    source.model = lambda: loaded


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--rows", default=",".join(map(str, range(len(ROWS)))))
    arguments = parser.parse_args()
    people = corpus.read(arguments.data / "uner_train.jsonl")
    machine = corpus.read(arguments.data / "silver_lac.jsonl.gz")
    held_out, people = people[::10], [row for at, row in enumerate(people) if at % 10]
    sets = {"held out": _gold(held_out)}
    for name in ("uner_dev", "weibo_dev"):
        sets[name] = benchmark.read(arguments.data / f"{name}.jsonl")
    lines = []
    for number in map(int, arguments.rows.split(",")):
        row = ROWS[number]
        some = machine[:: round(1 / row.silver)] if row.silver else []
        examples = corpus.build(people, some, arguments.cache, row.recipe)
        known = lexicon.build((e.text for e in examples), corpus.foreign_names([*people, *some]))
        options = train.Options(epochs=4, rate=0.15, ridge=1e-5, drop=0.08)
        change = partial(_doubted, known, options) if row.doubt else None
        put_in_place(train.trained(examples, known, options, change).save())
        cells = "".join(measured(*one) for one in sets.values())
        lines.append(f"| {row.what} | {len(examples):,} |{cells}")
        print(lines[-1], flush=True)
    print("\n| trained on | examples |" + "".join(f" {name} | | |" for name in sets))
    print("| --- | --- |" + " --- | --- | --- |" * len(sets))
    print("\n".join(lines))


class Sorted(NamedTuple):
    """Keys of a template while training, as `NgramTable` has them in the end."""

    keys: np.ndarray  # uint64 (rows,), ascending

    def rows(self, keys: np.ndarray) -> np.ndarray:
        """Return the row of each key from 1 on, 0 for none."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, at + 1, 0).astype(np.int32)


class WordKeys(NamedTuple):
    """The word list while training."""

    known: lexicon.TrainingLexicon

    def of(self, keys: np.ndarray) -> np.ndarray:
        """Return the class of each key."""
        return self.known.word_class(keys)


def draft(known, parts: Sequence[train.Indexed], shaped, transition) -> Model:
    """Return an unpruned model to look at."""
    tables, weights = [], []
    for part, values in zip(parts, shaped, strict=True):
        whole = np.clip(np.rint(values * train.SCALE), -127, 127).astype(np.int16) + BIAS
        if part.keys is not None:
            whole = np.concatenate([np.full((1, *whole.shape[1:]), BIAS), whole])
        tables.append(None if part.keys is None else Sorted(part.keys))
        weights.append(whole.astype(np.uint8))
    return Model(
        known.alphabet, known.traits, WordKeys(known), tuple(tables), tuple(weights),
        train.moves(transition), train.exponentials(),
    )  # fmt: skip


def _doubted(known, options: train.Options, data: train.Set, parts: Sequence[train.Indexed]):
    """Return the corpus with those machine labels freed that a model of the other half gainsays."""
    half = np.random.default_rng(train.SEED).permutation(len(data.weights)) % 2 == 1
    masks = data.masks.copy()
    is_name = data.masks & (255 ^ _PERSON) == 0
    is_other = data.masks & _PERSON == 0
    place = np.arange(len(masks))
    sentence = np.clip(np.searchsorted(data.text.first, place, side="right") - 1, 0, None)
    for side in (half, ~half):
        chosen = data._replace(weights=np.where(side, data.weights, 0.0))
        model = draft(known, parts, *train.fit(chosen, parts, options._replace(epochs=2)))
        text = data.text
        person = marginals(model, model.scores(text), text.first, text.length).person
        wrong = (is_name & (person < 0.1)) | (is_other & (person > 0.9))
        wrong &= (~side & data.machine)[sentence] & (data.text.ids > 0)
        near = np.flatnonzero(np.convolve(wrong, np.ones(5), "same") > 0.5)
        masks[near[(~side & data.machine)[sentence[near]]]] = 255
    print(f"{np.sum(masks != data.masks)} of {np.sum(data.text.ids > 0)} labels freed")
    return data._replace(masks=masks)


def _gold(rows):
    spans = {
        (at, span["start"], span["end"])
        for at, row in enumerate(rows)
        for span in row["spans"]
        if span["label"] == "PERSON"
    }
    return [row["text"] for row in rows], spans


if __name__ == "__main__":
    sys.exit(main())
