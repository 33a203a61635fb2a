"""What the intent classifier looks at: words, pieces of words and the meaning of the sentence."""

import re
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import StandardScaler

from nlu.intents_clues import ClueFinder
from nlu.text import fold, is_shouted, normalize, words

_URL = re.compile(r"(?:https?://|www\.)\S+")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_DIGIT = re.compile(r"\d")
# Heavier clues fit the training sentences better and new ones worse (measured: 0.1 to 0.6).
_CLUE_WEIGHT = 0.22


def read_calmly(text: str) -> str:
    """Write out abbreviations, and lower the voice: the encoder misreads capitals.

    >>> read_calmly("QUI FINANCE LE PLU"), read_calmly("c koi 1 PLU")
    ('qui finance le plu', "c'est quoi 1 PLU")
    """
    written = normalize(text)
    return written.lower() if is_shouted(written) else written


def simplify(text: str) -> str:
    """Fold the text and hide what varies without meaning: addresses, links, digits.

    >>> simplify("Écrivez à maire@exemple.fr, 900 hab.")
    'ecrivez a adressecourriel 000 hab.'
    """
    masked = _EMAIL.sub(" adressecourriel ", _URL.sub(" lienweb ", text))
    return _DIGIT.sub("0", fold(masked))


class IntentFeatures:
    """Beside each other: tf-idf of words 1-2 and characters 2-5, embedding, written clues.

    Together they tell intents apart better than any alone (`nlu/data/README.md`). Texts and
    vectors given are those of `read_calmly`.
    """

    def __init__(self) -> None:
        self._lexical: Any = FeatureUnion(
            [
                ("words", _vectorizer(analyzer="word", ngram_range=(1, 2), tokenizer=words)),
                ("chars", _vectorizer(analyzer="char_wb", ngram_range=(2, 5))),
            ]
        )
        self._scaler: Any = StandardScaler()
        self._clues = ClueFinder.from_file()

    def fit(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> csr_matrix:
        """Learn vocabulary and scale; return the features, one row per text."""
        lexical = self._lexical.fit_transform(texts)
        return self._join(lexical, self._scaler.fit_transform(vectors), texts)

    def transform(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> csr_matrix:
        """Return the features, one row per text; `vectors` are the embeddings of these texts."""
        return self._join(self._lexical.transform(texts), self._scaler.transform(vectors), texts)

    def _join(
        self, lexical: csr_matrix, scaled: NDArray[np.float32], texts: Sequence[str]
    ) -> csr_matrix:
        meaning = csr_matrix(scaled / np.sqrt(scaled.shape[1], dtype=np.float32))
        clues = csr_matrix(_CLUE_WEIGHT * self._clues.matrix(texts))
        return cast("csr_matrix", hstack([lexical, meaning, clues], format="csr", dtype=np.float32))


def _vectorizer(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=simplify,
        token_pattern=None,
        sublinear_tf=True,
        dtype=np.float32,
        **options,
    )
