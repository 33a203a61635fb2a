"""Each condition type: is it met by a situation, and which answer would meet it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from knowledge.orientation.regle import Bornes, ChoixSignaux, ChoixThemes, Condition, Periode
from knowledge.orientation.situation import Situation
from knowledge.orientation.vocabulaire import THEMES, Question, Statut

_QUESTION_OF: dict[str, Question] = {
    "nombre_collectivites": "nombre_collectivites",
    "duree": "duree",
    "themes": "theme",
    "territoire": "territoire",
    "commune": "territoire",
    "epci": "territoire",
    "departement": "territoire",
    "region": "territoire",
    # The base knows the population of a territory.
    "population": "territoire",
    # So does the open data of the ANCT know who was accompanied.
    "deja_accompagne": "territoire",
}
# Stands for a territory whose code does not matter; no commune bears this code.
_SOME_CODE = "00000"


def evaluate(condition: Condition, situation: Situation) -> Statut:
    """Tell whether the situation meets the condition, or whether too little is known."""
    return _EVALUATORS[condition.nom](getattr(condition, condition.nom), situation)


def question_for(condition: Condition) -> Question | None:
    """Return the question whose answer would settle the condition, if one can be asked."""
    return _QUESTION_OF.get(condition.nom)


def is_open(question: Question, situation: Situation) -> bool:
    """Tell whether the question still has to be answered and may be asked."""
    if question == "territoire":
        return situation.territoire_code is None and "refus_donnees" not in situation.signaux
    if question == "nombre_collectivites":
        return situation.nombre_collectivites is None
    if question == "duree":
        return situation.known_duree is None
    return not situation.themes


def satisfy(condition: Condition, situation: Situation) -> Situation:
    """Return the situation completed by an answer that meets the condition, when one exists."""
    return _ANSWERS[condition.nom](getattr(condition, condition.nom), situation)


def _met(value: bool) -> Statut:
    return "rempli" if value else "non_rempli"


def _among(attribute: str) -> Callable[[Any, Situation], Statut]:
    def evaluate_membership(expected: Any, situation: Situation) -> Statut:
        value = getattr(situation, attribute)
        return "inconnu" if value is None else _met(value in expected)

    return evaluate_membership


def _chosen(choix: ChoixSignaux | ChoixThemes, said: Collection[str]) -> bool:
    return (
        (not choix.au_moins_un or any(word in said for word in choix.au_moins_un))
        and all(word in said for word in choix.tous)
        and not any(word in said for word in choix.aucun)
    )


def _signaux(choix: ChoixSignaux, situation: Situation) -> Statut:
    # A signal is said or not: it is never asked, so it is never unknown.
    return _met(_chosen(choix, situation.signaux))


def _themes(choix: ChoixThemes, situation: Situation) -> Statut:
    return _met(_chosen(choix, situation.themes)) if situation.themes else "inconnu"


def _within(low: int, high: int | None, bornes: Bornes) -> Statut:
    """Compare a possible range (`high` None: unbounded) with the expected one."""
    lower = 0 if bornes.min is None else bornes.min
    if (high is not None and high < lower) or (bornes.max is not None and low > bornes.max):
        return "non_rempli"
    fits_above = bornes.max is None or (high is not None and high <= bornes.max)
    return "rempli" if low >= lower and fits_above else "inconnu"


def _population(bornes: Bornes, situation: Situation) -> Statut:
    known = situation.population
    return "inconnu" if known is None else _within(known, known, bornes)


def _nombre_collectivites(bornes: Bornes, situation: Situation) -> Statut:
    return _within(*situation.collectivites_range, bornes)


def _duree(expected: str, situation: Situation) -> Statut:
    known = situation.known_duree
    return "inconnu" if known is None else _met(known == expected)


def _deja_accompagne(expected: Collection[str], situation: Situation) -> Statut:
    known = situation.deja_accompagne
    return "inconnu" if known is None else _met(any(each in known for each in expected))


def _date(periode: Periode, situation: Situation) -> Statut:
    return "inconnu" if situation.jour is None else _met(periode.holds(situation.jour))


def _code_at(echelon: str) -> Callable[[Any, Situation], Statut]:
    def evaluate_code(expected: Any, situation: Situation) -> Statut:
        if situation.territoire_type == echelon and situation.territoire_code is not None:
            return _met(situation.territoire_code in expected)
        # A commune has no smaller part: another kind of territory is not in the list.
        if echelon == "commune":
            return "inconnu" if situation.territoire_code is None else "non_rempli"
        value = getattr(situation, echelon)
        return "inconnu" if value is None else _met(value in expected)

    return evaluate_code


_EVALUATORS: dict[str, Callable[[Any, Situation], Statut]] = {
    "intention": _among("intent"),
    "signaux": _signaux,
    "themes": _themes,
    "role": _among("role"),
    "population": _population,
    "nombre_collectivites": _nombre_collectivites,
    "duree": _duree,
    "territoire": _among("territoire_type"),
    "commune": _code_at("commune"),
    "epci": _code_at("epci"),
    "departement": _code_at("departement"),
    "region": _code_at("region"),
    "deja_accompagne": _deja_accompagne,
    "date": _date,
}


def _unchanged(_: Any, situation: Situation) -> Situation:
    return situation


def _answer_themes(choix: ChoixThemes, situation: Situation) -> Situation:
    allowed = [word for word in THEMES if word not in choix.aucun]
    return replace(situation, themes=(*choix.tous, *(choix.au_moins_un or allowed)[:1]))


def _answer_number(bornes: Bornes, situation: Situation) -> Situation:
    low, _ = situation.collectivites_range
    return replace(situation, nombre_collectivites=max(low, bornes.min or 1))


def _answer_duree(expected: Any, situation: Situation) -> Situation:
    return replace(situation, duree=expected)


def _answer_population(bornes: Bornes, situation: Situation) -> Situation:
    value = bornes.min if bornes.min is not None else bornes.max
    return replace(_somewhere(situation), population=value)


def _answer_type(expected: Any, situation: Situation) -> Situation:
    return replace(_somewhere(situation), territoire_type=expected[0])


def _answer_deja(expected: Any, situation: Situation) -> Situation:
    return replace(_somewhere(situation), deja_accompagne=frozenset(expected))


def _answer_commune(expected: Any, situation: Situation) -> Situation:
    return replace(situation, territoire_type="commune", territoire_code=expected[0])


def _answer_code(echelon: str) -> Callable[[Any, Situation], Situation]:
    def answer(expected: Any, situation: Situation) -> Situation:
        completed: Situation = replace(_somewhere(situation), **{echelon: expected[0]})
        return completed

    return answer


def _somewhere(situation: Situation) -> Situation:
    return replace(situation, territoire_code=situation.territoire_code or _SOME_CODE)


_ANSWERS: dict[str, Callable[[Any, Situation], Situation]] = {
    "intention": _unchanged,
    "signaux": _unchanged,
    "role": _unchanged,
    "themes": _answer_themes,
    "population": _answer_population,
    "nombre_collectivites": _answer_number,
    "duree": _answer_duree,
    "territoire": _answer_type,
    "commune": _answer_commune,
    "epci": _answer_code("epci"),
    "departement": _answer_code("departement"),
    "region": _answer_code("region"),
    "deja_accompagne": _answer_deja,
    "date": _unchanged,
}
