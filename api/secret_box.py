"""Keeps short secrets in the database such that a copy of the database does not give them.

AES-256-GCM, under a key that is not in the database: `ORIENTATION_SECRET_KEY`, or else a file of
the data folder, drawn at the first use and readable by its owner alone.
"""

import contextlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.settings import Settings

KEY_FILE = "cle-secrets"
_NONCE = 12


class SecretUnreadable(Exception):
    """The key is not the one under which this was kept, or what was kept was changed."""


@dataclass(frozen=True, slots=True)
class SecretBox:
    """Seals and opens; `about` binds a sealed secret to whom it belongs."""

    settings: Settings
    _drawn: list[AESGCM] = field(default_factory=list, repr=False)

    def seal(self, secret: bytes, *, about: str) -> bytes:
        """Return what may be kept of a secret."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher().encrypt(nonce, secret, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Return the secret.

        Raises SecretUnreadable.
        """
        try:
            return self._cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
        except InvalidTag:
            raise SecretUnreadable from None

    def _cipher(self) -> AESGCM:
        if not self._drawn:
            given = self.settings.secret_key
            kept = self.settings.data_dir / KEY_FILE
            key = given.get_secret_value().encode() if given else _key_of_file(kept)
            derived = HKDF(SHA256(), length=32, salt=None, info=b"orientation:secrets").derive(key)
            self._drawn.append(AESGCM(derived))
        return self._drawn[0]


def _key_of_file(path: Path) -> bytes:
    """Return the key of a file, drawing it once; processes that start together get the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as written:
            written.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # whole or not at all, and never over another's
        draft.unlink()
    return path.read_bytes().strip()
