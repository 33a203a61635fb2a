"""What an editor typed, kept exactly as typed until it can become a resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import zip_longest
from typing import Any

from starlette.datastructures import FormData

from api.resources.schemas import ResourceCreate, ResourceWrite
from knowledge.resources.resource import Resource

MAX_QUESTIONS = 5
MAX_SOURCES = 10
_SOURCE_PARTS = ("nom", "url", "date", "consultee_le")
_LISTS = ("themes", "territoires", "publics", "questions")
_LONGEST = 40_000


@dataclass(frozen=True, slots=True)
class Saisie:
    """The fields of the form; `lieu` is the territory being looked for, not chosen yet."""

    type: str = ""
    titre: str = ""
    resume: str = ""
    corps: str = ""
    themes: tuple[str, ...] = ()
    territoires: tuple[str, ...] = ()
    lieu: str = ""
    population: str = ""
    publics: tuple[str, ...] = ()
    annee: str = ""
    sources: tuple[Mapping[str, str], ...] = ()
    questions: tuple[str, ...] = ()
    verifie_le: str = ""
    a_revoir_le: str = ""
    expire_le: str = ""
    responsable: str = ""

    def to_write(self) -> ResourceWrite:
        """Return the text as the base receives it. Raises pydantic's ValidationError."""
        return ResourceWrite.model_validate(self._payload())

    def to_create(self) -> ResourceCreate:
        """Return a new resource as the base receives it. Raises pydantic's ValidationError."""
        return ResourceCreate.model_validate(self._payload())

    def with_place(self, reference: str) -> "Saisie":
        """Choose a territory; « france » is no more alone once a place is chosen."""
        if reference == "france":
            return replace(self, territoires=("france",), lieu="")
        others = tuple(each for each in self.territoires if each not in ("france", reference))
        return replace(self, territoires=(*others, reference), lieu="")

    def without_place(self, reference: str) -> "Saisie":
        """Give a territory up; a resource that concerns no place concerns all of France."""
        kept = tuple(each for each in self.territoires if each != reference)
        return replace(self, territoires=kept or ("france",))

    def _payload(self) -> dict[str, Any]:
        values = {each.name: getattr(self, each.name) or None for each in fields(self)}
        del values["lieu"]
        named = [{name: text for name, text in each.items() if text} for each in self.sources]
        values["sources"] = [{"url": "", **each} for each in named]
        return values


def read_saisie(form: FormData) -> Saisie:
    """Read the form; whoever tampers with it only gets a form to correct."""
    values: dict[str, Any] = {
        each.name: _text(form.get(each.name)) for each in fields(Saisie) if each.name not in _LISTS
    }
    for name in _LISTS:
        values[name] = tuple(filter(None, map(_text, form.getlist(name))))
    columns = [[_text(each) for each in form.getlist(f"source_{part}")] for part in _SOURCE_PARTS]
    rows = [
        dict(zip(_SOURCE_PARTS, row, strict=True)) for row in zip_longest(*columns, fillvalue="")
    ]
    values["sources"] = tuple(row for row in rows if any(row.values()))[:MAX_SOURCES]
    return Saisie(**values)


def saisie_of(resource: Resource) -> Saisie:
    """Return the form of a resource that exists."""
    return Saisie(
        type=resource.type.value,
        titre=resource.title,
        resume=resource.summary,
        corps=resource.body,
        themes=resource.themes,
        territoires=resource.territoires,
        population=str(resource.population or ""),
        publics=resource.publics,
        annee=str(resource.year or ""),
        sources=tuple(
            {
                "nom": each.name,
                "url": each.url,
                "date": _day(each.published_on),
                "consultee_le": _day(each.consulted_on),
            }
            for each in resource.sources
        ),
        questions=resource.questions,
        verifie_le=_day(resource.verified_on),
        a_revoir_le=_day(resource.review_on),
        expire_le=_day(resource.expires_on),
        responsable=resource.owner or "",
    )


def padded(values: Sequence[Any], *, least: int, most: int, blank: Any) -> list[Any]:
    """Return the rows that a form shows: those filled, and some to fill."""
    wanted = min(max(least, len(values)), most)
    return [*values, *[blank] * (wanted - len(values))]


def _text(value: Any) -> str:
    return str(value).replace("\r\n", "\n").strip()[:_LONGEST] if isinstance(value, str) else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
