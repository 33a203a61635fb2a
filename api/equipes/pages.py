"""The pages of the absences: who is away, who stands in, and the form that declares it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte
from api.comptes.repository import CompteRepository
from api.comptes.roles import Role
from api.console.pages import french_day, go, page
from api.console.ticket import Services, me
from api.equipes.absences import (
    AbsenceRefused,
    AbsenceService,
    Wish,
    holds_tickets,
    load_texts,
)
from api.equipes.relais import absents_on
from api.equipes.repository import AbsenceRepository
from api.errors import not_found
from assistant.business_days import CELLULE
from nlu.text import strip_invisible

router = APIRouter(include_in_schema=False)
ABSENCES = "/console/absences"
_MAX_NAME = 80
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Typed:
    """The form, as it was sent; `pour` and `delegue` are names."""

    pour: str = ""
    du: str = ""
    au: str = ""
    delegue: str = ""

    def days(self) -> tuple[date, date]:
        """Return both days.

        Raises AbsenceRefused.
        """
        try:
            return date.fromisoformat(self.du), date.fromisoformat(self.au)
        except ValueError:
            raise AbsenceRefused("dates") from None


@router.get(ABSENCES)
async def show(
    request: Request, services: Services, fait: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show who is away, now or soon, and a form."""
    async with services.database.sessions.begin() as session:
        done = load_texts()["fait"].get(fait, "")
        return await _page(request, session, services, Typed(pour=me(request).nom), done=done)


@router.post(ABSENCES)
async def declare(request: Request, services: Services) -> Response:
    """Declare an absence: one's own, or anyone's for a responsable."""
    typed = await _read(request)
    today = CELLULE.today(services.clock.now())
    async with services.database.sessions() as session:
        try:
            compte = await _whose(session, typed, me(request))
            du, au = typed.days()
            wish = Wish(du, au, await _delegate(session, typed))
            await AbsenceService(session).declare(compte, wish, par=me(request).nom, today=today)
            await session.commit()
        except AbsenceRefused as refused:
            await session.rollback()
            return await _page(request, session, services, typed, refused=refused)
    return go(request, f"{ABSENCES}?fait=declaree")


@router.post(f"{ABSENCES}/{{absence}}/retirer")
async def withdraw(request: Request, absence: str, services: Services) -> Response:
    """Come back earlier, or do not leave; one's own absence, or anyone's for a responsable."""
    number = int(absence) if absence.isascii() and absence.isdecimal() else 0
    who = me(request)
    async with services.database.sessions() as session:
        known = 0 < number <= _LARGEST_ID
        found = await AbsenceRepository(session).get(number) if known else None
        compte = await session.get(Compte, found.compte_id) if found else None
        if found is None or compte is None:
            raise not_found()
        if not _may_speak_for(who, compte):
            refused = AbsenceRefused("pour_autrui")
            return await _page(request, session, services, Typed(), refused=refused)
        now = services.clock.now()
        await AbsenceService(session).withdraw(found, compte, par=who.nom, now=now)
        await session.commit()
    return go(request, f"{ABSENCES}?fait=retiree")


def _may_speak_for(who: Compte, compte: Compte) -> bool:
    return who.id == compte.id or who.role == Role.RESPONSABLE


async def _read(request: Request) -> Typed:
    form = await request.form()
    names = ("pour", "du", "au", "delegue")
    sent = (strip_invisible(str(form.get(each, ""))).strip()[:_MAX_NAME] for each in names)
    return Typed(*sent)


async def _whose(session: AsyncSession, typed: Typed, who: Compte) -> Compte:
    """Return the account that will be away; nobody named is who asks."""
    if not typed.pour:
        return who
    found = await CompteRepository(session).by_nom(typed.pour)
    if found is None:
        raise AbsenceRefused("compte_inconnu", nom=typed.pour)
    if not _may_speak_for(who, found):
        raise AbsenceRefused("pour_autrui")
    return found


async def _delegate(session: AsyncSession, typed: Typed) -> Compte | None:
    if not typed.delegue:
        return None
    found = await CompteRepository(session).by_nom(typed.delegue)
    if found is None:
        raise AbsenceRefused("delegue_inconnu", nom=typed.delegue)
    return found


def _told(refused: AbsenceRefused) -> str:
    facts = {
        name: french_day(value) if isinstance(value, date) else value
        for name, value in refused.facts.items()
    }
    sentence: str = load_texts()["refus"][refused.key]
    return sentence.format(**facts)


async def _page(
    request: Request,
    session: AsyncSession,
    services: Services,
    typed: Typed,
    *,
    done: str = "",
    refused: AbsenceRefused | None = None,
) -> Response:
    who, today = me(request), CELLULE.today(services.clock.now())
    comptes = await CompteRepository(session).all()
    status = 200 if refused is None else 403 if refused.key == "pour_autrui" else 422
    return page(
        request,
        "absences.html",
        status=status,
        erreur=_told(refused) if refused else "",
        fait=done,
        saisie=typed,
        declarees=await AbsenceRepository(session).from_day(today),
        absents=await absents_on(session, today),
        jour=today,
        pour_tous=who.role == Role.RESPONSABLE,
        conseillers=[each.nom for each in comptes if holds_tickets(each)],
    )
