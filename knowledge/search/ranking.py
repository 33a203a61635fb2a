"""What we know of the élu changes the order: territory, size, type asked, freshness, variety."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.resources.resource import Resource, ResourceType, french_today
from knowledge.search.index import top_positions
from knowledge.search.places import NATIONAL_REF, Nearness, PlaceIndex
from knowledge.search.query import SearchQuery
from knowledge.territoires.territoire import TerritoireContext

# Relevance lies between about .3 (unrelated) and 3 (a known question): priors settle the order of
# neighbours, they never lift an unrelated resource above an answer.
NEARNESS_WEIGHTS = np.array([0.0, 0.02, 0.08, 0.18, 0.28, 0.35], dtype=np.float32)
POPULATION_WEIGHT = 0.2
POPULATION_SPREAD = 0.7  # twice as many inhabitants keeps 61 % of the weight, four times 14 %
_POPULATION_DECAY = np.float32(-1 / (2 * POPULATION_SPREAD**2))
TYPE_WEIGHT = 0.3
THEME_WEIGHT = 0.1
PUBLIC_WEIGHT = 0.05
ASKED_PUBLIC_WEIGHT = 0.35
EVERY_PUBLIC = "tous"
FRESHNESS_WEIGHT = 0.08
# As much as a year-old resource has over one of ten years, and a theme over another.
LATE_PENALTY = 0.1
FRESHNESS_YEARS = 10
ELSEWHERE_PENALTY = 0.3
REPEATED_TYPE_PENALTY = 0.06
DIVERSITY_POOL = 30
# What is shown last to bring a second type of resource must score half of what comes first.
SECOND_TYPE_SHARE = 0.5

# Tied to their ground: an actor or a call for projects of another département helps nobody.
_LOCAL_TYPES = frozenset({ResourceType.ACTEUR, ResourceType.ACTUALITE, ResourceType.PROGRAMME})

_NEVER = date(9999, 12, 31)

# Upper bounds of the « publics » of the records, in inhabitants of a commune.
_PUBLICS = ((2_000, "commune_rurale"), (20_000, "petite_ville"), (200_000, "ville"))


@dataclass(frozen=True, slots=True)
class Facets:
    """Columns of facts about the resources, one row each, ready for arithmetic."""

    places: PlaceIndex
    log_population: NDArray[np.float32]
    freshness: NDArray[np.float32]
    local: NDArray[np.bool_]
    expires: NDArray[np.datetime64]
    review: NDArray[np.datetime64]
    types: dict[str, NDArray[np.bool_]]
    themes: dict[str, NDArray[np.bool_]]
    publics: dict[str, NDArray[np.bool_]]

    @classmethod
    def build(cls, resources: Sequence[Resource], places: PlaceIndex, *, year: int) -> "Facets":
        """Read the columns; `year` is the current one."""
        populations = [
            population_of(resource, places, position) for position, resource in enumerate(resources)
        ]
        return cls(
            places=places,
            # An unknown population is infinitely far from any: it adds nothing.
            log_population=np.log(np.array([p or np.inf for p in populations], dtype=np.float32)),
            freshness=np.array([_freshness(each, year) for each in resources], dtype=np.float32),
            local=np.array(
                [r.type in _LOCAL_TYPES and NATIONAL_REF not in r.territoires for r in resources],
                dtype=bool,
            ),
            expires=np.array([r.expires_on or _NEVER for r in resources], dtype="datetime64[D]"),
            review=np.array([r.review_on or _NEVER for r in resources], dtype="datetime64[D]"),
            types=_columns([(resource.type.value,) for resource in resources]),
            themes=_columns([resource.themes for resource in resources]),
            publics=_columns([resource.publics for resource in resources]),
        )

    def prior(self, query: SearchQuery) -> NDArray[np.float32]:
        """Return what to add to the relevance of each resource for this query."""
        prior = np.float32(FRESHNESS_WEIGHT) * self.freshness
        prior[self.review <= np.datetime64(french_today())] -= LATE_PENALTY
        if query.territoire:
            nearness = self.places.nearness(query.territoire)
            prior += NEARNESS_WEIGHTS[nearness]
            prior[self.local & (nearness == Nearness.AILLEURS)] -= ELSEWHERE_PENALTY
            if not query.prefer_publics:
                prior[self._any(self.publics, _publics(query.territoire))] += PUBLIC_WEIGHT
        if query.inhabitants:
            gap = self.log_population - np.float32(np.log(query.inhabitants))
            prior += np.float32(POPULATION_WEIGHT) * np.exp(gap * gap * _POPULATION_DECAY)
        if query.prefer_types:
            prior[self._any(self.types, query.prefer_types)] += TYPE_WEIGHT
        if query.prefer_publics:
            asked = self._any(self.publics, query.prefer_publics)
            prior[asked] += ASKED_PUBLIC_WEIGHT
            prior[~(asked | self._any(self.publics, (EVERY_PUBLIC,)))] -= ASKED_PUBLIC_WEIGHT
        if query.prefer_themes:
            prior[self._any(self.themes, query.prefer_themes)] += THEME_WEIGHT
        return prior

    def _any(
        self, columns: dict[str, NDArray[np.bool_]], values: Sequence[str]
    ) -> NDArray[np.bool_]:
        return any_column(columns, values, size=len(self.freshness))


def any_column(
    columns: dict[str, NDArray[np.bool_]], values: Sequence[str], *, size: int
) -> NDArray[np.bool_]:
    """Tell which rows hold at least one of the values."""
    mask = np.zeros(size, dtype=bool)
    for value in values:
        if value in columns:
            mask |= columns[value]
    return mask


def order(
    scores: NDArray[np.float32],
    resources: Sequence[Resource],
    *,
    count: int,
    varied: bool,
    each_of: Sequence[ResourceType] = (),
) -> list[int]:
    """Return the `count` best positions.

    `varied` avoids a list of a single type; `each_of` gives the last place to the best resource of
    a type asked for that the others lack, when it is near enough.
    """
    pool = [int(p) for p in top_positions(scores, max(count, DIVERSITY_POOL))]
    pool = [position for position in pool if np.isfinite(scores[position])]
    if not varied:
        return _with_each_type(pool, scores, resources, count=count, types=each_of)
    return _varied(pool, scores, resources, count=count)


def _with_each_type(
    pool: list[int],
    scores: NDArray[np.float32],
    resources: Sequence[Resource],
    *,
    count: int,
    types: Sequence[ResourceType],
) -> list[int]:
    """A method wants a tool beside the examples, a cost an aid beside who gives it."""
    chosen = pool[:count]
    shown = {resources[position].type for position in chosen}
    lacking = set(types) - shown
    if len(chosen) < count or count <= len(types) or not lacking:
        return chosen
    enough = SECOND_TYPE_SHARE * scores[chosen[0]]
    others = (p for p in pool[count:] if resources[p].type in lacking and scores[p] >= enough)
    second = next(others, None)
    return chosen if second is None else [*chosen[:-1], second]


def _varied(
    pool: list[int], scores: NDArray[np.float32], resources: Sequence[Resource], *, count: int
) -> list[int]:
    chosen: list[int] = []
    seen: Counter[ResourceType] = Counter()
    while pool and len(chosen) < count:
        best = max(
            pool,
            key=lambda p: scores[p] - REPEATED_TYPE_PENALTY * seen[resources[p].type],
        )
        pool.remove(best)
        chosen.append(best)
        seen[resources[best].type] += 1
    return chosen


def population_of(resource: Resource, places: PlaceIndex, position: int) -> int | None:
    """Return the inhabitants of a resource's place: those its source says, else INSEE's."""
    if resource.population:
        return resource.population
    territoires = places.territoires[position]
    return territoires[0].population if len(territoires) == 1 else None


def _publics(territoire: TerritoireContext) -> tuple[str, ...]:
    if territoire.type != "commune":
        return (territoire.type,)
    if territoire.population is None:
        return ()
    return tuple(name for bound, name in _PUBLICS if territoire.population < bound)[:1]


def _freshness(resource: Resource, year: int) -> float:
    """Return 1 for this year, 0 after ten years or when the year is unknown."""
    published = resource.sources[0].published_on if resource.sources else None
    known = resource.year or (published.year if published else None)
    if known is None:
        return 0.0
    return max(0.0, 1 - max(0, year - known) / FRESHNESS_YEARS)


def _columns(values: Sequence[Sequence[str]]) -> dict[str, NDArray[np.bool_]]:
    columns: dict[str, NDArray[np.bool_]] = {}
    for position, group in enumerate(values):
        for value in group:
            column = columns.setdefault(value, np.zeros(len(values), dtype=bool))
            column[position] = True
    return columns
