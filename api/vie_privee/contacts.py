"""Contacts leave before the rest: a request that is done keeps its words, without its person."""

import re
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.courrier.models import CourrielRecu
from api.mail.models import Mail
from api.suivi.models import NoteTerritoire
from api.suivi.repository import SuiviRepository
from api.tickets.models import Ticket, TicketMessage
from api.tickets.status import OPEN_STATUSES
from nlu.entities.personal_data import find_personal_data, mask
from nlu.text import fold

_BATCH = 200
_NAMED = or_(Ticket.nom.is_not(None), Ticket.courriel.is_not(None), Ticket.telephone.is_not(None))


async def expire_contacts(session: AsyncSession, age: timedelta) -> int:
    """Erase the contacts of requests done for longer than `age`; return how many requests."""
    past = (
        select(Ticket)
        .where(
            Ticket.status.not_in(OPEN_STATUSES),
            Ticket.updated_at < func.now() - age,
            _NAMED,
        )
        .limit(_BATCH)
    )
    expired = 0
    while tickets := (await session.execute(past)).scalars().all():
        await _expire(session, tickets)
        expired += len(tickets)
    return expired


async def leave_notes(session: AsyncSession, age: timedelta) -> None:
    """Take the person of requests untouched for longer than `age` out of the notes on territories.

    Those whose contacts have left already are not among them.
    """
    old = select(Ticket).where(Ticket.updated_at < func.now() - age, _NAMED)
    for ticket in (await session.scalars(old)).all():
        mask_notes(await notes_about(session, [ticket]), names_of(ticket))
    await session.flush()


async def _expire(session: AsyncSession, tickets: Sequence[Ticket]) -> None:
    ids = [each.id for each in tickets]
    for letters in (Mail, CourrielRecu):
        await session.execute(delete(letters).where(letters.ticket_id.in_(ids)))
    await _mask_answers(session, ids)
    for ticket in tickets:
        names = names_of(ticket)
        mask_notes(await notes_about(session, [ticket]), names)
        ticket.besoin = mask_contacts(ticket.besoin, names)
        ticket.transcript = [
            {**each, "text": mask_contacts(each["text"], names)} if each.get("text") else each
            for each in ticket.transcript
        ]
        place = (ticket.territoire or {}).get("nom", "")
        ticket.search_text = fold(f"{ticket.reference} {place} {ticket.besoin}")
        ticket.nom = ticket.courriel = ticket.telephone = None
        ticket.fingerprint = ticket.idempotency_key = None
    await session.flush()


async def _mask_answers(session: AsyncSession, ids: Sequence[int]) -> None:
    query = select(TicketMessage.id, TicketMessage.body, Ticket.nom)
    rows = await session.execute(
        query.join(Ticket, Ticket.id == TicketMessage.ticket_id).where(Ticket.id.in_(ids))
    )
    for message_id, body, nom in rows.all():
        masked = mask_contacts(body, [nom] if nom else [])
        if masked != body:
            await session.execute(
                update(TicketMessage).where(TicketMessage.id == message_id).values(body=masked)
            )


def names_of(ticket: Ticket) -> list[str]:
    """Return what names the person of a request."""
    return [each for each in (ticket.nom, ticket.courriel, ticket.telephone) if each]


async def notes_about(session: AsyncSession, tickets: Sequence[Ticket]) -> list[NoteTerritoire]:
    """Return the notes on territories that follow from these requests, or that name the person."""
    names = {each for ticket in tickets for each in names_of(ticket)}
    references = {each.reference for each in tickets}
    places = {
        (each.territoire["type"], each.territoire["code"]) for each in tickets if each.territoire
    }
    found = await SuiviRepository(session).about(references=references, places=places, names=names)
    return [each for each in found if each.demande in references or _cites(each, names)]


def _cites(note: NoteTerritoire, names: Collection[str]) -> bool:
    return any(_word(each).search(note.texte or "") for each in names)


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def mask_notes(notes: Sequence[NoteTerritoire], names: Sequence[str]) -> None:
    """Take someone out of notes; what they say of the territory stays."""
    for note in notes:
        note.texte = mask_contacts(note.texte or "", names)


def mask_contacts(text: str, names: Sequence[str]) -> str:
    """Return a text without the contacts that it cites, those given and those found."""
    for name in names:
        text = _word(name).sub("[contact]", text)
    return mask(text, find_personal_data(text))
