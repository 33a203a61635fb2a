"""SQL of the stored vectors: kept by model, so that no text is embedded twice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.models import ResourceEmbeddingRow as Row
from knowledge.search.encoder import Encoder

_BATCH = 500
_FLOAT32 = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class EmbeddedField:
    """Which text of which resource a vector stands for."""

    resource_id: str
    field: str
    text_hash: str


async def read_vectors(session: AsyncSession, encoder: Encoder) -> dict[str, NDArray[np.float32]]:
    """Return the stored vectors of a model by text hash; those of another size are ignored."""
    query = select(Row.text_hash, Row.vector).where(
        Row.model == encoder.name, Row.dimension == encoder.dimension
    )
    rows = await session.execute(query)
    return {key: np.frombuffer(vector, dtype=_FLOAT32) for key, vector in rows}


async def save_vectors(
    session: AsyncSession,
    encoder: Encoder,
    fields: Iterable[EmbeddedField],
    vectors: Mapping[str, NDArray[np.float32]],
) -> int:
    """Store the vectors of the fields whose text hash is in `vectors`; return their number.

    The caller commits. A resource deleted in the meantime is the caller's transaction to retry.
    """
    rows = list(_to_rows(encoder, fields, vectors))
    for start in range(0, len(rows), _BATCH):
        statement = insert(Row)
        changed = {name: statement.excluded[name] for name in ("dimension", "text_hash", "vector")}
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["resource_id", "model", "field"], set_=changed
            ),
            rows[start : start + _BATCH],
        )
    return len(rows)


async def forget_other_models(session: AsyncSession, encoder: Encoder) -> None:
    """Delete the vectors of the models that are no longer used."""
    await session.execute(delete(Row).where(Row.model != encoder.name))


def _to_rows(
    encoder: Encoder,
    fields: Iterable[EmbeddedField],
    vectors: Mapping[str, NDArray[np.float32]],
) -> Iterator[dict[str, Any]]:
    for each in fields:
        if each.text_hash in vectors:
            yield {
                "resource_id": each.resource_id,
                "model": encoder.name,
                "field": each.field,
                "dimension": encoder.dimension,
                "text_hash": each.text_hash,
                "vector": vectors[each.text_hash].astype(_FLOAT32).tobytes(),
            }
