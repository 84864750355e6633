"""What a job leaves behind: the whole target or the old one, whatever happens to it."""

from __future__ import annotations

import errno
import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from aitransparency import deid
from aitransparency.deid.files import safe_output
from aitransparency.deid.files.job import deidentify_file
from aitransparency.deid.files.limits import Limits
from aitransparency.deid.files.safe_output import SafeOutput
from aitransparency.deid.techniques import Keep
from aitransparency.errors import AitransparencyError, FileAccessError, FileFormatError, InputError

P, M = "13800138000", "138****8000"
ROWS = 3000
SOURCE = ("id,phone\n" + "".join(f"{n},{P}\n" for n in range(ROWS))).encode()
DONE = SOURCE.replace(P.encode(), M.encode())


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(SOURCE)
    return path


def test_the_target_is_private_and_a_replaced_one_keeps_its_mode(source, phone_plan) -> None:
    target = source.with_name("b.csv")
    deidentify_file(source, target, plan=phone_plan)
    assert target.stat().st_mode & 0o777 == 0o600
    target.chmod(0o640)
    deidentify_file(source, target, plan=phone_plan)
    assert target.stat().st_mode & 0o777 == 0o640
    assert target.read_bytes() == DONE


def test_while_it_runs_there_is_only_a_private_file_without_the_name(source, phone_plan) -> None:
    target = source.with_name("13900139000.csv")
    seen: list[tuple[str, int]] = []

    def look(rows: int, position: int, end: int | None) -> None:
        seen.extend((path.name, path.stat().st_mode & 0o777) for path in source.parent.iterdir())

    options = deid.FileOptions(chunk_bytes=4096)
    deidentify_file(source, target, plan=phone_plan, options=options, progress=look)
    others = {one for one in seen if one[0] != "a.csv"}
    assert others
    assert all(mode == 0o600 and name.startswith(".deid-") for name, mode in others)
    assert not any("13900139000" in name for name, _ in others)


def test_a_full_disk_is_one_clear_error_and_nothing_is_left(source, phone_plan, monkeypatch):
    def full(descriptor: int, data: memoryview) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = source.with_name("b.csv")
    target.write_text("old")
    monkeypatch.setattr(safe_output.os, "write", full)
    with pytest.raises(FileAccessError, match=r"b\.csv cannot be written: No space left"):
        deidentify_file(source, target, plan=phone_plan)
    assert target.read_text() == "old"
    assert names(source.parent) == {"a.csv", "b.csv"}


def test_no_permission_is_one_clear_error(source, phone_plan, monkeypatch) -> None:
    def refused(*arguments: object, **more: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(safe_output.os, "open", refused)
    with pytest.raises(FileAccessError, match="Permission denied"):
        deidentify_file(source, source.with_name("b.csv"), plan=phone_plan)


def test_a_source_that_changes_meanwhile_is_refused(source, phone_plan) -> None:
    def touch(rows: int, position: int, end: int | None) -> None:
        os.utime(source, ns=(1, time.time_ns()))

    with pytest.raises(FileAccessError, match="changed while it was read"):
        deidentify_file(source, source.with_name("b.csv"), plan=phone_plan, progress=touch)
    assert names(source.parent) == {"a.csv"}


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("cut", [1, 8, 500])
def test_a_truncated_stream_is_refused(tmp_path, phone_plan, suffix, cut) -> None:
    import pyarrow as pa

    packed = gzip.compress(SOURCE) if suffix == ".gz" else pa.compress(SOURCE, "zstd", asbytes=True)
    path = tmp_path / f"a.csv{suffix}"
    path.write_bytes(packed[:-cut])
    with pytest.raises(FileFormatError, match=f"{path.name} is damaged or cut short"):
        deidentify_file(path, tmp_path / "b.csv", plan=phone_plan)
    assert names(tmp_path) == {path.name}


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed_in_compressed_out(tmp_path, phone_plan, suffix) -> None:
    import pyarrow as pa

    path, target = tmp_path / f"a.csv{suffix}", tmp_path / f"b.csv{suffix}"
    packed = gzip.compress(SOURCE) if suffix == ".gz" else pa.compress(SOURCE, "zstd", asbytes=True)
    path.write_bytes(packed)
    report = deidentify_file(
        path, target, plan=phone_plan, options=deid.FileOptions(chunk_bytes=10_000)
    )
    opened = pa.CompressedInputStream(pa.OSFile(str(target)), suffix[1:].replace("zst", "zstd")
                                      if suffix == ".zst" else "gzip")  # fmt: skip
    assert opened.read() == DONE
    assert report.files[0].compression in ("gzip", "zstd")


def test_a_bomb_stops_at_the_limit(tmp_path, phone_plan) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,phone\n" + b"1,13800138000\n" * 9_000_000))
    with pytest.raises(FileFormatError, match="expands more than 200 times"):
        deidentify_file(path, tmp_path / "b.csv", plan=phone_plan, verify=False)


def test_absurd_fields_and_records_are_bounded(tmp_path, phone_plan) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,phone\n" + b"1" * 5000 + b",13800138000\n")
    options = deid.FileOptions(limits=Limits(field_bytes=1000))
    with pytest.raises(FileFormatError, match="longer than 1,000 bytes"):
        deidentify_file(path, tmp_path / "b.csv", plan=phone_plan, options=options)
    path.write_bytes(b'id,phone\n"' + b"1,2\n" * 50_000)
    options = deid.FileOptions(limits=Limits(record_bytes=100_000), chunk_bytes=10_000)
    with pytest.raises(FileFormatError, match="line 2: a record is longer"):
        deidentify_file(path, tmp_path / "b.csv", plan=phone_plan, options=options)


def test_source_and_target_must_differ(source, phone_plan) -> None:
    with pytest.raises(InputError, match="one file"):
        deidentify_file(source, source.parent / "." / "a.csv", plan=phone_plan)


def test_two_jobs_cannot_write_one_target(source) -> None:
    target = source.with_name("b.csv")
    with SafeOutput(target) as first:
        first.write(b"x")
        errors: list[BaseException] = []

        def second() -> None:
            try:
                SafeOutput(target)
            except FileAccessError as error:
                errors.append(error)

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        assert "another job" in str(errors[0])
    assert names(source.parent) == {"a.csv"}


JOB = """
import sys
from aitransparency import deid
from aitransparency.deid.techniques import Keep
from aitransparency.deid.files import one_file
one_file.PART = 2
plan = deid.Plan({"phone": deid.Mask(keep_start=3, keep_end=4)}, others=Keep())
print("ready", flush=True)
deid.deidentify_file(sys.argv[1], sys.argv[2], plan=plan,
    options=deid.FileOptions(chunk_bytes=2000, resume=True, bad_rows="quarantine"),
    progress=lambda *state: print(flush=True))
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_kill_leaves_no_target_and_the_next_run_ends_with_the_same_bytes(source, tmp_path):
    """Killed after a random number of chunks; resumed until it ends."""
    draw = random.Random(6)
    reference = tmp_path / "reference.csv"
    plan = deid.Plan({"phone": deid.Mask(keep_start=3, keep_end=4)}, others=Keep())
    deidentify_file(source, reference, plan=plan)
    for number in range(8):
        target = tmp_path / f"b{number}.csv"
        command = [sys.executable, "-c", JOB, str(source), str(target)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(draw.randrange(1, 25)):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if target.exists():  # it was faster than the kill
            assert target.read_bytes() == reference.read_bytes()
            continue
        report = deidentify_file(
            source, target, plan=plan,
            options=deid.FileOptions(chunk_bytes=2000, resume=True, bad_rows="quarantine"),
        )  # fmt: skip
        assert target.read_bytes() == reference.read_bytes()
        assert report.rows == ROWS
        assert not [name for name in names(tmp_path) if name.startswith(".deid-")]


def test_going_on_takes_up_only_the_same_job(source, tmp_path, phone_plan, monkeypatch) -> None:
    from aitransparency.deid.files import one_file

    monkeypatch.setattr(one_file, "PART", 1)
    target = tmp_path / "b.csv"
    options = deid.FileOptions(chunk_bytes=2000, resume=True)

    def interrupt(rows: int, position: int, end: int | None) -> None:
        if rows > 1000:
            raise KeyboardInterrupt

    def start() -> None:
        with pytest.raises(KeyboardInterrupt):
            deidentify_file(source, target, plan=phone_plan, options=options, progress=interrupt)
        assert any(name.endswith(".checkpoint") for name in names(tmp_path))

    start()
    report = deidentify_file(source, target, plan=phone_plan, options=options)
    assert report.files[0].resumed_at > 0
    assert report.rows == report.files[0].rows_in == ROWS
    assert sum(column.rows for column in report.columns if column.name == "phone") == ROWS
    assert target.read_bytes() == DONE

    start()
    other = deid.Plan({"phone": deid.Mask(keep_start=2, keep_end=2)}, others=Keep())
    report = deidentify_file(source, target, plan=other, options=options)
    assert report.files[0].resumed_at == 0

    start()
    noted = deid.Plan(dict(phone_plan.items()), others=Keep(), key_id="k-0")  # by another job
    report = deidentify_file(source, target, plan=noted, options=options)
    assert report.files[0].resumed_at > 0

    start()
    with source.open("ab") as file:
        file.write(b"x,13900139000\n")
    report = deidentify_file(source, target, plan=phone_plan, options=options)
    assert report.files[0].resumed_at == 0
    assert not [name for name in names(tmp_path) if name.startswith(".deid-")]


def test_an_interrupt_without_resume_leaves_nothing(source, phone_plan) -> None:
    def interrupt(rows: int, position: int, end: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deidentify_file(source, source.with_name("b.csv"), plan=phone_plan, progress=interrupt)
    assert names(source.parent) == {"a.csv"}


def test_a_leak_is_not_written(tmp_path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text(f"phone,note\n{P},call {P}\n")
    line = deid.plan(source)["phone"]
    plan = deid.Plan({"phone": line, "note": Keep()})
    with pytest.raises(AitransparencyError, match="original identifier") as caught:
        deidentify_file(source, target, plan=plan)
    assert P not in str(caught.value)
    assert names(tmp_path) == {"a.csv"}


def test_a_real_full_disk(tmp_path, phone_plan) -> None:
    """A file system of 64 KB, where the machine lets us mount one."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.name != "posix" or os.geteuid() != 0 or not mount or not umount:
        pytest.skip("mounting needs root")
    small = tmp_path / "small"
    small.mkdir()
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=False
    )
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        source = tmp_path / "a.csv"
        source.write_bytes(SOURCE + SOURCE[9:] * 3)
        with pytest.raises(FileAccessError, match="No space left"):
            deidentify_file(source, small / "b.csv", plan=phone_plan)
        assert not names(small)
    finally:
        subprocess.run([umount, str(small)], check=True)


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_leak_in_a_kept_column_can_be_taken_out(tmp_path, suffix) -> None:
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    rows = {"csv": f"phone,note\n{P},call {P}\n", "jsonl": f'{{"phone":"{P}","note":"call {P}"}}\n'}
    source.write_text(rows[suffix])
    plan = deid.Plan({"phone": deid.plan(source)["phone"], "note": Keep()})
    options = deid.FileOptions(on_leak="redact")
    report = deidentify_file(source, target, plan=plan, options=options)
    assert target.read_text() == rows[suffix].replace(f"call {P}", "call <REDACTED>").replace(P, M)
    assert report.verification is not None
    assert report.verification.redacted == {"note": 1}
