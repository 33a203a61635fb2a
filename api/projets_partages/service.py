"""Groups of collectivités that ask about the same theme: how a projet partagé is born."""

import asyncio
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
from knowledge.territoires.territoire import Territoire

_MENTION = Path(__file__).with_name("mention.yml")


@dataclass(frozen=True, slots=True)
class Lieu:
    """Where the collectivités are looked for: codes of a département, of a région; None: anywhere.

    An EPCI is in the département where most of its inhabitants live.
    """

    departement: str | None = None
    region: str | None = None

    def holds(self, territoire: Territoire) -> bool:
        """Tell whether a collectivité is there."""
        return self.departement in (None, territoire.departement) and self.region in (
            None,
            territoire.region,
        )


PARTOUT = Lieu()


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
    lieu: Lieu = PARTOUT,
) -> tuple[ThemeCandidats, ...]:
    """Return every theme that three collectivités or more asked about, the most asked first.

    `lieu` keeps the collectivités of a département, of a région, or both: groups form among them.
    """
    repository = ThemeRepository(session)
    asked = await repository.asked(since=since, until=until, theme=theme)
    talked = await repository.conversations(since=since, until=until)
    # Years of requests take a second: other answers do not wait for it.
    return await asyncio.to_thread(rank_themes, asked, talked, base, lieu)


def rank_themes(
    asked: Sequence[ThemeAsked], talked: Mapping[str, int], base: TerritoireBase, lieu: Lieu
) -> tuple[ThemeCandidats, ...]:
    """Return the themes that three collectivités or more asked about, the most asked first."""
    by_theme: dict[str, list[Demandeur]] = {}
    for each in asked:
        territoire = find_territoire(base, each.type, each.code)
        if territoire is not None and lieu.holds(territoire):
            one = Demandeur(territoire, each.demandes, each.derniere, each.references)
            by_theme.setdefault(each.theme, []).append(one)
    found = _candidates(by_theme, talked)
    return tuple(sorted(found, key=lambda each: (-each.demandes, each.theme)))


def _candidates(
    by_theme: Mapping[str, Sequence[Demandeur]], talked: Mapping[str, int]
) -> Iterator[ThemeCandidats]:
    for theme, demandeurs in by_theme.items():
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
