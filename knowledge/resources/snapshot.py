"""A resource as plain data, field by field, with the names of the content files, both ways.

Unlike a content file, a snapshot may be unfinished: it is what history, drafts and exports keep.
"""

from datetime import date
from typing import Any

from knowledge.resources.resource import Resource, ResourceState, ResourceType, Source

FIELDS = (
    "id",
    "type",
    "titre",
    "resume",
    "themes",
    "territoires",
    "population",
    "publics",
    "annee",
    "sources",
    "verifie_le",
    "a_revoir_le",
    "responsable",
    "etat",
    "expire_le",
    "questions",
    "corps",
)


def to_snapshot(resource: Resource) -> dict[str, Any]:
    """Return every field of the content, JSON types only."""
    return {
        "id": resource.id,
        "type": resource.type.value,
        "titre": resource.title,
        "resume": resource.summary,
        "themes": list(resource.themes),
        "territoires": list(resource.territoires),
        "population": resource.population,
        "publics": list(resource.publics),
        "annee": resource.year,
        "sources": [_source_fields(source) for source in resource.sources],
        "verifie_le": _iso(resource.verified_on),
        "a_revoir_le": _iso(resource.review_on),
        "responsable": resource.owner,
        "etat": resource.state.value,
        "expire_le": _iso(resource.expires_on),
        "questions": list(resource.questions),
        "corps": resource.body,
    }


def from_snapshot(fields: dict[str, Any]) -> Resource:
    """Read what `to_snapshot` wrote."""
    return Resource(
        id=fields["id"],
        type=ResourceType(fields["type"]),
        title=fields["titre"],
        summary=fields["resume"],
        body=fields["corps"],
        themes=tuple(fields["themes"]),
        territoires=tuple(fields["territoires"]),
        population=fields["population"],
        publics=tuple(fields["publics"]),
        year=fields["annee"],
        sources=tuple(_source(each) for each in fields["sources"]),
        questions=tuple(fields["questions"]),
        verified_on=_day(fields["verifie_le"]),
        review_on=_day(fields["a_revoir_le"]),
        expires_on=_day(fields["expire_le"]),
        owner=fields["responsable"],
        state=ResourceState(fields["etat"]),
    )


def _source_fields(source: Source) -> dict[str, str]:
    fields = {
        "nom": source.name,
        "url": source.url,
        "date": _iso(source.published_on),
        "consultee_le": _iso(source.consulted_on),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _source(fields: dict[str, str]) -> Source:
    return Source(
        name=fields["nom"],
        url=fields["url"],
        published_on=_day(fields.get("date")),
        consulted_on=_day(fields.get("consultee_le")),
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
