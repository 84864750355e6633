"""Jobs over files with more people than may be held: what stops them, what is read how often."""

from __future__ import annotations

from pathlib import Path

import pytest

from aitransparency import deid
from aitransparency.deid.files.csv_file import CsvFile
from aitransparency.deid.files.limits import Limits
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Keep, Pseudonymize
from aitransparency.deid.verify import pairs
from aitransparency.errors import LeakError

KEY = deid.Key(bytes(32))
PLAN = Plan({"id": ColumnPlan(Pseudonymize(), "direct"), "note": Keep()})
ROWS = 600
FEW = deid.FileOptions(chunk_bytes=400, limits=Limits(originals=20))


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "_HELD", 16)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by one each time an output is opened to be read."""
    seen: list[str] = []
    reopened = CsvFile.reopened

    def counted(self: CsvFile, *asked: object) -> CsvFile:
        seen.append(self.name)
        return reopened(self, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(CsvFile, "reopened", counted)
    return seen


def source(folder: Path, notes: dict[int, str]) -> Path:
    path = folder / "a.csv"
    lines = (f"C{number:09d},{notes.get(number, 'x')}\n" for number in range(ROWS))
    path.write_text("id,note\n" + "".join(lines))
    return path


@pytest.mark.parametrize(
    ("notes", "count", "reason"),
    [
        ({}, 1, "nothing passes the sieve: the output is read once"),
        ({5: "C9999999"}, 1, "a number of nobody"),
        ({5: "see C000000599"}, 4, "sifted, searched, written anew, searched again"),
    ],
)
def test_how_often_the_output_is_read(tmp_path, readings, notes, count, reason) -> None:
    path, target = source(tmp_path, notes), tmp_path / "b.csv"
    options = deid.FileOptions(chunk_bytes=400, on_leak="redact", limits=Limits(originals=20))
    report = deid.deidentify_file(path, target, plan=PLAN, key=KEY, options=options)
    assert report.verification is not None
    assert report.verification.values == ROWS
    assert report.verification.redacted == ({"note": 1} if count > 1 else {})
    assert len(readings) == count, reason
    assert "C000000599" not in target.read_text()
    assert {one.name for one in tmp_path.iterdir()} == {"a.csv", "b.csv"}


def test_rows_that_are_lost_are_missed_where_nothing_passes_the_sieve(tmp_path, monkeypatch):
    from aitransparency.deid.files import one_file

    def forget(self: object, payload: bytes, seen: list[int] = []) -> None:  # noqa: B006
        seen.append(1)
        if len(seen) != 3:
            self._output.write(payload)  # type: ignore[attr-defined]

    monkeypatch.setattr(one_file._Bytes, "write", forget)
    with pytest.raises(LeakError, match=f"{ROWS} rows were written and 5[0-9][0-9] are in"):
        deid.deidentify_file(
            source(tmp_path, {}), tmp_path / "b.csv", plan=PLAN, key=KEY, options=FEW
        )


def test_people_far_apart_with_one_pseudonym_stop_the_job(tmp_path, monkeypatch) -> None:
    """A cipher that forgets all but the last two digits: 600 people, 100 tokens."""
    tokens = Pseudonymize._tokens

    def forgetful(self: Pseudonymize, values: object, subkey: bytes) -> object:
        import pyarrow.compute as pc

        return tokens(self, pc.utf8_slice_codeunits(values, 8), subkey)

    monkeypatch.setattr(Pseudonymize, "_tokens", forgetful)
    path, target = source(tmp_path, {}), tmp_path / "b.csv"
    with pytest.raises(LeakError, match="'id': 100 pseudonyms stand for more than one original"):
        deid.deidentify_file(path, target, plan=PLAN, key=KEY, options=FEW)
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
