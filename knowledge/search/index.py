"""The hybrid index: BM25 fields and sentence vectors, fused into one score per document."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.analyser import analyse
from knowledge.search.encoder import Encoder
from knowledge.search.lexical import LexicalIndex
from knowledge.search.repair import QueryRepair, RepairedQuery
from knowledge.search.speller import Speller
from knowledge.search.synonyms import Synonyms, load_synonyms
from knowledge.search.vectors import (
    BATCH,
    Progress,
    VectorCache,
    VectorIndex,
    VectorIndexBuilder,
    batches,
)
from nlu.text import fold

# Measured on our 198 records (MRR over 594 questions, held out of the index / known but reworded):
# this fusion .670 / .957, without encoder .651 / .928, plain BM25 on one field .625 / .955.
DENSE_WEIGHT = 1.5
# A known question counts only when it is close: the maximum of several cosines is noisy below.
QUESTION_WEIGHT = 1.0
QUESTION_FLOOR = 0.5
# Questions are compared only for the documents that may still win: 39,000 cosines saved in 40,000.
QUESTION_CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class IndexedText:
    """What is indexed of a document. `keywords` are searched as text but never embedded."""

    title: str
    body: str
    questions: tuple[str, ...] = ()
    keywords: str = ""


@dataclass(frozen=True, slots=True)
class Relevance:
    """How each document answers a question, before any knowledge of who asks.

    `total` is the fused score; `dense` (mean cosine, 0 without encoder), `question` (greatest
    cosine with an example question, candidates only) and `lexical` (BM25) are its parts.
    """

    total: NDArray[np.float32]
    dense: NDArray[np.float32]
    question: NDArray[np.float32]
    lexical: NDArray[np.float32]
    has_vectors: bool = False


@dataclass(frozen=True, slots=True)
class HybridIndex:
    """An immutable index; positions are those of the texts given to `IndexBuilder`."""

    size: int
    lexical: LexicalIndex
    vectors: VectorIndex | None
    repair: QueryRepair

    def relevance(
        self, query: RepairedQuery, vector: NDArray[np.float32] | None = None
    ) -> Relevance:
        """Score every document; without a vector, or without vectors here, BM25 decides alone."""
        lexical = self.lexical.scores(query.terms, query.expansion)
        highest = float(lexical.max(initial=0.0))
        total = lexical / np.float32(highest) if highest > 0 else lexical.copy()
        dense, question = np.zeros_like(total), np.zeros_like(total)
        has_vectors = vector is not None and self.vectors is not None
        if vector is not None and self.vectors is not None:
            dense = self.vectors.similarity(vector)
            total += np.float32(DENSE_WEIGHT) * dense
            candidates = top_positions(total, QUESTION_CANDIDATES)
            question[candidates] = self.vectors.best_question(vector, candidates)
            close = np.maximum(question - QUESTION_FLOOR, 0) / (1 - QUESTION_FLOOR)
            total += np.float32(QUESTION_WEIGHT) * close
        return Relevance(total, dense, question, lexical, has_vectors)


class IndexBuilder:
    """Builds a `HybridIndex` in one pass, keeping terms but not texts."""

    def __init__(
        self,
        encoder: Encoder | None = None,
        *,
        stored: Mapping[str, NDArray[np.float32]] | None = None,
        synonyms: Synonyms | None = None,
        protected: Iterable[str] = (),
        keep_vectors: bool = True,
    ) -> None:
        """`stored` are known vectors by text hash; the others are computed.

        `protected` are folded words never respelt, such as the names of places.
        """
        self._protected = protected
        self.cache = VectorCache(encoder, stored, keep=keep_vectors) if encoder else None
        self._synonyms = synonyms or load_synonyms()
        self._titles: list[list[str]] = []
        self._bodies: list[list[str]] = []
        self._questions: list[tuple[str, ...]] = []
        self._spellings: Counter[str] = Counter()

    def build(
        self,
        texts: Iterable[IndexedText],
        *,
        total: int | None = None,
        progress: Progress | None = None,
    ) -> HybridIndex:
        """Index texts read once, in order."""
        vectors = VectorIndexBuilder(self.cache) if self.cache else None
        for batch in batches(texts, BATCH):
            for text in batch:
                self._add_terms(text)
            if vectors:
                vectors.add([(t.title, t.body, t.questions) for t in batch])
            if progress:
                progress(len(self._titles), total)
        repair = self._build_repair()
        return HybridIndex(
            size=len(self._titles),
            lexical=self._build_lexical(repair),
            vectors=vectors.build() if vectors and self._titles else None,
            repair=repair,
        )

    def _add_terms(self, text: IndexedText) -> None:
        self._titles.append(analyse(text.title))
        self._bodies.append(analyse(f"{text.body} {text.keywords}"))
        self._questions.append(text.questions)
        for part in (text.title, text.body):
            self._spellings.update(part.replace("’", "'").replace("'", " ").lower().split())

    def _build_lexical(self, repair: QueryRepair) -> LexicalIndex:
        # Example questions keep the spelling of those who ask: correct them as the queries are.
        for terms, title, questions in zip(
            self._bodies, self._titles, self._questions, strict=True
        ):
            terms.extend(title)
            for question in questions:
                terms.extend(analyse(repair.respell(question)))
        return LexicalIndex.build(wholes=self._bodies, titles=self._titles)

    def _build_repair(self) -> QueryRepair:
        counts: Counter[str] = Counter()
        spellings: dict[str, tuple[int, str]] = {}
        for written, count in self._spellings.items():
            word = written.strip("«»\"'.,;:!?…()[]*_-–—")
            if not word.isalpha():
                continue
            folded = fold(word)
            counts[folded] += count
            spellings[folded] = max(spellings.get(folded, (0, "")), (count, word))
        return QueryRepair(
            Speller(counts, self._protected),
            {key: word for key, (_, word) in spellings.items()},
            self._synonyms,
        )


def top_positions(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the positions of the `count` greatest scores, best first, ties in document order."""
    if count < len(scores):
        kept = np.sort(np.argpartition(-scores, count)[:count])
    else:
        kept = np.arange(len(scores))
    return kept[np.argsort(-scores[kept], kind="stable")]
