"""Import of a file by whoever is at the desk: choose it, see what it would do, confirm.

The file waits in the database between the preview and the confirmation. What is confirmed is the
plan that was shown, by its digest: when the file, the mapping or the base changed since, nothing is
written and the new plan is shown.
"""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData, UploadFile

from api.comptes.models import Compte
from api.console.pages import signed_in
from api.console.session import LoginRequired
from api.dependencies import get_container
from api.pieces.accept import clean_name
from api.redaction.compte_rendu import REPORT, keep_report, last_imports
from api.redaction.models import PendingImport
from api.redaction.pages import editor, go, page, texts
from api.resources.exchange import plan_digest, resource_import
from knowledge.imports.columns import UNWRITTEN, guess, match_columns
from knowledge.imports.problems import FileRefused
from knowledge.imports.service import ImportPlan, Outcome
from knowledge.imports.table import MAX_BYTES, Table, read_table
from knowledge.resources.errors import ResourceExistsError, ResourceModifiedError
from knowledge.resources.snapshot import FIELDS

router = APIRouter(include_in_schema=False)
PATH = "/redaction/import"
PREVIEW = f"{PATH}/apercu"
SHOWN_LINES = 5
SHOWN_REFUSALS = 200
_SOURCES = 3
_SOURCE_PARTS = ("nom", "url", "date", "consultee_le")


@dataclass(frozen=True, slots=True)
class Preview:
    """A file that waits, and what it would do; no plan when its columns do not say enough."""

    name: str
    table: Table
    wanted: dict[str, str]
    plan: ImportPlan | None = None
    refused: str = ""
    stale: bool = False

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Each column, the field that it fills, and its first value."""
        return [(each, self.wanted[each], self._sample(each)) for each in self.table.columns]

    def _sample(self, column: str) -> str:
        cells = (row.cells.get(column) for row in self.table.rows[:SHOWN_LINES])
        return next((str(each)[:120] for each in cells if each not in (None, "")), "")


def _who(request: Request) -> Compte:
    compte = signed_in(request)
    if compte is None:
        raise LoginRequired
    return compte


@router.get(PATH)
async def choose_file(request: Request) -> Response:
    """Ask for a file; lead to what the last imports did."""
    return await _ask(request)


async def _ask(request: Request, *, error: str = "", name: str = "") -> Response:
    async with get_container(request).database.sessions() as session:
        last = await last_imports(session)
    status = 422 if error else 200
    return page(request, "import.html", status=status, derniers=last, erreur=error, nom=name)


@router.post(PATH)
async def keep_file(request: Request) -> Response:
    """Keep a file that can be read until it is confirmed; say why of another."""
    sent = (await request.form()).get("fichier")
    name = clean_name(sent.filename or "") if isinstance(sent, UploadFile) else ""
    try:
        data = await _read(sent)
        await asyncio.to_thread(read_table, data)
    except FileRefused as refused:
        return await _ask(request, error=refused.message, name=name)
    async with get_container(request).database.sessions.begin() as session:
        await _keep(session, _who(request).id, name, data)
    return go(request, PREVIEW)


@router.get(PREVIEW)
async def show_preview(request: Request) -> Response:
    """Show what the file would do, its columns recognised by their titles."""
    return await _preview(request, None)


@router.post(PREVIEW)
async def change_or_confirm(request: Request) -> Response:
    """Show what the file would do with other columns, or do what was shown."""
    return await _preview(request, await request.form())


async def _read(sent: object) -> bytes:
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise FileRefused("multipart")
    if (sent.size or 0) > MAX_BYTES:
        raise FileRefused("fichier_volumineux", limite=MAX_BYTES // 1_000_000)
    return await sent.read()


async def _keep(session: AsyncSession, compte_id: str, name: str, data: bytes) -> None:
    kept = insert(PendingImport).values(compte_id=compte_id, nom=name, contenu=data)
    again = {each: kept.excluded[each] for each in ("nom", "contenu", "at")}
    await session.execute(kept.on_conflict_do_update(index_elements=["compte_id"], set_=again))


async def _preview(request: Request, form: FormData | None) -> Response:
    services, who = get_container(request), _who(request)
    async with services.database.sessions.begin() as session:
        waiting = await session.get(PendingImport, who.id, with_for_update=form is not None)
        if waiting is None:
            return go(request, PATH)
        table = await asyncio.to_thread(read_table, waiting.contenu)
        shown = Preview(waiting.nom, table, _wanted(table, form))
        importing = resource_import(services, session, editor(request))
        try:
            plan = await importing.plan(table, match_columns(table, shown.wanted))
        except FileRefused as refused:
            return _shown(request, shown, refused=refused.message)
        if form is None or "confirme" not in form or plan.having(Outcome.REFUSED):
            return _shown(request, shown, plan)
        if form["confirme"] != plan_digest(plan):
            return _shown(request, shown, plan, stale=True)
        try:
            async with session.begin_nested():
                await importing.commit(plan)
        except (ResourceExistsError, ResourceModifiedError):  # somebody else wrote meanwhile
            return _shown(request, shown, plan, stale=True)
        await session.execute(delete(PendingImport).where(PendingImport.compte_id == who.id))
        number = await keep_report(session, waiting.nom, plan)
    return go(request, f"{REPORT.format(number=number)}?fait=oui")


def _wanted(table: Table, form: FormData | None) -> dict[str, str]:
    """Return the field of each column: the one chosen, else the one that its title suggests."""
    guessed = {each: guess(each) or "" for each in table.columns}
    if form is None:
        return guessed
    return {
        each: str(form.get(f"colonne_{number}", guessed[each]))
        for number, each in enumerate(table.columns)
    }


def _shown(
    request: Request,
    shown: Preview,
    plan: ImportPlan | None = None,
    *,
    refused: str = "",
    stale: bool = False,
) -> Response:
    refusals = plan.having(Outcome.REFUSED) if plan else ()
    return page(
        request,
        "import_apercu.html",
        status=422 if refused or refusals else 409 if stale else 200,
        vu=shown,
        plan=plan,
        refus=refused,
        perime=stale,
        empreinte=plan_digest(plan) if plan else "",
        comptes={each.value: len(plan.having(each)) if plan else 0 for each in Outcome},
        premieres=[each for each in plan.lines[:SHOWN_LINES] if each.resource] if plan else [],
        refusees=refusals[:SHOWN_REFUSALS],
        champs=_choices(shown.wanted),
        libelle=_label,
        inecrits=UNWRITTEN,
    )


def _choices(wanted: dict[str, str]) -> list[tuple[str, str]]:
    """Return the fields that a column may fill, and their names."""
    sources = [f"source_{n}_{part}" for n in range(1, _SOURCES + 1) for part in _SOURCE_PARTS]
    offered = [*FIELDS, *sources, "version"]
    offered += [each for each in wanted.values() if each and each not in offered]
    return [(each, _label(each)) for each in offered]


def _label(field: str) -> str:
    """Return the name of a field as the editor shows it: « Source 1 : adresse »."""
    names: dict[str, str] = texts()["champs"]
    source, _, part = field.replace("sources[", "source_").replace("].", "_").partition("_")
    number, _, part = part.partition("_")
    if source == "source" and number.isdecimal() and part in names:
        return f"Source {number}\u00a0: {names[part].lower()}"
    return names.get(field, field)
