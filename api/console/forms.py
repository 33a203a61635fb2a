"""What the forms of a request's page may hold; anything else is refused."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile

from api.console.citations import cite
from api.console.pages import texts
from api.container import Container
from api.pieces.accept import MAX_BYTES, MAX_FILES, NewPiece, PieceRefused, accept, clean_name
from api.tickets.desk import VersionStale
from api.tickets.models import Ticket
from api.tickets.status import PRIORITIES

MAX_BODY = 12_000
_MAX_REASON = 500
_MAX_CITED = 10


class ChoiceRefused(Exception):
    """The form holds a value that it did not offer, or lacks one; `key` is that of a sentence."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Sent:
    """A form, as it was sent."""

    values: dict[str, str]
    themes: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    files: tuple[UploadFile, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return a field, trimmed."""
        return self.values.get(name, default)


async def read_form(request: Request) -> Sent:
    """Read the form of a request."""
    form = await request.form()
    joined = [each for each in form.getlist("pieces") if isinstance(each, UploadFile)]
    return Sent(
        {name: value.strip() for name, value in form.items() if isinstance(value, str)},
        themes=tuple(str(each) for each in form.getlist("themes") if each),
        resources=tuple(str(each) for each in form.getlist("ressources"))[:_MAX_CITED],
        files=tuple(each for each in joined if each.filename),
    )


async def read_pieces(form: Sent) -> tuple[NewPiece, ...]:
    """Return the joined files, each checked by its name and by what it holds.

    Raises PieceRefused.
    """
    if len(form.files) > MAX_FILES:
        raise PieceRefused("pieces_nombreuses")
    for each in form.files:
        if (each.size or 0) > MAX_BYTES:
            raise PieceRefused("piece_lourde", clean_name(each.filename or ""), status=413)
    return tuple([accept(each.filename or "", await each.read()) for each in form.files])


def check_version(ticket: Ticket, form: Sent) -> None:
    """Raise VersionStale when the page was written before the ticket's last change."""
    if form.get("version") != str(ticket.version):
        raise VersionStale


def read_status(form: Sent) -> dict[str, Any]:
    """Return the change of status that is asked for; none when the field is empty.

    Raises ChoiceRefused.
    """
    wanted = form.get("etat")
    if wanted and wanted not in texts()["etats"]:
        raise ChoiceRefused("choix")
    return {"status": wanted} if wanted else {}


def read_classification(form: Sent, services: Container) -> dict[str, Any]:
    """Return who holds the ticket, its priority, themes and orientation.

    Raises ChoiceRefused.
    """
    route, priority = form.get("route") or None, form.get("priorite")
    known = set(form.themes) <= services.chat.themes and priority in PRIORITIES
    if not known or (route and route not in services.replies.table("routes")):
        raise ChoiceRefused("choix")
    return {
        "assignee": form.get("conseiller")[:80] or None,
        "priority": priority,
        "themes": list(form.themes),
        "route": route,
    }


def read_team(form: Sent, services: Container) -> tuple[dict[str, Any], str]:
    """Return the team that the ticket goes to (none: the common queue), and why.

    Raises ChoiceRefused.
    """
    team = form.get("equipe") or None
    if team is not None and services.aiguillage.equipe(team) is None:
        raise ChoiceRefused("choix")
    return {"team": team}, form.get("motif")[:_MAX_REASON]


def read_body(form: Sent, services: Container, ticket: Ticket) -> str:
    """Return the message, the resources that were ticked quoted below it.

    Raises ChoiceRefused.
    """
    body = form.get("corps").replace("\r\n", "\n")
    if not body:
        raise ChoiceRefused("message_vide")
    whole = f"{body}\n\n{cite(services, ticket, form.resources)}".rstrip()
    if len(whole) > MAX_BODY:
        raise ChoiceRefused("message_long", longueur=len(whole))
    return whole
