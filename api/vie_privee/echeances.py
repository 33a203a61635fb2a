"""What each kind of data becomes at its term. Every kind that the service erases has its line."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.abonnements.models import Abonnement
from api.annotations.models import MessageDouteux
from api.collegues.models import Presence
from api.comptes.journal import CompteJournal
from api.comptes.models import (
    Compte,
    CompteSession,
    Invitation,
    LoginAttempts,
    ProviderLink,
    ProviderVisit,
    RecoveryCode,
    SecondFactor,
)
from api.conversations.repository import ConversationRepository
from api.courrier.models import CourrielRecu
from api.courrier.repository import APART, IN_REQUESTS, older_than
from api.droits.repository import AccesRepository
from api.equipes.models import Absence, CompteEquipe, Tour
from api.jobs.models import Job
from api.lacunes.models import Lacune, PhraseApprise
from api.mail.models import Mail
from api.redaction.models import ImportReport, PendingImport
from api.suivi.repository import SuiviRepository
from api.tickets.repository import TicketRepository
from api.vie_privee.contacts import expire_contacts, leave_notes
from api.vie_privee.models import Passage
from api.webhooks.models import Delivery

Echeance = Callable[[AsyncSession, timedelta, str], Awaitable[int]]
_ERASED_COMPTE = "efface:"


async def _demandes(session: AsyncSession, age: timedelta, erased: str) -> int:
    await leave_notes(session, age)
    return await TicketRepository(session).forget_older_than(age, erased=erased)


async def _contacts(session: AsyncSession, age: timedelta, erased: str) -> int:
    return await expire_contacts(session, age)


async def _suivi(session: AsyncSession, age: timedelta, erased: str) -> int:
    return await SuiviRepository(session).forget_older_than(age)


async def _conversations(session: AsyncSession, age: timedelta, erased: str) -> int:
    return await ConversationRepository(session).erase_older_than(age)


async def _lacunes(session: AsyncSession, age: timedelta, erased: str) -> int:
    limit = func.now() - age
    return await _delete(session, Lacune, Lacune.at < limit) + await _delete(
        session, MessageDouteux, MessageDouteux.at < limit
    )


async def _phrases(session: AsyncSession, age: timedelta, erased: str) -> int:
    return await _delete(session, PhraseApprise, PhraseApprise.at < func.now() - age)


async def _courriels(session: AsyncSession, age: timedelta, erased: str) -> int:
    return await _delete(session, Mail, Mail.created_at < func.now() - age)


async def _courriels_recus(session: AsyncSession, age: timedelta, erased: str) -> int:
    return await _delete(session, CourrielRecu, older_than(age, IN_REQUESTS))


async def _courriels_a_part(session: AsyncSession, age: timedelta, erased: str) -> int:
    return await _delete(session, CourrielRecu, older_than(age, APART))


async def _acces(session: AsyncSession, age: timedelta, erased: str) -> int:
    accesses = await AccesRepository(session).erase_older_than(age)
    return accesses + await CompteJournal(session).erase_older_than(age)


async def _comptes(session: AsyncSession, age: timedelta, erased: str) -> int:
    """Keep the name, which signs answers; nobody can enter with what is left."""
    gone = await session.execute(
        update(Compte)
        .where(
            Compte.disabled_at < func.now() - age,
            ~Compte.courriel.startswith(_ERASED_COMPTE),
        )
        .values(
            courriel=literal(_ERASED_COMPTE) + Compte.id,
            password_hash=None,
            last_login_at=None,
        )
        .returning(Compte.id)
        .execution_options(synchronize_session=False)
    )
    erased_ids = [row[0] for row in gone.all()]
    for table in (
        SecondFactor,
        RecoveryCode,
        ProviderLink,
        Abonnement,
        CompteEquipe,
        Absence,
        Tour,
    ):
        await session.execute(delete(table).where(table.compte_id.in_(erased_ids)))
    return len(erased_ids)


async def _connexions(session: AsyncSession, age: timedelta, erased: str) -> int:
    limit = func.now() - age
    attempts = (LoginAttempts.last_at < limit) & or_(
        LoginAttempts.locked_until.is_(None), LoginAttempts.locked_until < limit
    )
    return (
        await _delete(session, CompteSession, CompteSession.seen_at < limit)
        + await _delete(session, LoginAttempts, attempts)
        + await _delete(session, Invitation, Invitation.expires_at < limit)
        + await _delete(session, Presence, Presence.seen_at < limit)
        + await _delete(session, ProviderVisit, ProviderVisit.created_at < limit)
        + await _delete(session, PendingImport, PendingImport.at < limit)
        + await _delete(session, Absence, Absence.au < limit)
    )


async def _remises(session: AsyncSession, age: timedelta, erased: str) -> int:
    done = (Delivery.status != "en_attente") & (Delivery.created_at < func.now() - age)
    return await _delete(session, Delivery, done)


async def _travaux(session: AsyncSession, age: timedelta, erased: str) -> int:
    limit = func.now() - age
    return (
        await _delete(session, Job, Job.failed_at < limit)
        + await _delete(session, Passage, Passage.at < limit)
        + await _delete(session, ImportReport, ImportReport.at < limit)
    )


async def _delete(session: AsyncSession, table: Any, condition: ColumnElement[bool]) -> int:
    gone = await session.execute(delete(table).where(condition).returning(literal(1)))
    return len(gone.all())


# In this order: a request that is anonymised has no contact left to expire.
ECHEANCES: dict[str, Echeance] = {
    "demandes": _demandes,
    "contacts": _contacts,
    "suivi": _suivi,
    "conversations": _conversations,
    "lacunes": _lacunes,
    "courriels": _courriels,
    "courriels_recus": _courriels_recus,
    "courriels_a_part": _courriels_a_part,
    "acces": _acces,
    "comptes": _comptes,
    "connexions": _connexions,
    "phrases": _phrases,
    "remises": _remises,
    "travaux": _travaux,
}
