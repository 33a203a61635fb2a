"""What the rules look at: everything known of an élu's need, and nothing else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from knowledge.orientation.vocabulaire import Duree


@dataclass(frozen=True, slots=True)
class Situation:
    """The known facts of one need; None or empty means "not known yet", never "no".

    `intent` is the intent of the need being dealt with, not of the last short answer.
    `signaux` are what the élu has said of it: a signal that is absent was not said.
    `population` is in inhabitants, said by the élu or read in the base for the territory.
    `territoire_code` is an INSEE code or a SIREN; `departement` and `region` are INSEE codes,
    `epci` a SIREN. `deja_accompagne` holds the offers that this very territory has already used
    (None: no territory is known). `jour` is the day of the question. Values outside the
    vocabulary are allowed: they meet no condition.
    """

    intent: str | None = None
    signaux: Collection[str] = frozenset()
    themes: Collection[str] = ()
    role: str | None = None
    population: int | None = None
    nombre_collectivites: int | None = None
    duree: Duree | None = None
    territoire_type: str | None = None
    territoire_code: str | None = None
    departement: str | None = None
    epci: str | None = None
    region: str | None = None
    deja_accompagne: Collection[str] | None = None
    jour: date | None = None

    @property
    def known_duree(self) -> Duree | None:
        """The duration said outright, or the one signal about it; None when two disagree."""
        if self.duree is not None:
            return self.duree
        ponctuelle, durable = "ponctuel" in self.signaux, "duree_longue" in self.signaux
        if ponctuelle == durable:
            return None
        return "ponctuelle" if ponctuelle else "durable"

    @property
    def collectivites_range(self) -> tuple[int, int | None]:
        """Smallest and largest possible number of collectivités; None means no upper bound."""
        if self.nombre_collectivites is not None:
            return self.nombre_collectivites, self.nombre_collectivites
        return (2, None) if "plusieurs_collectivites" in self.signaux else (1, None)
