"""The accounts, for those who answer for them: how each comes in, and a lost phone."""

from fastapi import APIRouter, Request, Response

from api.comptes.factor_repository import FactorRepository
from api.comptes.journal import COMMAND_LINE, CompteJournal
from api.comptes.repository import CompteRepository
from api.comptes.second_factor import reset_factor
from api.console.pages import entry_texts, go, page, signed_in
from api.dependencies import get_container
from api.identite.repository import IdentityRepository

router = APIRouter(include_in_schema=False)
_PATH = "/console/comptes"
_EVENTS = 50


@router.get(_PATH)
async def show_comptes(request: Request) -> Response:
    """Show the accounts and what happened to them."""
    return await _comptes_page(request)


async def _comptes_page(request: Request, *, erreur: str = "", status: int = 200) -> Response:
    async with get_container(request).database.sessions.begin() as session:
        return page(
            request,
            "comptes.html",
            status=status,
            erreur=erreur,
            comptes=await CompteRepository(session).all(),
            proteges=await FactorRepository(session).confirmed(),
            relies=await IdentityRepository(session).linked(),
            evenements=await CompteJournal(session).last(_EVENTS),
            commande=COMMAND_LINE,
        )


@router.post(f"{_PATH}/reinitialiser")
async def reset(request: Request) -> Response:
    """Take away the second factor of someone who lost their phone and their codes."""
    courriel = str((await request.form()).get("courriel", ""))
    who = signed_in(request)
    assert who is not None  # noqa: S101 - the guard let an account in
    async with get_container(request).database.sessions.begin() as session:
        done = await reset_factor(session, courriel, by=who.nom)
    if not done:
        words = entry_texts()["erreurs"]["facteur_absent"]
        return await _comptes_page(request, erreur=words, status=422)
    return go(request, _PATH)
