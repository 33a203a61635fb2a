"""A second process for a long training: it takes half of the sentences, then one of the two fits.

A process of its own, started by name, rather than `multiprocessing`: whatever program trains is
never imported twice. Both ends are ours: what goes through the pipes is pickled.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Encoder, UseEncoder
from nlu.intents_examples import IntentExample
from nlu.intents_features import Floats
from nlu.intents_training import calibration_logits

WORTH_SHARING = 4000
"""From how many texts two processes win: starting one takes three seconds."""

_ROOT = Path(__file__).parent.parent


class TrainingWorker:
    """Does one task at a time beside the caller; does it in the caller when not worth a process."""

    def __init__(self, encoder: Encoder, *, texts: int) -> None:
        self._encoder = encoder
        self._process: subprocess.Popen[bytes] | None = None
        if texts >= WORTH_SHARING and type(encoder) is UseEncoder:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", __name__],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the embeddings of the texts, in their order."""
        if self._process is None:
            return self._encoder.encode(texts)
        half = len(texts) // 2
        rest = self._start("encode", list(texts[half:]))
        return np.vstack([self._encoder.encode(texts[:half]), rest()])

    def calibrate(
        self, examples: Sequence[IntentExample], vectors: Floats, clues: Floats
    ) -> Callable[[], tuple[NDArray[np.intp], Floats]]:
        """Start `calibration_logits`; call what is returned to have its result."""
        if self._process is None:
            return lambda: calibration_logits(examples, vectors, clues)
        return self._start("calibrate", examples, vectors, clues)

    def _start(self, task: str, *arguments: object) -> Callable[[], Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise BrokenPipeError
        source = process.stdout
        pickle.dump((task, arguments), process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        return lambda: pickle.load(source)  # noqa: S301 - written by our own process


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Do the tasks asked, until the caller closes the pipe."""
    tasks: dict[str, Callable[..., object]] = {
        "encode": UseEncoder().encode,
        "calibrate": calibration_logits,
    }
    while True:
        try:
            task, arguments = pickle.load(requests)  # noqa: S301 - written by our own caller
        except EOFError:
            return
        pickle.dump(tasks[task](*arguments), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


def _main() -> None:
    # What a library may print goes to the error output: the answers have the pipe to themselves.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
