"""Build the weights of the name model.

    python training/names/train.py DATA --out src/aitransparency/deid/names/data/weights.npz

DATA holds uner_train.jsonl and silver_lac.jsonl.gz (docs/model-card-names.md says what they are).
The same data, packages and machine kind give the same file.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import corpus
import crf
import lexicon
from aitransparency.deid.column import TextColumn
from aitransparency.deid.names import labels
from aitransparency.deid.names.features import TEMPLATES, Template, keys
from aitransparency.deid.names.model import BIAS, Model, Words
from aitransparency.deid.names.ngrams import NgramTable
from aitransparency.deid.names.sentences import Sentences, sentences

SCALE = 16  # steps of a weight of 1
LEAST = {"pair": 2, "triple": 3, "split_pair": 3, "trait_triple": 3, "trait_quadruple": 3}
ROWS = {
    "pair": 80_000,
    "triple": 45_000,
    "split_pair": 40_000,
    "trait_triple": 25_000,
    "trait_quadruple": 25_000,
}
SEED = 33


class Options(NamedTuple):
    """How to fit."""

    epochs: int
    rate: float
    ridge: float
    drop: float  # share of keys left out at random


class Set(NamedTuple):
    """The corpus as numbers."""

    text: Sentences
    masks: np.ndarray  # uint8 (n,)
    weights: np.ndarray  # float64 (S,)
    machine: np.ndarray  # bool (S,), labelled by machine


def numbered(examples: Sequence[corpus.Example], known: lexicon.TrainingLexicon) -> Set:
    """Lay the examples out as sentences."""
    column = TextColumn.from_strings(example.text for example in examples)
    text = sentences(column, known.alphabet)
    masks = np.frombuffer(b"".join(example.masks for example in examples), np.uint8)
    lead = np.flatnonzero((column.data & 0xC0) != 0x80)
    assert len(lead) == len(masks)
    places = np.flatnonzero(text.ids > 0)
    spread = np.zeros(len(text.ids), np.uint8)
    spread[places] = masks[np.searchsorted(lead, text.start[places])]
    weights = np.array([example.weight for example in examples])
    machine = np.array([example.machine for example in examples])
    row = column.row_of(text.start[text.first])
    return Set(text, spread, weights[row], machine[row])


def moves(transition: np.ndarray) -> np.ndarray:
    """Return the factors of the steps from label to label."""
    return np.where(labels.ALLOWED, np.exp(transition), 0).astype(np.float32)


def exponentials() -> np.ndarray:
    """Return the factors of scores below the best."""
    below = np.minimum(np.arange(60 * SCALE + 1) / SCALE, 60)
    return np.exp(-below).astype(np.float32)


class Indexed(NamedTuple):
    """A template's rows in the corpus."""

    rows: np.ndarray  # int32 (n,), -1 for none
    keys: np.ndarray | None  # uint64 (rows,), None where rows are keys
    size: int


def indexed(template: Template, key: np.ndarray) -> Indexed:
    """Number the keys that are frequent enough."""
    if template.size:
        return Indexed(key.astype(np.int32), None, template.size)
    distinct, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    frequent = counts >= LEAST[template.name]
    number = np.where(frequent, np.cumsum(frequent) - 1, -1).astype(np.int32)
    return Indexed(number[inverse], distinct[frequent], int(frequent.sum()))


def fit(data: Set, parts: Sequence[Indexed], options: Options):
    """Return the weights of each template, float32 (rows, offsets, labels), and the transitions.

    Both are the mean over the ends of the epochs but the first.
    """
    counts = np.array([len(template.offsets) for template in TEMPLATES])
    widths = counts * crf.L
    base = np.concatenate([[0], np.cumsum(widths * np.array([part.size for part in parts]))])
    weight, grad2 = np.zeros(base[-1], np.float32), np.zeros(base[-1], np.float32)
    transition, trans2 = np.zeros((crf.L, crf.L)), np.zeros((crf.L, crf.L))
    mean, mean_transition = np.zeros_like(weight), np.zeros_like(transition)
    offsets = np.zeros((len(TEMPLATES), counts.max()), np.int64)
    for at, template in enumerate(TEMPLATES):
        offsets[at, : counts[at]] = template.offsets
    rows = np.stack([part.rows for part in parts])
    drop = np.full(len(TEMPLATES), options.drop)
    used = np.flatnonzero(data.weights > 0)
    random = np.random.default_rng(SEED)
    for number in range(options.epochs):
        began = time.perf_counter()
        loss = crf.epoch(
            rows, base[:-1], widths, offsets, counts, data.masks, data.text.first,
            data.text.length, data.weights, random.permutation(used), weight, grad2, transition,
            trans2, labels.ALLOWED, labels.FIRST, labels.LAST,
            options.rate * (1 - number / options.epochs), options.ridge, drop, SEED + number,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        print(f"epoch {number + 1}: loss {loss / len(used):.4f}, {seconds:.0f} s", flush=True)
        if number or options.epochs == 1:
            mean += weight / max(options.epochs - 1, 1)
            mean_transition += transition / max(options.epochs - 1, 1)
    shaped = [
        mean[base[at] : base[at + 1]].reshape(parts[at].size, counts[at], crf.L)
        for at in range(len(TEMPLATES))
    ]
    return shaped, mean_transition


def frozen(known: lexicon.TrainingLexicon, parts: Sequence[Indexed], shaped, transition) -> Model:
    """Round, prune and pack the weights."""
    tables, weights = [], []
    for template, part, values in zip(TEMPLATES, parts, shaped, strict=True):
        whole = np.clip(np.rint(values * SCALE), -127, 127).astype(np.int8)
        if part.keys is None:
            used = int(np.flatnonzero(whole.any(axis=(1, 2))).max(initial=0)) + 1
            size = len(known.traits) if template.name == "character" else template.size
            tables.append(None)
            weights.append(np.ascontiguousarray(whole[: max(used, size)]))
            continue
        norm = np.abs(whole.astype(np.int32)).max(axis=(1, 2)) * 1000 + np.abs(
            whole.astype(np.int32)
        ).sum(axis=(1, 2))
        chosen = np.sort(np.argsort(-norm, kind="stable")[: ROWS[template.name]])
        chosen = chosen[norm[chosen] > 0]
        print(
            f"{template.name}: {part.size} keys, {len(chosen)} kept, least {norm[chosen].min() // 1000}"
        )
        table = NgramTable.build(part.keys[chosen])
        placed = np.zeros((len(table.check) + 1, *whole.shape[1:]), np.int8)
        placed[table.rows(part.keys[chosen])] = whole[chosen]
        tables.append(table)
        weights.append(placed)
    words = NgramTable.build(known.word_keys)
    classes = np.zeros(len(words.check) + 1, np.uint8)
    classes[words.rows(known.word_keys)] = known.word_classes
    biased = tuple((values.astype(np.int16) + BIAS).astype(np.uint8) for values in weights)
    return Model(
        known.alphabet, known.traits, Words(words, classes), tuple(tables), biased,
        moves(transition), exponentials(),
    )  # fmt: skip


def trained(
    examples: Sequence[corpus.Example],
    known: lexicon.TrainingLexicon,
    options: Options,
    change: Callable[[Set, Sequence[Indexed]], Set] | None = None,
) -> Model:
    """Return the model of a corpus, which `change` may change first."""
    data = numbered(examples, known)
    print(f"{len(examples)} examples, {len(data.text.ids)} places")
    parts = [indexed(t, key) for t, key in zip(TEMPLATES, keys(data.text, known), strict=True)]
    if change is not None:
        data = change(data, parts)
    return frozen(known, parts, *fit(data, parts, options))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="where the teacher's labels are kept")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=0.15)
    parser.add_argument("--ridge", type=float, default=1e-5)
    parser.add_argument("--drop", type=float, default=0.08)
    parser.add_argument("--each", type=int, default=16, help="sentences from each template")
    arguments = parser.parse_args()
    began = time.perf_counter()
    cache = arguments.cache or arguments.out.parent / "cache"
    people = corpus.read(arguments.data / "uner_train.jsonl")
    machine = corpus.read(arguments.data / "silver_lac.jsonl.gz")
    examples = corpus.build(people, machine, cache, corpus.Recipe(each=arguments.each))
    known = lexicon.build((e.text for e in examples), corpus.foreign_names([*people, *machine]))
    options = Options(arguments.epochs, arguments.rate, arguments.ridge, arguments.drop)
    content = trained(examples, known, options).save()
    arguments.out.write_bytes(content)
    print(f"{len(content) / 1e6:.1f} MB, {time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    sys.exit(main())
