"""SQL of the notes on territories, and nothing else."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.suivi.etapes import Etape, Suivi
from api.suivi.models import NoteTerritoire
from api.tickets.models import Ticket

_Note = NoteTerritoire
_STANDS = _Note.retiree_le.is_(None)


class SuiviRepository:
    """Reads and writes notes through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, **facts: Any) -> None:
        """Write a note; one of the same `cle` is the same form sent again."""
        statement = insert(_Note).values(**facts).on_conflict_do_nothing(index_elements=["cle"])
        await self._session.execute(statement)

    async def notes(self, type_: str, code: str, *, limit: int | None = None) -> Sequence[_Note]:
        """Return the notes on a territory, the newest first, those withdrawn included."""
        query = select(_Note).where(_Note.type == type_, _Note.code == code)
        query = query.order_by(_Note.le.desc(), _Note.id.desc()).limit(limit)
        return (await self._session.scalars(query)).all()

    async def get(self, number: int) -> _Note | None:
        """Return a note, to be changed."""
        return await self._session.get(_Note, number, with_for_update=True)

    async def withdraw(self, note: _Note, *, par: str, now: datetime) -> None:
        """Take the words of a note away; that there was one, and who took it away, stays."""
        note.texte, note.retiree_par, note.retiree_le = None, par, now
        await self._session.flush()

    async def all(self) -> list[Suivi]:
        """Return every territory that has notes, and where the cellule is with it."""
        return [_suivi(row) for row in await self._session.execute(_current())]

    async def of(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Suivi]:
        """Return where the cellule is with these territories; those without notes are left out."""
        if not places:
            return {}
        wanted = tuple_(_Note.type, _Note.code).in_(list(places))
        found = [_suivi(row) for row in await self._session.execute(_current(wanted))]
        return {(each.type, each.code): each for each in found}

    async def requests(
        self, type_: str, code: str, *, among: ColumnElement[bool], limit: int
    ) -> Sequence[Ticket]:
        """Return the requests of a territory, the newest first."""
        query = (
            select(Ticket)
            .where(Ticket.territoire.contains({"type": type_, "code": code}), among)
            .order_by(Ticket.id.desc())
            .limit(limit)
        )
        return (await self._session.scalars(query)).all()

    async def about(
        self,
        *,
        references: Collection[str],
        places: Collection[tuple[str, str]],
        names: Collection[str],
    ) -> Sequence[_Note]:
        """Return the notes that follow from these requests, or that hold one of these names.

        A name is looked for in the notes on these territories only: elsewhere, it is another's.
        """
        told = [func.lower(_Note.texte).contains(each.lower(), autoescape=True) for each in names]
        named = and_(tuple_(_Note.type, _Note.code).in_(list(places)), or_(false(), *told))
        query = select(_Note).where(
            _Note.texte.is_not(None), or_(_Note.demande.in_(references), named)
        )
        return (await self._session.scalars(query.order_by(_Note.id))).all()

    async def forget_older_than(self, age: timedelta) -> int:
        """Take away the words and the author of old notes; return how many. The stage stays."""
        gone = await self._session.execute(
            update(_Note)
            .where(
                _Note.at < func.now() - age,
                or_(
                    _Note.texte.is_not(None),
                    _Note.auteur.is_not(None),
                    _Note.retiree_par.is_not(None),
                ),
            )
            .values(texte=None, auteur=None, retiree_par=None, cle=None)
            .returning(_Note.id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())


def _current(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the query of the last note and of the last stage of each territory."""
    place = (_Note.type, _Note.code)
    order = (*place, _Note.le.desc(), _Note.id.desc())
    stands = select(_Note).where(_STANDS, *conditions).order_by(*order)
    last = stands.ext(distinct_on(*place)).subquery("last")
    stage = stands.where(_Note.etape.is_not(None)).ext(distinct_on(*place)).subquery("stage")
    counted = (
        select(*place, func.count().label("notes"))
        .where(_STANDS, *conditions)
        .group_by(*place)
        .subquery("counted")
    )
    c, s, n = last.c, stage.c, counted.c
    return (
        select(c.type, c.code, s.etape, s.le.label("depuis"), c.le, c.a_revoir, n.notes)
        .join(counted, and_(n.type == c.type, n.code == c.code))
        .outerjoin(stage, and_(s.type == c.type, s.code == c.code))
        .order_by(c.type, c.code)
    )


def _suivi(row: Any) -> Suivi:
    etape = Etape(row.etape) if row.etape else Etape.CONTACT
    over = etape is Etape.TERMINE
    return Suivi(
        type=row.type,
        code=row.code,
        etape=etape,
        depuis=row.depuis,
        derniere=row.le,
        a_revoir=None if over else row.a_revoir,
        notes=row.notes,
    )
