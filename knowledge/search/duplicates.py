"""Near-duplicates of a text that staff are writing: same page, title alike, same meaning."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from rapidfuzz import fuzz, process
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources import records
from knowledge.resources.resource import Resource, ResourceState
from knowledge.search.engine import ResourceIndex
from knowledge.search.vectors import EMBEDDED_CHARS
from nlu.text import fold

MIN_TITLE_LIKENESS = 85.0
# Among the 345 records of the project, which say different things, one pair of 59,340 is above.
MIN_MEANING_LIKENESS = 0.8
MAX_DUPLICATES = 10
_MIN_WORDS = 8


class Reason(StrEnum):
    """Why a resource looks like a duplicate."""

    ADRESSE = "adresse"
    TITRE = "titre"
    SENS = "sens"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A resource that may say the same thing; `likeness` goes from 0 to 1."""

    id: str
    title: str
    state: ResourceState
    reason: Reason
    likeness: float


async def near_duplicates(
    session: AsyncSession, index: ResourceIndex, resource: Resource
) -> list[Duplicate]:
    """Return the resources that a text may repeat, each once, with its strongest reason."""
    known = await records.titles(session)
    known.pop(resource.id, None)
    cited = await records.citing(session, [plain_address(each.url) for each in resource.sources])
    alike = await asyncio.to_thread(_alike, known, index, resource)
    found = [(id_, Reason.ADRESSE, 1.0) for id_ in cited] + alike
    kept: dict[str, Duplicate] = {}
    for id_, reason, likeness in found:
        if id_ in known and id_ not in kept:
            title, state = known[id_]
            kept[id_] = Duplicate(id_, title, state, reason, round(likeness, 2))
    return list(kept.values())[:MAX_DUPLICATES]


def plain_address(url: str) -> str:
    """Return what identifies a page: no scheme, no « www. », no final slash, no anchor.

    >>> plain_address("https://www.Exemple.fr/page/#haut")
    "exemple.fr/page"
    """
    rest = url.partition("://")[2].partition("#")[0].rstrip("/").lower()
    return rest.removeprefix("www.")


def _alike(
    known: dict[str, tuple[str, ResourceState]], index: ResourceIndex, resource: Resource
) -> list[tuple[str, Reason, float]]:
    folded = {id_: fold(title) for id_, (title, _) in known.items()}
    titles = process.extract(
        fold(resource.title),
        folded,
        scorer=fuzz.token_sort_ratio,
        score_cutoff=MIN_TITLE_LIKENESS,
        limit=MAX_DUPLICATES,
    )
    found = [(id_, Reason.TITRE, score / 100) for _, score, id_ in titles]
    return found + _same_meaning(index, resource)


def _same_meaning(index: ResourceIndex, resource: Resource) -> list[tuple[str, Reason, float]]:
    text = f"{resource.summary}\n{resource.body}"
    vectors = index.hybrid.vectors
    if index.encoder is None or vectors is None or len(text.split()) < _MIN_WORDS:
        return []
    title, body = index.encoder.encode([resource.title, text[:EMBEDDED_CHARS]])
    vector = ((title + body) / 2).astype(np.float32)
    length = float(np.linalg.norm(vector))
    norms = np.linalg.norm(vectors.documents, axis=1)
    cosines = vectors.similarity(vector) / np.maximum(norms * length, np.float32(1e-6))
    best = np.argsort(-cosines)[:MAX_DUPLICATES]
    return [
        (index.resources[position].id, Reason.SENS, float(cosines[position]))
        for position in best
        if cosines[position] >= MIN_MEANING_LIKENESS
    ]
