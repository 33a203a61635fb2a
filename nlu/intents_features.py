"""What the intent classifier looks at: words, pieces of words and the meaning of the sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn import config_context
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.intents_clues import ClueFinder
from nlu.intents_contrast import read_contrasts
from nlu.text import fold, is_shouted, normalize, words
from nlu.verb_endings import mend_endings

Floats = NDArray[np.float32]

_URL = re.compile(r"(?:https?://|www\.)\S+")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_DIGIT = re.compile(r"\d")
# Heavier clues fit the training sentences better and new ones worse (measured: 0.1 to 0.6).
_CLUE_WEIGHT = 0.22


def read_calmly(text: str) -> str:
    """Return what is asked, written out, its verbs mended, without capitals: they are misread.

    >>> read_calmly("QUI FINANCE LE PLU"), read_calmly("c koi 1 PLU")
    ('qui finance le plu', "c'est quoi 1 PLU")
    """
    written = normalize(text)
    calm = written.lower() if is_shouted(text) else written
    return read_contrasts().asked(mend_endings(calm))


def simplify(text: str) -> str:
    """Fold the text and hide what varies without meaning: addresses, links, digits.

    >>> simplify("Écrivez à maire@exemple.fr, 900 hab.")
    'ecrivez a adressecourriel 000 hab.'
    """
    masked = _EMAIL.sub(" adressecourriel ", _URL.sub(" lienweb ", text))
    return _DIGIT.sub("0", fold(masked))


@dataclass(frozen=True, slots=True)
class Features:
    """What is seen of some texts, one row each: sparse pieces of words, dense meaning and clues."""

    lexical: csr_matrix
    dense: Floats

    def joined(self) -> csr_matrix:
        """Return both parts side by side, lexical first."""
        return cast("csr_matrix", hstack([self.lexical, csr_matrix(self.dense)], format="csr"))


class IntentFeatures:
    """Beside each other: tf-idf of words 1-2 and characters 2-5, embedding, written clues.

    Together they tell intents apart better than any alone (`nlu/data/README.md`). Texts and
    vectors given are those of `read_calmly`.
    """

    def __init__(self) -> None:
        self._words = _vectorizer(analyzer="word", ngram_range=(1, 2), tokenizer=words)
        self._pieces = _vectorizer(analyzer="char_wb", ngram_range=(2, 5))
        self._clues = ClueFinder.from_file()
        self._mean: Floats = np.zeros(0, dtype=np.float32)
        self._spread: Floats = np.ones(0, dtype=np.float32)

    def __getstate__(self) -> dict[str, Any]:
        """Keep what training gave: the clues are read again from their file."""
        return {name: value for name, value in self.__dict__.items() if name != "_clues"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read the clues beside what training gave."""
        self.__dict__.update(state, _clues=ClueFinder.from_file())

    def clues(self, texts: Sequence[str]) -> Floats:
        """Return the written clues, one row per text: they depend on no training."""
        return self._clues.matrix(texts)

    def fit(self, texts: Sequence[str], vectors: Floats, clues: Floats | None = None) -> Features:
        """Learn vocabulary and scale; return the features, one row per text.

        `clues` are those of these texts when they are already known.
        """
        self._mean = vectors.mean(axis=0)
        # Standardised, then of norm about 1, like the two tf-idf parts.
        self._spread = np.maximum(vectors.std(axis=0), 1e-6) * np.sqrt(vectors.shape[1])
        lexical = [part.fit_transform(texts) for part in (self._words, self._pieces)]
        return Features(hstack(lexical, format="csr"), self._dense(texts, vectors, clues))

    def transform(
        self, texts: Sequence[str], vectors: Floats, clues: Floats | None = None
    ) -> Features:
        """Return the features, one row per text; `vectors` are the embeddings of these texts."""
        # Checking the settings anew at each message takes longer than reading it.
        with config_context(assume_finite=True, skip_parameter_validation=True):
            lexical = [part.transform(texts) for part in (self._words, self._pieces)]
        return Features(hstack(lexical, format="csr"), self._dense(texts, vectors, clues))

    def _dense(self, texts: Sequence[str], vectors: Floats, clues: Floats | None) -> Floats:
        meaning = (vectors - self._mean) / self._spread
        found = self.clues(texts) if clues is None else clues
        return np.hstack([meaning, _CLUE_WEIGHT * found]).astype(np.float32, copy=False)


def _vectorizer(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=simplify,
        token_pattern=None,
        sublinear_tf=True,
        dtype=np.float32,
        **options,
    )
