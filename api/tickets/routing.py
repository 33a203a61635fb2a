"""Which team a ticket goes to: a table that the team reads and changes, checked when loaded."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.tickets.status import COMMON_QUEUE
from knowledge.orientation.fichiers import FichierIllisible, read_document
from knowledge.resources.vocabulary import load_vocabulary

DEFAULT_FILE = Path(__file__).with_name("aiguillage.yml")
_TEXTS = Path(__file__).parent.parent / "textes" / "aiguillage.yml"

Besoin = Literal["conseil", "reclamation", "contribution"]
Departement = Annotated[str, Field(pattern=r"^(0[1-9]|[1-8]\d|9[0-5]|2[AB]|9[78]\d)$")]
Nom = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
Courriel = Annotated[str, Field(pattern=r"^[^@\s,<>]+@[^@\s,<>]+$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Equipe(_Entry):
    """A team, whom to remind, and how its tickets find an advisor.

    `libre`: advisors choose. `moins_charge`: a ticket is given to the one who has the least to do.
    """

    id: Nom
    nom: Annotated[str, Field(min_length=1)]
    courriel: Courriel | None = None
    responsable: Courriel | None = None
    attribution: Literal["libre", "moins_charge"] = "libre"


class Condition(_Entry):
    """What a rule asks for; an empty list asks nothing."""

    themes: tuple[str, ...] = ()
    departements: tuple[Departement, ...] = ()
    besoins: tuple[Besoin, ...] = ()

    def fits(self, themes: Collection[str], departement: str | None, besoin: str) -> bool:
        """Tell whether a ticket is aimed at."""
        return (
            (not self.themes or bool(set(self.themes) & set(themes)))
            and (not self.departements or departement in self.departements)
            and (not self.besoins or besoin in self.besoins)
        )


class Exemple(_Entry):
    """A ticket, and the team that must receive it."""

    themes: tuple[str, ...] = ()
    departement: Departement | None = None
    besoin: Besoin = "conseil"
    attendu: Nom


class RegleEquipe(_Entry):
    """A rule of the table."""

    id: Nom
    rang: int
    si: Condition
    alors: Nom
    motif: Annotated[str, Field(min_length=1)]
    exemples: Annotated[tuple[Exemple, ...], Field(min_length=1)]


class Aiguillage(_Entry):
    """The whole table, its rules by rank."""

    equipes: tuple[Equipe, ...]
    regles: tuple[RegleEquipe, ...]

    def decide(
        self, *, themes: Collection[str], departement: str | None, besoin: str
    ) -> RegleEquipe | None:
        """Return the rule that decides; None leaves the ticket in the common queue."""
        fitting = (each for each in self.regles if each.si.fits(themes, departement, besoin))
        return next(fitting, None)

    def equipe(self, team: str | None) -> Equipe | None:
        """Return a team by its id."""
        return next((each for each in self.equipes if each.id == team), None)


class AiguillageInvalide(Exception):
    """The table is wrong; `problemes` says in French what to mend."""

    def __init__(self, problemes: list[str]) -> None:
        super().__init__("; ".join(problemes))
        self.problemes = problemes


@cache
def load_aiguillage(path: Path | None = None) -> Aiguillage:
    """Return the table.

    Raises AiguillageInvalide: unreadable, unknown key or word, tie of ranks, example that fails.
    """
    file = path or DEFAULT_FILE
    try:
        table = Aiguillage.model_validate(read_document(file))
    except OSError:
        raise AiguillageInvalide([_told("absent", file)]) from None
    except FichierIllisible as error:
        raise AiguillageInvalide([_told("illisible", file, ligne=error.ligne)]) from None
    except ValidationError as error:
        fields = [".".join(str(part) for part in each["loc"]) for each in error.errors()]
        raise AiguillageInvalide([_told("forme", file, champ=each) for each in fields]) from None
    ranked = table.model_copy(
        update={"regles": tuple(sorted(table.regles, key=lambda regle: regle.rang))}
    )
    problemes = [_told(key, file, **facts) for key, facts in _defects(ranked)]
    if problemes:
        raise AiguillageInvalide(problemes)
    return ranked


def _defects(table: Aiguillage) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _doubles(table)
    known, themes = {each.id for each in table.equipes}, set(load_vocabulary().themes)
    for regle in table.regles:
        if regle.alors not in known:
            yield "equipe_inconnue", {"regle": regle.id, "equipe": regle.alors}
        for theme in set(regle.si.themes) - themes:
            yield "theme_inconnu", {"regle": regle.id, "theme": theme}
        yield from _failed_examples(table, regle)


def _doubles(table: Aiguillage) -> Iterator[tuple[str, dict[str, Any]]]:
    teams = Counter([*(each.id for each in table.equipes), COMMON_QUEUE])
    yield from (("equipe_double", {"equipe": name}) for name, n in teams.items() if n > 1)
    names = Counter(each.id for each in table.regles)
    yield from (("regle_double", {"regle": name}) for name, n in names.items() if n > 1)
    ranks = defaultdict(list)
    for regle in table.regles:
        ranks[regle.rang].append(f"« {regle.id} »")
    for rang, tied in ranks.items():
        if len(tied) > 1:
            yield "rang_double", {"regles": ", ".join(tied), "rang": rang}


def _failed_examples(table: Aiguillage, regle: RegleEquipe) -> Iterator[tuple[str, dict[str, Any]]]:
    for numero, each in enumerate(regle.exemples, start=1):
        found = table.decide(themes=each.themes, departement=each.departement, besoin=each.besoin)
        obtenu = found.alors if found else COMMON_QUEUE
        if obtenu != each.attendu:
            facts = {"regle": regle.id, "numero": numero}
            yield "exemple", {**facts, "attendu": each.attendu, "obtenu": obtenu}


def _told(key: str, file: Path, **facts: Any) -> str:
    return _texts()[key].format(fichier=file.name, **facts)


@cache
def _texts() -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts
