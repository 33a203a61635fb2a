"""Can a model tell the questions that a record answers from those whose subject is missing?

    python -m bench.presence

It reads the question and the records found together (`signs`), and is fitted on the labelled
questions of `tests/recherche_jugee` (`reglage_*.yml`) and the witnesses, asked of the content that
the product ships. Every score shown was given by a model that never saw the author of the question
(for the witnesses: that never saw the question). The questions held out are not read. What it is
worth, and why the product does without: decision 0026.
"""

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

from api.bootstrap import build_understander, find_reference
from api.evaluation import shipped_index
from api.settings import Settings
from assistant.domaine import to_asked
from bench.presence_words import WordIndex, WordIndexBuilder, plain_words, word_stem
from knowledge.search.analyser import analyse
from knowledge.search.confidence import MIN_CONFIDENCE, SURE_CONFIDENCE, confidence, search_logit
from knowledge.search.engine import ResourceIndex
from knowledge.search.index import HybridIndex, Relevance, top_positions
from knowledge.search.judged import (
    SHOWN_FIRST,
    Asked,
    JudgedQuestion,
    ask,
    load_witnesses,
    read_judged,
)
from knowledge.search.query import SearchQuery
from knowledge.search.repair import RepairedQuery
from knowledge.search.vectors import VectorCache
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.territoire import Territoire
from nlu.encoder import UseEncoder

LABELLED = Path(__file__).parents[1] / "tests" / "recherche_jugee"
READ = 10
"""Records read with the question: the first three, and the next ones to compare them with."""
Row = NDArray[np.float64]
WITNESS = 0
_WITNESS_WEIGHT = 3.0
_STRENGTH = 0.3
_FOLDS = 10
_DOUBT = 0.01
_SMALL_BASE = 20
_LOST = (0.01, 0.02, 0.05, 0.10)
UNSURE = 0.10
"""Answered questions shown only as what comes near, at most."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question as the search reads it. `shown`: a helping record is in the first three."""

    source: int
    sorte: str
    answered: bool
    shown: bool
    signs: dict[str, float]
    sureness: float


def read_words(index: ResourceIndex, encoder: UseEncoder) -> WordIndex:
    """Embed each word of the base once."""
    builder = WordIndexBuilder(VectorCache(encoder, keep=False))
    for each in index.resources:
        builder.add("\n".join((each.title, each.summary, *each.questions)), each.body)
    return builder.build()


def signs(
    index: HybridIndex,
    lexicon: WordIndex,
    query: RepairedQuery,
    relevance: Relevance,
    settled: Collection[str],
) -> dict[str, float]:
    """Return what is read in the question and the records found.

    - `informations`: rarity of the terms of the question, added up;
    - `absents`: share of it that none of the first three records holds;
    - `proximite_generale`: mean cosine with the whole base, great for what is said in general;
    - `mots_premiere`, `mots_trois`: how near the words come to those of the first record, of the
      best of the first three, the rarest counting most;
    - `avance`: by how much the opening of the first three comes nearer than that of the next ones.
    """
    best = top_positions(relevance.total, READ)[:READ]
    words = [w for w in plain_words(query.for_encoder) if word_stem(w) not in settled] or [""]
    wholes, heads = lexicon.likeness(words, [int(each) for each in best])
    rarity = np.array([index.lexical.rarity(word_stem(word)) for word in words])
    near, opening = wholes @ (rarity / rarity.sum()), heads.mean(axis=1)
    total, missing = _information(index, query, best[:SHOWN_FIRST], settled)
    return {
        "informations": total / math.log(max(index.size, _SMALL_BASE)),
        "absents": missing,
        "proximite_generale": float(relevance.dense.mean()),
        "mots_premiere": float(near[0]),
        "mots_trois": float(near[:SHOWN_FIRST].max()),
        "avance": float(opening[:SHOWN_FIRST].max() - opening[SHOWN_FIRST:].mean()),
    }


def _information(
    index: HybridIndex,
    query: RepairedQuery,
    first: NDArray[np.intp],
    settled: Collection[str],
) -> tuple[float, float]:
    """Return the rarity of the terms, added up, and the share that no first record holds."""
    held = set(first.tolist())
    total = missing = 0.0
    for term in dict.fromkeys(query.terms):
        if term in settled:
            continue
        rarity = index.lexical.rarity(term)
        total += rarity
        if held.isdisjoint(index.lexical.whole.documents_with(term).tolist()):
            missing += rarity
    return total, missing / total if total else 1.0


def read_examples() -> list[Example]:
    """Ask every question of the shipped content."""
    encoder, territoires = UseEncoder(), load_territoires()
    understander = build_understander(Settings(), encoder, territoires)
    index = shipped_index(encoder, territoires)

    def find(reference: str) -> Territoire | None:
        return find_reference(territoires, reference)

    lexicon = read_words(index, encoder)
    asked = [
        (author, each.sorte or "", each)
        for author, file in enumerate(sorted(LABELLED.glob("reglage_*.yml")), start=1)
        for each in read_judged(file)
    ]
    asked += [
        (WITNESS, "sans" if each.sans_reponse else "repondue", each) for each in load_witnesses()
    ]
    known = {each.question: to_asked(understander.understand(each.question)) for *_, each in asked}
    outcomes = ask(
        index,
        [question for *_, question in asked],
        find_territoire=find,
        understand=known.__getitem__,
    )
    examples = []
    for (source, sorte, question), outcome in zip(asked, outcomes, strict=True):
        found, sureness = _read(index, lexicon, encoder, question, known[question.question])
        shown = 0 < outcome.rank <= SHOWN_FIRST
        answered = not question.sans_reponse
        examples.append(Example(source, sorte, answered, shown, found, sureness))
    return examples


def _read(
    index: ResourceIndex,
    lexicon: WordIndex,
    encoder: UseEncoder,
    question: JudgedQuestion,
    asked: Asked,
) -> tuple[dict[str, float], float]:
    hybrid, off_topic = index.hybrid, asked.off_topic or 0.0
    query = hybrid.repair.repair(question.question)
    relevance = hybrid.relevance(query, encoder.encode([query.for_encoder])[0])
    allowed = index.allowed(SearchQuery(question.question).filters)
    settled = analyse(" ".join(asked.settled))
    found = signs(hybrid, lexicon, query, relevance, settled)
    found["recherche"] = search_logit(hybrid, query, relevance, allowed, settled)
    found["hors_sujet"] = math.log((off_topic + _DOUBT) / (1 + _DOUBT - off_topic))
    sureness = confidence(hybrid, query, relevance, allowed, off_topic=off_topic, settled=settled)
    return found, sureness


@dataclass(frozen=True, slots=True)
class Data:
    """The examples as columns; `kept` are those that teach: an answer not shown teaches nothing."""

    names: tuple[str, ...]
    matrix: Row
    answered: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    source: NDArray[np.int64]
    sorte: NDArray[np.str_]
    sureness: Row

    @classmethod
    def of(cls, examples: Sequence[Example], names: Sequence[str]) -> "Data":
        """Read the columns of these signs."""
        answered = np.array([each.answered for each in examples])
        shown = np.array([each.shown for each in examples])
        return cls(
            names=tuple(names),
            matrix=np.array([[each.signs[name] for name in names] for each in examples]),
            answered=answered,
            kept=~answered | shown,
            source=np.array([each.source for each in examples]),
            sorte=np.array([each.sorte for each in examples]),
            sureness=np.array([each.sureness for each in examples]),
        )


def fit(data: Data, rows: NDArray[np.bool_]) -> tuple[float, Row]:
    """Return the bias and the weight of each sign, fitted on some rows."""
    scaler = StandardScaler().fit(data.matrix[rows])
    weights = np.where(data.source[rows] == WITNESS, _WITNESS_WEIGHT, 1.0)
    model = LogisticRegression(C=_STRENGTH, max_iter=3_000)
    model.fit(scaler.transform(data.matrix[rows]), data.answered[rows], sample_weight=weights)
    found = model.coef_[0] / scaler.scale_
    return float(model.intercept_[0] - found @ scaler.mean_), found


def unseen_scores(data: Data) -> Row:
    """Score every example by a model that did not see its author (or this witness)."""
    scores = np.zeros(len(data.answered))

    def score(rows: NDArray[np.bool_], hidden: NDArray[np.bool_]) -> None:
        bias, weights = fit(data, rows & data.kept & ~hidden)
        scores[hidden] = 1 / (1 + np.exp(-(bias + data.matrix[hidden] @ weights)))

    everything = np.ones(len(scores), dtype=bool)
    for author in sorted(set(data.source.tolist()) - {WITNESS}):
        score(everything, data.source == author)
    witnesses = np.flatnonzero(data.source == WITNESS)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for _, places in folds.split(witnesses, data.answered[witnesses]):
        hidden = np.zeros(len(scores), dtype=bool)
        hidden[witnesses[places]] = True
        score(everything, hidden)
    return scores


def describe(data: Data, scores: Row) -> None:
    """Print the curve by source."""
    for source in sorted(set(data.source.tolist())):
        name = "témoins" if source == WITNESS else f"auteur {source}"
        rows = data.kept & (data.source == source)
        close = rows & (data.answered | (data.sorte == "voisine"))
        line = {"aire": _area(data, scores, rows)}
        if source != WITNESS:
            line["aire, voisines"] = _area(data, scores, close)
        for lost in _LOST:
            threshold = np.quantile(scores[rows & data.answered], lost)
            told = scores[rows & ~data.answered] < threshold
            line[f"à {lost:.0%} de perte"] = round(float(told.mean()), 3)
        print(f"  {name:9}", json.dumps(line, ensure_ascii=False))  # noqa: T201


def _area(data: Data, scores: Row, rows: NDArray[np.bool_]) -> float:
    return round(float(roc_auc_score(data.answered[rows], scores[rows])), 3)


def degrees(data: Data, nothing: NDArray[np.bool_], sure: NDArray[np.bool_]) -> None:
    """Print what is said of each kind of question: nothing, near, an answer."""
    for source in sorted(set(data.source.tolist())):
        for sorte in sorted(set(data.sorte[data.source == source].tolist())):
            rows = (data.source == source) & (data.sorte == sorte) & data.kept
            none, answer = nothing[rows].mean(), (sure & ~nothing)[rows].mean()
            print(  # noqa: T201
                f"  {source} {sorte:14} {rows.sum():4}  rien {none:.3f}"
                f"  voisin {1 - none - answer:.3f}  réponse {answer:.3f}"
            )


def main() -> None:
    """Show what the confidence in service is worth, then what the model is."""
    examples = read_examples()
    data = Data.of(examples, sorted(examples[0].signs))
    print("confiance seule")  # noqa: T201
    describe(data, data.sureness)
    degrees(data, data.sureness < MIN_CONFIDENCE, data.sureness >= SURE_CONFIDENCE)
    scores = unseen_scores(data)
    answer = float(np.quantile(scores[data.answered & data.kept], UNSURE))
    print("question et fiches lues ensemble ; réponse à partir de", round(answer, 3))  # noqa: T201
    describe(data, scores)
    degrees(data, data.sureness < MIN_CONFIDENCE, scores >= answer)
    bias, weights = fit(data, data.kept)
    print(round(bias, 3), dict(zip(data.names, weights.round(3).tolist(), strict=True)))  # noqa: T201


if __name__ == "__main__":
    main()
