"""The search of the product: one immutable index, swapped whole when the base changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.resources.resource import Resource, french_today
from knowledge.search.analyser import analyse
from knowledge.search.confidence import MIN_CONFIDENCE, SURE_CONFIDENCE, confidence
from knowledge.search.encoder import Encoder
from knowledge.search.extract import best_sentence
from knowledge.search.index import HybridIndex, IndexBuilder, IndexedText, Relevance
from knowledge.search.places import FindTerritoire, Nearness, PlaceIndex
from knowledge.search.query import Filters, Hit, SearchQuery, SearchResult
from knowledge.search.ranking import Facets, any_column, order, population_of
from knowledge.search.repair import RepairedQuery
from knowledge.search.synonyms import Synonyms
from knowledge.search.vectors import Progress
from knowledge.search.why import explain


@dataclass(frozen=True, slots=True)
class ResourceIndex:
    """The resources of one moment, indexed; `fresh_vectors` were computed for it, by text hash."""

    resources: tuple[Resource, ...]
    hybrid: HybridIndex
    facets: Facets
    positions: Mapping[str, int]
    encoder: Encoder | None
    fresh_vectors: Mapping[str, NDArray[np.float32]]

    @classmethod
    def build(
        cls,
        resources: Sequence[Resource],
        *,
        encoder: Encoder | None = None,
        stored: Mapping[str, NDArray[np.float32]] | None = None,
        find_territoire: FindTerritoire = lambda _ref: None,
        protected: Iterable[str] = (),
        synonyms: Synonyms | None = None,
        progress: Progress | None = None,
    ) -> "ResourceIndex":
        """Index resources, all of them visible; `stored` are known vectors by text hash.

        `protected` are folded words that the speller leaves alone, such as the names of places;
        `synonyms` default to those of the product.
        """
        builder = IndexBuilder(encoder, stored=stored, synonyms=synonyms, protected=protected)
        hybrid = builder.build(
            map(to_indexed_text, resources), total=len(resources), progress=progress
        )
        places = PlaceIndex([each.territoires for each in resources], find_territoire)
        return cls(
            resources=tuple(resources),
            hybrid=hybrid,
            facets=Facets.build(resources, places, year=french_today().year),
            positions={each.id: position for position, each in enumerate(resources)},
            encoder=encoder,
            fresh_vectors=builder.cache.fresh if builder.cache else {},
        )

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Tell which resources pass the filters and are not expired today."""
        size = len(self.resources)
        mask = np.ones(size, dtype=bool)
        if filters.types:
            mask &= any_column(self.facets.types, filters.types, size=size)
        if filters.themes:
            mask &= any_column(self.facets.themes, filters.themes, size=size)
        if filters.concerns:
            mask &= self.facets.places.concerned(filters.concerns)
        if filters.near:
            mask &= self.facets.places.nearness(filters.near) >= Nearness.REGION
        excluded = [self.positions[each] for each in filters.exclude if each in self.positions]
        mask[excluded] = False
        return mask & ~self._expired()

    def _expired(self) -> NDArray[np.bool_]:
        # The index is rebuilt when a resource expires; this holds in the meantime.
        return self.facets.expires < np.datetime64(french_today())


def to_indexed_text(resource: Resource) -> IndexedText:
    """Return what is searched of a resource."""
    return IndexedText(
        title=resource.title,
        body=f"{resource.summary}\n{resource.body}",
        questions=resource.questions,
        keywords=" ".join(resource.themes),
    )


class SearchEngine:
    """Answers questions from the current index; safe to call from any thread."""

    def __init__(self, index: ResourceIndex | None = None) -> None:
        self._index = index or ResourceIndex.build([])

    @property
    def index(self) -> ResourceIndex:
        """The index in use now: keep the reference to read several things of one moment."""
        return self._index

    @property
    def size(self) -> int:
        """Number of resources indexed."""
        return len(self._index.resources)

    def swap(self, index: ResourceIndex) -> None:
        """Answer from another index from now on; searches under way end on theirs."""
        self._index = index

    def get(self, resource_id: str) -> Resource | None:
        """Return a visible resource, None when unknown, unpublished or expired."""
        index = self._index
        position = index.positions.get(resource_id)
        if position is None or index.resources[position].is_expired(french_today()):
            return None
        return index.resources[position]

    def search(self, query: SearchQuery) -> SearchResult:
        """Find the resources that answer a question, for the one who asks it."""
        index = self._index
        allowed = index.allowed(query.filters)
        if not allowed.any():
            return SearchResult(hits=(), found=False)
        repaired = index.hybrid.repair.repair(query.text)
        relevance = index.hybrid.relevance(repaired, _embed(repaired, index.encoder))
        trust = confidence(
            index.hybrid,
            repaired,
            relevance,
            allowed,
            off_topic=query.off_topic,
            settled=analyse(" ".join(query.settled)),
        )
        return SearchResult(
            hits=_hits(index, query, repaired, relevance, allowed),
            found=trust >= MIN_CONFIDENCE,
            sure=trust >= SURE_CONFIDENCE,
            corrected=repaired.corrected,
            confidence=trust,
            total=int(allowed.sum()),
        )


def _embed(query: RepairedQuery, encoder: Encoder | None) -> NDArray[np.float32] | None:
    if encoder is None or not query.for_encoder.strip():
        return None
    vector: NDArray[np.float32] = encoder.encode([query.for_encoder])[0]
    return vector


def _hits(
    index: ResourceIndex,
    query: SearchQuery,
    repaired: RepairedQuery,
    relevance: Relevance,
    allowed: NDArray[np.bool_],
) -> tuple[Hit, ...]:
    scores = np.where(allowed, relevance.total + index.facets.prior(query), -np.inf)
    chosen = order(
        scores.astype(np.float32),
        index.resources,
        count=query.offset + query.limit,
        varied=not query.types and not query.prefer_types,
        each_of=query.prefer_types,
    )
    return tuple(_hit(index, query, repaired, p, scores[p]) for p in chosen[query.offset :])


def _hit(
    index: ResourceIndex,
    query: SearchQuery,
    repaired: RepairedQuery,
    position: int,
    score: float,
) -> Hit:
    resource, places = index.resources[position], index.facets.places
    population = population_of(resource, places, position)
    terms = (*repaired.terms, *repaired.expansion)
    return Hit(
        resource=resource,
        score=round(float(score), 4),
        why=explain(resource, places.territoires[position], population, query),
        extract=best_sentence(resource.body, terms, index.hybrid.lexical.rarity),
    )
