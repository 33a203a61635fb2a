"""Import and export of the base by staff: preview, then all or nothing; JSON, CSV, Markdown."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from api.container import Container
from api.errors import Problem
from api.prepare import known_places
from api.resources.problems import problems_json
from api.resources.staff import Services, Staff
from knowledge.imports.columns import UNWRITTEN, Columns, match_columns
from knowledge.imports.export import to_archive, to_csv, to_json
from knowledge.imports.problems import FileRefused
from knowledge.imports.service import ImportPlan, Outcome, PlannedLine, ResourceImport
from knowledge.imports.table import read_table
from knowledge.resources import records
from knowledge.resources.filters import RecordFilter
from knowledge.resources.lifecycle import Action, Editor
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import ResourceState, ResourceType, french_today

router = APIRouter(prefix="/api/v1/resources", tags=["Ressources : rédaction"])

ExportFormat = Literal["json", "csv", "markdown"]
_EXPORTS = {
    "json": (to_json, "application/json", "ressources.json"),
    "csv": (to_csv, "text/csv; charset=utf-8", "ressources.csv"),
    "markdown": (to_archive, "application/zip", "ressources.zip"),
}
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "description": "Un tableau CSV en UTF-8, un classeur Excel (.xlsx) ou du JSON ; tel quel, "
        "ou joint à un formulaire (multipart/form-data).",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary"}
            },
        },
    }
}


class ExportQuery(BaseModel):
    """Quelles fiches, sous quelle forme."""

    format: ExportFormat = "json"
    etat: Annotated[
        list[ResourceState], Field(max_length=4, description="Tous les états à défaut.")
    ] = []
    type: ResourceType | None = None


class ImportQuery(BaseModel):
    """Aperçu ou import, et quelle colonne remplit quel champ."""

    dry_run: Annotated[
        bool, Field(description="Vrai : dire ce qui serait fait, sans rien écrire.")
    ] = True
    empreinte: Annotated[
        str | None,
        Field(max_length=64, description="« empreinte » de l'aperçu : refuser s'il a changé."),
    ] = None
    colonnes: Annotated[
        str | None,
        Field(max_length=10_000, description="JSON : colonne du fichier, champ de la fiche."),
    ] = None


@router.get("/export", summary="Exporter la base", response_class=Response)
async def export_resources(
    services: Services, editor: Staff, query: Annotated[ExportQuery, Query()]
) -> Response:
    """« markdown » rend les fichiers de contenu eux-mêmes, dans une archive ZIP.

    Les fiches supprimées n'y sont pas ; une révision en cours remplace le texte publié.
    """
    criteria = RecordFilter(states=tuple(query.etat), type=query.type)
    async with services.database.sessions() as session:
        found = await records.list_records(session, criteria)
    return await export_file(found, query.format)


async def export_file(found: Sequence[ResourceRecord], wanted: ExportFormat) -> Response:
    """Return resources as a file to keep."""
    write, media_type, name = _EXPORTS[wanted]
    content = await asyncio.to_thread(write, found)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


@router.post("/import", summary="Importer des fiches", openapi_extra=_FILE_BODY)
async def import_resources(
    request: Request, services: Services, editor: Staff, query: Annotated[ImportQuery, Query()]
) -> dict[str, Any]:
    """D'abord un aperçu (« dry_run ») ; puis tout est importé, ou rien si une ligne est refusée.

    Les fiches nouvelles naissent brouillons ; celles qui sont publiées reçoivent une révision à
    relire. Importer deux fois le même fichier ne change rien.
    """
    editor.check(Action.IMPORT)
    data = await _file(request)
    try:
        table = await asyncio.to_thread(read_table, data)
        columns = match_columns(table, _mapping(query.colonnes))
    except FileRefused as refused:
        raise Problem(422, "fichier", raison=refused.message) from None
    async with services.database.sessions.begin() as session:
        importing = resource_import(services, session, editor)
        plan = await importing.plan(table, columns)
        report = _report(plan)
        if query.dry_run:
            return {**report, "importe": False}
        _check(plan, report, query)
        await importing.commit(plan)
    return {**report, "importe": True}


def resource_import(services: Container, session: AsyncSession, editor: Editor) -> ResourceImport:
    """Return the import of one file by an editor within a transaction."""
    is_known = known_places(services.knowledge.territoires)
    return ResourceImport(session, editor, is_known=is_known, today=french_today())


async def _file(request: Request) -> bytes:
    """Return the file sent, whether it is the body itself or attached to a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    try:
        form = await request.form(max_files=1, max_fields=10)
    except MultiPartException:
        raise Problem(422, "illisible") from None
    attached = [each for each in form.values() if isinstance(each, UploadFile)]
    if not attached:
        raise Problem(422, "fichier", raison=FileRefused("multipart").message)
    return await attached[0].read()


def _mapping(text: str | None) -> dict[str, str] | None:
    if not text:
        return None
    try:
        wanted = json.loads(text)
    except (ValueError, RecursionError):
        raise FileRefused("correspondance") from None
    if not isinstance(wanted, dict) or not all(isinstance(each, str) for each in wanted.values()):
        raise FileRefused("correspondance")
    return wanted


def _check(plan: ImportPlan, report: dict[str, Any], query: ImportQuery) -> None:
    if plan.having(Outcome.REFUSED):
        count = len(plan.having(Outcome.REFUSED))
        raise Problem(422, "import_refuse", lignes=count, extra={**report, "importe": False})
    if query.empreinte not in (None, report["empreinte"]):
        raise Problem(409, "apercu_perime", extra={"empreinte": report["empreinte"]})


def _report(plan: ImportPlan) -> dict[str, Any]:
    lines = [_line_json(each) for each in plan.lines]
    return {
        "empreinte": plan_digest(plan),
        "colonnes": _columns_json(plan.columns),
        "total": len(lines),
        **{f"{each.value}s": len(plan.having(each)) for each in Outcome},
        "lignes": lines,
    }


def plan_digest(plan: ImportPlan) -> str:
    """Return what changes when a plan does: the file, the mapping, or the base since."""
    lines = [_line_json(each) for each in plan.lines]
    digest = hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode())
    for each in plan.lines:
        digest.update(repr((each.resource, each.version)).encode())
    return digest.hexdigest()


def _columns_json(columns: Columns) -> list[dict[str, Any]]:
    return [
        {"colonne": column, "champ": field, "importee": field not in (None, *UNWRITTEN)}
        for column, field in columns.fields.items()
    ]


def _line_json(line: PlannedLine) -> dict[str, Any]:
    return {
        "ligne": line.entry.line,
        "id": line.entry.id,
        "resultat": line.outcome.value,
        "problemes": problems_json(line.problems),
    }
