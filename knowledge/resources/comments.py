"""What those who write and review a resource say to each other about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.lifecycle import Action, Editor
from knowledge.resources.models import ResourceCommentRow

MAX_COMMENT = 4_000


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a version of a resource. Never changed."""

    author: str
    body: str
    version: int
    at: datetime


async def add_comment(
    session: AsyncSession, editor: Editor, resource_id: str, body: str, *, version: int
) -> None:
    """Keep a comment; an empty one is none. Raises ActionForbiddenError."""
    editor.check(Action.EDIT)
    if body.strip():
        values = {
            "resource_id": resource_id,
            "version": version,
            "author": editor.name,
            "body": body.strip()[:MAX_COMMENT],
        }
        await session.execute(insert(ResourceCommentRow).values(values))


async def list_comments(session: AsyncSession, resource_id: str) -> Sequence[Comment]:
    """Return the comments on a resource, oldest first."""
    rows = await session.scalars(
        select(ResourceCommentRow)
        .where(ResourceCommentRow.resource_id == resource_id)
        .order_by(ResourceCommentRow.id)
    )
    return [Comment(row.author, row.body, row.version, row.created_at) for row in rows]
