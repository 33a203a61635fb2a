"""The tables of resources: their text, their places, the pages they cite, their vectors."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base
from knowledge.resources.resource import ResourceState, ResourceType


def _text_enum(kind: type[StrEnum], name: str) -> Enum:
    """Store the values of an enumeration as text, checked by the database."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


class ResourceRow(Base):
    """A resource. `imported_hash` is its content as the last import left it, None if typed here.

    `version` grows by one at each change: the guard of concurrent edits. `revision` is the new text
    of a published resource, not yet published; `revision_by` had it published at `revision_at`,
    a moment to come. Deletion is soft: `deleted_at` hides the row.
    """

    __tablename__ = "resource"
    __table_args__ = (
        Index("ix_resource_state_expires_on", "state", "expires_on"),
        Index("ix_resource_themes", "themes", postgresql_using="gin"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[ResourceType] = mapped_column(_text_enum(ResourceType, "type"))
    state: Mapped[ResourceState] = mapped_column(_text_enum(ResourceState, "state"))
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    themes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    publics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    questions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    population: Mapped[int | None] = mapped_column(Integer)
    year: Mapped[int | None] = mapped_column(Integer)
    owner: Mapped[str | None] = mapped_column(Text)
    verified_on: Mapped[date | None]
    review_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
    imported_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    publish_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    author: Mapped[str] = mapped_column(Text, server_default="contenu")
    editor: Mapped[str] = mapped_column(Text, server_default="contenu")
    revision: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    revision_state: Mapped[ResourceState | None] = mapped_column(
        _text_enum(ResourceState, "revision_state")
    )
    revision_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revision_by: Mapped[str | None] = mapped_column(Text)


class ResourceRevisionRow(Base):
    """One entry of the history of a resource: its text after the change. Never modified."""

    __tablename__ = "resource_revision"

    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    action: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    state: Mapped[ResourceState] = mapped_column(_text_enum(ResourceState, "state"))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ResourceCommentRow(Base):
    """What someone of the staff says of a version of a resource. Never modified."""

    __tablename__ = "resource_comment"
    __table_args__ = (Index("ix_resource_comment_resource_id", "resource_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    author: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ResourceTerritoireRow(Base):
    """A territory where a resource applies; `code` is empty for « france »."""

    __tablename__ = "resource_territoire"
    __table_args__ = (Index("ix_resource_territoire_type_code", "type", "code"),)

    resource_id: Mapped[str] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    type: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)


class SourceRow(Base):
    """A page that resources cite: one row per address, whatever the number of citations.

    `link` says what the last visit found (see `knowledge.veille.links`).
    """

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    url: Mapped[str] = mapped_column(Text, unique=True)
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    link: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ResourceSourceRow(Base):
    """The citation of a page by a resource: who publishes it and when it was read."""

    __tablename__ = "resource_source"
    __table_args__ = (Index("ix_resource_source_source_id", "source_id"),)

    resource_id: Mapped[str] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    name: Mapped[str] = mapped_column(Text)
    published_on: Mapped[date | None]
    consulted_on: Mapped[date | None]


class ResourceEmbeddingRow(Base):
    """The vector of one text of a resource (`field`: title, body, question-1…).

    `vector` holds `dimension` little-endian 32-bit floats, of length 1. `text_hash` tells whether
    the text is still the one embedded.
    """

    __tablename__ = "resource_embedding"
    __table_args__ = (Index("ix_resource_embedding_model_text_hash", "model", "text_hash"),)

    resource_id: Mapped[str] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    dimension: Mapped[int] = mapped_column(Integer)
    text_hash: Mapped[str] = mapped_column(Text)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
