"""What is wrong in a text that staff write: refused at once, or only when it is submitted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pydantic import ValidationError

from knowledge.resources.content import Fiche
from knowledge.resources.lint import IsKnown, check_resource
from knowledge.resources.problems import ContentProblem, ContentRefused, from_validation
from knowledge.resources.resource import Resource, ResourceState
from knowledge.resources.snapshot import to_snapshot

# A draft may lack all this; it is asked for when the draft is submitted.
_UNFINISHED = frozenset(
    {
        "missing",
        "string_too_short",
        "too_short",
        "corps_vide",
        "corps_court",
        "sources_absentes",
        "expiration_absente",
    }
)


def check_draft(resource: Resource, *, is_known: IsKnown, today: date) -> None:
    """Raise `ContentRefused` when a draft says something wrong; it may be unfinished."""
    found = _problems(resource, is_known=is_known, today=today)
    _refuse(tuple(each for each in found if each.code not in _UNFINISHED))


def check_complete(resource: Resource, *, is_known: IsKnown, today: date) -> None:
    """Raise `ContentRefused` unless the text could be shown to élus as it is."""
    finished = replace(resource, state=ResourceState.PUBLIE)
    _refuse(tuple(_problems(finished, is_known=is_known, today=today)))


def _problems(resource: Resource, *, is_known: IsKnown, today: date) -> Iterator[ContentProblem]:
    fields = to_snapshot(resource)
    fields.pop("corps")
    try:
        Fiche.model_validate(fields)
    except ValidationError as error:
        yield from from_validation(error, file=resource.id)
    for field, code, facts in check_resource(resource, is_known=is_known, today=today):
        yield ContentProblem(resource.id, field or "corps", code, facts)


def _refuse(problems: tuple[ContentProblem, ...]) -> None:
    if problems:
        raise ContentRefused(problems)
