"""What is kept and how long: read once, for the daily erasure, the register and the public page."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.settings import Settings
from knowledge.orientation.fichiers import FichierIllisible, read_document

DEFAULT_FILE = Path(__file__).with_name("conservation.yml")
_TEXTS = Path(__file__).parent.parent / "textes" / "conservation.yml"
_MONTH = timedelta(days=30.44)
CONVERSATIONS = "conversations"
# What the service erases, then what only its operator can.
SERVICE = (
    CONVERSATIONS,
    "lacunes",
    "contacts",
    "demandes",
    "suivi",
    "courriels",
    "courriels_recus",
    "courriels_a_part",
    "acces",
    "comptes",
    "connexions",
    "phrases",
    "remises",
    "travaux",
    "sauvegardes",
)
EXPLOITANT = ("journaux",)
# PostgreSQL itself refuses to erase a younger line of the access log.
_SHORTEST_ACCES = timedelta(days=365)

Phrase = Annotated[str, Field(min_length=3)]


class Duree(BaseModel):
    """A duration, in one unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mois: Annotated[int, Field(ge=1, le=120)] | None = None
    jours: Annotated[int, Field(ge=1, le=3650)] | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> "Duree":
        if (self.mois is None) == (self.jours is None):
            raise ValueError("une unité")
        return self

    @property
    def age(self) -> timedelta:
        """Return the age from which something is past its term."""
        return timedelta(days=self.jours) if self.jours else _MONTH * (self.mois or 0)

    def __str__(self) -> str:
        if self.mois:
            return f"{self.mois} mois"
        return f"{self.jours} jour{'s' if self.jours and self.jours > 1 else ''}"


class Traitement(BaseModel):
    """A kind of data, as the register tells it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    nom: Phrase
    personnes: Phrase
    donnees: Phrase
    finalite: Phrase
    base_legale: Phrase
    destinataires: Phrase
    duree: Duree
    depart: Phrase
    sort: Phrase
    motif: Phrase
    public: bool
    efface_par: Literal["service", "exploitant"]


class Conservation(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Phrase
    traitements: tuple[Traitement, ...]

    def of(self, kind: str) -> Traitement:
        """Return a kind of data by its id."""
        return next(each for each in self.traitements if each.id == kind)


class ConservationInvalide(Exception):
    """The file is wrong; `problemes` says in French what to mend."""

    def __init__(self, problemes: list[str]) -> None:
        super().__init__("; ".join(problemes))
        self.problemes = problemes


def conservation_of(settings: Settings) -> Conservation:
    """Return what these settings say; ORIENTATION_RETENTION_MONTHS wins for the conversations.

    Raises ConservationInvalide.
    """
    return _load(settings.retention_file or DEFAULT_FILE, settings.retention_months)


def default_conservation() -> Conservation:
    """Return what the project's own file says."""
    return _load(DEFAULT_FILE, None)


@cache
def _load(file: Path, months: int | None) -> Conservation:
    try:
        found = Conservation.model_validate(read_document(file))
    except OSError:
        raise ConservationInvalide([_told("absent", file)]) from None
    except FichierIllisible as error:
        raise ConservationInvalide([_told("illisible", file, ligne=error.ligne)]) from None
    except ValidationError as error:
        fields = [".".join(str(part) for part in each["loc"]) for each in error.errors()]
        raise ConservationInvalide([_told("forme", file, champ=each) for each in fields]) from None
    problemes = [_told(key, file, **facts) for key, facts in _defects(found)]
    if problemes:
        raise ConservationInvalide(problemes)
    return _with_months(found, months) if months else found


def _defects(found: Conservation) -> list[tuple[str, dict[str, str]]]:
    ids = [each.id for each in found.traitements]
    known = {*SERVICE, *EXPLOITANT}
    defects = [("double", {"id": each}) for each in sorted(set(ids)) if ids.count(each) > 1]
    defects += [("manque", {"id": each}) for each in sorted(known - set(ids))]
    defects += [("inconnu", {"id": each}) for each in sorted(set(ids) - known)]
    for each in found.traitements:
        if each.id in known and (each.efface_par == "service") != (each.id in SERVICE):
            defects.append(("efface_par", {"id": each.id}))
        if each.id == "acces" and each.duree.age < _SHORTEST_ACCES:
            defects.append(("acces_court", {"id": each.id}))
        if each.id == CONVERSATIONS and each.duree.mois is None:
            defects.append(("en_mois", {"id": each.id}))
    return defects


def _with_months(found: Conservation, months: int) -> Conservation:
    kept = tuple(
        each.model_copy(update={"duree": Duree(mois=months)}) if each.id == CONVERSATIONS else each
        for each in found.traitements
    )
    return found.model_copy(update={"traitements": kept})


def _told(key: str, file: Path, **facts: Any) -> str:
    texts = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))["defauts"]
    return str(texts[key]).format(fichier=file.name, **facts)
