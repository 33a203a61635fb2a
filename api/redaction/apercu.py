"""What an élu will see of a resource: its card, its page, the sentences quoted from it."""

from typing import Any

from api.container import Container
from api.redaction.lieux import NATIONAL, chosen_places
from api.redaction.markdown import to_html
from api.redaction.pages import texts
from knowledge.resources.resource import Resource
from knowledge.search.analyser import analyse
from knowledge.search.extract import best_sentence


def preview(services: Container, resource: Resource) -> dict[str, Any]:
    """Return the facts of the macro `apercu_elu`."""
    source = resource.sources[0] if resource.sources else None
    dated = source and (source.published_on or source.consulted_on or resource.verified_on)
    rarity = services.knowledge.engine.index.hybrid.lexical.rarity
    quoted = [
        (each, best_sentence(resource.body, analyse(each), rarity)) for each in resource.questions
    ]
    places = tuple(each for each in resource.territoires if each != NATIONAL)
    france = str(texts()["lieux"]["france"])
    return {
        "texte": resource,
        "source": source,
        "ouvrable": bool(source and source.url.startswith(("https://", "http://"))),
        "date": dated,
        "date_de_publication": bool(source and source.published_on),
        "lieux": [each.nom for each in chosen_places(services.knowledge, places, france=france)],
        "corps": to_html(resource.body),
        "citations": [(question, sentence) for question, sentence in quoted if sentence],
    }
