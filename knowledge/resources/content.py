"""Content files: Markdown with a YAML front matter ↔ `Resource`, both ways."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from knowledge.resources.problems import ContentProblem, ContentRefused, from_validation
from knowledge.resources.resource import Resource, ResourceState, ResourceType, Source
from knowledge.resources.snapshot import to_snapshot
from nlu.text import strip_invisible

_FRONT_MATTER = re.compile(r"\A---\r?\n(?P<fields>.*?)^---[ \t]*\r?\n?(?P<body>.*)\Z", re.S | re.M)


def _empty_to_none(value: Any) -> Any:
    # BaseLoader reads « expire_le: » as an empty text; writers mean "not known".
    return None if value == "" else value


_ABSENT = BeforeValidator(_empty_to_none)
_SIMPLE = re.compile(r"[^\W\d_][\w'’ -]*[^\W_]")
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PLAIN = ("id", "type", "etat", "population", "annee")
OptionalDay = Annotated[date | None, _ABSENT]
OptionalText = Annotated[str | None, _ABSENT]
OptionalYear = Annotated[Annotated[int, Field(ge=1945, le=2100)] | None, _ABSENT]
OptionalPopulation = Annotated[Annotated[int, Field(ge=1, le=20_000_000)] | None, _ABSENT]

MAX_SOURCES = 10
"""Pages that one resource may cite."""


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
    sources: tuple[SourceFiche, ...] = Field(max_length=MAX_SOURCES)
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
    """Write a resource as a content file: `parse_content` gives the same content back.

    The form is the one that writers use, so that an export changes no line of a file unchanged.
    """
    fields = to_snapshot(resource)
    body = fields.pop("corps")
    lines = [line for name, value in fields.items() for line in _front_lines(name, value)]
    return "\n".join(["---", *lines, "---", "", body, ""])


def _front_lines(name: str, value: Any) -> list[str]:
    if value in (None, []):
        return []
    if name in _PLAIN:
        return [f"{name}: {value}"]
    if name in _INLINE:
        return [f"{name}: [{', '.join(map(_INLINE[name], value))}]"]
    if name == "questions":
        return [f"{name}:", *(f"  - {_quoted(each)}" for each in value)]
    if name == "sources":
        return [f"{name}:", *(line for each in value for line in _source_lines(each))]
    return [f"{name}: {_quoted(value)}"]


def _source_lines(source: dict[str, str]) -> list[str]:
    lines = [f"    {name}: {_quoted(value)}" for name, value in source.items()]
    return [f"  - {lines[0].strip()}", *lines[1:]]


def _quoted(text: str) -> str:
    """Write a double-quoted YAML scalar; what YAML takes for a line break is escaped."""
    written = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def _word(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else _quoted(text)


_INLINE: dict[str, Callable[[str], str]] = {
    "themes": _word,
    "publics": _word,
    "territoires": _quoted,
}


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
