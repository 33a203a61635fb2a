"""What can be done with tickets; every change is written in the ticket's history."""

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.items import attachments_of, channel_of
from api.conversations.repository import ConversationRepository
from api.equipes.repartition import distribute, entrust
from api.tickets.aiguillage import Aiguillage, RegleEquipe
from api.tickets.clock import due_from
from api.tickets.family import FamilyRepository
from api.tickets.journal import Journal
from api.tickets.models import Ticket, TicketEvent, TicketMessage
from api.tickets.reminders import schedule_reminder
from api.tickets.repository import TicketFilter, TicketRepository
from api.tickets.routing import load_aiguillage
from assistant.business_days import CELLULE, Promise
from assistant.ports import Demande, DemandeIncomplete
from knowledge.territoires.calendrier import calendrier_of
from nlu.text import fold

# No I, L, O, U: a reference is read aloud on the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 6


class KeyReused(Exception):
    """The idempotency key already made another request."""


def new_reference(today: date) -> str:
    """Return a reference such as `OR-2026-7F3K9Q`, impossible to guess one after the other."""
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(_REFERENCE_LENGTH))
    return f"OR-{today.year}-{tail}"


class TicketService:
    """Use cases of the tickets within one transaction."""

    def __init__(
        self,
        session: AsyncSession,
        *,
        aiguillage: Aiguillage | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._session = session
        self._aiguillage = aiguillage or load_aiguillage()
        self._tickets = TicketRepository(session)
        self._conversations = ConversationRepository(session)
        self._journal = Journal(session)
        self._family = FamilyRepository(session)
        self._now = now

    async def draft(self, conversation_id: str) -> Demande | None:
        """Return the request being prepared in this conversation."""
        data = await self._tickets.draft(conversation_id)
        return read_demande(data) if data is not None else None

    async def save_draft(self, conversation_id: str, demande: Demande) -> None:
        """Keep the request being prepared."""
        await self._tickets.save_draft(conversation_id, asdict(demande))

    async def discard_draft(self, conversation_id: str) -> None:
        """Forget the request being prepared."""
        await self._tickets.discard_draft(conversation_id)

    async def locked_draft(self, conversation_id: str) -> Demande | None:
        """Return the draft, which nobody else can edit or send before this transaction ends."""
        await self._tickets.lock(f"ticket:{conversation_id}")
        return await self.draft(conversation_id)

    async def send_draft(self, conversation_id: str) -> Ticket:
        """Turn the draft into a ticket, once; without a draft, return the last ticket sent.

        Raises DemandeIncomplete.
        """
        demande = await self.locked_draft(conversation_id)
        if demande is None:
            sent = await self._tickets.latest(conversation_id)
            if sent is None:
                raise DemandeIncomplete(("besoin", "contact"))
            return sent
        ticket = await self.create(demande, conversation_id=conversation_id)
        await self._tickets.discard_draft(conversation_id)
        return ticket

    async def create(
        self,
        demande: Demande,
        *,
        conversation_id: str | None = None,
        origin: str = "conversation",
        idempotency_key: str | None = None,
    ) -> Ticket:
        """Create a ticket with all that is known.

        Raises DemandeIncomplete when the need or the contact is missing, KeyReused when the key
        made another request.
        """
        _check_complete(demande)
        columns, fingerprint = _columns(demande), _fingerprint(demande)
        now = self._now()
        due, regle = due_from(now), self._route(columns)
        columns |= {
            "fingerprint": fingerprint,
            "conversation_id": conversation_id,
            "origin": origin,
            "idempotency_key": idempotency_key,
            "status": "nouveau",
            "priority": "normale",
            "team": regle.alors if regle else None,
            "expected_reply_by": Promise(due.first_reply, calendrier_of(demande.territoire)).day,
            "first_reply_due_at": due.first_reply,
            "resolution_due_at": due.resolution,
            "transcript": await self._transcript(conversation_id),
        }
        while True:
            reference = new_reference(CELLULE.today(now))
            named = {"reference": reference, "search_text": _search_text(demande, reference)}
            ticket = await self._tickets.add({**columns, **named})
            if ticket is not None:
                break
            known = await self._keyed(idempotency_key, fingerprint)
            if known is not None:
                return known
        routed = {"team": [None, regle.alors], "rule": regle.id} if regle else {}
        await self._journal.created(ticket, actor=origin, changes=routed)
        await schedule_reminder(self._session, ticket)
        if regle is not None and regle.conseiller:
            await entrust(self._session, ticket, regle.conseiller, rule=regle.id, now=now)
        await distribute(self._session, ticket, self._aiguillage.equipe(ticket.team), now=now)
        return ticket

    def _route(self, columns: dict[str, Any]) -> RegleEquipe | None:
        """Return the rule of the table that decides; without one, it is for the common queue."""
        return self._aiguillage.decide(
            themes=columns["themes"],
            departement=columns["departement"],
            besoin=columns["categorie"],
            territoire=columns["territoire"],
            orientation=columns["route"],
        )

    async def _keyed(self, key: str | None, fingerprint: bytes) -> Ticket | None:
        """Return what the key already made; None when only the reference was taken."""
        known = await self._tickets.by_key(key) if key is not None else None
        if known is not None and known.fingerprint not in (None, fingerprint):
            raise KeyReused
        return known

    async def said_since(
        self, ticket: Ticket, merged: Sequence[Ticket] | None = None
    ) -> list[dict[str, Any]]:
        """Return what was said after the request was sent, and where those merged with it were.

        `merged` are those, if they were read already.
        """
        others = await self._family.merged(ticket) if merged is None else merged
        read: set[str | None] = {None}
        said: list[dict[str, Any]] = []
        for each in [ticket, *others]:
            if each.conversation_id not in read:
                read.add(each.conversation_id)
                told = await self._transcript(each.conversation_id)
                said += told[len(each.transcript) :]
        return sorted(said, key=lambda line: str(line["created_at"]))

    async def _transcript(self, conversation_id: str | None) -> list[dict[str, Any]]:
        if conversation_id is None:
            return []
        items = await self._conversations.items(conversation_id)
        return [
            {
                "author": item.author,
                "text": item.text or _spoken(item.turn),
                "created_at": item.created_at.isoformat(),
                **({"attachments": joined} if (joined := attachments_of(item)) else {}),
                **({"channel": channel} if (channel := channel_of(item)) else {}),
            }
            for item in items
            if item.author != "systeme"
        ]

    async def get(self, reference: str, *, lock: bool = False) -> Ticket | None:
        """Return a ticket by its reference; `lock` when it is going to be changed."""
        return await self._tickets.by_reference(reference, lock=lock)

    async def messages(self, ticket: Ticket) -> Sequence[TicketMessage]:
        """Return the advisors' messages, oldest first."""
        return await self._tickets.messages(ticket)

    async def events(self, ticket: Ticket) -> Sequence[TicketEvent]:
        """Return the history, oldest first."""
        return await self._tickets.events(ticket)

    async def latest(self, conversation_id: str) -> Ticket | None:
        """Return the last ticket of a conversation."""
        return await self._tickets.latest(conversation_id)

    async def followed(self, ticket: Ticket) -> Ticket:
        """Return the ticket that answers for this one: itself, or where it was merged."""
        return await self._tickets.followed(ticket)

    async def page(
        self, criteria: TicketFilter, *, cursor: str | None, limit: int
    ) -> tuple[Sequence[Ticket], str | None]:
        """Return a page of the queue and the next cursor."""
        return await self._tickets.page(criteria, cursor=cursor, limit=limit, now=self._now())


def read_demande(data: dict[str, Any]) -> Demande:
    """Read a stored draft."""
    values = dict(data)
    values["themes"] = tuple(data.get("themes") or ())
    values["ressources_vues"] = tuple(data.get("ressources_vues") or ())
    return Demande(**values)


def _check_complete(demande: Demande) -> None:
    missing = () if (demande.besoin or "").strip() else ("besoin",)
    missing = missing if demande.joignable else (*missing, "contact")
    if missing:
        raise DemandeIncomplete(missing)


def _fingerprint(demande: Demande) -> bytes:
    told = json.dumps(asdict(demande), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).digest()


def _search_text(demande: Demande, reference: str) -> str:
    territoire = demande.territoire or {}
    told = (reference, territoire.get("nom"), demande.nom, demande.courriel, demande.besoin)
    return fold(" ".join(each for each in told if each))


def _columns(demande: Demande) -> dict[str, Any]:
    territoire = demande.territoire or {}
    return {
        "categorie": demande.categorie,
        "besoin": demande.besoin or "",
        "territoire": demande.territoire,
        "departement": territoire.get("departement"),
        "population": demande.population,
        "role": demande.role,
        "themes": list(demande.themes),
        "nom": demande.nom,
        "courriel": demande.courriel,
        "telephone": demande.telephone,
        "intent": demande.intention,
        "confidence": demande.confiance,
        "route": demande.route,
        "resources_shown": list(demande.ressources_vues),
    }


def _spoken(turn: dict[str, Any] | None) -> str | None:
    """What the assistant said, in words: its paragraphs and the titles that it showed."""
    if turn is None:
        return None
    lines: list[str] = []
    for message in turn["messages"]:
        if message["type"] == "text":
            lines.append(message["text"])
        elif message["type"] == "resources":
            lines += [f"• {item['title']} ({item['url']})" for item in message["items"]]
        elif message["type"] == "orientation":
            lines.append(message["title"])
    return "\n".join(lines)
