"""Asks the questions of a group again: how many does the base answer by now?"""

from collections.abc import Sequence

from api.container import Container
from assistant.domaine import bring_back, off_topic, places_said
from knowledge.search.query import SearchQuery


def count_answered(services: Container, questions: Sequence[str]) -> int:
    """Return how many questions the search is sure to answer, as an élu's would be."""
    return sum(_is_answered(services, question) for question in questions)


def _is_answered(services: Container, question: str) -> bool:
    engine = services.knowledge.engine
    understood = bring_back(services.assistant.understander.understand(question), engine)
    query = SearchQuery(
        question, limit=1, off_topic=off_topic(understood), settled=places_said(understood)
    )
    return engine.search(query).sure
