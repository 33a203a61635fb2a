"""The pages of the orientation rules: the files, what is proposed, what it does, the versions."""

import asyncio
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathPart
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.prepare import known_places
from api.redaction.pages import staff_page
from api.regles.difference import Ligne, difference
from api.regles.models import ReglesProposition
from api.regles.repository import WAITING, EnService, ReglesRepository
from api.regles.service import BLOCKING, digest, outdated
from knowledge.orientation.check import References
from knowledge.orientation.effet import Effet
from knowledge.orientation.jeu import Fichiers, check_set, read_set, whole_set
from knowledge.orientation.loader import load_routes
from knowledge.orientation.problemes import Probleme
from knowledge.resources.resource import french_today

router = APIRouter(include_in_schema=False)
HOME = "/redaction/regles"
FILE = f"{HOME}/fichiers/{{fichier}}"
PROPOSAL = f"{HOME}/propositions/{{proposition}}"
VERSION = f"{HOME}/versions/{{version}}"
_SHOWN = 20
_TEXTS = Path(__file__).parent.parent / "textes" / "regles.yml"

Number = Annotated[int, PathPart(ge=1, lt=2**31)]
VersionNumber = Annotated[int, PathPart(ge=0, lt=2**31)]
FileName = Annotated[str, PathPart(max_length=60)]
Fait = Annotated[str, Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class Essai:
    """What a text would do: what is wrong in it, and its effect when it can be read."""

    problemes: list[Probleme] = field(default_factory=list)
    effet: Effet | None = None

    @property
    def bloquants(self) -> list[Probleme]:
        """What prevents the rules from being used."""
        return [each for each in self.problemes if each.gravite == BLOCKING]

    @property
    def a_revoir(self) -> list[Probleme]:
        """What waits for a human eye."""
        return [each for each in self.problemes if each.gravite != BLOCKING]


@cache
def texts() -> dict[str, Any]:
    """Return the words of these pages that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


def refusal(key: str) -> str:
    """Return the sentence of a refusal."""
    return str(texts()["refus"][key])


def check_of(services: Container, files: Fichiers) -> list[Probleme]:
    """Read a whole set again, as `orientation regles check` does, with the base as it is."""
    knowledge = services.knowledge
    references = References(
        french_today(),
        knows_code=known_places(knowledge.territoires),
        knows_resource=knowledge.engine.index.positions.__contains__,
    )
    return check_set(files, references)


def examine(services: Container, current: EnService, rewritten: Mapping[str, str]) -> Essai:
    """Say what is wrong in files to publish, or what they would do. Seconds the first time."""
    files = {**current.fichiers, **rewritten}
    essai = Essai(check_of(services, files))
    if essai.bloquants:
        return essai
    return Essai(essai.problemes, services.rules_gate.effect(read_set(files)))


def seen_of(text: str, version: int) -> str:
    """Return what says that the effect of this very text was shown, against this version."""
    return f"{version}.{digest(text)}"


@router.get(HOME)
async def show_home(request: Request, fait: Fait = "") -> Response:
    """Show the files, what waits for a decision, and the versions."""
    async with get_container(request).database.sessions() as session:
        return await home_page(request, session, notice=texts()["fait"].get(fait))


async def home_page(
    request: Request,
    session: AsyncSession,
    *,
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    """Write the page of the rules as they are now."""
    rules, services = ReglesRepository(session), get_container(request)
    current = await rules.in_service()
    versions = await rules.versions(limit=_SHOWN)
    last = versions[0] if versions else None
    former = await rules.before(last.id) if last else None
    return _page(
        request,
        "accueil.html",
        status=409 if error else 200,
        fichiers=sorted(whole_set(current.fichiers)),
        service=current,
        derniere=last,
        precedente=former.id if former else 0,
        depasses=outdated(current),
        illisible=services.regles.trouble,
        nombre=len(services.knowledge.regles),
        attentes=await rules.waiting(),
        decidees=await rules.decided(limit=_SHOWN),
        versions=versions,
        fait=notice,
        erreur=error,
    )


@router.get(f"{HOME}/regles.zip")
async def download(request: Request) -> Response:
    """Hand over the files of the rules in service, as the project holds them."""
    async with get_container(request).database.sessions() as session:
        current = await ReglesRepository(session).in_service()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in whole_set(current.fichiers).items():
            archive.writestr(f"knowledge/orientation/regles/{name}", text)
    headers = {
        "Content-Disposition": 'attachment; filename="regles-d-orientation.zip"',
        "Cache-Control": "no-store",
    }
    return Response(content.getvalue(), media_type="application/zip", headers=headers)


@router.get(FILE)
async def show_file(request: Request, fichier: FileName) -> Response:
    """Show a file of rules, to propose another text."""
    async with get_container(request).database.sessions() as session:
        current = await ReglesRepository(session).in_service()
    return file_page(request, current, fichier, text_of(current, fichier))


def text_of(current: EnService, fichier: str) -> str:
    """Return the text of a file in service, or raise Problem 404."""
    text = whole_set(current.fichiers).get(fichier)
    if text is None:
        raise not_found()
    return text


def file_page(
    request: Request,
    current: EnService,
    fichier: str,
    text: str,
    *,
    raison: str = "",
    essai: Essai | None = None,
    error: str | None = None,
) -> Response:
    """Write the page of a file, with what its new text would do."""
    broken = essai is not None and bool(essai.bloquants)
    return _page(
        request,
        "fichier.html",
        status=422 if error or broken else 200,
        fichier=fichier,
        texte=text,
        raison=raison,
        version=current.version,
        vu=seen_of(text, current.version) if essai and not broken else "",
        essai=essai,
        lignes=_changed(current, fichier, text) if essai else [],
        erreur=error,
    )


def _changed(current: EnService, fichier: str, text: str) -> list[Ligne]:
    return difference(text_of(current, fichier), text)


@router.get(PROPOSAL)
async def show_proposal(request: Request, proposition: Number, fait: Fait = "") -> Response:
    """Show what a proposal changes and does, and what can be decided."""
    async with get_container(request).database.sessions() as session:
        found = await find_proposal(session, proposition)
        return await proposal_page(request, session, found, notice=texts()["fait"].get(fait))


async def find_proposal(session: AsyncSession, number: int) -> ReglesProposition:
    """Return a proposal, or raise Problem 404."""
    found = await ReglesRepository(session).find(number)
    if found is None:
        raise not_found()
    return found


async def proposal_page(
    request: Request,
    session: AsyncSession,
    proposal: ReglesProposition,
    *,
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    """Write the page of a proposal; its effect is that of publishing it now."""
    services = get_container(request)
    current = await ReglesRepository(session).in_service()
    waits = proposal.etat == WAITING
    outrun = whole_set(current.fichiers).get(proposal.fichier) != proposal.avant
    essai = None
    if waits and not outrun:
        rewritten = {proposal.fichier: proposal.texte}
        essai = await asyncio.to_thread(examine, services, current, rewritten)
    return _page(
        request,
        "proposition.html",
        status=409 if error else 200,
        proposition=proposal,
        lignes=difference(proposal.avant, proposal.texte),
        essai=essai,
        attend=waits,
        depassee=waits and outrun,
        version=current.version,
        fait=notice,
        erreur=error,
    )


@router.get(VERSION)
async def show_version(request: Request, version: VersionNumber) -> Response:
    """Show what a version changed, and what going back to it would change and do."""
    async with get_container(request).database.sessions() as session:
        return await version_page(request, session, version)


async def version_page(
    request: Request, session: AsyncSession, number: int, *, error: str | None = None
) -> Response:
    """Write the page of a version; 0 is that of the product's files."""
    rules, services = ReglesRepository(session), get_container(request)
    current = await rules.in_service()
    version = await rules.version(number) if number else None
    if version is None and number:
        raise not_found()
    files = whole_set(version.fichiers if version else {})
    former = await rules.before(number) if number else None
    before = whole_set(former.fichiers if former else {})
    now = whole_set(current.fichiers)
    essai = None
    if files != now:
        essai = await asyncio.to_thread(examine, services, current, files)
    return _page(
        request,
        "version.html",
        status=409 if error else 200,
        numero=number,
        version=version,
        changes=_by_file(before, files),
        retour=_by_file(now, files),
        essai=essai,
        vue=current.version,
        erreur=error,
    )


def _by_file(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, list[Ligne]]]:
    return [
        (name, difference(before[name], text))
        for name, text in after.items()
        if before[name] != text
    ]


def _page(request: Request, template: str, *, status: int = 200, **facts: Any) -> Response:
    known = {"regles": texts(), "routes": load_routes()}
    return staff_page(request, f"regles/{template}", status=status, **known, **facts)
