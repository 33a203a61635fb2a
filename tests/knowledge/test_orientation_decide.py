"""How a decision is taken: three-valued conditions, precedence, reasons, why not the others."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from knowledge.orientation.conditions import evaluate
from knowledge.orientation.decide import Alternative, Reason, decide
from knowledge.orientation.examen import RegleParDefautManquante, examine, examine_all
from knowledge.orientation.regle import Condition
from knowledge.orientation.situation import Situation
from knowledge.orientation.vocabulaire import OFFRES
from tests.knowledge.orientation_cases import REGLES, make_regle

DEFAUT = make_regle(rang=1000, route="aucune")


@pytest.mark.parametrize(
    ("condition", "situation", "statut"),
    [
        ({"intention": ["saluer"]}, Situation(intent="saluer"), "rempli"),
        ({"intention": ["saluer"]}, Situation(intent="affirmer"), "non_rempli"),
        ({"intention": ["saluer"]}, Situation(), "inconnu"),
        (
            {"signaux": {"au_moins_un": ["conflit", "urgence"]}},
            Situation(signaux=["urgence"]),
            "rempli",
        ),
        ({"signaux": {"au_moins_un": ["conflit"]}}, Situation(), "non_rempli"),
        (
            {"signaux": {"tous": ["conflit", "urgence"]}},
            Situation(signaux=["conflit"]),
            "non_rempli",
        ),
        ({"signaux": {"aucun": ["conflit"]}}, Situation(), "rempli"),
        (
            {"signaux": {"au_moins_un": ["urgence"], "aucun": ["conflit"]}},
            Situation(signaux=["urgence", "conflit"]),
            "non_rempli",
        ),
        ({"themes": {"au_moins_un": ["eau"]}}, Situation(themes=["eau", "santé"]), "rempli"),
        ({"themes": {"au_moins_un": ["eau"]}}, Situation(themes=["santé"]), "non_rempli"),
        ({"themes": {"aucun": ["eau"]}}, Situation(), "inconnu"),
        ({"themes": {"connu": True}}, Situation(themes=["santé"]), "rempli"),
        ({"themes": {"connu": True}}, Situation(), "inconnu"),
        ({"role": ["maire"]}, Situation(role="dgs"), "non_rempli"),
        ({"role": ["maire"]}, Situation(), "inconnu"),
        ({"population": {"max": 3499}}, Situation(population=3499), "rempli"),
        ({"population": {"max": 3499}}, Situation(population=3500), "non_rempli"),
        ({"population": {"min": 50000}}, Situation(), "inconnu"),
        (
            {"nombre_collectivites": {"min": 3, "max": 5}},
            Situation(nombre_collectivites=3),
            "rempli",
        ),
        (
            {"nombre_collectivites": {"min": 3, "max": 5}},
            Situation(nombre_collectivites=6),
            "non_rempli",
        ),
        ({"nombre_collectivites": {"min": 3, "max": 5}}, Situation(), "inconnu"),
        (
            {"nombre_collectivites": {"min": 3}},
            Situation(signaux=["plusieurs_collectivites"]),
            "inconnu",
        ),
        (
            {"nombre_collectivites": {"max": 1}},
            Situation(signaux=["plusieurs_collectivites"]),
            "non_rempli",
        ),
        (
            {"nombre_collectivites": {"min": 2}},
            Situation(signaux=["plusieurs_collectivites"]),
            "rempli",
        ),
        ({"duree": "durable"}, Situation(duree="durable"), "rempli"),
        ({"duree": "durable"}, Situation(signaux=["ponctuel"]), "non_rempli"),
        ({"duree": "durable"}, Situation(signaux=["ponctuel", "duree_longue"]), "inconnu"),
        (
            {"territoire": ["epci"]},
            Situation(territoire_type="epci", territoire_code="200040293"),
            "rempli",
        ),
        ({"territoire": ["epci"]}, Situation(), "inconnu"),
        ({"departement": ["32"]}, Situation(departement="32"), "rempli"),
        (
            {"departement": ["32"]},
            Situation(territoire_type="departement", territoire_code="32"),
            "rempli",
        ),
        # Region 32 is Hauts-de-France, département 32 is Gers: the type tells them apart.
        (
            {"departement": ["32"]},
            Situation(territoire_type="region", territoire_code="32"),
            "inconnu",
        ),
        ({"region": ["53"]}, Situation(territoire_type="region", territoire_code="53"), "rempli"),
        ({"epci": ["200040293"]}, Situation(epci="200040293"), "rempli"),
        (
            {"commune": ["01001"]},
            Situation(territoire_type="commune", territoire_code="01001"),
            "rempli",
        ),
        (
            {"commune": ["01001"]},
            Situation(territoire_type="epci", territoire_code="200040293"),
            "non_rempli",
        ),
        ({"commune": ["01001"]}, Situation(), "inconnu"),
        ({"deja_accompagne": ["parcours"]}, Situation(), "inconnu"),
        ({"deja_accompagne": ["parcours"]}, Situation(deja_accompagne=[]), "non_rempli"),
        (
            {"deja_accompagne": ["parcours", "ateliers"]},
            Situation(deja_accompagne=["ateliers"]),
            "rempli",
        ),
        ({"date": {"debut": "2026-03-01"}}, Situation(), "inconnu"),
        ({"date": {"debut": "2026-03-01"}}, Situation(jour=date(2026, 3, 1)), "rempli"),
        ({"date": {"fin": "2026-03-01"}}, Situation(jour=date(2026, 3, 2)), "non_rempli"),
    ],
)
def test_a_condition_has_three_values(
    condition: dict[str, Any], situation: Situation, statut: str
) -> None:
    assert evaluate(Condition.model_validate(condition), situation) == statut


def test_the_smallest_rank_wins_whatever_the_order_of_the_file() -> None:
    menace = make_regle(rang=10, route="conseiller", si=[{"signaux": {"au_moins_un": ["menace"]}}])
    methode = make_regle(rang=410, route="ressources", si=[{"intention": ["demander_methode"]}])
    situation = Situation(intent="demander_methode", signaux=["menace"])
    for regles in ([menace, methode, DEFAUT], [DEFAUT, methode, menace]):
        assert decide(situation, regles).route == "conseiller"


def test_an_unknown_required_criterion_does_not_let_the_rule_apply() -> None:
    durable = make_regle(rang=10, route="territoires_engagement", si=[{"duree": "durable"}])
    examen = examine(durable, Situation())
    assert examen.etat == "possible"
    assert decide(Situation(), [durable, DEFAUT]).route == "aucune"


def test_an_exception_sets_aside_only_when_it_is_known() -> None:
    regle = make_regle(
        rang=10,
        route="projet_partage",
        si=[{"nombre_collectivites": {"min": 3, "max": 5}}],
        sauf_si=[{"duree": "ponctuelle"}],
    )
    assert decide(Situation(nombre_collectivites=4), [regle, DEFAUT]).route == "projet_partage"
    ponctuelle = decide(Situation(nombre_collectivites=4, duree="ponctuelle"), [regle, DEFAUT])
    assert ponctuelle.route == "aucune"
    assert ponctuelle.alternatives == (Alternative("projet_partage", "Écartée par exception."),)


@pytest.mark.parametrize(
    ("jour", "route"),
    [
        (date(2025, 12, 31), "aucune"),
        (date(2026, 1, 1), "ateliers"),
        (date(2026, 6, 30), "ateliers"),
        (date(2026, 7, 1), "aucune"),
        (None, "ateliers"),
    ],
)
def test_a_rule_serves_only_while_it_is_valid(jour: date | None, route: str) -> None:
    validite = {"debut": "2026-01-01", "fin": "2026-06-30"}
    regle = make_regle(rang=10, route="ateliers", validite=validite)
    assert decide(Situation(jour=jour), [regle, DEFAUT]).route == route


def test_whoever_followed_a_parcours_is_led_to_the_cellule_and_told_why() -> None:
    need = Situation(intent="demander_accompagnement", duree="durable")
    new = decide(replace(need, deja_accompagne=["cellule"]), REGLES)
    again = decide(replace(need, deja_accompagne=["parcours"]), REGLES)
    assert new.route == "territoires_engagement"
    assert (again.route, again.rule_id) == ("conseiller", "conseiller-parcours-deja-suivi")
    told = {each.route: each.why_not for each in again.alternatives}
    assert "déjà suivi un parcours" in told["territoires_engagement"]
    assert "territoire" not in decide(need, REGLES).missing


def test_reasons_are_the_criteria_with_their_status_and_source() -> None:
    decision = decide(
        Situation(intent="demander_accompagnement", duree="durable", nombre_collectivites=1),
        REGLES,
    )
    assert decision.rule_id == "territoires-engagement-durable"
    statuts = {reason.critere: reason.statut for reason in decision.reasons}
    assert statuts["Vous cherchez un appui dans la durée"] == "rempli"
    assert statuts["Une seule collectivité porte la démarche"] == "rempli"
    assert all(reason.source.startswith("https://") for reason in decision.reasons)


def test_a_rule_without_criteria_gives_its_motif_as_reason() -> None:
    decision = decide(Situation(), [DEFAUT])
    assert decision.reasons == (Reason("Un motif.", "rempli", DEFAUT.source),)


def test_without_a_default_rule_the_set_is_refused_by_name() -> None:
    with pytest.raises(RegleParDefautManquante):
        decide(Situation(), [])


@pytest.mark.parametrize(
    ("nombre", "why_not"),
    [
        (2, "votre nombre ne correspond pas"),
        (6, "votre nombre ne correspond pas"),
        (None, "dites combien vous êtes"),
    ],
)
def test_why_not_a_projet_partage_depends_on_the_number(nombre: int | None, why_not: str) -> None:
    decision = decide(
        Situation(intent="demander_accompagnement", nombre_collectivites=nombre), REGLES
    )
    told = {each.route: each.why_not for each in decision.alternatives}
    assert decision.route == "conseiller"
    assert why_not in told["projet_partage"]


def test_an_overridden_rule_says_its_own_why_not() -> None:
    decision = decide(
        Situation(intent="demander_accompagnement", duree="durable", signaux=["menace"]), REGLES
    )
    told = {each.route: each.why_not for each in decision.alternatives}
    assert decision.route == "conseiller"
    assert set(OFFRES) <= set(told)
    assert "Un parcours long reste possible" in told["territoires_engagement"]


def test_the_whole_reasoning_can_be_shown() -> None:
    situation = Situation(intent="demander_accompagnement", duree="ponctuelle")
    etats = {each.regle.id: each.etat for each in examine_all(situation, REGLES)}
    assert len(etats) == len(REGLES)
    assert etats["ateliers-besoin-ponctuel"] == "s_applique"
    assert etats["territoires-engagement-durable"] == "ecartee"
    assert etats["conseiller-deux-collectivites"] == "ecartee"


def test_the_partner_tells_its_name_and_its_record() -> None:
    decision = decide(Situation(intent="demander_methode", signaux=["grand_projet"]), REGLES)
    assert decision.route == "partenaire"
    assert decision.title == "La Commission nationale du débat public (CNDP)"
    assert decision.resource_id == "acteur-commission-nationale-debat-public"
