"""What is asked: never more than what may change the route, whatever the situation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge.orientation.conditions import is_open
from knowledge.orientation.decide import decide
from knowledge.orientation.regle import Regle
from knowledge.orientation.situation import Situation
from knowledge.orientation.vocabulaire import (
    DISPOSITIFS,
    INTENTIONS,
    OFFRES,
    QUESTIONS,
    ROLES,
    ROUTES,
    SIGNAUX,
    THEMES,
    Question,
)
from tests.knowledge.orientation_cases import REGLES, make_regle

# Answers on each side of every boundary of the real rules.
ANSWERS: dict[Question, list[dict[str, Any]]] = {
    "nombre_collectivites": [{"nombre_collectivites": n} for n in (1, 2, 3, 6)],
    "duree": [{"duree": "ponctuelle"}, {"duree": "durable"}],
    "theme": [
        {"themes": (theme,)}
        for theme in ("concertation", "conseil de développement", "budget participatif", "santé")
    ],
    "territoire": [
        {"territoire_type": "region", "territoire_code": "53", "region": "53"},
        {"territoire_type": "departement", "territoire_code": "44", "departement": "44"},
        {"territoire_type": "epci", "territoire_code": "200040293", "region": "27"},
        {"territoire_type": "commune", "territoire_code": "32013", "population": 900},
        {
            "territoire_type": "commune",
            "territoire_code": "69123",
            "population": 500000,
            "region": "84",
        },
        # Where the élu is tells who was accompanied.
        *(
            {
                "territoire_type": "commune",
                "territoire_code": "32013",
                "population": 22428,
                "deja_accompagne": frozenset({dispositif}),
            }
            for dispositif in DISPOSITIFS
        ),
    ],
}

SITUATIONS = st.builds(
    Situation,
    intent=st.none() | st.sampled_from(INTENTIONS) | st.just("inconnue"),
    signaux=st.frozensets(st.sampled_from(SIGNAUX), max_size=5),
    themes=st.lists(st.sampled_from(THEMES), max_size=3, unique=True).map(tuple),
    role=st.none() | st.sampled_from(ROLES),
    population=st.none() | st.integers(0, 3_000_000),
    nombre_collectivites=st.none() | st.integers(-1, 40),
    duree=st.none() | st.sampled_from(["ponctuelle", "durable"]),
    territoire_type=st.none() | st.sampled_from(["commune", "epci", "departement", "region"]),
    territoire_code=st.none() | st.sampled_from(["32013", "200040293", "44", "53"]),
    departement=st.none() | st.sampled_from(["32", "44", "2A"]),
    epci=st.none() | st.just("200040293"),
    region=st.none() | st.sampled_from(["53", "76", "84"]),
    deja_accompagne=st.none() | st.frozensets(st.sampled_from(DISPOSITIFS)),
    jour=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)

needs_two = make_regle(
    rang=10, route="ateliers", si=[{"duree": "ponctuelle"}, {"themes": {"au_moins_un": ["eau"]}}]
)
needs_duree = make_regle(rang=20, route="territoires_engagement", si=[{"duree": "durable"}])
needs_number = make_regle(
    rang=30, route="projet_partage", si=[{"nombre_collectivites": {"min": 3, "max": 5}}]
)
needs_role = make_regle(rang=40, route="partenaire", si=[{"role": ["dgs"]}, {"duree": "durable"}])
default = make_regle(rang=100, route="aucune")


@pytest.mark.parametrize(
    ("regles", "situation", "missing"),
    [
        pytest.param([default], Situation(), (), id="nothing depends on an answer"),
        pytest.param([needs_duree, default], Situation(), ("duree",), id="one rule, one question"),
        pytest.param(
            [needs_duree, default], Situation(duree="ponctuelle"), (), id="already answered"
        ),
        pytest.param(
            [needs_number, needs_duree, default],
            Situation(duree="durable"),
            (),
            id="a rule of greater rank cannot take over",
        ),
        pytest.param(
            [needs_two, default], Situation(), ("duree", "theme"), id="two answers needed together"
        ),
        pytest.param(
            [needs_two, default],
            Situation(themes=("santé",)),
            (),
            id="a known fact closes the rule",
        ),
        pytest.param(
            [needs_two, needs_duree, needs_number, default],
            Situation(),
            ("duree", "nombre_collectivites", "theme"),
            id="the question that opens most routes comes first",
        ),
        pytest.param([needs_role, default], Situation(), (), id="the role is not asked"),
        pytest.param(
            [needs_duree, make_regle(rang=90, route="territoires_engagement")],
            Situation(),
            (),
            id="same route whatever the answer",
        ),
        pytest.param(
            [make_regle(rang=10, route="partenaire", si=[{"region": ["53"]}]), default],
            Situation(),
            ("territoire",),
            id="a region",
        ),
        pytest.param(
            [make_regle(rang=10, route="partenaire", si=[{"population": {"max": 3499}}]), default],
            Situation(),
            ("territoire",),
            id="a population is known by the territory",
        ),
        pytest.param(
            [make_regle(rang=10, route="partenaire", si=[{"region": ["53"]}]), default],
            Situation(signaux=["refus_donnees"]),
            (),
            id="someone who refuses to give data is not asked where they are",
        ),
        pytest.param(
            [make_regle(rang=10, route="ateliers", sauf_si=[{"duree": "durable"}]), default],
            Situation(),
            (),
            id="an exception asks nothing",
        ),
    ],
)
def test_only_useful_questions_are_asked(
    regles: list[Regle], situation: Situation, missing: tuple[Question, ...]
) -> None:
    assert decide(situation, regles).missing == missing


@settings(max_examples=600, deadline=None)
@given(SITUATIONS)
def test_any_situation_has_exactly_one_explained_route(situation: Situation) -> None:
    decision = decide(situation, REGLES)
    assert decision.route in ROUTES
    assert decision == decide(situation, REGLES[::-1])
    assert decision.reasons
    assert all(reason.critere and reason.source for reason in decision.reasons)
    told = [each.route for each in decision.alternatives]
    assert len(told) == len(set(told))
    assert decision.route not in told
    assert set(OFFRES) - {decision.route} <= set(told)
    assert all(each.why_not for each in decision.alternatives)
    assert decision.title
    assert decision.next_step


@settings(max_examples=300, deadline=None)
@given(SITUATIONS)
@example(
    Situation(
        intent="demander_accompagnement",
        signaux=("besoin_animation", "conduite_changement"),
        themes=("conseil citoyen", "convention citoyenne"),
        population=896090,
    )
)
def test_each_question_may_change_the_route(situation: Situation) -> None:
    """Minimality, by trying answers: each one asked matters, alone or with the others asked."""
    decision = decide(situation, REGLES)
    for question in decision.missing:
        assert is_open(question, situation)
        assert any(
            _route({**without, **answer}) != decision.route == _route(without)
            for others in _groups(set(decision.missing) - {question})
            for without in _answers(situation, others)
            for answer in ANSWERS[question]
        )


@settings(max_examples=300, deadline=None)
@given(SITUATIONS)
def test_an_answer_not_asked_for_leaves_the_rule_or_meets_an_exception(
    situation: Situation,
) -> None:
    """Completeness: only an exception of the retained rule may make another answer matter."""
    decision = decide(situation, REGLES)
    retained = next(regle for regle in REGLES if regle.id == decision.rule_id)
    for question in QUESTIONS:
        if question in decision.missing or not is_open(question, situation):
            continue
        for answer in ANSWERS[question]:
            other = decide(replace(situation, **_learnt(situation, answer)), REGLES)
            assert other.route == decision.route or retained.sauf_si


def _learnt(situation: Situation, answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer adds: a territory does not change what is known of the élu's already."""
    kept = {"population", "deja_accompagne"}
    known = {name for name in kept if getattr(situation, name) is not None}
    return {name: value for name, value in answer.items() if name not in known}


def _route(values: dict[str, Any]) -> str:
    return decide(Situation(**values), REGLES).route


def _groups(questions: set[Question]) -> Iterator[tuple[Question, ...]]:
    for size in range(len(questions) + 1):
        yield from combinations(sorted(questions), size)


def _answers(situation: Situation, questions: tuple[Question, ...]) -> Iterator[dict[str, Any]]:
    known = {name: getattr(situation, name) for name in Situation.__slots__}
    for chosen in product(*(ANSWERS[question] for question in questions)):
        completed = dict(known)
        for answer in chosen:
            completed |= answer
        yield completed
