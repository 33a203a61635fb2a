"""The worker's part of a mail: compose it, send it, note how it went."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.courrier.adresse import ReplyBox, sign_address
from api.courrier.decoupe import MARK
from api.courrier.repository import CourrielRepository
from api.links import link_secret, sign_link
from api.mail.compose import Letter, MailInvalid, Thread, build_message, write_letter
from api.mail.models import TO_ELU, Mail
from api.mail.repository import MailRepository
from api.mail.smtp import MailPostponed, MailRefused, SmtpServer, send_message
from api.satisfaction.ask import answer_path, choices_of
from api.tickets.clock import promise_of
from api.tickets.journal import SYSTEM, Journal
from api.tickets.models import Ticket
from api.tickets.repository import TicketRepository
from api.tickets.status import OPEN_STATUSES

logger = logging.getLogger(__name__)
# Eight attempts over about two days, as mail servers do.
DELAYS = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)),
    *(timedelta(hours=8), timedelta(hours=16), timedelta(hours=24)),
)
LINK_DAYS = 30
REPLY_DAYS = 365


class SendMail:
    """The handler of the jobs `mail.send`; without a server, mails are only written."""

    def __init__(
        self,
        *,
        server: SmtpServer | None,
        sender: Address,
        public_url: str,
        box: ReplyBox | None = None,
        delays: Sequence[timedelta] = DELAYS,
    ) -> None:
        self._server = server
        self._sender = sender
        self._public_url = public_url
        self._box = box
        self._delays = delays

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Try once; return when to try again, None when it left or never will."""
        mails = MailRepository(session)
        mail = await mails.get(payload["mail"])
        if mail is None or mail.status != "en_attente":  # erased with its person, or already gone
            return None
        ticket = await mails.ticket(mail)
        letter = await self._letter(session, mail, ticket)
        thread = await self._thread(session, mail, ticket)
        try:
            await self._send(mail, thread, letter)
        except MailRefused as refused:
            await self._give_up(session, mail, ticket, status="refuse", code=refused.code)
        except MailPostponed as postponed:
            return await self._postpone(session, mail, ticket, postponed.code)
        return None

    async def _letter(self, session: AsyncSession, mail: Mail, ticket: Ticket) -> Letter:
        if mail.subject is not None:  # composed at an earlier attempt: the same mail leaves
            return Letter(mail.subject, mail.body_text or "", mail.body_html or "")
        expires_at = datetime.now(UTC) + timedelta(days=LINK_DAYS)
        message_id = mail.message_id
        message = await TicketRepository(session).message(message_id) if message_id else None
        letter = write_letter(
            mail.kind,
            reference=ticket.reference,
            nom=ticket.nom,
            besoin=ticket.besoin,
            attendu_le=promise_of(ticket).words,
            corps=message.body if message else "",
            conseiller=ticket.assignee,
            lien=await self._link(session, ticket, expires_at),
            avis=await self._question(session, ticket, expires_at),
            repondre=MARK if self._answerable(mail) else None,
            lien_expire=expires_at.date(),
        )
        mail.subject, mail.body_text, mail.body_html = letter.subject, letter.text, letter.html
        return letter

    def _answerable(self, mail: Mail) -> bool:
        return self._box is not None and mail.kind in TO_ELU

    async def _thread(self, session: AsyncSession, mail: Mail, ticket: Ticket) -> Thread:
        """Return the place of the mail, and the address that brings its answer to the request."""
        if self._box is None or not self._answerable(mail):
            return Thread(ticket.reference)
        until = mail.created_at + timedelta(days=REPLY_DAYS)
        token = sign_address(await link_secret(session), ticket.id, expires_at=until)
        answers = await CourrielRepository(session).last_header_id(ticket.id)
        return Thread(ticket.reference, self._box.address(token), answers)

    async def _link(self, session: AsyncSession, ticket: Ticket, until: datetime) -> str | None:
        """Return the address that reopens the conversation.

        What opens it stands after `#`: browsers never send that part, so no log ever holds it.
        """
        if ticket.conversation_id is None:
            return None
        secret = await link_secret(session)
        bearer = sign_link(secret, ticket.conversation_id, expires_at=until)
        return f"{self._public_url}/assistant#reprise={ticket.conversation_id}.{bearer}"

    async def _question(
        self, session: AsyncSession, ticket: Ticket, until: datetime
    ) -> list[dict[str, str]]:
        """Return the answers to « Cette réponse vous a-t-elle aidé ? », once there is an answer."""
        if ticket.status in OPEN_STATUSES:
            return []
        page = await answer_path(session, ticket.reference, until=until)
        return choices_of(f"{self._public_url}{page}")

    async def _send(self, mail: Mail, thread: Thread, letter: Letter) -> None:
        mail.tries += 1
        now = datetime.now(UTC)
        try:
            message = build_message(
                letter,
                sender=self._sender,
                to=mail.recipient,
                to_name=mail.recipient_name,
                mail_id=mail.id,
                thread=thread,
                now=now,
            )
        except MailInvalid:
            told = {"refusal": "entete_invalide", "ticket": thread.reference}
            logger.warning("mail refused", extra=told)
            raise MailRefused("adresse invalide") from None
        if self._server is None:
            mail.status = "sans_serveur"
            return
        await send_message(self._server, message, bounces_to=self._bounces_to(thread))
        mail.status, mail.sent_at, mail.error = "envoye", now, None

    def _bounces_to(self, thread: Thread) -> str | None:
        """Reports of non-delivery come to the request too, where both addresses are of one domain.

        Elsewhere the receiving servers would doubt the sender (RFC 7208, RFC 7489).
        """
        address = thread.reply_to
        same = address is not None and address.domain.lower() == self._sender.domain.lower()
        return address.addr_spec if address is not None and same else None

    async def _postpone(
        self, session: AsyncSession, mail: Mail, ticket: Ticket, code: str
    ) -> datetime | None:
        mail.error = code
        if mail.tries > len(self._delays):
            await self._give_up(session, mail, ticket, status="abandonne", code=code)
            return None
        return datetime.now(UTC) + self._delays[mail.tries - 1]

    async def _give_up(
        self, session: AsyncSession, mail: Mail, ticket: Ticket, *, status: str, code: str
    ) -> None:
        """Say on the ticket that the mail did not leave: an advisor may telephone."""
        mail.status, mail.error = status, code
        told = {"mail": mail.id, "mail_status": [None, status], "code": code}
        await Journal(session).changed(ticket, kind="mail_failed", actor=SYSTEM, changes=told)
