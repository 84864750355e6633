"""De-identify four columns of a table, beside presidio-structured and Faker in the same run.

    python benchmarks/table.py                       # 1,000,000 rows; the peers take a slice
    python benchmarks/table.py --rows 100000 --peer-rows 500
    python benchmarks/table.py --stream 10000000     # nine columns, one of free text, file to file

Rates are rows of four columns a second, the median of three runs for ours (one where it takes over
five seconds), one run for the peers. The peers do the same columns; they are timed on a slice
because their rate does not depend on the number of rows. Every value of the ID, phone, card and
account columns differs; names repeat as drawn from pools. For encryption the account column takes
the place of the names, which have no format to preserve.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from aitransparency import deid
from aitransparency.deid.apply import apply
from aitransparency.deid.domains import ResidentIDs, luhn_digit
from aitransparency.deid.ff1 import digits_of
from aitransparency.deid.surrogates import names
from aitransparency.deid.text import from_matrix

KEY = deid.Key(b"benchmark key, published, 32 b.!")
ENTITIES = {
    "name": "PERSON",
    "id": "CN_RESIDENT_ID",
    "phone": "CN_MOBILE_PHONE",
    "card": "CN_BANK_CARD",
    "account": None,
}
BATCH = 20_000


def table_of(rows: int, seed: int = 1) -> pa.Table:
    draw = np.random.default_rng(seed)
    ids = ResidentIDs()
    surnames, given = names._pool("han", "either")
    body = np.hstack(
        [
            np.tile(np.array([6, 2, 2, 2, 0, 2], np.uint8), (rows, 1)),
            digits_of(draw.integers(0, 10**12, rows).astype(np.uint64), 10, 12),
        ]
    )
    phones = 138 * 10**8 + draw.choice(10**8, rows, replace=False)
    return pa.table(
        {
            "name": pa.compute.binary_join_element_wise(
                surnames.take(pa.array(draw.integers(0, len(surnames), rows))),
                given.take(pa.array(draw.integers(0, 400, rows))),
                pa.scalar("", pa.large_string()),
            ),
            "id": from_matrix(ids.back(draw.integers(0, ids.size, rows).astype(np.uint64))),
            "phone": from_matrix(digits_of(phones.astype(np.uint64), 10, 11) + np.uint8(48)),
            "card": from_matrix(np.hstack([body, luhn_digit(body)[:, None]]) + np.uint8(48)),
            "account": from_matrix(
                digits_of(draw.integers(10**9, 10**10, rows).astype(np.uint64), 10, 10)
                + np.uint8(48)
            ),
        }
    )


def plan_of(technique: deid.Mask, columns: list[str]) -> deid.Plan:
    lines = {name: deid.ColumnPlan(technique, "direct", ENTITIES[name]) for name in columns}
    return deid.Plan(lines)


def ours(table: pa.Table, technique: deid.Mask) -> float:
    """Return rows a second, through the kernel, batch by batch."""
    plan = plan_of(technique, table.column_names)
    batches = table.to_batches(max_chunksize=BATCH)
    apply(batches[0], plan, KEY)  # caches and imports
    times = []
    for _ in range(3):
        start = time.perf_counter()
        for batch in batches:
            apply(batch, plan, KEY)
        times.append(time.perf_counter() - start)
        if times[0] > 5:
            break
    return table.num_rows / statistics.median(times)


def presidio(table: pa.Table, operator: str, parameters: dict[str, object]) -> float:
    from presidio_anonymizer.entities import OperatorConfig
    from presidio_structured import PandasDataProcessor, StructuredAnalysis, StructuredEngine

    frame = table.to_pandas()
    mapping = {name: ENTITIES[name] or "ACCOUNT" for name in table.column_names}
    engine = StructuredEngine(data_processor=PandasDataProcessor())
    start = time.perf_counter()
    engine.anonymize(
        frame,
        StructuredAnalysis(entity_mapping=mapping),
        operators={"DEFAULT": OperatorConfig(operator, parameters)},
    )
    return len(frame) / (time.perf_counter() - start)


def faker(rows: int) -> float:
    from faker import Faker

    fake = Faker("zh_CN")
    fake.seed_instance(1)
    start = time.perf_counter()
    for _ in range(rows):
        fake.name()
        fake.ssn()
        fake.phone_number()
        fake.credit_card_number()
    return rows / (time.perf_counter() - start)


def compare(rows: int, peer_rows: int) -> None:
    table = table_of(rows)
    people = table.select(["name", "id", "phone", "card"])
    numbers = table.select(["account", "id", "phone", "card"])
    some, some_numbers = people.slice(0, peer_rows), numbers.slice(0, peer_rows)
    key = {"key": "0123456789abcdef"}
    peers: dict[str, Callable[[], float]] = {
        "presidio replace": lambda: presidio(some, "replace", {"new_value": "<X>"}),
        "presidio hash": lambda: presidio(some, "hash", {"hash_type": "sha256"}),
        "presidio encrypt": lambda: presidio(some_numbers, "encrypt", key),
        "Faker per call": lambda: faker(peer_rows),
    }
    rates = {name: peer() for name, peer in peers.items()}
    jobs = [
        ("Redact", people, deid.Redact(), "presidio replace", 500),
        ("Mask", people, deid.Mask(), "presidio replace", 500),
        ("Pseudonymize HMAC-SHA-256", people, deid.Pseudonymize(), "presidio hash", 150),
        ("Pseudonymize HMAC-SM3", people, deid.Pseudonymize("sm3"), "presidio hash", 150),
        ("Pseudonymize CMAC-AES", people, deid.Pseudonymize("aes"), "presidio hash", 150),
        ("Pseudonymize CMAC-SM4", people, deid.Pseudonymize("sm4"), "presidio hash", 150),
        ("Encrypt FF1", numbers, deid.Encrypt(), "presidio encrypt", 100),
        ("Encrypt AES-SIV", numbers, deid.Encrypt("aes-siv"), "presidio encrypt", 100),
        ("Encrypt SM4", numbers, deid.Encrypt("sm4"), "presidio encrypt", 100),
        ("Surrogate", people, deid.Surrogate(), "Faker per call", 200),
    ]
    print(f"{'':28}{'rows/s':>12}  {'peer':18}{'rows/s':>9}{'times':>8}{'aim':>6}")
    for name, frame, technique, peer, aim in jobs:
        rate = ours(frame, technique)
        times = rate / rates[peer]
        print(f"{name:28}{rate:12,.0f}  {peer:18}{rates[peer]:9,.0f}{times:8,.0f}{aim:6}")


def stream(rows: int) -> None:
    """De-identify a Parquet file of nine columns into another and print the memory it took."""
    plan = deid.Plan(
        {
            "name": deid.ColumnPlan(deid.Surrogate(), "direct", "PERSON"),
            "id": deid.ColumnPlan(deid.Encrypt(), "direct", "CN_RESIDENT_ID"),
            "phone": deid.ColumnPlan(deid.Mask(), "direct", "CN_MOBILE_PHONE"),
            "card": deid.ColumnPlan(deid.Pseudonymize("aes"), "direct", "CN_BANK_CARD"),
            "account": deid.Redact(),
            "born": deid.Generalize("year"),
            "pay": deid.Noise(scale=100, by="account"),
            "city": deid.Keep(),
            "note": deid.ColumnPlan(deid.Scan(), "text"),
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.parquet"), Path(folder, "out.parquet")
        write_source(source, rows)
        before = peak()
        start = time.perf_counter()
        deid.deidentify_file(source, target, plan=plan, key=KEY, verify=False)
        took = time.perf_counter() - start
        print(
            f"{rows:,} rows of 9 columns, Parquet to Parquet, not verified: {rows / took:,.0f} "
            f"rows/s; peak memory {peak():,.0f} MB, {before:,.0f} before"
        )


def write_source(path: Path, rows: int) -> None:
    writer = None
    for first in range(0, rows, 50_000):
        count = min(50_000, rows - first)
        table = table_of(count, seed=first)
        phones, people = table["phone"].to_pylist(), table["name"].to_pylist()
        notes = [f"客户{p}来电，回拨{n}，已记录。" for p, n in zip(people, phones, strict=True)]
        more = {
            "born": [f"19{n % 90 + 10}-0{n % 9 + 1}-15" for n in range(count)],
            "pay": np.arange(count) * 7 % 30_000,
            "city": ["深圳", "广州", "北京", "上海"] * (count // 4) + ["深圳"] * (count % 4),
            "note": notes,
        }
        for name, values in more.items():
            table = table.append_column(name, pa.array(values))
        if writer is None:
            writer = pyarrow.parquet.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer-rows", type=int, default=2_000)
    parser.add_argument("--stream", type=int, help="rows of the file; nothing else is run")
    chosen = parser.parse_args()
    packages = ("pyarrow", "numpy", "cryptography", "presidio-structured", "faker")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores,", end=" ")
    print(", ".join(f"{name} {version(name)}" for name in packages))
    if chosen.stream:
        stream(chosen.stream)
    else:
        compare(chosen.rows, chosen.peer_rows)


if __name__ == "__main__":
    main()
