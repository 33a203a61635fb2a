"""Content files: Markdown with a YAML front matter ↔ `Resource`, both ways."""

import re
from datetime import date
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from knowledge.resources.problems import ContentProblem, ContentRefused, from_validation
from knowledge.resources.resource import Resource, ResourceState, ResourceType, Source
from nlu.text import strip_invisible

_FRONT_MATTER = re.compile(r"\A---\r?\n(?P<fields>.*?)^---[ \t]*\r?\n?(?P<body>.*)\Z", re.S | re.M)


def _empty_to_none(value: Any) -> Any:
    # BaseLoader reads « expire_le: » as an empty text; writers mean "not known".
    return None if value == "" else value


_ABSENT = BeforeValidator(_empty_to_none)
OptionalDay = Annotated[date | None, _ABSENT]
OptionalText = Annotated[str | None, _ABSENT]
OptionalYear = Annotated[Annotated[int, Field(ge=1945, le=2100)] | None, _ABSENT]
OptionalPopulation = Annotated[Annotated[int, Field(ge=1, le=20_000_000)] | None, _ABSENT]


class SourceFiche(BaseModel):
    """A source as a content file writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    nom: str = Field(min_length=2, max_length=160)
    url: str = Field(min_length=10, max_length=2000)
    date: OptionalDay = None
    consultee_le: OptionalDay = None


class Fiche(BaseModel):
    """The front matter of a content file; field names are those that writers type."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(max_length=120)
    type: ResourceType
    titre: str = Field(min_length=5, max_length=90)
    resume: str = Field(min_length=120, max_length=300)
    themes: tuple[str, ...] = Field(min_length=1, max_length=4)
    territoires: tuple[str, ...] = Field(min_length=1, max_length=200)
    population: OptionalPopulation = None
    publics: tuple[str, ...] = ()
    annee: OptionalYear = None
    sources: tuple[SourceFiche, ...] = Field(max_length=10)
    verifie_le: OptionalDay = None
    a_revoir_le: OptionalDay = None
    expire_le: OptionalDay = None
    responsable: OptionalText = None
    etat: ResourceState
    questions: tuple[Annotated[str, Field(min_length=5, max_length=400)], ...] = Field(
        min_length=3, max_length=5
    )


def parse_content(text: str, *, file: str = "") -> Resource:
    """Read one content file.

    Raises `ContentRefused`, whose problems name the file and the field in French.
    """
    fields, body = _split(strip_invisible(text), file=file)
    try:
        fiche = Fiche.model_validate(fields)
    except ValidationError as error:
        raise ContentRefused(tuple(from_validation(error, file=file))) from None
    return _to_resource(fiche, body)


def serialise_content(resource: Resource) -> str:
    """Write a resource as a content file: `parse_content` gives the same content back."""
    fields = {
        name: value for name, value in _to_fields(resource).items() if value not in (None, [])
    }
    front = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{front}---\n\n{resource.body}\n"


def _split(text: str, *, file: str) -> tuple[dict[str, Any], str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise ContentRefused((ContentProblem(file, "", "sans_entete"),))
    try:
        # BaseLoader keeps every scalar a text: 01001 stays a code, pydantic types the rest.
        fields = yaml.load(match["fields"], Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise ContentRefused(
            (ContentProblem(file, "", "yaml_illisible", {"ligne": line}),)
        ) from None
    if not isinstance(fields, dict):
        raise ContentRefused((ContentProblem(file, "", "entete_vide"),))
    return fields, match["body"].replace("\r\n", "\n").strip()


def _to_resource(fiche: Fiche, body: str) -> Resource:
    return Resource(
        id=fiche.id,
        type=fiche.type,
        title=fiche.titre,
        summary=fiche.resume,
        body=body,
        themes=fiche.themes,
        territoires=fiche.territoires,
        population=fiche.population,
        publics=fiche.publics,
        year=fiche.annee,
        sources=tuple(
            Source(name=s.nom, url=s.url, published_on=s.date, consulted_on=s.consultee_le)
            for s in fiche.sources
        ),
        questions=fiche.questions,
        verified_on=fiche.verifie_le,
        review_on=fiche.a_revoir_le,
        expires_on=fiche.expire_le,
        owner=fiche.responsable,
        state=fiche.etat,
    )


def _to_fields(resource: Resource) -> dict[str, Any]:
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
        "expire_le": _iso(resource.expires_on),
        "responsable": resource.owner,
        "etat": resource.state.value,
        "questions": list(resource.questions),
    }


def _source_fields(source: Source) -> dict[str, str]:
    fields = {
        "nom": source.name,
        "url": source.url,
        "date": _iso(source.published_on),
        "consultee_le": _iso(source.consulted_on),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
