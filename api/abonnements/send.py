"""The weekly mails: Monday at 8, to those who asked, when there is something to say.

A mail leaves once a week at most: the week is kept with what the account said, in the transaction
that sends. Killed between the two, the worker sends again under the same `Message-ID`, by which
mail servers know a copy.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from email.headerregistry import Address
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.abonnements.links import stop_path
from api.abonnements.models import Genre
from api.abonnements.repository import AbonnementRepository
from api.comptes.models import Compte
from api.comptes.repository import CompteRepository
from api.droits.matrix import load_matrix
from api.equipes.relais import absents_on
from api.jobs.repository import JobRepository
from api.mail.compose import MailInvalid, build_message, write_letter
from api.mail.smtp import MailPostponed, MailRefused, SmtpServer, send_message
from assistant.business_days import CELLULE

logger = logging.getLogger(__name__)
PLAN = "hebdo"
SEND_WEEKLY = "hebdo.envoi"
RIGHT = "lire_fiches"
_AT = hour(8)
_RETRY = timedelta(hours=1)
_TOO_LATE = timedelta(days=2)


def monday_of(now: datetime) -> date:
    """Return the Monday of the week, in France."""
    today = CELLULE.today(now)
    return today - timedelta(days=today.weekday())


def next_monday(now: datetime) -> datetime:
    """Return the next Monday at 8 in France, after `now`."""
    monday = monday_of(now)
    this_week = datetime.combine(monday, _AT, CELLULE.zone)
    if this_week > now:
        return this_week
    return datetime.combine(monday + timedelta(days=7), _AT, CELLULE.zone)


async def plan_weekly(session: AsyncSession, now: datetime) -> None:
    """Have the mails decided next Monday; by one process, whatever their number."""
    jobs = JobRepository(session)
    await jobs.add_unless_held(PLAN, {}, dedupe=PLAN, run_at=next_monday(now))


class PlanWeekly:
    """The handler of the job of every Monday: a job for each mail, all in one transaction."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime:
        """Decide the mails of the week; return next Monday."""
        now = self._now()
        found, week = AbonnementRepository(session), monday_of(now).isoformat()
        wanted = {
            Genre.DIGEST: await found.subscribers(),
            Genre.REMINDER: await found.late_owners(CELLULE.today(now)),
        }
        for genre, comptes in wanted.items():
            for compte_id in comptes:
                await JobRepository(session).add(
                    SEND_WEEKLY,
                    {"genre": genre.value, "compte": compte_id, "semaine": week},
                    dedupe=f"{SEND_WEEKLY}:{genre.value}:{compte_id}:{week}",
                )
        return next_monday(now)


class SendWeekly:
    """The handler of one mail of the week; without a mail server, nothing leaves."""

    def __init__(
        self,
        *,
        server: SmtpServer | None,
        sender: Address,
        public_url: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = server
        self._sender = sender
        self._public_url = public_url
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Send once; return when to try again, None when it left or has no reason to any more."""
        genre, week = Genre(payload["genre"]), date.fromisoformat(payload["semaine"])
        compte = await session.get(Compte, payload["compte"])
        if self._server is None or compte is None or not _may_receive(compte):
            return None
        said = await AbonnementRepository(session).hold(compte.id, genre)
        if not said.actif or (said.semaine is not None and said.semaine >= week):
            return None
        reader = await self._reader(session, compte, genre)
        facts = await self._facts(session, compte, genre) if reader else None
        if reader is None or facts is None:
            return None
        try:
            await self._send(session, compte, genre, reader=reader, week=week, facts=facts)
        except MailPostponed as postponed:
            logger.warning("weekly mail postponed", extra={"error": postponed.code})
            limit = datetime.combine(week, _AT, CELLULE.zone) + _TOO_LATE
            return self._now() + _RETRY if self._now() < limit else None
        except (MailRefused, MailInvalid) as refused:
            logger.warning("weekly mail refused", extra={"error": type(refused).__name__})
        said.semaine = week
        return None

    async def _reader(self, session: AsyncSession, compte: Compte, genre: Genre) -> Compte | None:
        """Return who reads the mail: its account; while they are away, who stands in for them.

        What waits for someone who is away is their delegate's, if they may act on it; the digest,
        which everyone asks for on their own account, waits for their return.
        """
        relais = (await absents_on(session, CELLULE.today(self._now()))).of(compte.nom)
        if relais is None:
            return compte
        if genre is not Genre.REMINDER or relais.delegue is None:
            return None
        delegue = await CompteRepository(session).by_nom(relais.delegue)
        return delegue if delegue is not None and _may_receive(delegue) else None

    async def _facts(
        self, session: AsyncSession, compte: Compte, genre: Genre
    ) -> dict[str, Any] | None:
        found, today = AbonnementRepository(session), CELLULE.today(self._now())
        if genre is Genre.REMINDER:
            late = await found.late(today, owner=compte.nom)
            return {"retard": late} if late.total else None
        digest = await found.digest(self._now(), today)
        return {"point": digest} if digest else None

    async def _send(
        self,
        session: AsyncSession,
        compte: Compte,
        genre: Genre,
        *,
        reader: Compte,
        week: date,
        facts: dict[str, Any],
    ) -> None:
        own = reader is compte  # nobody stops the mails of another
        path = await stop_path(session, compte.id, genre, now=self._now()) if own else None
        stop = f"{self._public_url}{path}" if path else None
        facts |= {"arret": stop, "nom": reader.nom, "absent": None if own else compte.nom}
        letter = write_letter(genre.value, semaine=week, adresse=self._public_url, **facts)
        key = hashlib.sha256(f"{genre.value}:{compte.id}:{week}".encode()).hexdigest()[:32]
        message = build_message(
            letter,
            sender=self._sender,
            to=reader.courriel,
            to_name=reader.nom,
            mail_id=key,
            now=self._now(),
            headers=_stop_headers(stop) if stop else None,
        )
        assert self._server is not None  # noqa: S101 - checked before
        await send_message(self._server, message)


def _may_receive(compte: Compte) -> bool:
    return compte.disabled_at is None and load_matrix().allows(compte.role, RIGHT)


def _stop_headers(stop: str) -> dict[str, str]:
    """Return what lets a mailbox offer « se désabonner » in one click (RFC 2369, RFC 8058).

    RFC 8058, 3.1: the one click is for an address in https only.
    """
    headers = {"List-Unsubscribe": f"<{stop}>"}
    if stop.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
