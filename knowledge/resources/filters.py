"""What staff list of the base, as conditions in SQL."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from knowledge.resources.models import (
    ResourceRow,
    ResourceSourceRow,
    ResourceTerritoireRow,
    SourceRow,
)
from knowledge.resources.resource import ResourceState, ResourceType, french_today
from nlu.text import fold

# What `knowledge.veille.links` writes first of a page that is gone; the reason follows.
_DEAD = "mort"
SOON = 30
"""Days ahead of an expiry when staff are told."""


def stage() -> ColumnElement[ResourceState]:
    """State of the text that staff edit: the one of the revision under way, when there is one."""
    return func.coalesce(ResourceRow.revision_state, ResourceRow.state)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What staff list; nothing means everything that is not deleted.

    `territoires` are references, any of which will do. `late` keeps what should have been read
    again by `today`, `expired` what élus do not see any more, `expires_soon` what they will not see
    any more in `SOON` days, `dead_link` what cites a page gone.
    """

    states: tuple[ResourceState, ...] = ()
    type: ResourceType | None = None
    theme: str | None = None
    words: str = ""
    deleted: bool = False
    territoires: tuple[str, ...] = ()
    owner: str | None = None
    late: bool = False
    expired: bool = False
    expires_soon: bool = False
    dead_link: bool = False
    today: date = field(default_factory=french_today)

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same in SQL; a revision under way counts as its own state too."""
        hidden = ResourceRow.deleted_at
        wanted: list[ColumnElement[bool]] = []
        wanted.append(hidden.is_not(None) if self.deleted else hidden.is_(None))
        if self.states:
            wanted.append(or_(ResourceRow.state.in_(self.states), stage().in_(self.states)))
        if self.type:
            wanted.append(ResourceRow.type == self.type)
        if self.theme:
            wanted.append(ResourceRow.themes.contains([self.theme]))
        if self.owner:
            wanted.append(ResourceRow.owner == self.owner)
        wanted += [_holds(word) for word in self.words.split()]
        return and_(*wanted, *self._places(), *self._freshness())

    def _places(self) -> list[ColumnElement[bool]]:
        if not self.territoires:
            return []
        place = ResourceTerritoireRow
        split = [reference.partition(":") for reference in self.territoires]
        named = [and_(place.type == kind, place.code == code) for kind, _, code in split]
        return [exists().where(place.resource_id == ResourceRow.id, or_(*named))]

    def _freshness(self) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if self.late:
            wanted.append(ResourceRow.review_on <= self.today)
        if self.expired:
            wanted.append(ResourceRow.expires_on < self.today)
        if self.expires_soon:
            until = self.today + timedelta(days=SOON)
            wanted.append(ResourceRow.expires_on.between(self.today, until))
        if self.dead_link:
            wanted.append(
                exists().where(
                    ResourceSourceRow.resource_id == ResourceRow.id,
                    ResourceSourceRow.source_id == SourceRow.id,
                    SourceRow.link.startswith(f"{_DEAD} "),
                )
            )
        return wanted


def _holds(word: str) -> ColumnElement[bool]:
    """The word is in the title, the summary or the identifier, accents or not."""
    texts = (ResourceRow.title, ResourceRow.summary, ResourceRow.id)
    return or_(*(_folded(each).contains(fold(word), autoescape=True) for each in texts))


def _folded(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    joined = func.replace(func.replace(func.lower(column), "œ", "oe"), "’", "'")
    return func.translate(joined, "àâäéèêëîïôöùûüÿç", "aaaeeeeiioouuuyc")
