"""SQL that fills the gap board and groups it, and nothing else. The pages read by `board`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    String,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from api.lacunes.models import Lacune, LacuneFiche, LacuneGroupe, LacuneReleve

MOVED = """
SELECT id FROM conversation
WHERE CAST(:since AS timestamptz) IS NULL OR last_seen_at >= :since
UNION
SELECT item.conversation_id FROM feedback
JOIN conversation_item item ON item.id = feedback.item_id WHERE feedback.created_at >= :since
"""
"""The conversations that moved since `:since`, all of them when it is null."""
CONTACTS = """
ARRAY(
  SELECT DISTINCT given FROM ticket, unnest(ARRAY[nom, courriel, telephone]) AS given
  WHERE conversation_id = moved.id AND given <> ''
)
"""
"""What the requests of a conversation say of their author, to be masked."""
# The question of a turn is the last message, up to the one it answers, that asked something:
# who presses « parler à un conseiller » has asked before.
_UNSATISFIED = f"""
SELECT q.id AS item_id, q.text, q.created_at AS at,
       t.turn->'understanding'->'themes' AS themes,
       t.turn->'understanding'->'territoires' AS territoires,
       c.memory->'territoire' AS territoire,
       t.turn->'dialogue'->>'territoire_type' AS place_type,
       t.turn->'dialogue'->>'territoire_code' AS place_code,
       a.turn->>'outcome' AS outcome, f.useful, f.reason, f.comment,
       {CONTACTS} AS contacts
FROM ({MOVED}) moved
JOIN conversation c ON c.id = moved.id
JOIN conversation_item a ON a.conversation_id = c.id
JOIN conversation_item m ON m.id = a.reply_to
LEFT JOIN feedback f ON f.item_id = a.id
CROSS JOIN LATERAL (
  SELECT asked.id FROM conversation_item asked
  JOIN conversation_item reply ON reply.reply_to = asked.id
  WHERE asked.conversation_id = a.conversation_id AND asked.author = 'elu'
    AND asked.seq <= m.seq AND asked.payload IS NULL AND asked.text <> ''
    AND reply.turn->'understanding'->>'intent' = ANY(:intents)
  ORDER BY asked.seq DESC LIMIT 1
) asking
JOIN conversation_item q ON q.id = asking.id
JOIN conversation_item t ON t.reply_to = q.id
WHERE a.author = 'assistant' AND (a.turn->>'outcome' = ANY(:outcomes) OR f.useful IS FALSE)
ORDER BY q.created_at, q.id, a.seq
"""  # noqa: S608 - both parts are constants
_WITHDRAW = f"""
DELETE FROM lacune USING conversation_item item
WHERE item.id = lacune.item_id AND item.conversation_id IN ({MOVED})
  AND lacune.item_id <> ALL(:kept)
"""  # noqa: S608 - both parts are constants
_PLACE = """
UPDATE lacune SET groupe_id = new.groupe_id, rang = new.rang
FROM unnest(:ids, :groups, :ranks, :apart) AS new(item_id, groupe_id, rang, a_part)
WHERE lacune.item_id = new.item_id AND (lacune.a_part_le IS NOT NULL) <= new.a_part
  AND (lacune.groupe_id, lacune.rang) IS DISTINCT FROM (new.groupe_id, new.rang)
"""
# Writing a statement of this many rows holds the service for some 30 ms.
_BATCH = 200
_TOLD = (
    "motif",
    "raison",
    "commentaire",
    "question",
    "themes",
    "departement",
    "territoire_type",
    "territoire_code",
)


@dataclass(frozen=True, slots=True)
class ToGroup:
    """A gap as the grouping reads it."""

    item_id: str
    question: str
    groupe_id: int | None
    vecteur: bytes
    a_part: bool


class LacuneRepository:
    """Fills and groups the board through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def last_reading(self) -> datetime | None:
        """Return when the conversations were last read."""
        found: datetime | None = await self._session.scalar(select(LacuneReleve.at))
        return found

    async def hold(self) -> None:
        """Wait for another reading to end, and have others wait for this one."""
        await self._session.execute(select(LacuneReleve.id).with_for_update())

    async def note_reading(self, at: datetime) -> None:
        """Write when the conversations were read."""
        statement = upsert(LacuneReleve).values(id=1, at=at)
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_={"at": at})
        )

    async def unsatisfied_turns(
        self, *, since: datetime | None, outcomes: Sequence[str], intents: Sequence[str]
    ) -> Sequence[Mapping[str, Any]]:
        """Return the turns that did not satisfy, each with the question that it is about.

        Of the conversations that moved since then, all are returned.
        """
        query = text(_UNSATISFIED).bindparams(
            bindparam("outcomes", list(outcomes), type_=ARRAY(String)),
            bindparam("intents", list(intents), type_=ARRAY(String)),
            since=since,
        )
        return [dict(row) for row in (await self._session.execute(query)).mappings()]

    async def keep(self, gaps: Sequence[dict[str, Any]]) -> None:
        """Add gaps; one that is known says what is said now, and is read anew if reworded."""
        for start in range(0, len(gaps), _BATCH):
            statement = upsert(Lacune).values(list(gaps[start : start + _BATCH]))
            new = statement.excluded
            same = case((Lacune.question == new.question, Lacune.vecteur), else_=None)
            before = tuple_(*(getattr(Lacune, name) for name in _TOLD))
            now = tuple_(*(new[name] for name in _TOLD))
            await self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["item_id"],
                    set_={name: new[name] for name in _TOLD} | {"vecteur": same},
                    where=before.is_distinct_from(now),
                )
            )

    async def withdraw(self, *, since: datetime, kept: Sequence[str]) -> None:
        """Take off the board what the conversations moved since then no longer say."""
        query = text(_WITHDRAW).bindparams(
            bindparam("kept", list(kept), type_=ARRAY(String)), since=since
        )
        await self._session.execute(query)

    async def unread(self, encoder: str, *, limit: int) -> list[tuple[str, str]]:
        """Return gaps that this encoder has not read, by message, with their question."""
        unread = or_(Lacune.vecteur.is_(None), Lacune.encodeur.is_distinct_from(encoder))
        query = select(Lacune.item_id, Lacune.question).where(unread).limit(limit)
        return [(str(row[0]), str(row[1])) for row in await self._session.execute(query)]

    async def to_regroup(self) -> bool:
        """Tell whether a question came, or left, since the last grouping."""
        now = select(func.count(), func.count(Lacune.groupe_id)).select_from(Lacune)
        questions, placed = (await self._session.execute(now)).one()
        grouped = await self._session.scalar(select(LacuneReleve.groupees))
        return bool(placed < questions or questions != (grouped or 0))

    async def all_gaps(self) -> list[ToGroup]:
        """Return every gap that was read, the oldest first."""
        apart = Lacune.a_part_le.is_not(None)
        columns = (Lacune.item_id, Lacune.question, Lacune.groupe_id, Lacune.vecteur, apart)
        query = select(*columns).where(Lacune.vecteur.is_not(None))
        found = await self._session.execute(query.order_by(Lacune.at, Lacune.item_id))
        return [ToGroup(row[0], row[1], row[2], row[3] or b"", row[4]) for row in found]

    async def save_vectors(self, vectors: Mapping[str, bytes], *, encoder: str) -> None:
        """Keep the vectors of gaps by message."""
        statement = update(Lacune).where(Lacune.item_id == bindparam("id"))
        statement = statement.values(vecteur=bindparam("vector"), encodeur=encoder)
        rows = [{"id": id_, "vector": vector} for id_, vector in vectors.items()]
        connection = await self._session.connection()
        await connection.execute(statement, rows)

    async def states(self) -> dict[int, LacuneGroupe]:
        """Return the groups by number."""
        found = await self._session.scalars(select(LacuneGroupe))
        return {group.id: group for group in found}

    async def add_groups(self, groups: Sequence[dict[str, Any]]) -> list[int]:
        """Add groups; return their numbers in order."""
        numbers: list[int] = []
        for start in range(0, len(groups), _BATCH):
            part = list(groups[start : start + _BATCH])
            statement = insert(LacuneGroupe).returning(
                LacuneGroupe.id, sort_by_parameter_order=True
            )
            numbers += (await self._session.scalars(statement, part)).all()
        return numbers

    async def rename(self, groups: Sequence[dict[str, Any]]) -> None:
        """Give groups, by number, their present words."""
        if groups:
            await self._session.execute(update(LacuneGroupe), list(groups))

    async def place(self, placed: Sequence[tuple[str, int, int, bool]]) -> None:
        """Put gaps in their groups: for each, its message, the group, its rank there.

        The last says whether it stands apart: one that was taken out meanwhile stays where it is.
        """
        ids, groups, ranks, apart = ([row[column] for row in placed] for column in range(4))
        statement = text(_PLACE).bindparams(
            bindparam("ids", ids, type_=ARRAY(String)),
            bindparam("groups", groups, type_=ARRAY(Integer)),
            bindparam("ranks", ranks, type_=ARRAY(Integer)),
            bindparam("apart", apart, type_=ARRAY(Boolean)),
        )
        await self._session.execute(statement)
        await self._session.execute(update(LacuneReleve).values(groupees=len(placed)))

    async def follow_fiches(self, moves: Mapping[int, int]) -> None:
        """Tie what was written for a group, by number, to the one where its questions went."""
        for former, number in moves.items():
            tied = select(LacuneFiche.resource_id, literal(number), LacuneFiche.par, LacuneFiche.at)
            columns = ["resource_id", "groupe_id", "par", "at"]
            statement = upsert(LacuneFiche).from_select(
                columns, tied.where(LacuneFiche.groupe_id == former)
            )
            await self._session.execute(statement.on_conflict_do_nothing())

    async def drop_empty(self) -> None:
        """Forget the groups whose questions are all gone: their words are an élu's."""
        kept = select(Lacune.groupe_id).where(Lacune.groupe_id.is_not(None))
        await self._session.execute(delete(LacuneGroupe).where(LacuneGroupe.id.not_in(kept)))

    async def reopen_asked_again(self) -> None:
        """Open again the closed groups that someone asked about since."""
        later = (
            select(Lacune.item_id)
            .where(Lacune.groupe_id == LacuneGroupe.id, Lacune.at > LacuneGroupe.etat_le)
            .exists()
        )
        await self._session.execute(
            update(LacuneGroupe)
            .where(LacuneGroupe.etat == "close", later)
            .values(etat="ouverte", etat_par=None, etat_raison=None, etat_le=func.now())
            .execution_options(synchronize_session=False)
        )
