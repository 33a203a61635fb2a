"""The routing table as the team writes it: teams, rules, and the rule that decides for a ticket."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from api.tickets.lieux import ECHELONS, Lieu, Lieux
from knowledge.orientation.vocabulaire import Route

Besoin = Literal["conseil", "reclamation", "contribution"]
Departement = Annotated[str, Field(pattern=r"^(0[1-9]|[1-8]\d|9[0-5]|2[AB]|9[78]\d)$")]
Region = Annotated[str, Field(pattern=r"^\d{2}$")]
Siren = Annotated[str, Field(pattern=r"^\d{9}$")]
Commune = Annotated[str, Field(pattern=r"^(\d{2}|2[AB])\d{3}$")]
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
    """What a rule asks for; an empty list asks nothing. `orientations`: the kind of need."""

    themes: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    departements: tuple[Departement, ...] = ()
    epci: tuple[Siren, ...] = ()
    communes: tuple[Commune, ...] = ()
    besoins: tuple[Besoin, ...] = ()
    orientations: tuple[Route, ...] = ()

    @property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The lists of places that are given."""
        return {name: codes for name in ECHELONS if (codes := getattr(self, name))}

    def fits(
        self, themes: Collection[str], lieu: Lieu, besoin: str, orientation: str | None
    ) -> bool:
        """Tell whether a ticket is aimed at."""
        return (
            (not self.themes or bool(set(self.themes) & set(themes)))
            and all(set(codes) & getattr(lieu, name) for name, codes in self.places.items())
            and (not self.besoins or besoin in self.besoins)
            and (not self.orientations or orientation in self.orientations)
        )


class Exemple(_Entry):
    """A ticket, and the team that must receive it; with `conseiller`, the advisor too."""

    themes: tuple[str, ...] = ()
    region: Region | None = None
    departement: Departement | None = None
    epci: Siren | None = None
    commune: Commune | None = None
    besoin: Besoin = "conseil"
    orientation: Route | None = None
    attendu: Nom
    conseiller: Courriel | None = None

    @property
    def places(self) -> dict[str, str]:
        """The places that are given, by their echelon."""
        return {each: code for each in ECHELONS.values() if (code := getattr(self, each))}


class RegleEquipe(_Entry):
    """A rule of the table: the team, and the account of the advisor whom it gives the ticket to.

    An advisor who is away, or whose account is closed, leaves it to the team.
    """

    id: Nom
    rang: int
    si: Condition
    alors: Nom
    conseiller: Courriel | None = None
    motif: Annotated[str, Field(min_length=1)]
    exemples: Annotated[tuple[Exemple, ...], Field(min_length=1)]


class Aiguillage(_Entry):
    """The whole table, its rules by rank."""

    equipes: tuple[Equipe, ...]
    regles: tuple[RegleEquipe, ...]
    _lieux: Lieux = PrivateAttr(default_factory=Lieux)

    def knowing(self, lieux: Lieux) -> "Aiguillage":
        """Return the table, its rules by rank, once it knows the territories that it names."""
        ranked = tuple(sorted(self.regles, key=lambda regle: regle.rang))
        known = self.model_copy(update={"regles": ranked})
        known._lieux = lieux
        return known

    def decide(
        self,
        *,
        themes: Collection[str],
        departement: str | None,
        besoin: str,
        territoire: Mapping[str, Any] | None = None,
        orientation: str | None = None,
    ) -> RegleEquipe | None:
        """Return the rule that decides; None leaves the ticket in the common queue."""
        lieu = self._lieux.of(territoire, departement)
        fitting = (each for each in self.regles if each.si.fits(themes, lieu, besoin, orientation))
        return next(fitting, None)

    def equipe(self, team: str | None) -> Equipe | None:
        """Return a team by its id."""
        return next((each for each in self.equipes if each.id == team), None)
