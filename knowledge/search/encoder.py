"""The port through which search turns texts into vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Rows are texts; each row has length 1."""


class Encoder(Protocol):
    """Turns texts into unit vectors; the same shape as `nlu.encoder.Encoder`, declared here.

    `name` identifies the model and is stored with every vector: another name means other vectors.
    """

    @property
    def name(self) -> str:
        """Name and version of the model."""
        ...

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per text; long texts are cut by the encoder."""
        ...
