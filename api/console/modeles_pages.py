"""The pages where a responsable writes the canned answers of the cellule."""

import secrets
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.modeles import Modele, ModeleFaulty, all_modeles, check_text, fill
from api.console.models import ModeleReponse
from api.console.pages import go, page, texts
from api.console.ticket import Services, me
from api.errors import not_found
from api.redaction.pages import number_sent
from api.tickets.repository import TicketRepository
from nlu.text import fold, strip_invisible

router = APIRouter(include_in_schema=False)
_LIST = "/console/modeles"
_ONE = f"{_LIST}/{{modele}}"
_NEW = "nouveau"
_MAX_TITLE = 80
_MAX_TEXT = 6_000
_MAX_ID = 40
_DONE = {"retirer": "retire", "remettre": "remis"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds."""

    titre: str
    texte: str
    version: int
    geste: str


@router.get(_LIST)
async def show_all(request: Request, services: Services) -> Response:
    """Show the canned answers, those withdrawn last."""
    async with services.database.sessions() as session:
        found = await all_modeles(session)
    done = texts()["modeles"]["fait"].get(request.query_params.get("fait", ""), "")
    ordered = sorted(found, key=lambda each: each.retire)
    return page(request, "modeles.html", modeles=ordered, fait=done)


@router.get(_ONE)
async def show_one(request: Request, modele: str, services: Services) -> Response:
    """Show the form of a canned answer, or of a new one."""
    async with services.database.sessions() as session:
        present = await _find(session, modele)
    typed = Typed(present.titre, present.texte, present.version, "") if present else None
    return _form(request, modele, present, typed or Typed("", "", 0, ""))


@router.post(_ONE)
async def write(request: Request, modele: str, services: Services) -> Response:
    """Save, look, withdraw or give back; what was typed is never lost."""
    typed = await _read(request)
    async with services.database.sessions.begin() as session:
        present = await _find(session, modele, lock=True)
        if typed.geste == "apercu":
            return _form(request, modele, present, typed)
        if present and typed.version != present.version:
            return _form(request, modele, present, typed, key="change")
        if typed.geste in _DONE and present:
            kept = Typed(present.titre, present.texte, present.version, typed.geste)
            await _keep(session, modele, kept, par=me(request).nom)
            return go(request, f"{_LIST}?fait={_DONE[typed.geste]}")
        try:
            _check(typed)
        except ModeleFaulty as error:
            return _form(request, modele, present, typed, key=error.key, facts=error.facts)
        name = modele if present else _identifier(typed.titre)
        await _keep(session, name, typed, par=me(request).nom)
    return go(request, f"{_LIST}?fait=enregistre")


async def _find(session: AsyncSession, name: str, *, lock: bool = False) -> Modele | None:
    """Return a canned answer, None for a new one, or raise Problem 404."""
    if lock:  # one of the file has no row yet to be held
        await TicketRepository(session).lock(f"modele:{name}")
    if name == _NEW:
        return None
    found = [each for each in await all_modeles(session) if each.id == name]
    if not found:
        raise not_found()
    return found[0]


async def _read(request: Request) -> Typed:
    form = await request.form()
    text = strip_invisible(str(form.get("texte", "")).replace("\r\n", "\n")).strip()
    return Typed(
        titre=" ".join(strip_invisible(str(form.get("titre", ""))).split())[:_MAX_TITLE],
        texte=text[:_MAX_TEXT],
        version=number_sent(form.get("version")),
        geste=str(form.get("geste", "")),
    )


def _check(typed: Typed) -> None:
    if not typed.titre or not typed.texte:
        raise ModeleFaulty("vide")
    check_text(typed.texte)


async def _keep(session: AsyncSession, name: str, typed: Typed, *, par: str) -> None:
    retire = typed.geste == "retirer"
    row = await session.get(ModeleReponse, name)
    if row is None:
        row = ModeleReponse(id=name)
        session.add(row)
    row.titre, row.texte, row.par, row.retire = typed.titre, typed.texte, par, retire
    await session.flush()


def _identifier(titre: str) -> str:
    """Return an identifier that nothing else bears, from the title."""
    words = "-".join(
        "".join(c if c.isalnum() and c.isascii() else " " for c in fold(titre)).split()
    )
    return f"{words[: _MAX_ID - 5]}-{secrets.token_hex(2)}".strip("-")


def _form(
    request: Request,
    name: str,
    present: Modele | None,
    typed: Typed,
    *,
    key: str = "",
    facts: dict[str, str] | None = None,
) -> Response:
    words = texts()["modeles"]
    error = words["refus"][key].format(**(facts or {})) if key else ""
    sample = {**words["exemple"], "conseiller": me(request).nom}
    bare = {"reference": sample["reference"], "attendu_le": sample["attendu_le"]}
    return page(
        request,
        "modele.html",
        status=409 if key == "change" else 422 if key else 200,
        nom=name,
        actuel=present,
        saisi=typed,
        erreur=error,
        plein=fill(typed.texte, sample),
        vide=fill(typed.texte, {**bare, "conseiller": sample["conseiller"]}),
    )
