"""A sealed file: AES-256-GCM by chunks, the key drawn from a passphrase by argon2id.

`MAGIC`, 16 bytes of salt, then chunks. The nonce of a chunk is its number and whether it is the
last: a chunk moved, changed or missing at the end is refused. The salt makes each key unique.
"""

import io
import secrets
from typing import BinaryIO

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"ORIENTATION-SCELLE-1\n"
CHUNK = 256 * 1024
_SALT = 16
_TAG = 16
_HEADER = len(MAGIC) + _SALT
_MEMORY_KIB = 65536


class SealBroken(Exception):
    """Wrong passphrase, or a file that was changed or cut."""


def is_sealed(raw: BinaryIO) -> bool:
    """Tell whether a file, open at its start, is sealed."""
    found = raw.read(len(MAGIC)) == MAGIC
    raw.seek(0)
    return found


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    key = hash_secret_raw(
        passphrase.encode(),
        salt,
        time_cost=3,
        memory_cost=_MEMORY_KIB,
        parallelism=4,
        hash_len=32,
        type=Type.ID,
    )
    return AESGCM(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class SealedWriter(io.RawIOBase):
    """Seals what is written to it; `close` writes the last chunk, and leaves `raw` open."""

    def __init__(self, raw: BinaryIO, passphrase: str) -> None:
        salt = secrets.token_bytes(_SALT)
        self._raw, self._head = raw, MAGIC + salt
        self._cipher = _cipher(passphrase, salt)
        self._buffer = bytearray()
        self._number = 0
        raw.write(self._head)

    def writable(self) -> bool:
        """Tell that this file can be written."""
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Seal what fills whole chunks; the last one waits for `close`."""
        self._buffer += data
        while len(self._buffer) > CHUNK:
            self._seal(CHUNK, last=False)
        return len(data)

    def close(self) -> None:
        """Seal the last chunk."""
        if not self.closed:
            self._seal(len(self._buffer), last=True)
        super().close()

    def _seal(self, size: int, *, last: bool) -> None:
        chunk = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._raw.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._head))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads a sealed file, from anywhere. Raises SealBroken, from the opening on."""

    def __init__(self, raw: BinaryIO, passphrase: str) -> None:
        self._raw = raw
        sealed = raw.seek(0, io.SEEK_END) - _HEADER
        raw.seek(0)
        self._head = raw.read(_HEADER)
        self._count = -(-sealed // (CHUNK + _TAG))
        if self._count < 1 or not self._head.startswith(MAGIC):
            raise SealBroken
        self._size = sealed - self._count * _TAG
        self._position = 0
        self._cipher = _cipher(passphrase, self._head[len(MAGIC) :])
        self._known: tuple[int, bytes] = (-1, b"")
        self._chunk(0)
        self._chunk(self._count - 1)

    def readable(self) -> bool:
        """Tell that this file can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that this file can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a position."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read what remains of the chunk at the position."""
        if self._position >= self._size:
            return 0
        number, start = divmod(self._position, CHUNK)
        found = self._chunk(number)[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)

    def _chunk(self, number: int) -> bytes:
        if self._known[0] != number:
            self._raw.seek(_HEADER + number * (CHUNK + _TAG))
            nonce = _nonce(number, last=number == self._count - 1)
            try:
                opened = self._cipher.decrypt(nonce, self._raw.read(CHUNK + _TAG), self._head)
            except (InvalidTag, ValueError):
                raise SealBroken from None
            self._known = (number, opened)
        return self._known[1]
