"""Groups of collectivités that ask about the same theme: how a projet partagé is born."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from api.projets_partages.repository import ThemeAsked, ThemeRepository
from knowledge.projets_partages.groupes import (
    MAX_COLLECTIVITES,
    MIN_COLLECTIVITES,
    Demandeur,
    Groupe,
    propose_groups,
)
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.lookup import find_territoire

_MENTION = Path(__file__).with_name("mention.yml")


@dataclass(frozen=True, slots=True)
class ThemeCandidats:
    """One theme asked about: the numbers, then the groups that could form."""

    theme: str
    demandes: int
    collectivites: int
    conversations: int
    groupes: tuple[Groupe, ...]


async def find_candidates(
    session: AsyncSession,
    base: TerritoireBase,
    *,
    since: datetime,
    until: datetime,
    theme: str | None = None,
) -> tuple[ThemeCandidats, ...]:
    """Return every theme that three collectivités or more asked about, the most asked first."""
    repository = ThemeRepository(session)
    asked = await repository.asked(since=since, until=until, theme=theme)
    talked = await repository.conversations(since=since, until=until)
    found = list(_by_theme(asked, talked, base))
    return tuple(sorted(found, key=lambda each: (-each.demandes, each.theme)))


def _by_theme(
    asked: Sequence[ThemeAsked], talked: Mapping[str, int], base: TerritoireBase
) -> Iterator[ThemeCandidats]:
    for theme in sorted({each.theme for each in asked}):
        demandeurs = [
            Demandeur(territoire, each.demandes, each.derniere)
            for each in asked
            if each.theme == theme and (territoire := find_territoire(base, each.type, each.code))
        ]
        if len(demandeurs) < MIN_COLLECTIVITES:
            continue
        yield ThemeCandidats(
            theme=theme,
            demandes=sum(each.demandes for each in demandeurs),
            collectivites=len(demandeurs),
            conversations=talked.get(theme, 0),
            groupes=propose_groups(demandeurs),
        )


@cache
def load_mention() -> tuple[str, tuple[str, ...]]:
    """Return the mention that goes with a list ranked by a program, and the rules it applies."""
    read: dict[str, Any] = yaml.safe_load(_MENTION.read_text(encoding="utf-8"))
    bounds = {"minimum": MIN_COLLECTIVITES, "maximum": MAX_COLLECTIVITES}
    return str(read["mention"]).strip(), tuple(each.format(**bounds) for each in read["regles"])
