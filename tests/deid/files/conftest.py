"""Plans, keys and small helpers for the tests of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aitransparency import deid
from aitransparency.deid.techniques import Keep

Run = Callable[..., bytes]


@pytest.fixture(scope="session")
def key() -> deid.Key:
    return deid.Key(bytes(range(32)))


@pytest.fixture
def run(tmp_path: Path, key: deid.Key) -> Run:
    """Write bytes as a file, de-identify it, and return the bytes of the output."""

    def _run(
        data: bytes, name: str, plan: deid.Plan, *, out: str | None = None, **options: object
    ) -> bytes:
        source, target = tmp_path / name, tmp_path / (out or f"out-{name}")
        source.write_bytes(data)
        deid.deidentify_file(
            source, target, plan=plan, key=key, options=deid.FileOptions(**options)
        )
        left = {path.name for path in tmp_path.iterdir() if path.name.startswith(".deid-")}
        assert not left
        return target.read_bytes()

    return _run


@pytest.fixture
def phone_plan() -> deid.Plan:
    """Mask the column phone, keep the rest."""
    return deid.Plan({"phone": deid.Mask(keep_start=3, keep_end=4)}, others=Keep())
