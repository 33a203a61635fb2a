"""A resource of the base: frozen facts that search, answers and the back-office share."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def french_today() -> date:
    """Return the current day in metropolitan France: what « expired » is compared with."""
    return datetime.now(PARIS).date()


class ResourceType(StrEnum):
    """What a resource is; the value is what files, database and HTTP carry."""

    EXPERIENCE = "experience"
    ACTEUR = "acteur"
    OUTIL = "outil"
    ACTUALITE = "actualite"
    CADRE_LEGAL = "cadre_legal"
    PROGRAMME = "programme"
    DEMARCHE = "demarche"


class ResourceState(StrEnum):
    """Where a resource stands in its editorial life; only `PUBLIE` is ever shown to élus."""

    BROUILLON = "brouillon"
    A_RELIRE = "a_relire"
    PUBLIE = "publie"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The page that a resource relies on.

    `published_on` is known or None, never guessed; `consulted_on` is the day we read the page.
    """

    name: str
    url: str
    published_on: date | None = None
    consulted_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Everything known of one resource.

    `territoires` are references such as "commune:34164" or "france". `questions` are examples of
    what élus ask when this resource is the answer. `expires_on` is the last day of validity
    (French time). The fields after `state` belong to the database, not to the content file.
    """

    id: str
    type: ResourceType
    title: str
    summary: str
    body: str
    themes: tuple[str, ...] = ()
    territoires: tuple[str, ...] = ("france",)
    population: int | None = None
    publics: tuple[str, ...] = ()
    year: int | None = None
    sources: tuple[Source, ...] = ()
    questions: tuple[str, ...] = ()
    verified_on: date | None = None
    review_on: date | None = None
    expires_on: date | None = None
    owner: str | None = None
    state: ResourceState = ResourceState.BROUILLON
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None
    published_at: datetime | None = None

    @property
    def url(self) -> str | None:
        """Address of the main source."""
        return self.sources[0].url if self.sources else None

    def is_expired(self, today: date) -> bool:
        """Tell whether the last day of validity is before `today`."""
        return self.expires_on is not None and self.expires_on < today
