"""The accounts, for those who answer for them: how each comes in, a lost phone, the teams."""

from fastapi import APIRouter, Request, Response

from api.comptes.factor_repository import FactorRepository
from api.comptes.journal import COMMAND_LINE, CompteEventKind, CompteJournal, EventFilter
from api.comptes.models import Compte
from api.comptes.repository import CompteRepository
from api.comptes.second_factor import reset_factor
from api.console.pages import entry_texts, go, page, signed_in
from api.dependencies import get_container
from api.equipes.absences import holds_tickets, load_texts
from api.equipes.repository import EquipeRepository
from api.identite.repository import IdentityRepository
from api.tickets.aiguillage import Aiguillage

router = APIRouter(include_in_schema=False)
_PATH = "/console/comptes"
_EVENTS = 50


@router.get(_PATH)
async def show_comptes(request: Request) -> Response:
    """Show the accounts and what happened to them."""
    return await _comptes_page(request)


@router.post(f"{_PATH}/equipes")
async def set_teams(request: Request) -> Response:
    """Put an account in the teams that are ticked; in none, it is in all of them."""
    form, who = await request.form(), signed_in(request)
    assert who is not None  # noqa: S101 - the guard let an account in
    services, words = get_container(request), load_texts()
    courriel = str(form.get("courriel", ""))
    wanted = {str(each) for each in form.getlist("equipes")}
    async with services.database.sessions.begin() as session:
        compte = await CompteRepository(session).by_courriel(courriel)
        refused = _refused(services.aiguillage, compte, wanted)
        if compte is not None and not refused:
            await EquipeRepository(session).set(compte.id, wanted)
            await CompteJournal(session).add(compte, CompteEventKind.TEAMS_CHANGED, by=who.nom)
    if refused or compte is None:
        nom = compte.nom if compte else courriel
        told = words["refus"][refused].format(nom=nom)
        return await _comptes_page(request, erreur=told, status=422)
    return await _comptes_page(request, fait=words["fait"]["equipes"].format(nom=compte.nom))


def _refused(table: Aiguillage, compte: Compte | None, wanted: set[str]) -> str:
    """Return why an account cannot be put in these teams."""
    if compte is None:
        return "compte_inconnu"
    if not holds_tickets(compte):
        return "sans_demandes"
    known = {each.id for each in table.equipes}
    return "" if wanted <= known else "equipe_inconnue"


async def _comptes_page(
    request: Request, *, erreur: str = "", fait: str = "", status: int = 200
) -> Response:
    services = get_container(request)
    async with services.database.sessions.begin() as session:
        return page(
            request,
            "comptes.html",
            status=status,
            erreur=erreur,
            fait=fait,
            equipes=services.aiguillage.equipes,
            noms={each.id: each.nom for each in services.aiguillage.equipes},
            membres=await EquipeRepository(session).all(),
            traite=holds_tickets,
            comptes=await CompteRepository(session).all(),
            proteges=await FactorRepository(session).confirmed(),
            relies=await IdentityRepository(session).linked(),
            evenements=await CompteJournal(session).page(EventFilter(), limit=_EVENTS),
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
