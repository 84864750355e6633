"""Keys: one secret for a project, and a sub-key of its own for every use of it.

Sub-keys come from HKDF (RFC 5869) with SHA-256, one for each technique, entity and recipient, so
that two techniques never share a key and two recipients cannot join their tables. A key file is
one line of text that only its owner may read (mode 0600).

>>> key = Key(bytes(32))
>>> key
Key(id='k-c282a07f22e6')
>>> key.derive("pseudonymize", "CN_MOBILE_PHONE").hex()[:16] == key.derive("encrypt").hex()[:16]
False
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aitransparency.errors import KeyMaterialError

_PREFIX = "aitransparency-key-v1:"
_SALT = b"aitransparency/deid/v1"
_BYTES = 32


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A secret of 32 bytes.

    The repr and `id` are safe to show: the id is derived one way from the secret.

    Parameters
    ----------
    secret
        32 random bytes. Use `Key.generate`, never a password.

    Raises
    ------
    KeyMaterialError
        The secret is not 32 bytes.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.secret, bytes):
            raise KeyMaterialError(
                f"a key is 32 bytes, got {type(self.secret).__qualname__}; use Key.generate()"
            )
        if len(self.secret) != _BYTES:
            raise KeyMaterialError(
                f"a key has {_BYTES} bytes, this one has {len(self.secret)}; use Key.generate()"
            )

    @classmethod
    def generate(cls) -> Key:
        """Return a new key from the system's random source."""
        return cls(secrets.token_bytes(_BYTES))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Key:
        """Read a key file.

        Raises
        ------
        KeyMaterialError
            There is no such file, others may read it, or it holds no key.
        """
        file = Path(path)
        try:
            with file.open("rb") as source:
                mode = os.fstat(source.fileno()).st_mode
                if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                    raise KeyMaterialError(
                        f"key file {file} can be read by others (mode "
                        f"{stat.S_IMODE(mode):04o}); run: chmod 600 {file}"
                    )
                text = source.read(1_000)
        except OSError as error:
            raise KeyMaterialError(
                f"key file {file} cannot be read: {error.strerror}; write one with "
                "Key.generate().save(path)"
            ) from None
        return cls._from_text(text.decode("ascii", "replace"), f"key file {file}")

    @classmethod
    def from_env(cls, name: str) -> Key:
        """Read a key from an environment variable that holds what a key file holds.

        Raises
        ------
        KeyMaterialError
            The variable is not set or holds no key.
        """
        text = os.environ.get(name)
        if text is None:
            raise KeyMaterialError(f"environment variable {name} is not set")
        return cls._from_text(text, f"environment variable {name}")

    @classmethod
    def _from_text(cls, text: str, where: str) -> Key:
        body = text.strip()
        if not body.startswith(_PREFIX):
            raise KeyMaterialError(
                f"{where} holds no key of this package: it does not begin with {_PREFIX!r}"
            )
        try:
            secret = base64.b64decode(body.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raise KeyMaterialError(f"{where} holds a damaged key: not base64") from None
        if len(secret) != _BYTES:
            raise KeyMaterialError(
                f"{where} holds a key of {len(secret)} bytes where {_BYTES} are needed"
            )
        return cls(secret)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the key to a new file that only its owner may read (mode 0600).

        Raises
        ------
        KeyMaterialError
            The file exists already (a key is never overwritten: what it made could no longer be
            joined or reversed), or cannot be written.
        """
        file = Path(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            descriptor = os.open(file, flags, 0o600)
        except FileExistsError:
            raise KeyMaterialError(
                f"key file {file} exists already and is not overwritten; choose another name"
            ) from None
        except OSError as error:
            raise KeyMaterialError(f"key file {file} cannot be written: {error.strerror}") from None
        with os.fdopen(descriptor, "w", encoding="ascii") as target:
            if os.name == "posix":
                os.fchmod(target.fileno(), 0o600)  # whatever the umask took away or left
            target.write(_PREFIX + base64.b64encode(self.secret).decode() + "\n")

    @property
    def id(self) -> str:
        """Name the key without telling it: 48 bits derived from the secret."""
        return "k-" + self.derive("key id", length=6).hex()

    def derive(self, *purpose: str, length: int = _BYTES) -> bytes:
        """Return the sub-key of a purpose: technique, entity, recipient.

        Parameters
        ----------
        purpose
            Parts of the name of the use. Each part goes in with its length, so ("ab", "c") and
            ("a", "bc") differ.
        length
            Bytes wanted.
        """
        parts = [part.encode() for part in purpose]
        info = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return HKDF(SHA256(), length, _SALT, info).derive(self.secret)

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and hmac.compare_digest(self.secret, other.secret)

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[type[Key], tuple[bytes]]:
        return (Key, (self.secret,))  # Spark sends a key to its workers
