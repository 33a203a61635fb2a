"""Whether a resource comes when its own questions are asked: what publishing it is for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from api.container import Container
from knowledge.resources.resource import Resource
from knowledge.search.engine import ResourceIndex, SearchEngine
from knowledge.search.query import SearchQuery

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Reponse:
    """A question, and the rank at which the resource comes; 0: not among the first ten."""

    question: str
    rang: int


async def answers(
    services: Container, resource: Resource, index: ResourceIndex | None = None
) -> Sequence[Reponse]:
    """Ask the questions of a resource of the base in service, or of a candidate."""
    engine = SearchEngine(index) if index else services.knowledge.engine
    return await asyncio.to_thread(_ask, engine, resource)


def _ask(engine: SearchEngine, resource: Resource) -> list[Reponse]:
    return [Reponse(each, _rank(engine, each, resource.id)) for each in resource.questions]


def _rank(engine: SearchEngine, question: str, resource_id: str) -> int:
    hits = engine.search(SearchQuery(text=question, limit=_DEPTH)).hits
    ranks = (rank for rank, hit in enumerate(hits, start=1) if hit.resource.id == resource_id)
    return next(ranks, 0)
