"""Whether a question is ours to answer: what was understood and what the base holds, together."""

from dataclasses import replace

from knowledge.search.engine import SearchEngine
from knowledge.search.judged import Asked
from knowledge.search.query import SearchQuery
from nlu.understanding import IntentScore, Understanding

OFF_TOPIC = "hors_sujet"
SEARCHED = frozenset(
    {
        "demander_methode",
        "chercher_experience",
        "chercher_acteur",
        "chercher_outil",
        "chercher_actualite",
        "question_juridique",
        "question_financement",
    }
)
"""Intents that the search answers."""


def off_topic(understanding: Understanding) -> float:
    """Return the probability (0 to 1) that the message is outside the domain."""
    scores = (IntentScore(understanding.intent, understanding.confidence),)
    ranking = (*scores, *understanding.alternatives)
    return next((each.confidence for each in ranking if each.intent == OFF_TOPIC), 0.0)


def places_said(understanding: Understanding) -> tuple[str, ...]:
    """Return the places of the message, as written."""
    text = understanding.text
    return tuple(text[each.start : each.end] for each in understanding.territoires)


def to_asked(understanding: Understanding) -> Asked:
    """Return what the search is told beside the words of a question."""
    return Asked(off_topic=off_topic(understanding), settled=places_said(understanding))


def bring_back(understanding: Understanding, engine: SearchEngine) -> Understanding:
    """« balade urbaine trottoirs bailleurs » is no one's sentence, but the base surely answers it.

    A message called off topic is a question after all when the search is sure of its answer.
    """
    if understanding.intent != OFF_TOPIC or understanding.refus:
        return understanding
    asked = next((each for each in understanding.alternatives if each.intent in SEARCHED), None)
    if asked is None:
        return understanding
    query = SearchQuery(
        understanding.text,
        limit=1,
        off_topic=off_topic(understanding),
        settled=places_said(understanding),
    )
    found = engine.search(query)
    if not found.sure:
        return understanding
    intents = tuple(
        replace(span, intent=asked.intent) if span.intent == OFF_TOPIC else span
        for span in understanding.intents
    )
    return replace(understanding, intent=asked.intent, confidence=found.confidence, intents=intents)
