"""Examine rules one by one against a situation, and retain the one with precedence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.orientation.conditions import evaluate
from knowledge.orientation.regle import Critere, Exclusion, Regle
from knowledge.orientation.situation import Situation
from knowledge.orientation.vocabulaire import Route, Statut

Etat = Literal["s_applique", "possible", "ecartee"]
_ETATS: tuple[Etat, ...] = ("s_applique", "possible", "ecartee")


class RegleParDefautManquante(Exception):
    """No rule applies: the set lacks the rule without criteria that closes it."""


@dataclass(frozen=True, slots=True)
class CritereExamine:
    """A criterion with what the situation says of it."""

    critere: Critere
    statut: Statut


@dataclass(frozen=True, slots=True)
class Examen:
    """A rule examined: applicable, possible (too little is known), or set aside.

    `exclusions` are the clauses `sauf_si` that are met, hence that set the rule aside.
    """

    regle: Regle
    etat: Etat
    criteres: tuple[CritereExamine, ...]
    exclusions: tuple[Exclusion, ...]

    def required(self, statut: Statut) -> tuple[Critere, ...]:
        """Return the required criteria that have this status, in the order of the file."""
        return tuple(c.critere for c in self.criteres if c.critere.requis and c.statut == statut)

    @property
    def distance(self) -> tuple[int, int, int, int]:
        """Sort key: how far the rule is from being retained, then its rank."""
        return (
            _ETATS.index(self.etat),
            len(self.exclusions) + len(self.required("non_rempli")),
            len(self.required("inconnu")),
            self.regle.rang,
        )


def examine(regle: Regle, situation: Situation) -> Examen:
    """Evaluate every criterion of a rule."""
    criteres = tuple(CritereExamine(c, evaluate(c.condition, situation)) for c in regle.si)
    exclusions = tuple(
        each for each in regle.sauf_si if evaluate(each.condition, situation) == "rempli"
    )
    required = {each.statut for each in criteres if each.critere.requis}
    etat: Etat = "s_applique"
    if exclusions or "non_rempli" in required or not regle.is_valid_on(situation.jour):
        etat = "ecartee"
    elif "inconnu" in required:
        etat = "possible"
    return Examen(regle, etat, criteres, exclusions)


def examine_all(situation: Situation, regles: Sequence[Regle]) -> tuple[Examen, ...]:
    """Examine all the rules, by rank: the whole reasoning behind a decision."""
    return tuple(examine(each, situation) for each in sorted(regles, key=lambda r: r.rang))


def retain(examens: Sequence[Examen]) -> Examen:
    """Return the applicable rule of smallest rank.

    Raises:
        RegleParDefautManquante: when none applies.
    """
    applicable = [each for each in examens if each.etat == "s_applique"]
    if not applicable:
        raise RegleParDefautManquante
    return min(applicable, key=lambda each: each.regle.rang)


def retained_route(situation: Situation, ranked: Iterable[Regle]) -> Route:
    """Return the route of the first applicable rule of rules sorted by rank, and stop there."""
    for regle in ranked:
        if _applies(regle, situation):
            return regle.route
    raise RegleParDefautManquante


def _applies(regle: Regle, situation: Situation) -> bool:
    required = (each.condition for each in regle.si if each.requis)
    return (
        regle.is_valid_on(situation.jour)
        and all(evaluate(each, situation) == "rempli" for each in required)
        and not any(evaluate(each.condition, situation) == "rempli" for each in regle.sauf_si)
    )
