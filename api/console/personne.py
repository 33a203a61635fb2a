"""The rights of a person: find what is kept, give it back, erase it. Nothing goes in an address."""

import json
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.console.pages import page, signed_in, texts
from api.dependencies import get_container
from api.droits.repository import AccesRepository
from api.vie_privee import personne
from api.vie_privee.conservation import conservation_of
from api.vie_privee.lisible import readable

router = APIRouter(include_in_schema=False)
_LONGEST = 320
_PAGE = "personne.html"
Qui = Annotated[str, Form(max_length=_LONGEST)]


@router.get("/console/personne")
async def show_form(request: Request) -> Response:
    """Ask for an address or a reference."""
    return page(request, _PAGE, **_facts(request))


@router.post("/console/personne")
async def look_up(request: Request, qui: Qui = "") -> Response:
    """Show how much is kept about someone, and what can be done."""
    async with get_container(request).database.sessions.begin() as session:
        found = await personne.find(session, qui)
        await _trace(request, session, found, "chercher_personne")
    if not found.known:
        return _refused(request, "absente" if qui.strip() else "vide", qui)
    return page(request, _PAGE, **_facts(request, qui=qui.strip(), trouve=found))


@router.post("/console/personne/exporter")
async def export(
    request: Request, qui: Qui = "", forme: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Give everything back, as a page to read or as data."""
    async with get_container(request).database.sessions.begin() as session:
        found = await personne.find(session, qui)
        await _trace(request, session, found, "exporter_personne")
        data = await personne.export(session, found)
    if not found.known:
        return _refused(request, "absente" if qui.strip() else "vide", qui)
    kind = "json" if forme == "json" else "html"
    told = json.dumps(data, ensure_ascii=False, indent=2) if kind == "json" else readable(data)
    # The name of a file tells nothing of the person.
    name = f"donnees-{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(3)}.{kind}"
    return Response(
        told,
        media_type="application/json" if kind == "json" else "text/html; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


@router.post("/console/personne/effacer")
async def erase(
    request: Request, qui: Qui = "", sur: Annotated[str, Form(max_length=3)] = ""
) -> Response:
    """Erase someone, once it is confirmed."""
    services = get_container(request)
    async with services.database.sessions.begin() as session:
        found = await personne.find(session, qui)
        if found.erasable and sur == "oui":
            await _trace(request, session, found, "effacer_personne")
            await personne.erase(session, found, erased=services.replies.render("donnees.efface"))
    if not found.erasable:
        key = "agent" if found.known else "absente" if qui.strip() else "vide"
        return _refused(request, key, qui)
    if sur != "oui":
        facts = _facts(request, qui=qui.strip(), trouve=found, erreur=_words()["confirmer"])
        return page(request, _PAGE, status=422, **facts)
    return page(request, _PAGE, **_facts(request, efface=found))


def _facts(request: Request, **known: Any) -> dict[str, Any]:
    duree = conservation_of(get_container(request).settings).of("sauvegardes").duree
    empty = {"qui": "", "erreur": "", "trouve": None, "efface": None, "sauvegardes": duree}
    return empty | known


def _words() -> dict[str, str]:
    found: dict[str, str] = texts()["personne"]
    return found


def _refused(request: Request, key: str, qui: str) -> Response:
    facts = _facts(request, qui=qui.strip(), erreur=_words()[key])
    return page(request, _PAGE, status=422, **facts)


async def _trace(request: Request, session: Any, found: personne.Personne, action: str) -> None:
    """Write which requests were seen; the guard wrote that someone came."""
    compte = signed_in(request)
    assert compte is not None  # noqa: S101 - the guard let this account in
    for reference in found.references:
        who = f"compte:{compte.nom}"
        await AccesRepository(session).add(who=who, action=action, reference=reference)
