"""SQL of the annotation queue, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    bindparam,
    case,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from api.annotations.models import MOTIFS, Annotation, MessageDouteux
from api.comptes.models import Compte
from api.lacunes.models import PhraseApprise
from api.lacunes.repository import CONTACTS, MOVED

# A message that answers a question of the assistant means nothing without it: left aside.
_DOUBTED = f"""
SELECT m.id AS item_id, m.text, m.created_at AS at,
       r.turn->'understanding'->>'intent' AS intention,
       CAST(r.turn->'understanding'->>'confidence' AS float) AS confiance,
       coalesce(CAST(r.turn->'understanding'->'alternatives'->0->>'confidence' AS float), 0)
         AS seconde,
       r.turn->>'outcome' = 'clarified' AS demande, following.payload AS suivant,
       coalesce(f.useful IS FALSE AND f.reason = ANY(:reasons), false) AS conteste,
       coalesce(CAST(r.turn->'understanding'->>'contredit' AS boolean), false) AS contredit,
       {CONTACTS} AS contacts
FROM ({MOVED}) moved
JOIN conversation_item m ON m.conversation_id = moved.id
JOIN conversation_item r ON r.reply_to = m.id
LEFT JOIN feedback f ON f.item_id = r.id
LEFT JOIN LATERAL (
  SELECT turn FROM conversation_item
  WHERE conversation_id = m.conversation_id AND author = 'assistant' AND seq < m.seq
  ORDER BY seq DESC LIMIT 1
) before ON true
LEFT JOIN LATERAL (
  SELECT payload FROM conversation_item
  WHERE conversation_id = m.conversation_id AND author = 'elu' AND seq > m.seq
  ORDER BY seq LIMIT 1
) following ON true
WHERE m.author = 'elu' AND m.payload IS NULL AND length(m.text) BETWEEN 2 AND :length
  AND r.turn->'understanding'->>'confidence' IS NOT NULL
  AND before.turn->'dialogue'->>'question' IS NULL
  AND coalesce(jsonb_array_length(r.turn->'understanding'->'intents'), 0) <= 1
  AND (
    f.useful IS FALSE OR r.turn->>'outcome' = 'clarified'
    OR r.turn->'understanding'->>'contredit' = 'true'
    OR CAST(r.turn->'understanding'->>'confidence' AS float)
       - coalesce(CAST(r.turn->'understanding'->'alternatives'->0->>'confidence' AS float), 0)
       < :margin
  )
ORDER BY m.created_at, m.id
"""  # noqa: S608 - all parts are constants
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the labelling is, for one person and for all."""

    a_faire: int
    seconds: int
    accord: int
    desaccord: int
    tranche: int


class DoubtRepository:
    """Reads and writes the queue through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def doubted(
        self, *, since: datetime | None, margin: float, length: int, reasons: Sequence[str]
    ) -> Sequence[dict[str, Any]]:
        """Return the messages that may have been misunderstood, of conversations moved since."""
        query = text(_DOUBTED).bindparams(
            bindparam("reasons", list(reasons), type_=ARRAY(String)),
            since=since,
            margin=margin,
            length=length,
        )
        return [dict(row) for row in (await self._session.execute(query)).mappings()]

    async def queue(self, doubts: Sequence[dict[str, Any]]) -> None:
        """Add messages; one of known words is not doubled, and takes the strongest reason.

        What was learnt of its author since, a name to mask, is masked in what is kept.
        """
        for start in range(0, len(doubts), _BATCH):
            rows = list(doubts[start : start + _BATCH])
            await self._mask_again(rows)
            statement = upsert(MessageDouteux).values(rows)
            new = statement.excluded
            await self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["cle"],
                    set_={
                        "motif": new.motif,
                        "corrigee": func.coalesce(new.corrigee, MessageDouteux.corrigee),
                        "marge": func.least(new.marge, MessageDouteux.marge),
                    },
                    where=(MessageDouteux.etat == "a_faire")
                    & (_strength(new.motif) < _strength(MessageDouteux.motif)),
                )
            )

    async def _mask_again(self, rows: Sequence[dict[str, Any]]) -> None:
        """Reword the messages already queued under other words; one now a double leaves."""
        keys = {row["item_id"]: row for row in rows}
        query = select(MessageDouteux).where(MessageDouteux.item_id.in_(keys))
        for known in (await self._session.scalars(query)).all():
            wanted = keys[known.item_id]
            if (known.texte, known.cle) == (wanted["texte"], wanted["cle"]):
                continue
            taken = select(MessageDouteux.item_id).where(
                MessageDouteux.cle == wanted["cle"], MessageDouteux.item_id != known.item_id
            )
            if await self._session.scalar(taken) is None:
                known.texte, known.cle = wanted["texte"], wanted["cle"]
            else:
                await self._session.delete(known)
            await self._session.flush()

    async def next_for(self, compte_id: str) -> MessageDouteux | None:
        """Return the message to label: first those that wait for a second opinion."""
        labels = _labels()
        motif = _strength(MessageDouteux.motif)
        disputed = case((MessageDouteux.candidat.is_not(None), MOTIFS.index("contredit")))
        query = (
            select(MessageDouteux)
            .outerjoin(labels, labels.c.item_id == MessageDouteux.item_id)
            .where(MessageDouteux.etat == "a_faire", ~_seen_by(compte_id))
            .order_by(
                func.coalesce(labels.c.dites, 0).desc(),
                func.least(motif, disputed),
                MessageDouteux.marge,
                MessageDouteux.item_id,
            )
            .limit(1)
        )
        return (await self._session.scalars(query)).first()

    async def progress(self, compte_id: str) -> Progress:
        """Return how far the labelling is."""
        labels, left = _labels(), (MessageDouteux.etat == "a_faire") & ~_seen_by(compte_id)
        query = (
            select(
                func.count().filter(left),
                func.count().filter(left & (labels.c.dites > 0)),
                *(
                    func.count().filter(MessageDouteux.etat == etat)
                    for etat in ("accord", "desaccord", "tranche")
                ),
            )
            .select_from(MessageDouteux)
            .outerjoin(labels, labels.c.item_id == MessageDouteux.item_id)
        )
        row = (await self._session.execute(query)).one()
        return Progress(row[0], row[1], row[2], row[3], row[4])

    async def message(self, item_id: str) -> MessageDouteux | None:
        """Return a message, locked: one label at a time changes its state."""
        return await self._session.get(MessageDouteux, item_id, with_for_update=True)

    async def label(self, item_id: str, compte_id: str, intention: str | None) -> None:
        """Write what someone says of a message; their last word wins."""
        statement = upsert(Annotation).values(
            item_id=item_id, compte_id=compte_id, intention=intention
        )
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["item_id", "compte_id"],
                set_={"intention": intention, "at": func.now()},
            )
        )

    async def labels(self, item_id: str) -> list[tuple[str, str, str]]:
        """Return what is said of a message, the first to speak first; passes aside.

        Each: the account, its name, the label.
        """
        query = (
            select(Compte.id, Compte.nom, Annotation.intention)
            .join(Compte, Compte.id == Annotation.compte_id)
            .where(Annotation.item_id == item_id, Annotation.intention.is_not(None))
            .order_by(Annotation.id)
        )
        return [(row[0], row[1], str(row[2])) for row in await self._session.execute(query)]

    async def another(self, roles: Sequence[str], *, but: Sequence[str]) -> bool:
        """Tell whether an open account of these roles is none of those."""
        query = select(Compte.id).where(
            Compte.role.in_(roles), Compte.id.not_in(but), Compte.disabled_at.is_(None)
        )
        return await self._session.scalar(query.limit(1)) is not None

    async def last_of(self, compte_id: str) -> tuple[MessageDouteux, str | None] | None:
        """Return the last message that someone saw, and what they said of it."""
        query = (
            select(MessageDouteux, Annotation.intention)
            .join(Annotation, Annotation.item_id == MessageDouteux.item_id)
            .where(Annotation.compte_id == compte_id)
            .order_by(Annotation.at.desc(), Annotation.id.desc())
            .limit(1)
        )
        found = (await self._session.execute(query)).first()
        return (found[0], found[1]) if found else None

    async def unlabel(self, item_id: str, compte_id: str) -> None:
        """Forget what someone said of a message."""
        mine = (Annotation.item_id == item_id) & (Annotation.compte_id == compte_id)
        await self._session.execute(delete(Annotation).where(mine))

    async def change(self, item_id: str, *, etat: str, retenue: str | None) -> None:
        """Change where a message stands."""
        await self._session.execute(
            update(MessageDouteux)
            .where(MessageDouteux.item_id == item_id)
            .values(etat=etat, retenue=retenue)
        )

    async def to_read_again(self, *, limit: int) -> list[tuple[str, str]]:
        """Return the messages still to label, for two models to read: id and text, newest first."""
        query = select(MessageDouteux.item_id, MessageDouteux.texte)
        query = query.where(MessageDouteux.etat == "a_faire")
        query = query.order_by(MessageDouteux.at.desc(), MessageDouteux.item_id).limit(limit)
        return [(row[0], row[1]) for row in await self._session.execute(query)]

    async def note_readings(self, readings: Mapping[str, str]) -> None:
        """Write how the last model trained reads the messages that it reads otherwise, by id.

        What a former one read is forgotten; a message erased meanwhile is left aside.
        """
        doubts = MessageDouteux
        await self._session.execute(
            update(doubts).where(doubts.candidat.is_not(None)).values(candidat=None)
        )
        for intent in sorted(set(readings.values())):
            ids = [item_id for item_id, read in readings.items() if read == intent]
            await self._session.execute(
                update(doubts).where(doubts.item_id.in_(ids)).values(candidat=intent)
            )

    async def unlearn(self, sentence: str) -> None:
        """Take a sentence back from those kept for the training files."""
        await self._session.execute(delete(PhraseApprise).where(PhraseApprise.texte == sentence))

    async def both_labels(self) -> list[tuple[tuple[str, str], tuple[str, str]]]:
        """Return, for each message that two people labelled, their names then what each said."""
        one, other = aliased(Annotation), aliased(Annotation)
        first, second = aliased(Compte), aliased(Compte)
        query = (
            select(first.nom, second.nom, one.intention, other.intention)
            .select_from(one)
            .join(other, other.item_id == one.item_id)
            .join(first, first.id == one.compte_id)
            .join(second, second.id == other.compte_id)
            .where(
                first.nom < second.nom,
                one.intention.is_not(None),
                other.intention.is_not(None),
            )
            .order_by(first.nom, second.nom)
        )
        return [((a, b), (str(x), str(y))) for a, b, x, y in await self._session.execute(query)]

    async def disagreements(self, *, limit: int) -> list[MessageDouteux]:
        """Return the messages of which two people say different things, the oldest first."""
        query = select(MessageDouteux).where(MessageDouteux.etat == "desaccord")
        query = query.order_by(MessageDouteux.at, MessageDouteux.item_id).limit(limit)
        return list(await self._session.scalars(query))

    async def learnt(self) -> list[tuple[str, str]]:
        """Return the sentences kept for the training files with their intent, the oldest first."""
        query = select(PhraseApprise.texte, PhraseApprise.intention).order_by(PhraseApprise.id)
        return [(row[0], row[1]) for row in await self._session.execute(query)]


def _strength(motif: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[int]:
    """Rank of a reason to doubt: 0 for the strongest."""
    return case({each: rank for rank, each in enumerate(MOTIFS)}, value=motif)


def _labels() -> Any:
    return (
        select(Annotation.item_id, func.count().label("dites"))
        .where(Annotation.intention.is_not(None))
        .group_by(Annotation.item_id)
        .subquery()
    )


def _seen_by(compte_id: str) -> Any:
    return (
        select(Annotation.id)
        .where(Annotation.item_id == MessageDouteux.item_id, Annotation.compte_id == compte_id)
        .exists()
    )
