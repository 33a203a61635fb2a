"""Cites resources below an answer: the sentence that answers the need, quoted, and its source."""

from collections.abc import Iterable

from api.console.pages import texts
from api.container import Container
from api.tickets.models import Ticket
from knowledge.resources.resource import Resource
from knowledge.search.analyser import analyse
from knowledge.search.extract import best_sentence


def quote(services: Container, ticket: Ticket, resource: Resource) -> str:
    """Return the sentence of a resource that answers best, word for word; else its summary."""
    rarity = services.knowledge.engine.index.hybrid.lexical.rarity
    return best_sentence(resource.body, analyse(ticket.besoin), rarity) or resource.summary


def cite(services: Container, ticket: Ticket, ids: Iterable[str]) -> str:
    """Return the end of an answer that cites these resources, those withdrawn since aside."""
    words = texts()["citations"]
    found = (services.knowledge.engine.get(each) for each in ids)
    parts = [
        words["partie"]
        .format(
            titre=each.title,
            extrait=quote(services, ticket, each),
            source=each.sources[0].name,
            url=each.url,
        )
        .strip()
        for each in found
        if each is not None and each.sources
    ]
    return "\n\n".join([words["tete"], *parts]) if parts else ""
