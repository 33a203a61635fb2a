"""SQL of the questions asked again, of their answers, and of what became of the opinions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, String, Text, bindparam, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.entrainement.models import ModeleDecision
from api.lacunes.again import Question
from api.lacunes.models import Lacune, LacuneGroupe
from knowledge.resources.lifecycle import Action
from knowledge.resources.models import ResourceRevisionRow, ResourceRow
from knowledge.resources.resource import ResourceState, french_today
from knowledge.search.taxonomy_models import TaxonomyHistoryRow

AVIS = "avis_negatif"
_SEEN = (Action.PUBLISH, Action.ARCHIVE, Action.DELETE, Action.RESTORE)
_ANSWERED = """
UPDATE lacune SET reposee_le = now(), reponse_id = (
  SELECT id FROM resource WHERE resource.id = new.reponse_id
)
FROM unnest(:ids, :answers) AS new(item_id, reponse_id)
WHERE lacune.item_id = new.item_id
"""
# An opinion is about the resources that its answer showed, and those written since for its subject.
_OPINIONS = """
SELECT opinion.item_id, revised.at AS revisee_le, EXISTS (
  SELECT FROM feedback later JOIN conversation_item shown ON shown.id = later.item_id
  WHERE later.useful AND later.created_at > revised.at
    AND EXISTS (
      SELECT FROM unnest(about.ids) AS each(id)
      WHERE shown.turn->'resources' @> jsonb_build_array(jsonb_build_object('id', each.id))
    )
) AS approuvee
FROM lacune opinion
CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT id) AS ids FROM (
    SELECT cited->>'id' AS id FROM conversation_item answer,
      jsonb_array_elements(coalesce(answer.turn->'resources', '[]')) AS cited
    WHERE answer.reply_to = opinion.item_id
    UNION SELECT resource_id FROM lacune_fiche WHERE groupe_id = opinion.groupe_id
  ) cited
) about
LEFT JOIN LATERAL (
  SELECT max(greatest(done.created_at, known.publish_at)) AS at
  FROM resource_revision done JOIN resource known ON known.id = done.resource_id
  WHERE done.resource_id = ANY(about.ids) AND done.action = :publish
    AND done.created_at > opinion.at
    AND (known.publish_at IS NULL OR known.publish_at <= now())
) revised ON true
WHERE opinion.groupe_id = :number AND opinion.motif = :avis
"""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What became of a negative opinion: its answer published anew since, then found useful."""

    revisee_le: datetime | None
    approuvee: bool


@dataclass(frozen=True, slots=True)
class Compte:
    """How a subject stands: its questions that can be asked, those answered, its opinions."""

    questions: int
    repondues: int
    avis: int = 0
    approuves: int = 0

    @property
    def reste(self) -> int:
        """How many questions and opinions still keep the subject open."""
        return self.questions - self.repondues + self.avis - self.approuves

    @property
    def comble(self) -> bool:
        """Tell whether nothing keeps it open."""
        return self.questions + self.avis > 0 and self.reste == 0


class ReposeesRepository:
    """Reads and writes through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self, number: int) -> int:
        """Return how many questions of a group can be asked again: not the opinions."""
        query = select(func.count()).where(Lacune.groupe_id == number, Lacune.motif != AVIS)
        return await self._session.scalar(query) or 0

    async def count_asked(self, number: int, *, since: datetime) -> int:
        """Return how many were asked since then."""
        query = select(func.count()).where(Lacune.groupe_id == number, Lacune.reposee_le >= since)
        return await self._session.scalar(query.where(Lacune.motif != AVIS)) or 0

    async def begin(self, number: int) -> None:
        """Say that the questions of a group are being asked."""
        await self._change(number, reposer_depuis=func.clock_timestamp())

    async def to_ask(self, number: int, *, since: datetime, limit: int) -> list[Question]:
        """Return questions that were not asked since then, the most central first."""
        query = (
            select(Lacune.item_id, Lacune.question, Lacune.territoire_type, Lacune.territoire_code)
            .where(
                Lacune.groupe_id == number,
                Lacune.motif != AVIS,
                or_(Lacune.reposee_le.is_(None), Lacune.reposee_le < since),
            )
            .order_by(Lacune.rang, Lacune.item_id)
            .limit(limit)
        )
        return [Question(*row) for row in await self._session.execute(query)]

    async def keep(self, answers: Mapping[str, str | None]) -> None:
        """Keep the resource that answers each question, None for none."""
        statement = text(_ANSWERED).bindparams(
            bindparam("ids", list(answers), type_=ARRAY(String)),
            bindparam("answers", list(answers.values()), type_=ARRAY(Text)),
        )
        await self._session.execute(statement)

    async def compte(self, number: int) -> Compte:
        """Return how a group stands."""
        query = select(func.count(), func.count(Lacune.reponse_id)).where(
            Lacune.groupe_id == number, Lacune.motif != AVIS
        )
        questions, answered = (await self._session.execute(query)).one()
        opinions = (await self.opinions(number)).values()
        approved = sum(each.approuvee for each in opinions)
        return Compte(questions, answered, len(opinions), approved)

    async def opinions(self, number: int) -> dict[str, Opinion]:
        """Return what became of each negative opinion of a group, by message."""
        values = {"number": number, "avis": AVIS, "publish": Action.PUBLISH.value}
        found = await self._session.execute(text(_OPINIONS), values)
        return {row[0]: Opinion(row[1], bool(row[2])) for row in found}

    async def conclude(self, number: int, compte: Compte, **changes: Any) -> None:
        """Note what asking a group again gave."""
        told = {"posees": compte.questions, "repondues": compte.repondues}
        moment = {"verifie_le": func.clock_timestamp(), "reposer_depuis": None}
        await self._change(number, **told, **moment, **changes)

    async def _change(self, number: int, **values: Any) -> None:
        await self._session.execute(
            update(LacuneGroupe).where(LacuneGroupe.id == number).values(**values)
        )

    async def titles(self, resources: Sequence[str]) -> dict[str, str]:
        """Return the titles of resources."""
        query = select(ResourceRow.id, ResourceRow.title).where(ResourceRow.id.in_(resources))
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def last_change(self) -> datetime | None:
        """Return when what is answered last changed.

        A text published or withdrawn, a planned one that came, one that expired; a synonym, an
        acronym, a theme; the model of intents.
        """
        row, done = ResourceRow, ResourceRevisionRow
        planned = select(row.id).where(row.publish_at > func.now())
        seen = done.action.in_([each.value for each in _SEEN])
        moments = (
            select(func.max(done.created_at)).where(seen, done.resource_id.not_in(planned)),
            select(func.max(row.published_at)).where(row.published_at <= func.now()),
            select(func.max(TaxonomyHistoryRow.at)),
            select(func.max(ModeleDecision.at)).where(ModeleDecision.geste != "refuse"),
            select(
                func.timezone("Europe/Paris", func.max(row.expires_on) + text("interval '1 day'"))
            ).where(row.expires_on < french_today(), row.state == ResourceState.PUBLIE),
        )
        latest = func.greatest(*(each.scalar_subquery() for each in moments))
        found: datetime | None = await self._session.scalar(select(latest))
        return found

    async def lost(self, numbers: Sequence[int]) -> set[int]:
        """Return the groups, of these, one of whose answers is shown to élus no more."""
        row = ResourceRow
        query = (
            select(Lacune.groupe_id)
            .join(row, row.id == Lacune.reponse_id)
            .where(
                Lacune.groupe_id.in_(numbers),
                or_(
                    row.state != ResourceState.PUBLIE,
                    row.deleted_at.is_not(None),
                    row.expires_on < french_today(),
                ),
            )
            .distinct()
        )
        return {each for each in await self._session.scalars(query) if each is not None}
