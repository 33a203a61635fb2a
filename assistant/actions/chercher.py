"""Search the base with all that is remembered, and show what is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.actions.base import Call
from assistant.domaine import off_topic, places_said
from assistant.echelle import publics_said
from assistant.memory import first_territoire
from assistant.sources import Knowledge
from assistant.suites import is_follow_up
from assistant.turn import Message, Outcome
from knowledge.resources.resource import Resource, ResourceType
from knowledge.search.query import Hit, SearchQuery, SearchResult
from knowledge.territoires.territoire import TerritoireContext, to_context
from nlu.text import blank_markup

RESULTS = 4
_NEWS_POOL = 20
# News that score less than this share of the best resource have another subject.
_NEWS_SHARE = 0.6
# A need kept from an earlier message was already understood as ours.
_OURS = 0.02
NEAR_CONFIDENCE = 0.02
"""Below, even the nearest themes would mislead."""
PREFERRED_TYPES: dict[str, tuple[ResourceType, ...]] = {
    "chercher_experience": (ResourceType.EXPERIENCE,),
    "chercher_acteur": (ResourceType.ACTEUR,),
    "chercher_outil": (ResourceType.OUTIL,),
    "chercher_actualite": (ResourceType.ACTUALITE,),
    "question_juridique": (ResourceType.CADRE_LEGAL,),
    "question_financement": (ResourceType.PROGRAMME, ResourceType.ACTEUR),
    "demander_methode": (ResourceType.OUTIL, ResourceType.EXPERIENCE),
    "comprendre_demarche": (ResourceType.DEMARCHE, ResourceType.PROGRAMME),
    "demander_accompagnement": (ResourceType.DEMARCHE, ResourceType.PROGRAMME, ResourceType.ACTEUR),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought, ready to be shown.

    `near` is false when even what comes least far has nothing to do with the question.
    """

    hits: tuple[Hit, ...]
    outcome: Outcome
    message: Message
    references: tuple[dict[str, Any], ...]
    corrected: str | None
    near: bool = True

    @property
    def ids(self) -> tuple[str, ...]:
        """Identifiers of the resources shown."""
        return tuple(hit.resource.id for hit in self.hits)


def find_resources(
    call: Call,
    *,
    exclude: Sequence[str] = (),
    limit: int = RESULTS,
    text: str | None = None,
    types: tuple[ResourceType, ...] = (),
    themes: tuple[str, ...] = (),
    near: bool = False,
) -> Found:
    """Search for the need in memory, near the remembered territory and population.

    `text` is searched instead of the need; `types` and `themes` keep only those; `near`, those of
    its region.
    """
    memory = call.memory
    asked = text or memory.besoin or call.text
    news = memory.intention == "chercher_actualite"
    if news and not call.understanding.themes and asked == call.text:
        types = types or (ResourceType.ACTUALITE,)  # « quoi de neuf ? » has no other subject
    elsewhere = other_publics(call)
    query = SearchQuery(
        text=blank_markup(asked),
        types=types,
        themes=themes,
        prefer_types=PREFERRED_TYPES.get(memory.intention or "", ()),
        prefer_themes=memory.themes,
        prefer_publics=elsewhere or publics_said(asked),
        territoire=_context(call),
        population=None if elsewhere else memory.population,
        limit=_NEWS_POOL if news else limit,
        exclude=tuple(exclude),
        near=_context(call) if near else None,
        off_topic=off_topic(call.understanding) if asked == call.text else _OURS,
        settled=places_said(call.understanding),
    )
    result = call.services.knowledge.engine.search(query)
    hits = _news_first(result.hits, limit) if news else tuple(result.hits)
    return Found(
        hits=hits,
        outcome=_outcome(result),
        message={"type": "resources", "items": [card(call, hit) for hit in hits]},
        references=tuple(_reference(hit) for hit in hits),
        corrected=result.corrected,
        near=result.confidence >= NEAR_CONFIDENCE,
    )


def other_publics(call: Call) -> tuple[str, ...]:
    """Return the kind of collectivité of « et pour une intercommunalité ? »: not the élu's own."""
    return publics_said(call.text) if is_follow_up(call.text, call.memory) else ()


def _news_first(hits: Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    """Asked for news, those found come before anything else: few words tell them apart."""
    enough = _NEWS_SHARE * hits[0].score if hits else 0.0

    def comes_later(hit: Hit) -> bool:
        return hit.resource.type is not ResourceType.ACTUALITE or hit.score < enough

    return tuple(sorted(hits, key=comes_later)[:limit])


def _context(call: Call) -> TerritoireContext | None:
    """Near the place that this message names, even as an example; else near the élu's own."""
    named = first_territoire(call.understanding) or call.memory.territoire
    territoire = call.services.knowledge.territoire(named)
    return to_context(territoire) if territoire else None


def card(call: Call, hit: Hit) -> dict[str, Any]:
    """A resource as a card: always its source, its date and why it is shown."""
    return {**resource_json(hit.resource, call.services.knowledge), "why": hit.why}


def resource_json(resource: Resource, knowledge: Knowledge) -> dict[str, Any]:
    """Return the public fields of a resource; the date says whether it is of publication."""
    source = resource.sources[0]
    dated = source.published_on or source.consulted_on or resource.verified_on
    return {
        "id": resource.id,
        "type": str(resource.type),
        "title": resource.title,
        "summary": resource.summary,
        "url": source.url,
        "source": source.name,
        "source_date": dated.isoformat() if dated else None,
        "source_date_kind": "publication" if source.published_on else "consultation",
        "themes": list(resource.themes),
        "territoires": _places(resource, knowledge),
    }


def _places(resource: Resource, knowledge: Knowledge) -> list[dict[str, str]]:
    places = []
    for reference in resource.territoires:
        kind, _, code = reference.partition(":")
        found = knowledge.find(kind, code)
        if found is not None:
            places.append({"type": found.type, "code": found.code, "nom": found.nom})
    return places


def _reference(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.resource.id,
        "type": str(hit.resource.type),
        "title": hit.resource.title,
        "url": hit.resource.url,
        "score": round(hit.score, 4),
    }


def _outcome(result: SearchResult) -> Outcome:
    """Sure, less sure, or honestly nothing."""
    if result.sure:
        return "answered"
    return "partial" if result.found else "nothing_found"
