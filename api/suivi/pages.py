"""The page of a territory: where the cellule is with it, what was done, what to do next."""

import secrets
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte
from api.comptes.roles import Role
from api.console.pages import go, page
from api.console.ticket import Services, me
from api.container import Container
from api.droits.equipes import reach_of
from api.errors import not_found
from api.suivi.etapes import Contact, Etape
from api.suivi.forms import MAX_TEXT, NoteRefused, Typed, read_note, read_typed
from api.suivi.models import NoteTerritoire
from api.suivi.repository import SuiviRepository
from api.suivi.textes import texts
from api.tickets.models import Ticket
from assistant.business_days import CELLULE
from knowledge.territoires.territoire import Territoire

router = APIRouter(include_in_schema=False)
LIST = "/console/territoires"
PLACE = f"{LIST}/{{reference}}"
_REQUESTS = 20
_NEAR = 3
_LARGEST_ID = 2**31 - 1


def reference_of(place: Territoire) -> str:
    """Return how an address names a territory: « commune:32013 »."""
    return f"{place.type}:{place.code}"


def find_place(services: Container, reference: str) -> Territoire:
    """Return the territory that an address names, or raise Problem 404."""
    kind, _, code = reference.strip().partition(":")
    place = services.knowledge.find(kind.lower(), code.upper())
    if place is None:
        raise not_found()
    return place


def may_withdraw(compte: Compte, note: NoteTerritoire) -> bool:
    """Tell whether someone may take a note away: its author, or who answers for the cellule."""
    return note.retiree_le is None and (
        note.auteur == compte.nom or compte.role == Role.RESPONSABLE
    )


@router.get(PLACE)
async def show(
    request: Request,
    reference: str,
    services: Services,
    fait: Annotated[str, Query(max_length=20)] = "",
    demande: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show a territory, its notes, its requests, and a form to add a note."""
    place = find_place(services, reference)
    typed = Typed({"demande": demande.upper()})
    async with services.database.sessions() as session:
        return await _page(
            request, session, services, place, typed=typed, done=texts()["fait"].get(fait, "")
        )


@router.post(f"{PLACE}/notes")
async def add(request: Request, reference: str, services: Services) -> Response:
    """Write a note; a form sent twice writes once."""
    place = find_place(services, reference)
    typed = read_typed(await request.form())
    async with services.database.sessions() as session:
        try:
            facts = read_note(typed, today=CELLULE.today(services.clock.now()))
            await _check_request(request, session, place, facts["demande"])
        except NoteRefused as refused:
            told = texts()["refus"][refused.key].format(**refused.facts)
            return await _page(request, session, services, place, typed=typed, wrong=told)
        await SuiviRepository(session).add(
            type=place.type, code=place.code, auteur=me(request).nom, **facts
        )
        await session.commit()
    return go(request, f"{LIST}/{reference_of(place)}?fait=note#notes")


@router.post(f"{PLACE}/notes/{{note}}/retirer")
async def withdraw(request: Request, reference: str, note: str, services: Services) -> Response:
    """Take the words of a note away; the trace of it stays."""
    place, compte = find_place(services, reference), me(request)
    number = int(note) if note.isascii() and note.isdecimal() else 0
    async with services.database.sessions() as session:
        notes = SuiviRepository(session)
        found = await notes.get(number) if 0 < number <= _LARGEST_ID else None
        if found is None or (found.type, found.code) != (place.type, place.code):
            raise not_found()
        if found.retiree_le is None:
            if not may_withdraw(compte, found):
                wrong = texts()["refus"]["pas_la_votre"]
                return await _page(
                    request, session, services, place, typed=Typed(), wrong=wrong, status=403
                )
            await notes.withdraw(found, par=compte.nom, now=services.clock.now())
            await session.commit()
    return go(request, f"{LIST}/{reference_of(place)}?fait=retiree#notes")


async def _requests(request: Request, session: AsyncSession, place: Territoire) -> Sequence[Ticket]:
    """Return the requests of a territory, those of other teams aside."""
    among = (await reach_of(request, session)).condition
    return await SuiviRepository(session).requests(
        place.type, place.code, among=among, limit=_REQUESTS
    )


async def _check_request(
    request: Request, session: AsyncSession, place: Territoire, reference: str | None
) -> None:
    """Require that the request, if one is named, is of this territory."""
    if reference is None:
        return
    known = await _requests(request, session, place)
    if reference not in {each.reference for each in known}:
        raise NoteRefused("demande")


async def _page(
    request: Request,
    session: AsyncSession,
    services: Container,
    place: Territoire,
    *,
    typed: Typed,
    done: str = "",
    wrong: str = "",
    status: int = 422,
) -> Response:
    notes, key = SuiviRepository(session), (place.type, place.code)
    current = (await notes.of([key])).get(key)
    compte, today = me(request), CELLULE.today(services.clock.now())
    accompanied = services.knowledge.accompagnes
    return page(
        request,
        "suivi/territoire.html",
        status=status if wrong else 200,
        lieu=place,
        ici=reference_of(place),
        parents=services.knowledge.territoires.parents(place),
        suivi=current,
        tard=current is not None and current.is_late(today),
        notes=await notes.notes(place.type, place.code),
        retirable=lambda note: may_withdraw(compte, note),
        demandes=await _requests(request, session, place),
        accompagnements=accompanied.of(place),
        voisins=accompanied.near(place, limit=_NEAR),
        dispositifs=services.replies.table("dispositifs"),
        saisie=typed,
        cle=typed["cle"] or secrets.token_urlsafe(12),
        jour=today,
        fait=done,
        erreur=wrong,
        etapes=list(Etape),
        contacts=list(Contact),
        longueur=MAX_TEXT,
        mots=texts(),
    )
