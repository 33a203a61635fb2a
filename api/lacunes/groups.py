"""Groups questions that ask the same thing. Pure, and the same at each run.

What a question means (its vector) and the rare words that it uses both count. A sample is grouped
by average linkage; every other question joins the nearest group if it is near enough; what is left
is sampled in turn. So no number of groups is chosen, and 50,000 questions take seconds where
comparing them all two by two would take minutes.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

from knowledge.search.analyser import analyse
from nlu.text import words

NEAR = 0.40
"""Cosine from which two questions, or a question and a group, are about the same thing."""
SAMPLE = 3000
_WORDS = 0.5
"""Weight of the words beside the vector: without them, « comment créer… » looks like a subject."""
_WORD_COLUMNS = 192
_BLOCK = 4096

Vectors = NDArray[np.float32]
Positions = NDArray[np.intp]
Said = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions by their positions, the most central first."""

    members: tuple[int, ...]


def group_questions(
    texts: Sequence[str], vectors: Vectors, *, near: float = NEAR, sample: int = SAMPLE
) -> list[QuestionGroup]:
    """Return groups, the largest first; a question alone of its kind is a group of one.

    `vectors` has one row of norm 1 per text. Texts of the same words count once to form groups.
    """
    if not texts:
        return []
    first, same = _distinct(texts)
    distinct = [texts[position] for position in first]
    vectors = _with_words(distinct, vectors[first])
    labels = _label(vectors, _drawn(distinct), near=near, sample=sample)
    return _describe(labels[same], vectors[same])


def said(text: str) -> Said:
    """Return the words of a question: those of the same words say the same."""
    return tuple(words(text)) or (text,)


def _distinct(texts: Sequence[str]) -> tuple[Positions, Positions]:
    """Return the position of the first of each distinct text, and which distinct text each is."""
    known: dict[Said, int] = {}
    first: list[int] = []
    same = np.empty(len(texts), dtype=np.intp)
    for position, text in enumerate(texts):
        key = said(text)
        if key not in known:
            known[key] = len(first)
            first.append(position)
        same[position] = known[key]
    return np.asarray(first, dtype=np.intp), same


def _with_words(texts: Sequence[str], vectors: Vectors) -> Vectors:
    """Add to each vector the rare words of its text, folded into a fixed number of columns."""
    hashed = HashingVectorizer(
        analyzer=analyse, n_features=_WORD_COLUMNS, norm=None, dtype=np.float32
    )
    rare = TfidfTransformer().fit_transform(hashed.transform(texts)).toarray()
    both = np.hstack([vectors, _WORDS * rare]).astype(np.float32)
    norms = np.linalg.norm(both, axis=1, keepdims=True)
    return np.asarray(both / np.maximum(norms, 1e-12), dtype=np.float32)


def _drawn(texts: Sequence[str]) -> Positions:
    """Return the order in which texts are sampled: by chance, but each always at its own place.

    One question more changes one member of the sample, so hardly any group.
    """
    return np.argsort([zlib.crc32(text.encode()) for text in texts], kind="stable")


def _label(vectors: Vectors, order: Positions, *, near: float, sample: int) -> Positions:
    """Return the number of the group of each row; `order` is that in which rows are sampled."""
    labels = np.full(len(vectors), -1, dtype=np.intp)
    count = 0
    while (left := order[labels[order] < 0]).size:
        drawn = left[:sample]
        labels[drawn] = count + _link(vectors[drawn], near=near)
        found = int(labels[drawn].max()) + 1
        rest = left[sample:]
        if rest.size:
            centres = _centres(vectors[drawn], labels[drawn] - count, found - count)
            nearest, cosine = _nearest(vectors[rest], centres)
            joins = cosine >= near
            labels[rest[joins]] = count + nearest[joins]
        count = found
    return labels


def _link(vectors: Vectors, *, near: float) -> Positions:
    if len(vectors) == 1:
        return np.zeros(1, dtype=np.intp)
    linked = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - near
    )
    return np.asarray(linked.fit_predict(vectors), dtype=np.intp)


def _centres(vectors: Vectors, labels: Positions, count: int) -> Vectors:
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, labels, vectors)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(norms, 1e-12), dtype=np.float32)


def _nearest(vectors: Vectors, centres: Vectors) -> tuple[Positions, Vectors]:
    nearest, cosine = [], []
    for start in range(0, len(vectors), _BLOCK):
        likeness = vectors[start : start + _BLOCK] @ centres.T
        nearest.append(likeness.argmax(axis=1))
        cosine.append(likeness.max(axis=1))
    return np.concatenate(nearest), np.concatenate(cosine)


def _describe(labels: Positions, vectors: Vectors) -> list[QuestionGroup]:
    centres = _centres(vectors, labels, int(labels.max()) + 1)
    central = np.einsum("ij,ij->i", vectors, centres[labels])
    # By group, then the most central first, then the oldest: a total order, so one result only.
    order = np.lexsort((np.arange(len(labels)), -np.round(central, 5), labels))
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    groups = [QuestionGroup(tuple(part.tolist())) for part in np.split(order, cuts)]
    return sorted(groups, key=lambda each: (-len(each.members), min(each.members)))
