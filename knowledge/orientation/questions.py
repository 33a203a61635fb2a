"""What is still worth asking: only the answers that may change the route."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from knowledge.orientation.conditions import is_open, question_for, satisfy
from knowledge.orientation.examen import Examen, retained_route
from knowledge.orientation.regle import Condition, Regle
from knowledge.orientation.situation import Situation
from knowledge.orientation.vocabulaire import QUESTIONS, Question, Route

_Opening = tuple[tuple[Question, ...], Route]


def missing_questions(
    situation: Situation, examens: Sequence[Examen], retenu: Examen
) -> tuple[Question, ...]:
    """Return the questions whose answer may lead elsewhere, the most settling first.

    An answer never makes a met criterion unmet, so only the possible rules of smaller rank can
    take over. For each, the smallest groups of answers that really change the route are sought;
    a question that opens more routes comes first, then the order of the vocabulary.
    """
    # The examined rules come sorted by rank.
    regles = tuple(each.regle for each in examens)
    openings = [
        opening
        for examen in examens
        if examen.etat == "possible" and examen.regle.rang < retenu.regle.rang
        for opening in _smallest_openings(situation, regles, examen, retenu.regle.route)
    ]
    routes: dict[Question, set[Route]] = {}
    for questions, route in openings:
        for question in questions:
            routes.setdefault(question, set()).add(route)
    return tuple(sorted(routes, key=lambda q: (-len(routes[q]), QUESTIONS.index(q))))


def _smallest_openings(
    situation: Situation, regles: Sequence[Regle], examen: Examen, route: Route
) -> list[_Opening]:
    """Return the groups of answers that lead elsewhere, none of which contains another."""
    found: list[_Opening] = []
    for group in _groups(_open_questions(situation, examen)):
        if any(set(smaller) <= set(group) for smaller, _ in found):
            continue
        other = retained_route(_answered(situation, examen, group), regles)
        if other != route:
            found.append((group, other))
    return found


def _open_questions(situation: Situation, examen: Examen) -> tuple[Question, ...]:
    """Return the questions to settle the rule; none when a criterion cannot be asked about."""
    questions = [question_for(each.condition) for each in examen.required("inconnu")]
    if any(each is None or not is_open(each, situation) for each in questions):
        return ()
    return tuple(dict.fromkeys(each for each in questions if each is not None))


def _groups(questions: tuple[Question, ...]) -> Iterator[tuple[Question, ...]]:
    for size in range(1, len(questions) + 1):
        yield from combinations(questions, size)


def _answered(situation: Situation, examen: Examen, group: tuple[Question, ...]) -> Situation:
    conditions: list[Condition] = [each.condition for each in examen.required("inconnu")]
    for condition in conditions:
        if question_for(condition) in group:
            situation = satisfy(condition, situation)
    return situation
