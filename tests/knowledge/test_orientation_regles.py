"""The rules of the ANCT, held to their own examples and to a table of real demands."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import knowledge.contenu
from knowledge.orientation.check import References, check_regles, texts_of
from knowledge.orientation.decide import decide
from knowledge.orientation.fichiers import read_document
from knowledge.orientation.loader import REGLES_DIR, load_routes
from knowledge.orientation.regle import Exemple, Regle
from knowledge.orientation.vocabulaire import INTENTIONS, OFFRES, ROUTES, SIGNAUX, THEMES
from knowledge.resources.vocabulary import load_vocabulary
from knowledge.territoires.loader import load_territoires
from nlu.besoins import DESCRIBED
from nlu.understanding import INTENTS
from tests.knowledge.orientation_cases import REGLES, Case, load_cases

CONTENU = Path(knowledge.contenu.__path__[0])
SIGNAUX_FILE = CONTENU.parents[1] / "nlu" / "data" / "vocabulaire" / "signaux.yml"
CASES = load_cases()
EXEMPLES = [(regle, exemple) for regle in REGLES for exemple in regle.exemples]
SIGLES = ("ANCT", "CNDP", "CNFPT", "DIFE", "DITP", "PLU", "EPCI", "DDT")


@pytest.mark.parametrize(("regle", "exemple"), EXEMPLES, ids=lambda value: getattr(value, "id", ""))
def test_each_example_of_each_rule_holds(regle: Regle, exemple: Exemple) -> None:
    decision = decide(exemple.quand.to_situation(), REGLES)
    assert decision.route == exemple.attendu, f"{exemple.phrase} → {decision.rule_id}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.phrase[:60])
def test_real_demands_are_oriented_as_expected(case: Case) -> None:
    decision = decide(case.quand.to_situation(), REGLES)
    assert decision.route == case.attendu, decision.rule_id
    if case.regle is not None:
        assert decision.rule_id == case.regle
    if case.demander is not None:
        assert decision.missing == case.demander


def test_the_table_is_broad() -> None:
    assert len(CASES) >= 60
    assert {case.attendu for case in CASES} == set(ROUTES)


def test_the_check_finds_nothing_to_mend() -> None:
    territoires = load_territoires()
    references = References(
        today=date(2026, 11, 24),
        knows_code=lambda kind, code: any(
            each.type == kind and each.code == code for each in territoires
        ),
        knows_resource=_is_published,
    )
    assert [each.phrase for each in check_regles(REGLES_DIR, references)] == []


def test_every_route_has_a_title_and_a_published_record() -> None:
    for fiche in load_routes().values():
        assert fiche.resource_id is None or _is_published(fiche.resource_id)


def test_sigles_are_expanded_where_they_first_appear() -> None:
    for regle in REGLES:
        for text in texts_of(regle):
            for sigle in SIGLES:
                first = re.search(rf"\(?\b{sigle}\b", text)
                assert first is None or first[0].startswith("("), f"{regle.id}: {text}"


def test_no_sentence_promises_anything() -> None:
    promise = re.compile(
        r"vous (?:serez|obtiendrez|recevrez) |nous garantissons|sera (?:financ|reten)"
    )
    assert [t for regle in REGLES for t in texts_of(regle) if promise.search(t)] == []


def test_every_mention_of_the_long_path_duration_gives_both_dated_figures() -> None:
    told = [t for r in REGLES for t in texts_of(r) if "trois ans" in t or "15 mois" in t]
    assert told
    for text in told:
        assert "trois ans" in text
        assert "12 à 15 mois" in text
        assert "décembre 2025" in text
        assert "cellule" in text


def test_the_vocabulary_is_that_of_understanding_and_of_the_records() -> None:
    assert INTENTIONS == INTENTS
    assert load_vocabulary().themes == THEMES
    assert set(read_document(SIGNAUX_FILE)) | DESCRIBED == set(SIGNAUX)


def test_each_offer_has_more_than_one_way_in() -> None:
    ways = Counter(regle.route for regle in REGLES)
    assert all(ways[offer] > 1 for offer in OFFRES)


def _is_published(resource_id: str) -> bool:
    found = list(CONTENU.glob(f"*/{resource_id}.md"))
    return bool(found) and "\netat: publie\n" in found[0].read_text(encoding="utf-8")
