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
# An opinion is about the resources that its answer showed, and those written since for its subject:
# it is lifted by the first of them that was published since, then shown again and found useful.
_OPINIONS = """
WITH opinion AS (
  SELECT item_id, groupe_id, at FROM lacune WHERE groupe_id = :number AND motif = :avis
), cited AS (
  SELECT opinion.item_id, opinion.at, shown.id #>> '{}' AS id
  FROM opinion JOIN conversation_item answer ON answer.reply_to = opinion.item_id
  CROSS JOIN LATERAL jsonb_path_query(answer.turn, '$.resources[*].id') AS shown(id)
  UNION
  SELECT opinion.item_id, opinion.at, tied.resource_id
  FROM opinion JOIN lacune_fiche tied ON tied.groupe_id = opinion.groupe_id
), revised AS (
  SELECT cited.item_id, cited.id, min(greatest(done.created_at, known.publish_at)) AS at
  FROM cited
  JOIN resource_revision done ON done.resource_id = cited.id
    AND done.action = :publish AND done.created_at > cited.at
  JOIN resource known ON known.id = cited.id
  WHERE known.publish_at IS NULL OR known.publish_at <= now()
  GROUP BY cited.item_id, cited.id
), useful AS (
  SELECT shown.id #>> '{}' AS id, max(later.created_at) AS at
  FROM feedback later JOIN conversation_item answer ON answer.id = later.item_id
  CROSS JOIN LATERAL jsonb_path_query(answer.turn, '$.resources[*].id') AS shown(id)
  WHERE later.useful AND later.created_at > (SELECT min(at) FROM revised)
  GROUP BY 1
), best AS (
  SELECT DISTINCT ON (revised.item_id) revised.item_id, revised.at,
    coalesce(useful.at > revised.at, false) AS approuvee
  FROM revised LEFT JOIN useful USING (id)
  ORDER BY revised.item_id, coalesce(useful.at > revised.at, false) DESC, revised.at
)
SELECT opinion.item_id, best.at, coalesce(best.approuvee, false)
FROM opinion LEFT JOIN best USING (item_id)
"""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What became of a negative opinion: its answer published anew since, then found useful."""

    revisee_le: datetime | None
    approuvee: bool


@dataclass(frozen=True, slots=True)
class Compte:
    """How a subject stands: its questions that can be asked, those answered, its opinions.

    `reposees`: the questions that were asked again since their answers are kept.
    """

    questions: int
    repondues: int
    avis: int = 0
    approuves: int = 0
    reposees: int = 0

    @property
    def reste(self) -> int:
        """How many questions and opinions still keep the subject open."""
        return self.questions - self.repondues + self.avis - self.approuves

    @property
    def connu(self) -> bool:
        """Tell whether what is left is known: it is not while no question was asked again."""
        return self.reposees > 0 or not self.questions

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

    async def now(self) -> datetime:
        """Return the present moment, as the database tells it."""
        found: datetime = (await self._session.execute(select(func.clock_timestamp()))).scalar_one()
        return found

    async def begin(self, number: int) -> None:
        """Say that the questions of a group are being asked, by a job."""
        await self._change(number, reposer_depuis=func.clock_timestamp())

    async def end(self, number: int) -> None:
        """Say that they were."""
        await self._change(number, reposer_depuis=None)

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

    async def compte(self, number: int, opinions: Mapping[str, Opinion] | None = None) -> Compte:
        """Return how a group stands; its `opinions` are read unless they are given."""
        counts = (func.count(), func.count(Lacune.reponse_id), func.count(Lacune.reposee_le))
        query = select(*counts).where(Lacune.groupe_id == number, Lacune.motif != AVIS)
        questions, answered, asked = (await self._session.execute(query)).one()
        if opinions is None:
            opinions = await self.opinions(number)
        approved = sum(each.approuvee for each in opinions.values())
        return Compte(questions, answered, len(opinions), approved, asked)

    async def opinions(self, number: int) -> dict[str, Opinion]:
        """Return what became of each negative opinion of a group, by message."""
        values = {"number": number, "avis": AVIS, "publish": Action.PUBLISH.value}
        found = await self._session.execute(text(_OPINIONS), values)
        return {row[0]: Opinion(row[1], bool(row[2])) for row in found}

    async def conclude(self, number: int, compte: Compte, **changes: Any) -> None:
        """Note what asking a group again gave."""
        told = {"posees": compte.questions, "repondues": compte.repondues}
        moment = {"verifie_le": func.clock_timestamp()}
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
