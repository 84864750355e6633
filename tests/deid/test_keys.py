"""Keys: files that only their owner reads, sub-keys, and nothing of the secret in what is shown."""

from __future__ import annotations

import os
import pickle
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aitransparency import deid
from aitransparency.errors import KeyMaterialError

KEY = deid.Key(bytes(range(32)))


def test_save_and_load(tmp_path: Path) -> None:
    key = deid.Key.generate()
    path = tmp_path / "deid.key"
    old = os.umask(0)
    try:
        key.save(path)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert deid.Key.load(path) == key
    assert deid.Key.load(path).id == key.id


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "deid.key"
    KEY.save(path)
    path.chmod(mode)
    with pytest.raises(KeyMaterialError, match="chmod 600"):
        deid.Key.load(path)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "deid.key"
    KEY.save(path)
    with pytest.raises(KeyMaterialError, match="exists already"):
        deid.Key.generate().save(path)
    assert deid.Key.load(path) == KEY


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no key"),
        ("password", "holds no key"),
        ("aitransparency-key-v1:!!!", "not base64"),
        ("aitransparency-key-v1:AAAA", "3 bytes"),
    ],
)
def test_what_is_no_key_is_refused_without_quoting_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    path = tmp_path / "deid.key"
    path.write_text(text)
    path.chmod(0o600)
    monkeypatch.setenv("DEID_KEY", text)
    for read in (lambda: deid.Key.load(path), lambda: deid.Key.from_env("DEID_KEY")):
        with pytest.raises(KeyMaterialError, match=words) as caught:
            read()
        assert "AAAA" not in str(caught.value)
        assert "password" not in str(caught.value)


def test_from_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deid.key"
    KEY.save(path)
    monkeypatch.setenv("DEID_KEY", path.read_text())
    assert deid.Key.from_env("DEID_KEY") == KEY
    monkeypatch.delenv("DEID_KEY")
    with pytest.raises(KeyMaterialError, match="DEID_KEY is not set"):
        deid.Key.from_env("DEID_KEY")


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMaterialError, match=r"none\.key cannot be read"):
        deid.Key.load(tmp_path / "none.key")
    with pytest.raises(KeyMaterialError, match="cannot be written"):
        KEY.save(tmp_path / "none" / "deid.key")


@pytest.mark.parametrize("secret", [b"", b"short", bytes(33), "text" * 8, bytearray(32)])
def test_only_32_bytes_are_a_key(secret: object) -> None:
    with pytest.raises(KeyMaterialError):
        deid.Key(secret)  # type: ignore[arg-type]


def test_sub_keys_are_hkdf_and_differ_by_every_part() -> None:
    info = b"".join(len(one).to_bytes(4, "big") + one for one in (b"encrypt", b"VIN"))
    peer = HKDF(SHA256(), 32, b"aitransparency/deid/v1", info).derive(bytes(range(32)))
    assert KEY.derive("encrypt", "VIN") == peer
    purposes = [(), ("a",), ("a", ""), ("", "a"), ("ab",), ("a", "b"), ("b", "a")]
    assert len({KEY.derive(*purpose) for purpose in purposes}) == len(purposes)


def test_neither_repr_nor_id_nor_hash_tells_the_secret() -> None:
    assert repr(KEY) == f"Key(id='{KEY.id}')"
    assert KEY.secret.hex()[:12] not in KEY.id
    assert KEY.id == deid.Key(bytes(range(32))).id != deid.Key(bytes(32)).id
    assert pickle.loads(pickle.dumps(KEY)) == KEY  # Spark's workers need it
