"""Finds the requests that one message holds, and which of them comes first.

A message is cut into clauses (`nlu.questions_cut`); those that ask, or claim, are classified one
by one. Greetings, thanks, context (« nous sommes à Bellac ») and refusals are left out.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nlu.questions_cut import Clause, cut
from nlu.questions_turns import RequestTurns, read_request_turns
from nlu.questions_words import read_words
from nlu.spelling import Speller
from nlu.text import FoldedText
from nlu.understanding import IntentScore, IntentSpan

Ranking = tuple[IntentScore, ...]
Rank = Callable[[str], Ranking]

_HUMAN = "parler_conseiller"
_OFF_TOPIC = "hors_sujet"
_GREETING = "saluer"
# A clause never counts as a request for one of these.
_ASKING_NOTHING = frozenset({"saluer", "remercier", "donner_information", "affirmer", "infirmer"})
# Asked by merely saying it: « votre fiche contient une erreur ».
_CLAIMS = frozenset(
    {
        _HUMAN,
        "demander_accompagnement",
        "donnees_personnelles",
        "proposer_ressource",
        "reclamation",
    }
)
# Asked twice in a message, they are still one request.
_SAID_ONCE = _CLAIMS | {"suivre_demande", _OFF_TOPIC}
_SURE = 0.6
_CLAIMED = 0.9
_CLEAR = 0.8
_LEAST = 0.01
_FRAGMENT = 3
_MOST_CLAUSES = 6
_CLOSED = re.compile(r"\s?[»”]")


@dataclass(frozen=True, slots=True)
class Requests:
    """What a message asks: `spans` in its order, and the ranking that its main intent heads."""

    spans: tuple[IntentSpan, ...]
    ranking: Ranking


@dataclass(frozen=True, slots=True)
class _Request:
    """A clause, or several that make one request, with what it may mean."""

    clauses: tuple[Clause, ...]
    ranking: Ranking

    @property
    def best(self) -> IntentScore:
        """What it asks, most likely."""
        return next(score for score in self.ranking if score.intent not in _ASKING_NOTHING)

    @property
    def stands_alone(self) -> bool:
        """« vous avez ? », « il est où ? » do not: only the clause before tells what is asked."""
        length = sum(len(clause.words) for clause in self.clauses)
        return length >= _FRAGMENT and self.ranking[0].intent not in _ASKING_NOTHING

    def joined(self, other: "_Request") -> "_Request":
        """Return both as one request, read as the surer of the two."""
        surer = max(self, other, key=lambda request: request.best.confidence)
        return _Request((*self.clauses, *other.clauses), surer.ranking)


class RequestFinder:
    """Finds the requests of messages, with the classifier of whole messages."""

    def __init__(
        self,
        rank: Rank,
        speller: Speller,
        turns: RequestTurns | None = None,
        *,
        read_ahead: Callable[[Sequence[str]], None] | None = None,
    ) -> None:
        """`read_ahead` is told which texts are about to be ranked."""
        self._rank = rank
        self._read_ahead = read_ahead
        self._speller = speller
        self._turns = turns or read_request_turns()

    def find(self, folded: FoldedText, corrected: str) -> Requests:
        """Return the requests of a message, whose text is also given with its spelling mended.

        One request: the whole text tells best what it is, unless it leaves a doubt that the
        clause that asks does not. Several: the main one is the first that is clear, since people
        begin with what brings them; but a human asked for comes before all, because no answer of
        ours replaces one, and what is off topic after all.
        """
        text = folded.original
        clauses = cut(text, read_words(folded, self._speller.correct_word), self._turns)
        asking = [clause for clause in clauses if self._may_ask(clause)][:_MOST_CLAUSES]
        if self._read_ahead and len(asking) > 1:
            self._read_ahead([corrected, *(self._said(text, clause) for clause in asking)])
        whole = self._rank(corrected)
        if len(asking) <= 1:
            return self._single(text, whole, asking, clauses)
        requests = self._requests(text, whole, asking, clauses)
        if len(requests) <= 1:
            merged = [clause for request in requests for clause in request.clauses]
            return self._single(text, whole, merged, clauses)
        spans = tuple(_span(text, request.clauses, request.best) for request in requests)
        return Requests(spans, _main_ranking(requests) or whole)

    def _may_ask(self, clause: Clause) -> bool:
        tokens = clause.tokens
        if self._turns.is_courtesy(tokens) or self._turns.rules_out(tokens):
            return False
        return clause.asks or self._turns.claims(tokens)

    def _single(
        self, text: str, whole: Ranking, asking: Sequence[Clause], clauses: Sequence[Clause]
    ) -> Requests:
        kept = _whole_request(asking, clauses)
        ranking = self._after_greeting(text, whole, clauses)
        if len(asking) == 1 < len(clauses) and _is_doubtful(whole):
            alone = self._read(text, whole, asking[0])
            if alone.stands_alone and alone.ranking[0].confidence >= _SURE:
                ranking = alone.ranking
        return Requests((_span(text, kept, ranking[0]),), ranking)

    def _after_greeting(self, text: str, whole: Ranking, clauses: Sequence[Clause]) -> Ranking:
        """« Bonjour, nous voudrions être accompagnés »: what follows is what counts."""
        is_greeting = whole[0].intent == _GREETING and whole[0].confidence < _CLAIMED
        if not is_greeting or not clauses or not text[: clauses[0].start].strip():
            return whole
        ranking = self._rank(self._said(text, *clauses))
        said = ranking[0].intent != _GREETING and ranking[0].confidence >= _SURE
        return ranking if said else whole

    def _requests(
        self, text: str, whole: Ranking, asking: Sequence[Clause], clauses: Sequence[Clause]
    ) -> list[_Request]:
        found: list[_Request] = []
        for clause in asking:
            request = self._read(text, whole, clause)
            if not clause.asks and not _is_claim(request):
                continue
            if found and _goes_on(found[-1], request):
                found[-1] = found[-1].joined(request)
            elif request.stands_alone:
                found.append(request)
            else:
                found.append(self._with_clause_before(text, whole, clause, clauses))
        return found

    def _read(self, text: str, whole: Ranking, *clauses: Clause) -> _Request:
        return _Request(clauses, _in_context(self._rank(self._said(text, *clauses)), whole))

    def _said(self, text: str, *clauses: Clause) -> str:
        return self._speller.correct(text[clauses[0].start : clauses[-1].end])

    def _with_clause_before(
        self, text: str, whole: Ranking, clause: Clause, clauses: Sequence[Clause]
    ) -> _Request:
        """« Un questionnaire type sur la mobilité, vous avez ? »."""
        place = clauses.index(clause)
        return self._read(text, whole, *clauses[max(place - 1, 0) : place + 1])


def _whole_request(asking: Sequence[Clause], clauses: Sequence[Clause]) -> Sequence[Clause]:
    """« Un questionnaire sur la mobilité, vous avez ? »: the clause before says what is asked."""
    if len(asking) == 1 and len(asking[0].words) < _FRAGMENT:
        place = clauses.index(asking[0])
        return clauses[max(place - 1, 0) : place + 1]
    return asking or clauses


def _in_context(ranking: Ranking, whole: Ranking) -> Ranking:
    """Return the ranking of a clause, helped in doubt by that of the whole message."""
    if ranking[0].confidence >= _CLEAR:
        return ranking
    around = {score.intent: math.sqrt(score.confidence + _LEAST) for score in whole}
    weights = {score.intent: score.confidence * around[score.intent] for score in ranking}
    total = sum(weights.values())
    scores = (IntentScore(intent, weight / total) for intent, weight in weights.items())
    return tuple(sorted(scores, key=lambda score: -score.confidence))


def _is_doubtful(whole: Ranking) -> bool:
    return whole[0].confidence < _SURE or whole[0].intent in _ASKING_NOTHING


def _is_claim(request: _Request) -> bool:
    first = request.ranking[0]
    return first.intent in _CLAIMS and first.confidence >= _CLAIMED


def _goes_on(before: _Request, request: _Request) -> bool:
    """Tell whether this completes the request before rather than asks for something else."""
    if not request.stands_alone:
        return True
    clause, unsure = request.clauses[0], request.best.confidence < _SURE
    together = clause.sentence == before.clauses[-1].sentence
    if together and not before.stands_alone:
        return True
    if request.best.intent != before.best.intent:
        return clause.is_second_object and unsure
    return together or unsure or request.best.intent in _SAID_ONCE


def _main_ranking(requests: Sequence[_Request]) -> Ranking | None:
    """Return the ranking of the main request; None when none says by itself what it is."""
    heard = [request for request in requests if request.stands_alone]
    sure = [request for request in heard if request.best.confidence >= _SURE]
    human = [request for request in sure if request.best.intent == _HUMAN]
    in_scope = [request for request in sure if request.best.intent != _OFF_TOPIC]
    return next((request.ranking for request in (*human, *in_scope, *sure, *heard)), None)


def _span(text: str, clauses: Sequence[Clause], score: IntentScore) -> IntentSpan:
    """Return the place of these clauses; of the whole text when it holds no word we can read."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if clauses:
        start, end = clauses[0].start, clauses[-1].end
        closed = _CLOSED.match(text, end)
        end = closed.end() if closed and "«" in text[start:end] else end
    return IntentSpan(score.intent, score.confidence, start, end)
