"""The endpoints of the staff: write, review, publish, withdraw, compare."""

import re
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.dependencies import get_container
from api.errors import Problem, not_found
from api.lacunes.reposer import ask_subjects, plan_subjects
from api.prepare import known_places
from api.redaction.programmation import plan_publication
from api.resources.auth import staff
from api.resources.effect import effect_json, measure_effect
from api.resources.schemas import PublishBody, ResourceCreate, ResourceWrite
from api.resources.views import (
    change_json,
    duplicate_json,
    history_json,
    record_json,
    revision_json,
)
from knowledge.resources import records
from knowledge.resources.difference import difference
from knowledge.resources.drafting import check_complete
from knowledge.resources.editing import Change, EditorialService
from knowledge.resources.lifecycle import Editor
from knowledge.resources.problems import ContentProblem, ContentRefused
from knowledge.resources.record import ResourceRecord, Revision
from knowledge.resources.resource import Resource, french_today
from knowledge.search.duplicates import near_duplicates

router = APIRouter(prefix="/api/v1/resources", tags=["Ressources : rédaction"])

Services = Annotated[Container, Depends(get_container)]
Staff = Annotated[Editor, Depends(staff)]
IfMatch = Annotated[str | None, Header(description="Version lue (ETag).")]
_ID = re.compile(r"[a-z0-9-]{1,120}")


def editorial(services: Container, session: AsyncSession, editor: Editor) -> EditorialService:
    """Return the use cases of an editor within a transaction."""
    return EditorialService(
        session,
        editor,
        is_known=known_places(services.knowledge.territoires),
        now=services.clock.now,
    )


def complete_problems(services: Container, resource: Resource) -> tuple[ContentProblem, ...]:
    """Return what prevents a text from being submitted; nothing when it is complete."""
    is_known = known_places(services.knowledge.territoires)
    try:
        check_complete(resource, is_known=is_known, today=french_today())
    except ContentRefused as refused:
        return refused.problems
    return ()


def record_response(
    record: ResourceRecord, services: Container, *, status: int = 200, **extra: Any
) -> JSONResponse:
    """Return a record with its version (ETag)."""
    headers = {"ETag": f'"{record.resource.version}"'}
    if status == 201:  # noqa: PLR2004 - Created
        headers["Location"] = f"/api/v1/resources/{record.resource.id}"
    content = {**record_json(record, services.knowledge), **extra}
    return JSONResponse(content, status_code=status, headers=headers)


def known_id(resource_id: str) -> str:
    """Return an identifier that may exist, or raise Problem 404."""
    if not _ID.fullmatch(resource_id):
        raise not_found()
    return resource_id


def version_read(if_match: str | None, *, required: bool = False) -> int | None:
    """Return the version that was read; None for any, -1 for what we never wrote."""
    if if_match is None:
        if required:
            raise Problem(428, "if_match")
        return None
    if if_match.strip() == "*":
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else -1


async def _duplicates(
    services: Container, session: AsyncSession, resource: Resource
) -> list[dict[str, Any]]:
    found = await near_duplicates(session, services.knowledge.engine.index, resource)
    return [duplicate_json(each) for each in found]


@router.post("", status_code=201, summary="Créer une fiche")
async def create_resource(body: ResourceCreate, services: Services, editor: Staff) -> JSONResponse:
    """La fiche naît brouillon ; « doublons_possibles » signale celles qu'elle répéterait."""
    async with services.database.sessions.begin() as session:
        record = await editorial(services, session, editor).create(
            body.to_resource(), numbered=body.id is None
        )
        found = await _duplicates(services, session, record.working)
    return record_response(record, services, status=201, doublons_possibles=found)


@router.post("/similar", summary="Chercher les fiches que répéterait un texte")
async def similar_resources(
    body: ResourceCreate, services: Services, editor: Staff
) -> dict[str, Any]:
    """Même page citée, titre voisin ou sens voisin ; rien n'est enregistré."""
    # Without an identifier asked for, the one made from its title may be that of its likeness.
    resource = replace(body.to_resource(), id=body.id or "")
    async with services.database.sessions() as session:
        return {"items": await _duplicates(services, session, resource)}


@router.put("/{resource_id}", summary="Remplacer le texte d'une fiche")
async def replace_resource(
    resource_id: str,
    body: ResourceWrite,
    services: Services,
    editor: Staff,
    if_match: IfMatch = None,
) -> JSONResponse:
    """À partir de la version lue (If-Match). Le texte publié reste en ligne jusqu'à relecture."""
    return await _edit(services, editor, resource_id, body.replacing, if_match)


@router.patch("/{resource_id}", summary="Modifier une fiche")
async def change_resource(
    resource_id: str,
    body: ResourceWrite,
    services: Services,
    editor: Staff,
    if_match: IfMatch = None,
) -> JSONResponse:
    """Seuls les champs présents changent, à partir de la version lue (If-Match)."""
    return await _edit(services, editor, resource_id, body.applied_to, if_match)


async def _edit(
    services: Container, editor: Editor, resource_id: str, change: Change, if_match: str | None
) -> JSONResponse:
    version = version_read(if_match, required=True)
    async with services.database.sessions.begin() as session:
        record = await editorial(services, session, editor).edit(
            known_id(resource_id), change, version=version
        )
        found = await _duplicates(services, session, record.working)
    return record_response(record, services, doublons_possibles=found)


@router.post("/{resource_id}/submit", summary="Soumettre à relecture")
async def submit_resource(
    resource_id: str, services: Services, editor: Staff, if_match: IfMatch = None
) -> JSONResponse:
    """La fiche doit être complète ; sinon, la réponse dit tout ce qui manque."""
    async with services.database.sessions.begin() as session:
        record = await editorial(services, session, editor).submit(
            known_id(resource_id), version=version_read(if_match)
        )
    return record_response(record, services)


@router.post("/{resource_id}/reopen", summary="Remettre en brouillon")
async def reopen_resource(
    resource_id: str, services: Services, editor: Staff, if_match: IfMatch = None
) -> JSONResponse:
    """Une fiche à relire, ou archivée, redevient un brouillon."""
    async with services.database.sessions.begin() as session:
        record = await editorial(services, session, editor).reopen(
            known_id(resource_id), version=version_read(if_match)
        )
    return record_response(record, services)


@router.post("/{resource_id}/publish", summary="Publier")
async def publish_resource(
    resource_id: str,
    services: Services,
    editor: Staff,
    body: Annotated[PublishBody | None, Body()] = None,
    if_match: IfMatch = None,
) -> JSONResponse:
    """Jamais par l'auteur ni par le dernier rédacteur ; « publish_at » programme la publication.

    Le nouveau texte d'une fiche en ligne peut attendre aussi : l'ancien reste montré d'ici là.
    « effet » dit les questions témoins gagnées et perdues ; à voir avant : « /effect ».
    """
    async with services.database.sessions() as session:
        asked = await records.find(session, known_id(resource_id))
    effect = await measure_effect(services, asked.working) if asked else None
    async with services.database.sessions.begin() as session:
        record = await editorial(services, session, editor).publish(
            known_id(resource_id),
            version=version_read(if_match),
            publish_at=body.publish_at if body else None,
        )
        planned = record.planned(services.clock.now())
        await plan_publication(session, record)
        await plan_subjects(session, resource_id, who=editor.name, at=planned)
    if planned is None and await services.index.catch_up():
        await ask_subjects(services, resource_id, who=editor.name)
    return record_response(record, services, effet=effect_json(effect) if effect else None)


@router.post("/{resource_id}/schedule", summary="Déplacer ou annuler une publication programmée")
async def reschedule_resource(
    resource_id: str,
    services: Services,
    editor: Staff,
    body: PublishBody,
    if_match: IfMatch = None,
) -> JSONResponse:
    """« publish_at » nul renonce à la date : le texte attend de nouveau une relecture."""
    async with services.database.sessions.begin() as session:
        record = await editorial(services, session, editor).reschedule(
            known_id(resource_id), body.publish_at, version=version_read(if_match)
        )
        await plan_publication(session, record)
        planned = record.planned(services.clock.now())
        if planned is not None:
            await plan_subjects(session, resource_id, who=editor.name, at=planned)
    return record_response(record, services)


@router.post("/{resource_id}/archive", summary="Archiver")
async def archive_resource(
    resource_id: str, services: Services, editor: Staff, if_match: IfMatch = None
) -> JSONResponse:
    """La fiche n'est plus montrée aux élus."""
    async with services.database.sessions.begin() as session:
        record = await editorial(services, session, editor).archive(
            known_id(resource_id), version=version_read(if_match)
        )
    return record_response(record, services)


@router.delete("/{resource_id}", status_code=204, summary="Supprimer une fiche")
async def delete_resource(
    resource_id: str, services: Services, editor: Staff, if_match: IfMatch = None
) -> Response:
    """Elle disparaît partout, mais son histoire reste : « restore » la rend telle quelle."""
    async with services.database.sessions.begin() as session:
        await editorial(services, session, editor).delete(
            known_id(resource_id), version=version_read(if_match)
        )
    return Response(status_code=204)


@router.post("/{resource_id}/restore", summary="Restaurer une fiche supprimée")
async def restore_resource(
    resource_id: str, services: Services, editor: Staff, if_match: IfMatch = None
) -> JSONResponse:
    """Elle revient dans l'état où elle était."""
    async with services.database.sessions.begin() as session:
        record = await editorial(services, session, editor).restore(
            known_id(resource_id), version=version_read(if_match)
        )
        await plan_publication(session, record)
    return record_response(record, services)


async def _revisions(services: Container, resource_id: str) -> list[Revision]:
    async with services.database.sessions() as session:
        found = await records.history(session, known_id(resource_id))
    if not found:
        raise not_found()
    return found


@router.get("/{resource_id}/history", summary="Lire l'histoire d'une fiche")
async def read_history(resource_id: str, services: Services, editor: Staff) -> dict[str, Any]:
    """Qui a fait quoi et quand, la dernière version d'abord ; rien n'y est jamais modifié."""
    return {"items": history_json(await _revisions(services, resource_id))}


@router.get("/{resource_id}/history/diff", summary="Comparer deux versions")
async def compare_versions(
    resource_id: str,
    services: Services,
    editor: Staff,
    before: Annotated[int, Query(alias="from", ge=1, le=10**9, description="Version de départ.")],
    after: Annotated[int, Query(alias="to", ge=1, le=10**9, description="Version d'arrivée.")],
) -> dict[str, Any]:
    """Champ par champ ; le texte ligne par ligne."""
    found = {each.version: each for each in await _revisions(services, resource_id)}
    if before not in found or after not in found:
        raise not_found()
    changes = difference(found[before].content, found[after].content)
    return {"from": before, "to": after, "items": [change_json(each) for each in changes]}


@router.get("/{resource_id}/history/{version}", summary="Lire une version d'une fiche")
async def read_version(
    resource_id: str, version: int, services: Services, editor: Staff
) -> dict[str, Any]:
    """Le texte entier tel qu'il était."""
    for each in await _revisions(services, resource_id):
        if each.version == version:
            return revision_json(each)
    raise not_found()
