"""Asks questions of the board again: which resource answers each of them by now?"""

from collections.abc import Iterable
from dataclasses import dataclass

from api.container import Container
from assistant.domaine import bring_back, off_topic, places_said
from assistant.memory import first_territoire
from knowledge.search.query import SearchQuery
from knowledge.territoires.territoire import TerritoireContext, to_context
from nlu.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is asked again, and the territory of its conversation."""

    item_id: str
    text: str
    territoire_type: str | None = None
    territoire_code: str | None = None


def find_answers(services: Container, questions: Iterable[Question]) -> dict[str, str | None]:
    """Return the resource that the search is sure of, for each message; None when it is not."""
    return {each.item_id: _answer(services, each) for each in questions}


def _answer(services: Container, question: Question) -> str | None:
    engine = services.knowledge.engine
    understood = bring_back(services.assistant.understander.understand(question.text), engine)
    query = SearchQuery(
        question.text,
        limit=1,
        territoire=_place(services, question, understood),
        off_topic=off_topic(understood),
        settled=places_said(understood),
    )
    found = engine.search(query)
    return found.hits[0].resource.id if found.sure and found.hits else None


def _place(
    services: Container, question: Question, understood: Understanding
) -> TerritoireContext | None:
    """Return the place that the question names, else that of its conversation."""
    named = first_territoire(understood)
    found = services.knowledge.territoire(named)
    if found is None and question.territoire_type and question.territoire_code:
        found = services.knowledge.find(question.territoire_type, question.territoire_code)
    return to_context(found) if found else None
