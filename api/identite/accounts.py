"""Which account someone sent by the identity provider enters: known by its subject, or invited."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.journal import CompteEventKind, CompteJournal
from api.comptes.models import Compte, Invitation, ProviderLink
from api.comptes.repository import CompteRepository
from api.comptes.service import MAX_NAME, CompteInvalid, read_courriel
from api.identite.errors import IdentityRefused
from api.identite.repository import IdentityRepository


@dataclass(frozen=True, slots=True)
class Person:
    """Who the identity provider says that someone is."""

    issuer: str
    subject: str
    courriel: str
    nom: str


async def account_of(session: AsyncSession, person: Person, *, now: datetime) -> Compte:
    """Return the account that this person may enter, making it when they were invited.

    Someone known by their subject enters their account, whatever their address is now; an
    invitation to their address makes one, or joins the one there is. Raises IdentityRefused.
    """
    comptes = CompteRepository(session)
    await comptes.lock_creation()
    identities = IdentityRepository(session)
    known = await identities.compte_of(person.issuer, person.subject)
    address = known.courriel if known else person.courriel
    invitation = await comptes.invitation_of(address, now=now)
    if known is None and invitation is None:
        raise IdentityRefused("inconnu", courriel=person.courriel)
    compte = known or await _invited(comptes, person)
    if invitation is not None:
        _take(invitation, compte, now)
    if compte.disabled_at is not None:
        raise IdentityRefused("ferme")
    await comptes.add(compte)
    if known is None:
        await _link(session, compte, person, now)
        await CompteJournal(session).add(compte, CompteEventKind.LINKED, by=compte.nom)
    return compte


async def _link(session: AsyncSession, compte: Compte, person: Person, now: datetime) -> None:
    """Keep their subject; whoever was known there before them comes in no more."""
    identities = IdentityRepository(session)
    await identities.unlink(compte.id, person.issuer)
    await CompteRepository(session).close_sessions_of(compte.id)
    link = {"issuer": person.issuer, "subject": person.subject}
    await identities.link(ProviderLink(compte_id=compte.id, created_at=now, **link))


def _take(invitation: Invitation, compte: Compte, now: datetime) -> None:
    compte.role, compte.disabled_at = invitation.role, None
    invitation.used_at = now


async def _invited(comptes: CompteRepository, person: Person) -> Compte:
    known = await comptes.by_courriel(person.courriel)
    if known is not None:
        return known
    nom = await _free_name(comptes, person)
    return Compte(id=str(uuid.uuid4()), courriel=person.courriel, nom=nom)


async def _free_name(comptes: CompteRepository, person: Person) -> str:
    """Return a name to sign with that nobody else has: « Camille Martin », then « … (2) »."""
    printable = "".join(each for each in person.nom if each.isprintable())
    name = " ".join(printable.split())[: MAX_NAME - 5] or person.courriel.partition("@")[0]
    for number in count(2):
        if await comptes.by_nom(name) is None:
            break
        name = f"{name.partition(' (')[0]} ({number})"
    return name


def read_person(claims: dict[str, object], *, issuer: str) -> Person:
    """Return the person that these claims tell of.

    Raises IdentityRefused when there is no address to know them by.
    """
    given, usual = (_text(claims.get(name)) for name in ("given_name", "usual_name"))
    nom = f"{given} {usual or _text(claims.get('family_name'))}"
    if str(claims.get("email_verified", True)).lower() != "true":
        raise IdentityRefused("sans_adresse")
    try:
        courriel = read_courriel(_text(claims.get("email")))
    except CompteInvalid:
        raise IdentityRefused("sans_adresse") from None
    return Person(issuer, _text(claims["sub"]), courriel, nom)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
