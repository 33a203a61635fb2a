"""Groups the questions of the board, and keeps each group's state from one grouping to the next."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from api.annotations.collect import collect_doubts
from api.lacunes.collect import collect
from api.lacunes.groups import QuestionGroup, Said, group_questions, said
from api.lacunes.labels import distinctive_words
from api.lacunes.models import LacuneGroupe
from api.lacunes.repository import LacuneRepository, ToGroup
from nlu.encoder import Encoder

REGROUP = "lacunes.regroup"
FORCED = {"force": True}
"""What to tell the job to group anew, once, were no question come nor gone."""
EVERY = timedelta(hours=1)
_HALF = "<f2"
_READ_AT_ONCE = 2000
_KEPT_STATES = ("hors_champ", "close", "en_cours")


class Regroup:
    """The hourly job: read the conversations, then group anew if a question came or left.

    The messages whose meaning is doubted are gathered on the way, for the annotation queue.

    Questions are read by the encoder a few at a time, each part kept before the next.
    """

    def __init__(
        self,
        encoder: Callable[[], Encoder],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limit: int = _READ_AT_ONCE,
    ) -> None:
        self._encoder = encoder
        self._now = now
        self._limit = limit

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Do it; return when to do it again, None when it was asked for once."""
        await LacuneRepository(session).hold()
        since = await collect(session, now=self._now())
        await collect_doubts(session, since=since)
        repository = LacuneRepository(session)
        await repository.drop_empty()
        if await self.read_some(session) == self._limit:
            return self._now()
        forced = payload == FORCED
        if forced or await repository.to_regroup():
            await regroup(session)
        return None if forced else self._now() + EVERY

    async def read_some(self, session: AsyncSession) -> int:
        """Have some of the questions not read yet read by the encoder; return how many."""
        repository, encoder = LacuneRepository(session), self._encoder()
        unread = await repository.unread(encoder.name, limit=self._limit)
        if unread:
            rows = await asyncio.to_thread(encoder.encode, [question for _, question in unread])
            vectors = {
                item_id: row.astype(_HALF).tobytes()
                for (item_id, _), row in zip(unread, rows, strict=True)
            }
            await repository.save_vectors(vectors, encoder=encoder.name)
        return len(unread)


async def regroup(session: AsyncSession) -> None:
    """Group every question of the board; the states follow the questions."""
    repository = LacuneRepository(session)
    gaps = await repository.all_gaps()
    groups, words = await asyncio.to_thread(_group, gaps)
    numbers = await _identify(repository, gaps, groups, words)
    apart = _apart(gaps)
    placed = [
        (gaps[position].item_id, number, rank, apart[position] is not None)
        for group, number in zip(groups, numbers, strict=True)
        for rank, position in enumerate(group.members)
    ]
    await repository.place(placed)
    await repository.follow_fiches(_moves(gaps, groups, numbers))
    await repository.drop_empty()
    await repository.reopen_asked_again()


def _moves(
    gaps: Sequence[ToGroup], groups: Sequence[QuestionGroup], numbers: Sequence[int]
) -> dict[int, int]:
    """Return where most questions of each group went that is no more."""
    went: dict[int, Counter[int]] = defaultdict(Counter)
    for group, number in zip(groups, numbers, strict=True):
        for position in group.members:
            if (former := gaps[position].groupe_id) is not None:
                went[former][number] += 1
    gone = went.keys() - set(numbers)
    return {
        each: min(went[each], key=lambda number: (-went[each][number], number)) for each in gone
    }


def _group(gaps: Sequence[ToGroup]) -> tuple[list[QuestionGroup], list[list[str]]]:
    """Return the groups, the largest first, and the distinctive words of each."""
    apart: dict[Said | None, list[int]] = defaultdict(list)
    for position, words in enumerate(_apart(gaps)):
        apart[words].append(position)
    groups = _look_alike(gaps, apart.pop(None, []))
    groups += [QuestionGroup(tuple(members)) for members in apart.values()]
    groups.sort(key=lambda each: (-len(each.members), min(each.members)))
    texts = [[gaps[position].question for position in group.members] for group in groups]
    return groups, distinctive_words(texts)


def _look_alike(gaps: Sequence[ToGroup], positions: Sequence[int]) -> list[QuestionGroup]:
    """Return the groups of the gaps at these positions."""
    stored = np.frombuffer(b"".join(gaps[each].vecteur for each in positions), dtype=_HALF)
    vectors = stored.reshape(len(positions), -1) if positions else np.empty((0, 0))
    found = group_questions([gaps[each].question for each in positions], vectors.astype(np.float32))
    return [QuestionGroup(tuple(positions[each] for each in group.members)) for group in found]


def _apart(gaps: Sequence[ToGroup]) -> list[Said | None]:
    """Return what each gap says if staff took that out of its subject, else None."""
    taken_out = {said(gap.question) for gap in gaps if gap.a_part}
    if not taken_out:
        return [None] * len(gaps)
    return [words if (words := said(gap.question)) in taken_out else None for gap in gaps]


async def _identify(
    repository: LacuneRepository,
    gaps: Sequence[ToGroup],
    groups: Sequence[QuestionGroup],
    words: Sequence[list[str]],
) -> list[int]:
    """Return the number of each group: that of the former group it comes from, or a new one.

    When a group splits, the larger part keeps its number; the others keep its state.
    """
    states = await repository.states()
    parents = [_parent(group, gaps) for group in groups]
    heirs = _heirs(groups, parents)
    kept = [index for index in range(len(groups)) if heirs.get(parents[index]) == index]
    numbers = {index: parents[index] or 0 for index in kept}
    await repository.rename(
        [
            {"id": number, "termes": words[index]}
            for index, number in numbers.items()
            if states[number].termes != words[index]
        ]
    )
    new = [index for index in range(len(groups)) if index not in numbers]
    made = await repository.add_groups(
        [{"termes": words[index], **_state(states.get(parents[index] or 0))} for index in new]
    )
    numbers |= dict(zip(new, made, strict=True))
    return [numbers[index] for index in range(len(groups))]


def _parent(group: QuestionGroup, gaps: Sequence[ToGroup]) -> int | None:
    """Return the former group of most of those questions that had one."""
    former = Counter(
        number for position in group.members if (number := gaps[position].groupe_id) is not None
    )
    return min(former, key=lambda number: (-former[number], number)) if former else None


def _heirs(groups: Sequence[QuestionGroup], parents: Sequence[int | None]) -> dict[int | None, int]:
    """Return which group takes the number of each former one: the largest of its parts."""
    heirs: dict[int | None, int] = {}
    for index, parent in enumerate(parents):  # the largest group comes first
        if parent is not None:
            heirs.setdefault(parent, index)
    return heirs


def _state(parent: LacuneGroupe | None) -> dict[str, Any]:
    if parent is None or parent.etat not in _KEPT_STATES:
        return {"etat": "ouverte", "etat_par": None, "etat_le": datetime.now(UTC)}
    kept = ("etat", "etat_par", "etat_raison", "etat_le")
    return {name: getattr(parent, name) for name in kept}
