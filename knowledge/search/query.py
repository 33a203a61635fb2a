"""What is asked of the search, and what it answers: frozen data."""

from dataclasses import dataclass

from knowledge.resources.resource import Resource, ResourceType
from knowledge.territoires.territoire import TerritoireContext

DEFAULT_LIMIT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What must hold of every result; empty means everything.

    `concerns` keeps the resources whose territory holds this one or lies within it, and the
    national ones; `near`, those of the same région or nearer. `exclude` are resource ids.
    """

    types: tuple[ResourceType, ...] = ()
    themes: tuple[str, ...] = ()
    concerns: TerritoireContext | None = None
    near: TerritoireContext | None = None
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A question and who asks it.

    `types`, `themes`, `concerns` and `near` are filters; `prefer_types`, `prefer_themes`,
    `prefer_publics`, `territoire` and `population` only change the order. `population`
    (inhabitants) defaults to the territory's, unless `prefer_publics` asks for another kind of
    collectivité. `off_topic` is the probability (0 to 1) that the question is outside the domain,
    and `settled` its words that are already understood, such as places: both only change how sure
    the search is.
    """

    text: str
    types: tuple[ResourceType, ...] = ()
    themes: tuple[str, ...] = ()
    territoire: TerritoireContext | None = None
    population: int | None = None
    limit: int = DEFAULT_LIMIT
    exclude: tuple[str, ...] = ()
    offset: int = 0
    concerns: TerritoireContext | None = None
    prefer_types: tuple[ResourceType, ...] = ()
    prefer_themes: tuple[str, ...] = ()
    prefer_publics: tuple[str, ...] = ()
    near: TerritoireContext | None = None
    off_topic: float | None = None
    settled: tuple[str, ...] = ()

    @property
    def filters(self) -> Filters:
        """The part of the query that excludes."""
        return Filters(
            types=self.types,
            themes=self.themes,
            concerns=self.concerns,
            near=self.near,
            exclude=self.exclude,
        )

    @property
    def inhabitants(self) -> int | None:
        """Population to compare with: the one said, else the territory's."""
        if self.population is not None or self.prefer_publics:
            return self.population
        return self.territoire.population if self.territoire else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource found. `why` is a short French reason; `extract` an exact sentence of its text."""

    resource: Resource
    score: float
    why: str
    extract: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best resources, best first.

    `found` is false when nothing answers the question: the hits are then only the least far. `sure`
    is false when the hits may only come near the question.
    `corrected` is the question respelt, None when it was not. `confidence` is between 0 and 1.
    `total` counts the resources that pass the filters.
    """

    hits: tuple[Hit, ...]
    found: bool
    sure: bool = False
    corrected: str | None = None
    confidence: float = 0.0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a listing; `next_cursor` is None on the last one."""

    items: tuple[Resource, ...]
    next_cursor: str | None
    total: int
