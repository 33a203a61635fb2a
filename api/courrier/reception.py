"""What becomes of a mail that comes, decided and written within the caller's transaction.

The same mail is taken in once, by whichever door and however many times it comes: whoever brings
it may be killed at any moment, and bring it again.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.courrier.adresse import AddressExpired, AddressForged, ReplyBox, read_address
from api.courrier.automatique import Failure
from api.courrier.decoupe import trim
from api.courrier.lecture import MAX_TEXT, MailTooComplex, Read, key_of, read_mail
from api.courrier.models import CourrielRecu
from api.courrier.repository import (
    ECHEC,
    IGNORE,
    QUARANTAINE,
    RECU,
    REFUSE,
    CourrielRepository,
)
from api.links import link_secret
from api.tickets.desk import ELU, TicketDesk
from api.tickets.journal import SYSTEM, Journal
from api.tickets.models import Ticket
from api.tickets.repository import TicketRepository

logger = logging.getLogger(__name__)
PER_TICKET_AND_HOUR = 20
PER_SENDER_AND_HOUR = 40
PER_DAY_APART = 300
OCTETS_PER_DAY_APART = 100_000_000
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_TEXTS = Path(__file__).parent.parent / "textes" / "courrier.yml"


class TooManyMails(Exception):
    """Too many mails came lately: for a request, from an address, or that lead nowhere."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A mail, and whether it had come before."""

    recu: CourrielRecu
    known: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """The request that a mail leads to, or why it leads to none."""

    ticket: Ticket | None
    motif: str | None = None


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return the words about received mails."""
    found: dict[str, dict[str, str]] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


class Reception:
    """Takes mails in through one session; `domain` is that of our own Message-IDs."""

    def __init__(
        self,
        session: AsyncSession,
        *,
        box: ReplyBox | None,
        domain: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._session = session
        self._box = box
        self._domain = domain
        self._now = now
        self._recus = CourrielRepository(session)
        self._tickets = TicketRepository(session)

    async def take_in(self, raw: bytes, *, origine: str | None = None) -> TakenIn:
        """Take a mail in, unless it is known already.

        Raises TooManyMails: nothing is written, the mail is to be brought again later.
        """
        key = key_of(raw)
        known = await self._known(key)
        if known is not None:
            return TakenIn(known, known=True)
        recu = _new(key, len(raw), origine, self._now())
        try:
            read = await asyncio.to_thread(read_mail, raw, domain=self._domain)
        except MailTooComplex:
            await self._set_apart(recu, raw, "complexe")
        else:
            _tell(recu, read)
            await self._decide(recu, read, raw)
        await self._recus.add(recu)
        return TakenIn(recu, known=False)

    async def refuse(self, raw: bytes, *, motif: str, size: int, origine: str) -> TakenIn:
        """Write that a mail was refused, its request told of it; `raw` may be its headers only."""
        key = key_of(raw)
        known = await self._known(key)
        if known is not None:
            return TakenIn(known, known=True)
        recu = _new(key, size, origine, self._now())
        recu.etat, recu.motif = REFUSE, motif
        try:
            read = await asyncio.to_thread(read_mail, raw, domain=self._domain)
        except MailTooComplex:
            await self._recus.add(recu)
            return TakenIn(recu, known=False)
        found = await self._find(read)
        recu.objet, recu.expediteur = read.subject, read.sender
        if found.ticket is not None:
            recu.ticket_id = found.ticket.id
            await self._note(found.ticket, motif)
        await self._recus.add(recu)
        return TakenIn(recu, known=False)

    async def attach(self, recu: CourrielRecu, ticket: Ticket, *, actor: str) -> None:
        """Put in a request a mail that was kept apart: an advisor knows where it belongs."""
        raw = await self._session.scalar(
            select(CourrielRecu.brut).where(CourrielRecu.id == recu.id)
        )
        try:
            read = await asyncio.to_thread(read_mail, raw or b"", domain=self._domain)
        except MailTooComplex:
            read = await asyncio.to_thread(read_mail, b"", domain=self._domain)
        if not read.whole:  # its text alone was kept
            read = replace(read, written=trim(recu.texte), sender=recu.expediteur)
        recu.ticket_id, recu.brut, recu.motif = ticket.id, None, None
        await self._accept(recu, read, ticket)
        await Journal(self._session).changed(ticket, kind="mail_attached", actor=actor, changes={})

    async def set_apart(self, raw: bytes, *, origine: str) -> TakenIn:
        """Keep a mail that nothing of ours could read; beyond the day's measure, only its trace."""
        recu = _new(key_of(raw), len(raw), origine, self._now())
        try:
            await self._set_apart(recu, raw, "complexe")
        except TooManyMails:
            recu.etat, recu.motif = REFUSE, "trop_nombreux"
        await self._recus.add(recu)
        return TakenIn(recu, known=False)

    async def _known(self, key: bytes) -> CourrielRecu | None:
        """Return the mail if it came; brought by two at once, the second waits, then finds it."""
        await self._tickets.lock(f"courriel:{key.hex()}")
        return await self._recus.known(key)

    async def _decide(self, recu: CourrielRecu, read: Read, raw: bytes) -> None:
        found = await self._find(read)
        ticket = found.ticket
        await self._check_rate(ticket, read.sender)
        recu.ticket_id = ticket.id if ticket else None
        if read.failure is not None and read.failure.final:
            await self._failed(recu, read.failure, ticket)
        elif read.automatic is not None:
            await self._ignore(recu, read, ticket)
        elif ticket is None:
            await self._set_apart(recu, raw, found.motif)
        else:
            await self._accept(recu, read, ticket)

    async def _find(self, read: Read) -> _Found:
        """Return the request: by the signed address, else by the number of the answered mail."""
        token = self._box.token_in(read.recipients) if self._box else None
        if token is None:
            return await self._answered(read)
        try:
            number = read_address(await link_secret(self._session), token, now=self._now())
        except AddressForged:
            return _refused("falsifiee")
        except AddressExpired:
            return _refused("perimee")
        return self._open(await self._tickets.by_id(number, lock=True))

    @staticmethod
    def _open(ticket: Ticket | None) -> _Found:
        known = ticket is not None and takes_mails(ticket)
        return _Found(ticket, None) if known else _Found(None, "inconnue")

    async def _answered(self, read: Read) -> _Found:
        """Some programs answer the sender, whatever Reply-To says: our Message-ID is a secret."""
        tail = f"@{self._domain}>"
        for each in read.answers:
            mail_id = each.removeprefix("<").removesuffix(tail)
            mail = await self._recus.sent(mail_id) if each.endswith(tail) else None
            if mail is not None:
                return self._open(await self._tickets.by_id(mail.ticket_id, lock=True))
        return _Found(None, "sans_adresse")

    async def _check_rate(self, ticket: Ticket | None, sender: str | None) -> None:
        counted = await self._recus.counted(
            ticket_id=ticket.id if ticket else None, sender=sender, since=self._now() - _HOUR
        )
        if counted.of_ticket >= PER_TICKET_AND_HOUR or counted.of_sender >= PER_SENDER_AND_HOUR:
            raise TooManyMails

    async def _accept(self, recu: CourrielRecu, read: Read, ticket: Ticket) -> None:
        """Write the answer in the request."""
        words = texts()["messages"]
        body = read.written or words["pieces_seules" if read.pieces else "vide"]
        if len(body) > MAX_TEXT:
            body = body[: MAX_TEXT - 1] + "…"
        message = await TicketDesk(self._session, now=self._now).elu_answered(
            ticket, body=body, pieces=read.pieces
        )
        recu.etat, recu.message_id = RECU, message.id
        recu.adresse_differente = read.sender != (ticket.courriel or "").strip().lower()
        recu.fichiers_refuses = list(read.refused)

    async def _ignore(self, recu: CourrielRecu, read: Read, ticket: Ticket | None) -> None:
        recu.etat, recu.motif = IGNORE, read.automatic
        if ticket is not None:
            changes = {"motif": read.automatic}
            await self._tickets.add_event(ticket, kind="auto_reply", actor=ELU, changes=changes)

    async def _failed(self, recu: CourrielRecu, failure: Failure, ticket: Ticket | None) -> None:
        """Say on the request that a mail of ours did not arrive: an advisor may telephone."""
        mail = await self._recus.sent(failure.mail_id) if failure.mail_id else None
        if mail is not None and (ticket is None or mail.ticket_id == ticket.id):
            ticket = await self._tickets.by_id(mail.ticket_id, lock=True)
            mail.status, mail.error = "refuse", failure.code
        if ticket is None:
            recu.etat, recu.motif = IGNORE, "rapport"
            return
        recu.etat, recu.motif, recu.ticket_id = ECHEC, failure.code, ticket.id
        told = {"code": failure.code, **({"mail": mail.id} if mail else {})}
        await Journal(self._session).changed(ticket, kind="mail_failed", actor=SYSTEM, changes=told)

    async def _note(self, ticket: Ticket, motif: str) -> None:
        """Tell the request, once an hour, that a mail was refused: the élu may be called."""
        if not await self._recus.refused_since(ticket.id, self._now() - _HOUR):
            await Journal(self._session).changed(
                ticket, kind="mail_refused", actor=SYSTEM, changes={"motif": motif}
            )

    async def _set_apart(self, recu: CourrielRecu, raw: bytes, motif: str | None) -> None:
        mails, octets = await self._recus.kept_apart(self._now() - _DAY)
        if mails >= PER_DAY_APART or octets + len(raw) > OCTETS_PER_DAY_APART:
            raise TooManyMails
        recu.etat, recu.motif, recu.brut = QUARANTAINE, motif, raw


def _refused(motif: str) -> _Found:
    logger.warning("mail refused", extra={"refusal": f"adresse_{motif}"})
    return _Found(None, motif)


def takes_mails(ticket: Ticket) -> bool:
    """A request made anonymous has no person any more: nothing personal comes back to it."""
    return bool(ticket.search_text)


def _new(key: bytes, size: int, origine: str | None, now: datetime) -> CourrielRecu:
    return CourrielRecu(
        id=str(uuid.uuid4()),
        cle=key,
        origine=origine,
        etat=RECU,
        objet="",
        texte="",
        adresse_differente=False,
        fichiers_refuses=[],
        taille=size,
        recu_le=now,
    )


def _tell(recu: CourrielRecu, read: Read) -> None:
    recu.entete_id, recu.expediteur = read.message_id, read.sender
    recu.objet, recu.texte = read.subject, read.whole
