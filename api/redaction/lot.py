"""Several resources at once: what would happen is rehearsed and shown, then done and told.

The rehearsal is the gesture itself, undone: what it says is what the rules would say. Each resource
has its own revision, and one that is refused does not hold back the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from api.console.pages import may
from api.dependencies import get_container
from api.redaction.controle import remarks_of
from api.redaction.filtres import find_places, read_address
from api.redaction.pages import HOME, editor, go, number_sent, page, texts
from api.redaction.refus import refusal
from api.resources.staff import editorial, known_id
from knowledge.resources import records
from knowledge.resources.editing import EditorialService, FollowUp
from knowledge.resources.errors import ResourceError, ResourceModifiedError
from knowledge.resources.problems import ContentRefused
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import Resource, french_today
from knowledge.resources.snapshot import to_snapshot
from knowledge.resources.vocabulary import load_vocabulary
from nlu.text import strip_invisible

router = APIRouter(include_in_schema=False)
MAX_AT_ONCE = 500
"""Resources that are changed at once: as many as a few seconds allow."""
_MAX_OWNER = 200

Act = Callable[[EditorialService, str, int, str], Awaitable[ResourceRecord]]


@dataclass(frozen=True, slots=True)
class Gesture:
    """What may be done to several resources; `field` is the kind of value that it asks for."""

    act: Act
    right: str = "modifier_fiches"
    field: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A resource that was ticked, at the version that the list showed."""

    id: str
    version: int

    @property
    def ticked(self) -> str:
        """The value of its box."""
        return f"{self.id}:{self.version}"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a resource: done, left as it was, or refused and why."""

    chosen: Chosen
    title: str
    done: bool = False
    refused: str = ""
    revised: bool = False


@dataclass(slots=True)
class Lot:
    """The form: what to do, with what value, to which resources."""

    geste: str
    valeur: str
    choisies: list[Chosen]
    retour: str = ""
    sorts: list[Fate] = field(default_factory=list)
    erreur: str = ""

    @property
    def sealed(self) -> str:
        """What is confirmed: this gesture with this value, and nothing else."""
        return f"{self.geste}:{self.valeur}"

    def having(self, *, done: bool = False, refused: bool = False) -> list[Fate]:
        """Return the resources of one fate."""
        return [each for each in self.sorts if (each.done, bool(each.refused)) == (done, refused)]


def _themed(change: Callable[[tuple[str, ...], str], tuple[str, ...]]) -> Act:
    async def act(life: EditorialService, id_: str, version: int, theme: str) -> ResourceRecord:
        def changed(text: Resource) -> Resource:
            return replace(text, themes=change(text.themes, theme))

        return await life.edit(id_, changed, version=version)

    return act


def _with(themes: tuple[str, ...], theme: str) -> tuple[str, ...]:
    return themes if theme in themes else (*themes, theme)


def _without(themes: tuple[str, ...], theme: str) -> tuple[str, ...]:
    return tuple(each for each in themes if each != theme)


GESTURES = {
    "soumettre": Gesture(lambda life, id_, version, _: life.submit(id_, version=version)),
    "archiver": Gesture(
        lambda life, id_, version, _: life.archive(id_, version=version), "publier_fiches"
    ),
    "responsable": Gesture(
        lambda life, id_, version, name: life.follow(id_, FollowUp(owner=name), version=version),
        field="texte",
    ),
    "echeance": Gesture(
        lambda life, id_, version, day: life.follow(
            id_, FollowUp(review_on=date.fromisoformat(day)), version=version
        ),
        field="date",
    ),
    "ajouter_theme": Gesture(_themed(_with), field="theme"),
    "retirer_theme": Gesture(_themed(_without), field="theme"),
}


def gestures(request: Request) -> list[str]:
    """Return what who is there may do to several resources."""
    return [name for name, each in GESTURES.items() if may(request, each.right)]


@router.post("/redaction/lot")
async def act_on_many(request: Request) -> Response:
    """Say what would happen, do what was confirmed, tell what was done."""
    form = await request.form()
    lot = _read(form)
    if "ensemble" in form:
        lot.choisies = await _whole_list(request, lot.retour)
    if not lot.choisies or lot.geste not in GESTURES:
        why = "geste" if lot.choisies else "vide"
        return go(request, f"{HOME}{lot.retour or '?'}&lot={why}")
    field, asked = GESTURES[lot.geste].field, "demande" in form
    lot.erreur = _wrong(field, lot.valeur) if field and asked else ""
    if field and (not asked or lot.erreur):
        return await _page(request, lot, "demander", status=422 if lot.erreur else 200)
    confirmed = form.get("confirme") == lot.sealed
    lot.sorts = await _do(request, lot, keep=confirmed)
    return await _page(request, lot, "fait" if confirmed else "confirmer")


async def _page(request: Request, lot: Lot, etape: str, *, status: int = 200) -> Response:
    async with get_container(request).database.sessions() as session:
        owners = await records.list_owners(session)
    return page(
        request,
        "lot.html",
        status=status,
        lot=lot,
        etape=etape,
        champ=GESTURES[lot.geste].field,
        dits=texts()["lot"][lot.geste],
        responsables=owners,
    )


def _read(form: FormData) -> Lot:
    """Read the form; raises Problem 404 for what no list ever showed."""
    name = "page" if form.get("toutes") else "choix"
    boxes = dict.fromkeys(str(each) for each in form.getlist(name)[:MAX_AT_ONCE])
    parted = [each.partition(":") for each in boxes]
    back = str(form.get("retour", ""))
    return Lot(
        geste=str(form.get("geste", "")),
        valeur=strip_invisible(str(form.get("valeur", ""))).strip(),
        choisies=[Chosen(known_id(id_), number_sent(version)) for id_, _, version in parted],
        retour=back if back.startswith("?") and back.isprintable() else "",
    )


async def _whole_list(request: Request, address: str) -> list[Chosen]:
    """Return the resources of every page of the list, the latest changed first."""
    services, query = get_container(request), read_address(address)
    places = find_places(services, query.territoire) if query else None
    if query is None or places is None:
        return []
    async with services.database.sessions() as session:
        found, _, _ = await records.page(
            session, query.criteria(places), cursor=None, limit=MAX_AT_ONCE
        )
    return [Chosen(each.resource.id, each.resource.version) for each in found]


def _wrong(field: str, value: str) -> str:
    """Return what is wrong with the value of a field."""
    words = texts()["lot_valeurs"]
    right = {
        "date": _is_to_come(value),
        "theme": value in load_vocabulary().themes,
        "texte": 0 < len(value) <= _MAX_OWNER,
    }
    return "" if right[field] else str(words[field])


def _is_to_come(value: str) -> bool:
    try:
        return date.fromisoformat(value) > french_today()
    except ValueError:
        return False


async def _do(request: Request, lot: Lot, *, keep: bool) -> list[Fate]:
    """Do it to each, in the order of identifiers (two lots at once never wait for each other)."""
    services, who = get_container(request), editor(request)
    async with services.database.sessions() as session:
        life = editorial(services, session, who)
        known = await records.find_many(session, [each.id for each in lot.choisies])
        ordered = sorted(lot.choisies, key=lambda each: each.id)
        fates = {
            each.id: await _try(session, life, lot, each, known.get(each.id)) for each in ordered
        }
        await (session.commit() if keep else session.rollback())
    return [fates[each.id] for each in lot.choisies]


async def _try(
    session: AsyncSession,
    life: EditorialService,
    lot: Lot,
    chosen: Chosen,
    known: ResourceRecord | None,
) -> Fate:
    title = known.working.title if known else chosen.id
    try:
        async with session.begin_nested():
            act = GESTURES[lot.geste].act
            record = await act(life, chosen.id, chosen.version, lot.valeur)
            _require_change(known, record)
    except _Unchanged:
        return Fate(chosen, title)
    except (ResourceError, ContentRefused) as error:
        return Fate(chosen, title, refused=_reason(error))
    return Fate(chosen, title, done=True, revised=record.revision is not None)


class _Unchanged(Exception):
    """The resource is already as wanted: its history is not told twice."""


def _require_change(before: ResourceRecord | None, after: ResourceRecord) -> None:
    if before is not None and to_snapshot(before.working) == to_snapshot(after.working):
        raise _Unchanged


def _reason(error: ResourceError | ContentRefused) -> str:
    match error:
        case ResourceModifiedError():
            return str(texts()["lot_refus"]["version"])
        case ContentRefused():
            remarks = remarks_of(error.problems)
            return " ".join(f"{each.libelle}\u00a0: {each.message}" for each in remarks)
        case _:
            return refusal(error)[1]
