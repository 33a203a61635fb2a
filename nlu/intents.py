"""Ranks what an élu may want: one of the 20 intents, with a truthful confidence."""

import os
import pickle
import platform
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Encoder
from nlu.intents_examples import (
    INTENTIONS_DIRECTORY,
    IntentExample,
    fingerprint,
    load_examples,
    plain_twins,
)
from nlu.intents_features import IntentFeatures, read_calmly
from nlu.intents_scope import (
    OUT_OF_SCOPE,
    cosines_to_others,
    in_scope_threshold,
    scope_scores,
)
from nlu.intents_training import (
    LinearModel,
    fit_linear,
    fit_temperature,
    softmax,
)
from nlu.remembered import Remembered
from nlu.text import fold
from nlu.training_worker import TrainingWorker
from nlu.understanding import IntentScore
from nlu.vocabulary import read_vocabulary

ANSWER_CONFIDENCE = 0.60
"""At or above: answer without asking."""
ASK_CONFIDENCE = 0.30
"""Between the two: ask which of the first intents is meant. Below: ask to say it otherwise."""

_FORMAT = "10"
_FIRST_PICTOGRAM = 0x2190
_REMEMBERED = 128
_BATCH = 256
_MAX_NEIGHBOURS = 4000
_UNREADABLE = (
    *(OSError, EOFError, ValueError, TypeError, KeyError, IndexError),
    *(AttributeError, ImportError, pickle.UnpicklingError, zlib.error),
)


class StaleModelError(Exception):
    """The saved model is unreadable or was trained on something else: train again."""


@dataclass(frozen=True, slots=True)
class TrainedIntents:
    """All that training produced; `neighbours` are the embeddings of in-scope sentences."""

    features: IntentFeatures
    model: LinearModel
    temperature: float
    neighbours: NDArray[np.float32]
    in_scope_threshold: float
    fingerprint: str


@dataclass(frozen=True, slots=True)
class IntentJudgement:
    """Every intent, likeliest first, and how much the text is in scope."""

    ranking: tuple[IntentScore, ...]
    in_scope_score: float


class IntentClassifier:
    """Ranks intents; the same text is embedded and scored once, whatever is asked about it."""

    def __init__(self, trained: TrainedIntents, encoder: Encoder) -> None:
        self._trained = trained
        self._encoder = encoder
        self._judge = Remembered(self._compute, size=_REMEMBERED)

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents it can tell apart, sorted."""
        return self._trained.model.intents

    @property
    def in_scope_threshold(self) -> float:
        """Nine in-scope training sentences in ten score above it.

        Below, doubt: offer a human or ask again. Alone it is no reason to refuse.
        """
        return self._trained.in_scope_threshold

    @property
    def fingerprint(self) -> str:
        """Digest of the sentences, libraries and encoder that this model comes from."""
        return self._trained.fingerprint

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        """Return every intent, likeliest first; confidences sum to 1.

        A text without letter, digit or pictogram says nothing: all intents are as likely.
        """
        return self._judge(text).ranking

    def in_scope_score(self, text: str) -> float:
        """Say how much the text looks like what we are for, to compare to `in_scope_threshold`.

        About -1 to 1, higher is better, never a probability; see `nlu.intents_scope`.
        """
        return self._judge(text).in_scope_score

    def read_ahead(self, texts: Sequence[str]) -> None:
        """Judge these texts together, which is faster than one by one when they are asked about."""
        self._judge.many(texts)

    def rank_many(self, texts: Sequence[str]) -> list[tuple[IntentScore, ...]]:
        """Return the intents of each text, likeliest first: far faster than one by one."""
        batches = (texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH))
        return [judged.ranking for batch in batches for judged in self._compute(batch)]

    def save(self, path: Path) -> None:
        """Write the trained model in one move; the encoder is not part of it.

        Two processes may train and write the same model at once: each writes its own partial file.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        joblib.dump(self._trained, partial, compress=3)
        partial.replace(path)

    @classmethod
    def load(
        cls, path: Path, encoder: Encoder, *, expected: str | None = None
    ) -> "IntentClassifier":
        """Read a model that this installation saved; `StaleModelError` if unreadable or outdated.

        `expected` is the fingerprint it must have. The file is a pickle: it must come from our
        own data directory, never from elsewhere.
        """
        try:
            found = cls.from_bytes(path.read_bytes(), encoder)
        except OSError as error:
            raise StaleModelError from error
        if expected not in {None, found.fingerprint}:
            raise StaleModelError
        return found

    @classmethod
    def from_bytes(cls, content: bytes, encoder: Encoder) -> "IntentClassifier":
        """Read a model from what `save` wrote; `StaleModelError` if unreadable.

        It is a pickle: whoever gives it has checked where it comes from.
        """
        try:
            trained = joblib.load(BytesIO(content))
        except _UNREADABLE as error:
            raise StaleModelError from error
        if not isinstance(trained, TrainedIntents):
            raise StaleModelError
        return cls(trained, encoder)

    def _compute(self, texts: Sequence[str]) -> list[IntentJudgement]:
        trained = self._trained
        read = [read_calmly(text) for text in texts]
        vectors = self._encoder.encode(read)
        logits = trained.model.logits(trained.features.transform(read, vectors))
        logits[[not says_something(text) for text in texts]] = 0.0
        probabilities = softmax(logits, temperature=trained.temperature)
        scores = scope_scores(probabilities, self.intents, vectors @ trained.neighbours.T)
        return [
            IntentJudgement(self._ranking(row), float(score))
            for row, score in zip(probabilities, scores, strict=True)
        ]

    def _ranking(self, probabilities: NDArray[np.float32]) -> tuple[IntentScore, ...]:
        likeliest = np.argsort(-probabilities, kind="stable")
        return tuple(IntentScore(self.intents[i], float(probabilities[i])) for i in likeliest)


def says_something(text: str) -> bool:
    """Tell whether the text holds a letter, a digit or a pictogram."""
    return any(char.isalnum() or ord(char) >= _FIRST_PICTOGRAM for char in fold(text))


def train(
    examples: Sequence[IntentExample],
    encoder: Encoder,
    *,
    advance: Callable[[float], None] = lambda _share: None,
) -> IntentClassifier:
    """Train on these sentences; `NotEnoughIntentsError` below two distinct intents.

    `advance` is told the share done, 0 to 1, about as time goes.
    """
    read = [replace(example, text=read_calmly(example.text)) for example in examples]
    taught = [*read, *plain_twins(read)]
    texts = [example.text for example in taught]
    features = IntentFeatures()
    with TrainingWorker(encoder, texts=len(texts)) as worker:
        vectors = worker.encode(texts)
        advance(0.4)
        clues = features.clues(texts)
        advance(0.5)
        calibration = worker.calibrate(taught, vectors, clues)
        seen = features.fit(texts, vectors, clues)
        advance(0.6)
        model = fit_linear(seen, [example.intent for example in taught])
        advance(0.9)
        rows, logits = calibration()
    advance(1.0)
    neighbours = _spread(vectors[[example.intent != OUT_OF_SCOPE for example in taught]])
    logits, rows = logits[rows < len(read)], rows[rows < len(read)]
    columns = np.asarray([model.intents.index(read[row].intent) for row in rows])
    temperature = fit_temperature(logits, columns)
    scores = scope_scores(
        softmax(logits, temperature=temperature),
        model.intents,
        cosines_to_others(vectors[rows], neighbours),
    )
    in_scope = np.asarray([read[row].intent != OUT_OF_SCOPE for row in rows])
    trained = TrainedIntents(
        features=features,
        model=model,
        temperature=temperature,
        neighbours=neighbours,
        in_scope_threshold=in_scope_threshold(scores, in_scope),
        fingerprint=training_fingerprint(examples, encoder),
    )
    return IntentClassifier(trained, encoder)


def _spread(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep a few thousand rows, evenly spaced: as good a neighbourhood, read in half the time."""
    step = max(1, -(-len(vectors) // _MAX_NEIGHBOURS))
    return np.ascontiguousarray(vectors[::step])


def training_fingerprint(examples: Sequence[IntentExample], encoder: Encoder) -> str:
    """Return the digest of all that a training depends on: sentences, words, libraries, encoder."""
    return fingerprint(examples, _training_facts(encoder))


def environment_fingerprint(encoder: Encoder) -> str:
    """Return the digest of what a saved model needs to be read as it was written.

    All that a training depends on but its sentences: words, libraries, encoder.
    """
    return fingerprint((), _training_facts(encoder))


def _training_facts(encoder: Encoder) -> tuple[str, ...]:
    libraries = [f"{name} {version(name)}" for name in ("scikit-learn", "numpy", "scipy", "joblib")]
    vocabularies = [str(read_vocabulary(name)) for name in ("indices", "sms", "contrastes")]
    return (_FORMAT, platform.python_version(), encoder.name, *libraries, *vocabularies)


def train_from_files(directory: Path, encoder: Encoder) -> IntentClassifier:
    """Train on the sentences of every file of the directory."""
    return train(load_examples(directory), encoder)


def load_or_train(
    encoder: Encoder, *, models: Path, directory: Path = INTENTIONS_DIRECTORY
) -> IntentClassifier:
    """Return the intent model of these files, kept in `models` (see `kept_or_trained`)."""
    return kept_or_trained(load_examples(directory), encoder, models=models, name="intentions")


def kept_or_trained(
    examples: Sequence[IntentExample], encoder: Encoder, *, models: Path, name: str
) -> IntentClassifier:
    """Return the model kept in `models`, trained anew if sentences, libraries or encoder changed.

    Models of the same name made of earlier sentences are removed.
    """
    expected = training_fingerprint(examples, encoder)
    path = models / f"{name}-{expected[:16]}.joblib"
    try:
        return IntentClassifier.load(path, encoder, expected=expected)
    except StaleModelError:
        classifier = train(examples, encoder)
    classifier.save(path)
    for older in set(models.glob(f"{name}-*.joblib")) - {path}:
        older.unlink(missing_ok=True)
    return classifier
