"""What the pages of the gap board read and change, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, desc, func, select, true, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from api.lacunes.collect import MOTIFS
from api.lacunes.models import Lacune, LacuneGroupe, LacuneReleve, PhraseApprise
from assistant.business_days import CELLULE

OPEN_STATES = ("ouverte", "en_cours")
_LABEL = 160
MONTH = func.to_char(func.timezone(CELLULE.zone.key, Lacune.at), "YYYY-MM")


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the board shows; None is no choice.

    `region` are the départements of one, `mois` the first day of a month.
    """

    etats: tuple[str, ...] = OPEN_STATES
    theme: str | None = None
    departement: str | None = None
    region: tuple[str, ...] | None = None
    mois: date | None = None
    motif: str | None = None

    def of_gaps(self, *, but: str = "") -> list[ColumnElement[bool]]:
        """Return the conditions on the questions, `but` one of them."""
        wanted = {}
        if self.theme:
            wanted["theme"] = Lacune.themes.contains([self.theme])
        if self.departement:
            wanted["departement"] = Lacune.departement == self.departement
        if self.region is not None:
            wanted["region"] = Lacune.departement.in_(self.region)
        if self.motif:
            wanted["motif"] = Lacune.motif == self.motif
        if self.mois:
            following = date(self.mois.year + self.mois.month // 12, self.mois.month % 12 + 1, 1)
            wanted["mois"] = and_(
                Lacune.at >= _midnight(self.mois), Lacune.at < _midnight(following)
            )
        return [true(), *(each for name, each in wanted.items() if name != but)]


def shortened(question: str) -> str:
    """Return a question as a label: one that is too long is cut after a word."""
    if len(question) <= _LABEL:
        return question
    return question[:_LABEL].rsplit(" ", 1)[0] + "…"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CELLULE.zone)


class BoardRepository:
    """Reads and changes the board through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, wanted: BoardFilter, *, offset: int, limit: int
    ) -> tuple[Sequence[Row[Any]], int, int]:
        """Return groups with their numbers, the most asked first; how many groups and questions."""
        counts = self._counted(wanted)
        total = select(func.count(), func.coalesce(func.sum(counts.c.questions), 0)).join(
            LacuneGroupe, LacuneGroupe.id == counts.c.groupe_id
        )
        shown = (
            select(LacuneGroupe, counts)
            .join(counts, counts.c.groupe_id == LacuneGroupe.id)
            .order_by(counts.c.questions.desc(), counts.c.derniere.desc(), LacuneGroupe.id)
            .offset(offset)
            .limit(limit)
        )
        in_state = LacuneGroupe.etat.in_(wanted.etats)
        groups, questions = (await self._session.execute(total.where(in_state))).one()
        rows = (await self._session.execute(shown.where(in_state))).all()
        return rows, int(groups), int(questions)

    def _counted(self, wanted: BoardFilter) -> Any:
        motifs = [func.count().filter(Lacune.motif == each).label(each) for each in MOTIFS]
        return (
            select(
                Lacune.groupe_id,
                func.count().label("questions"),
                func.min(Lacune.at).label("premiere"),
                func.max(Lacune.at).label("derniere"),
                *motifs,
            )
            .where(Lacune.groupe_id.is_not(None), *wanted.of_gaps())
            .group_by(Lacune.groupe_id)
            .subquery()
        )

    async def count_states(self) -> dict[str, int]:
        """Return how many groups are in each state."""
        query = select(LacuneGroupe.etat, func.count()).group_by(LacuneGroupe.etat)
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def shares(self, wanted: BoardFilter) -> dict[str, dict[str, int]]:
        """Return how many questions each choice of each list would show, the others as they are.

        Those of « region » are by département.
        """
        values: dict[str, Any] = {
            "theme": func.unnest(Lacune.themes),
            "region": Lacune.departement,
            "departement": Lacune.departement,
            "mois": MONTH,
            "motif": Lacune.motif,
        }
        in_state = LacuneGroupe.etat.in_(wanted.etats)
        shares = {}
        for name, value in values.items():
            query = (
                select(value.label("value"), func.count())
                .join(LacuneGroupe, LacuneGroupe.id == Lacune.groupe_id)
                .where(in_state, *wanted.of_gaps(but=name))
                .group_by("value")
            )
            found = await self._session.execute(query)
            shares[name] = {row[0]: row[1] for row in found if row[0] is not None}
        return shares

    async def labels(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the most central question of each group that has any left."""
        query = (
            select(Lacune.groupe_id, Lacune.question)
            .where(Lacune.groupe_id.in_(numbers))
            .ext(distinct_on(Lacune.groupe_id))
            .order_by(Lacune.groupe_id, Lacune.rang, Lacune.item_id)
        )
        return {int(row[0] or 0): shortened(row[1]) for row in await self._session.execute(query)}

    async def read_at(self) -> datetime | None:
        """Return when the conversations were last read."""
        found: datetime | None = await self._session.scalar(select(LacuneReleve.at))
        return found

    async def group(self, number: int, *, lock: bool = False) -> LacuneGroupe | None:
        """Return a group by its number."""
        return await self._session.get(LacuneGroupe, number, with_for_update=lock or None)

    async def questions(
        self, number: int, *, offset: int, limit: int, unanswered: bool = False
    ) -> Sequence[Lacune]:
        """Return the questions of a group, the most central first; all, or those `unanswered`."""
        query = select(Lacune).where(Lacune.groupe_id == number)
        if unanswered:
            query = query.where(Lacune.reponse_id.is_(None), Lacune.reposee_le.is_not(None))
        query = query.order_by(Lacune.rang, Lacune.item_id).offset(offset).limit(limit)
        return (await self._session.scalars(query)).all()

    async def apart(self, number: int) -> tuple[str | None, datetime | None] | None:
        """Return who took the questions of a group out of another, and when; None if nobody."""
        query = select(Lacune.a_part_par, Lacune.a_part_le).where(
            Lacune.groupe_id == number, Lacune.a_part_le.is_not(None)
        )
        found = (await self._session.execute(query.order_by(Lacune.a_part_le).limit(1))).first()
        return (found[0], found[1]) if found else None

    async def numbers(self, number: int) -> Row[Any]:
        """Return what the page of a group says of it in numbers."""
        counts = self._counted(BoardFilter())
        query = select(counts).where(counts.c.groupe_id == number)
        return (await self._session.execute(query)).one()

    async def told(self, number: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Return the themes and the départements of a group, the most frequent first."""
        ranked = []
        for value in (func.unnest(Lacune.themes), Lacune.departement):
            query = (
                select(value.label("value"), func.count().label("questions"))
                .where(Lacune.groupe_id == number)
                .group_by("value")
                .order_by(desc("questions"), "value")
            )
            found = await self._session.execute(query)
            ranked.append([(str(row[0]), int(row[1])) for row in found if row[0] is not None])
        return ranked[0], ranked[1]

    async def change(self, number: int, **values: Any) -> None:
        """Change a group."""
        await self._session.execute(
            update(LacuneGroupe).where(LacuneGroupe.id == number).values(**values)
        )

    async def learn(self, sentences: Sequence[str], *, intent: str, who: str) -> int:
        """Keep sentences for the training files; return how many.

        One that is known takes this intent: the last of the staff to speak is right.
        """
        if not sentences:
            return 0
        rows = [{"texte": each, "intention": intent, "par": who} for each in sentences]
        statement = upsert(PhraseApprise).values(rows)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["texte"],
                set_={"intention": intent, "par": who, "at": func.now()},
            )
        )
        return len(rows)
