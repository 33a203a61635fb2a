"""The filters of the queue that an advisor keeps, each shown as a tab with what it holds today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte
from api.console.models import Filtre
from api.console.pages import go
from api.console.query import QueueQuery, read_criteria
from api.console.ticket import Services, me
from api.tickets.queue import QueueRepository
from nlu.text import strip_invisible

router = APIRouter(include_in_schema=False)
QUEUE = "/console/demandes"
MAX_FILTERS = 12
MAX_NAME = 40
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Onglet:
    """A kept filter; `nombre` is how many requests it holds, up to what the queue counts."""

    id: int
    nom: str
    requete: QueueQuery
    nombre: int


class FiltreRepository:
    """Reads and writes the filters of an account through one session."""

    def __init__(self, session: AsyncSession, compte_id: str) -> None:
        self._session = session
        self._compte_id = compte_id

    async def all(self) -> Sequence[Filtre]:
        """Return the filters, oldest first."""
        query = select(Filtre).where(Filtre.compte_id == self._compte_id).order_by(Filtre.id)
        return (await self._session.scalars(query)).all()

    async def keep(self, nom: str, requete: dict[str, str]) -> None:
        """Keep a filter; one of the same name is replaced."""
        statement = insert(Filtre).values(compte_id=self._compte_id, nom=nom, requete=requete)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["compte_id", "nom"], set_={"requete": requete}
            )
        )

    async def drop(self, number: int) -> None:
        """Forget a filter; none is no error."""
        await self._session.execute(
            delete(Filtre).where(Filtre.compte_id == self._compte_id, Filtre.id == number)
        )


async def tabs(
    session: AsyncSession,
    compte: Compte,
    queue: QueueRepository,
    *,
    instead: tuple[str, ...],
    now: datetime,
) -> list[Onglet]:
    """Return the kept filters with their counts; one that cannot be read any more is left out."""
    shown = []
    for each in await FiltreRepository(session, compte.id).all():
        try:
            query = QueueQuery.model_validate(each.requete)
        except ValidationError:
            continue
        criteria, unassigned = read_criteria(query, compte, instead)
        count = await queue.count(query.vue, criteria, unassigned=unassigned, now=now)
        shown.append(Onglet(each.id, each.nom, query, count))
    return shown


@router.post(f"{QUEUE}/filtres")
async def keep(request: Request, services: Services) -> Response:
    """Keep the filter that is shown, under a name."""
    form = await request.form()
    given = {
        name: strip_invisible(value).strip()
        for name, value in form.items()
        if isinstance(value, str)
    }
    try:
        query = QueueQuery.model_validate({name: value for name, value in given.items() if value})
    except ValidationError:
        return go(request, f"{QUEUE}?avis=illisible")
    nom = " ".join(given.get("nom", "").split())[:MAX_NAME]
    if not nom:
        return go(request, f"{QUEUE}{query.address()}&avis=sans_nom")
    compte = me(request)
    async with services.database.sessions.begin() as session:
        kept = FiltreRepository(session, compte.id)
        known = {each.nom for each in await kept.all()}
        if nom not in known and len(known) >= MAX_FILTERS:
            return go(request, f"{QUEUE}{query.address()}&avis=trop")
        await kept.keep(nom, {"vue": query.vue.value, **query.filters})
    return go(request, f"{QUEUE}{query.address()}&avis=garde")


@router.post(f"{QUEUE}/filtres/{{filtre}}/retirer")
async def drop(request: Request, filtre: str, services: Services) -> Response:
    """Forget a filter."""
    number = int(filtre) if filtre.isascii() and filtre.isdecimal() else 0
    async with services.database.sessions.begin() as session:
        if number <= _LARGEST_ID:
            await FiltreRepository(session, me(request).id).drop(number)
    return go(request, f"{QUEUE}?avis=retire")
