"""What staff send to the base of resources: English names, or those of the content files."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
)

from api.bodies import Body, Line, Text
from knowledge.resources.identifiers import make_identifier
from knowledge.resources.resource import Resource, ResourceType, Source

Day = date | None
PARIS = ZoneInfo("Europe/Paris")


def _to_reference(place: Any) -> Any:
    """Accept « commune:32013 », or a territory as the API returns it."""
    if isinstance(place, Mapping) and "type" in place and "code" in place:
        return f"{place['type']}:{place['code']}"
    return place


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=PARIS)


Place = Annotated[Line, BeforeValidator(_to_reference)]


class SourceWrite(Body):
    """Page sur laquelle la fiche s'appuie."""

    nom: Annotated[Line, Field(max_length=160, validation_alias=AliasChoices("nom", "name"))] = ""
    url: Annotated[Line, Field(max_length=2000, description="Adresse en http(s).")]
    date: Day = None
    consultee_le: Day = None


class ResourceWrite(Body):
    """Le texte d'une fiche ; un brouillon peut être incomplet."""

    model_config = ConfigDict(
        extra="ignore",
        str_strip_whitespace=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "outil",
                    "title": "Animer une réunion publique dans un petit village",
                    "summary": "Une trame de deux heures, sans matériel, pour écouter d'abord.",
                    "body": "**Quand l'utiliser.** Au début d'un projet…",
                    "themes": ["concertation"],
                    "territoires": ["france"],
                    "sources": [{"nom": "ANCT", "url": "https://anct.gouv.fr/"}],
                    "questions": ["Comment animer une réunion publique ?"],
                }
            ]
        },
    )

    title: Annotated[
        Line | None, Field(max_length=200, validation_alias=AliasChoices("title", "titre"))
    ] = None
    summary: Annotated[
        Line | None, Field(max_length=1000, validation_alias=AliasChoices("summary", "resume"))
    ] = None
    body: Annotated[
        Text | None, Field(max_length=30_000, validation_alias=AliasChoices("body", "corps"))
    ] = None
    themes: Annotated[tuple[Line, ...] | None, Field(max_length=10)] = None
    territoires: Annotated[
        tuple[Place, ...] | None,
        Field(max_length=200, description="« france », « commune:32013 », « epci:… »…"),
    ] = None
    population: Annotated[int | None, Field(description="Pour une expérience.")] = None
    publics: Annotated[tuple[Line, ...] | None, Field(max_length=20)] = None
    annee: Annotated[int | None, Field(validation_alias=AliasChoices("annee", "year"))] = None
    sources: Annotated[tuple[SourceWrite, ...] | None, Field(max_length=10)] = None
    questions: Annotated[
        tuple[Line, ...] | None, Field(max_length=5, description="Comme un élu les écrirait.")
    ] = None
    verifie_le: Day = None
    a_revoir_le: Day = None
    expire_le: Day = None
    responsable: Annotated[Line | None, Field(max_length=200)] = None

    def applied_to(self, resource: Resource) -> Resource:
        """Return the resource with the fields that were sent, and those only."""
        sent = {_ATTRIBUTES[name]: getattr(self, name) for name in self.model_fields_set}
        return _with(resource, sent)

    def replacing(self, resource: Resource) -> Resource:
        """Return the resource with every field of the text, those not sent emptied."""
        return _with(resource, {new: getattr(self, name) for name, new in _ATTRIBUTES.items()})


class ResourceCreate(ResourceWrite):
    """Une nouvelle fiche : elle naît brouillon."""

    id: Annotated[
        Line | None, Field(max_length=120, description="Formé d'après le titre à défaut.")
    ] = None
    type: ResourceType
    title: Annotated[
        Line, Field(min_length=1, max_length=200, validation_alias=AliasChoices("title", "titre"))
    ]

    def to_resource(self) -> Resource:
        """Return the draft."""
        empty = Resource(
            id=self.id or make_identifier(self.type, self.title),
            type=self.type,
            title="",
            summary="",
            body="",
        )
        return self.replacing(empty)


class PublishBody(Body):
    """Quand publier : tout de suite, ou au moment indiqué."""

    publish_at: Annotated[
        Annotated[datetime, AfterValidator(_aware)] | None,
        Field(
            description="Date et heure ; heure de Paris à défaut de fuseau.",
            validation_alias=AliasChoices("publish_at", "publier_le"),
        ),
    ] = None


_ATTRIBUTES = {
    "title": "title",
    "summary": "summary",
    "body": "body",
    "themes": "themes",
    "territoires": "territoires",
    "population": "population",
    "publics": "publics",
    "annee": "year",
    "sources": "sources",
    "questions": "questions",
    "verifie_le": "verified_on",
    "a_revoir_le": "review_on",
    "expire_le": "expires_on",
    "responsable": "owner",
}
_EMPTY: dict[str, Any] = {
    "title": "",
    "summary": "",
    "body": "",
    "themes": (),
    "publics": (),
    "questions": (),
}


def _with(resource: Resource, sent: dict[str, Any]) -> Resource:
    values: dict[str, Any] = {
        name: _EMPTY.get(name) if value is None else value for name, value in sent.items()
    }
    if "territoires" in values:
        values["territoires"] = values["territoires"] or ("france",)
    if "sources" in values:
        values["sources"] = tuple(_source(each) for each in values["sources"] or ())
    return replace(resource, **values)


def _source(source: SourceWrite) -> Source:
    return Source(
        name=source.nom,
        url=source.url,
        published_on=source.date,
        consulted_on=source.consultee_le,
    )
