"""Decide an orientation: a pure function of a situation and of the rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.orientation.conditions import question_for
from knowledge.orientation.examen import Examen, examine_all, retain
from knowledge.orientation.questions import missing_questions
from knowledge.orientation.regle import Regle
from knowledge.orientation.situation import Situation
from knowledge.orientation.vocabulaire import OFFRES, ROUTES, Question, Route, Statut

_NEVER_ALTERNATIVES: frozenset[Route] = frozenset({"hors_champ", "aucune"})


@dataclass(frozen=True, slots=True)
class Reason:
    """A criterion of the retained rule, as shown to the élu, with its source."""

    critere: str
    statut: Statut
    source: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """A route that was not retained, and why."""

    route: Route
    why_not: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The route that fits, with everything needed to explain it.

    `missing`: what is still to ask, the most settling first; empty when no answer would change
    the route. `resource_id`: the record that tells more about the route, when there is one.
    """

    route: Route
    rule_id: str
    title: str
    motif: str
    reasons: tuple[Reason, ...]
    alternatives: tuple[Alternative, ...]
    next_step: str
    missing: tuple[Question, ...]
    resource_id: str | None


def decide(situation: Situation, regles: Sequence[Regle]) -> Decision:
    """Return the orientation: the applicable rule of smallest rank decides.

    Raises:
        RegleParDefautManquante: when the rules were not loaded by the loader and do not close.
    """
    examens = examine_all(situation, regles)
    retenu = retain(examens)
    regle = retenu.regle
    return Decision(
        route=regle.route,
        rule_id=regle.id,
        title=regle.titre,
        motif=regle.motif,
        reasons=_reasons(retenu),
        alternatives=_alternatives(examens, regle.route),
        next_step=regle.prochaine_etape,
        missing=missing_questions(situation, examens, retenu),
        resource_id=regle.fiche,
    )


def _reasons(retenu: Examen) -> tuple[Reason, ...]:
    regle = retenu.regle
    if not retenu.criteres:
        return (Reason(regle.motif, "rempli", regle.source),)
    return tuple(
        Reason(each.critere.critere, each.statut, each.critere.source or regle.source)
        for each in retenu.criteres
    )


def _alternatives(examens: Sequence[Examen], retained: Route) -> tuple[Alternative, ...]:
    """Return the three offers of the ANCT and the other plausible routes, but the retained one."""
    found = []
    for route in (*OFFRES, *(each for each in ROUTES if each not in OFFRES)):
        nearest = _nearest(examens, route)
        if route == retained or route in _NEVER_ALTERNATIVES or nearest is None:
            continue
        if route in OFFRES or _is_plausible(nearest):
            found.append(Alternative(route, _why_not(nearest)))
    return tuple(found)


def _is_plausible(examen: Examen) -> bool:
    """Tell whether the rule applies, or would with answers that one can ask for."""
    unknown = examen.required("inconnu")
    return examen.etat != "ecartee" and all(question_for(c.condition) for c in unknown)


def _nearest(examens: Sequence[Examen], route: Route) -> Examen | None:
    candidates = [each for each in examens if each.regle.route == route]
    return min(candidates, key=lambda each: each.distance) if candidates else None


def _why_not(examen: Examen) -> str:
    """Return the most precise sentence the rule offers for not being retained."""
    for exclusion in examen.exclusions:
        return exclusion.sinon
    sentences = [each.sinon for each in examen.required("non_rempli")]
    sentences += [each.si_inconnu for each in examen.required("inconnu")]
    return next((each for each in sentences if each is not None), examen.regle.pourquoi_pas)
