"""Why a question leads where it does: on the public pages and in the terminal."""

import json
import re
from pathlib import Path
from typing import get_args

import httpx2
import pytest

from api.orientation.presentation import load_labels
from knowledge.orientation.examen import Etat
from knowledge.orientation.loader import REGLES_DIR
from knowledge.orientation.vocabulaire import (
    INTENTIONS,
    QUESTIONS,
    ROLES,
    SIGNAUX,
    Duree,
    Statut,
)
from tests.api.test_cli import ROOT, run
from tests.conftest import Chat, Service
from tests.knowledge.orientation_cases import REGLES

QUATRE = "Nous sommes quatre communes du Gers et voulons être accompagnées sur la mobilité"
EXPLAIN = "/orientation/expliquer"


def ask(client: httpx2.Client, question: str) -> httpx2.Response:
    return client.post(EXPLAIN, data={"question": question})


@pytest.mark.rasa
def test_the_page_explains_the_whole_decision(client: httpx2.Client) -> None:
    page = ask(client, QUATRE).text
    assert "Orientation proposée\u00a0: Un projet partagé" in page
    assert "s’engagent ensemble\u00a0: <strong>rempli</strong>" in page
    assert "Pourquoi pas les autres" in page
    assert "Gers" in page
    assert all(f"«\u00a0{regle.id}\u00a0»" in page for regle in REGLES)
    assert page.count('class="retenue"') == 1
    assert "Vous signalez un danger pour la vie de quelqu’un\u00a0: non rempli" in page


@pytest.mark.rasa
@pytest.mark.parametrize(
    "question",
    [
        QUATRE,
        "Comment créer un conseil municipal des jeunes à Auch ?",
        "Je reçois des menaces depuis la réunion publique",
        "Quel temps fera-t-il demain ?",
    ],
)
def test_the_page_leads_where_the_conversation_leads(chat: Chat, question: str) -> None:
    turn = chat.say(question)
    page = ask(chat.client, question).text
    assert f"Règle «\u00a0{turn['orientation']['rule_id']}\u00a0»" in page


@pytest.mark.rasa
def test_the_page_shows_every_rule_with_its_source_and_date(client: httpx2.Client) -> None:
    page = client.get("/orientation/regles").text
    for regle in REGLES:
        assert f'id="{regle.id}"' in page
        assert regle.source.replace("&", "&amp;") in page
        assert all(each.critere in page for each in regle.si)
    assert "24 novembre 2026" in page


@pytest.mark.rasa
def test_what_is_written_is_escaped_and_kept_nowhere(
    client: httpx2.Client, service: Service
) -> None:
    response = ask(client, "<script>alert('zébulon')</script> un budget participatif ?")
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;" in response.text
    assert response.headers["cache-control"] == "no-store"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert "zébulon" not in service.log()


@pytest.mark.rasa
@pytest.mark.parametrize("question", ["", "   ", "a" * 4001])
def test_an_impossible_question_is_refused_kindly(client: httpx2.Client, question: str) -> None:
    response = ask(client, question)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert 'aria-invalid="true"' in response.text


def test_every_word_of_the_rules_has_its_label() -> None:
    labels = load_labels()
    assert set(labels["intentions"]) == set(INTENTIONS)
    assert set(labels["signaux"]) == set(SIGNAUX)
    assert set(labels["questions"]) == set(QUESTIONS)
    assert set(labels["roles"]) == set(ROLES)
    assert set(labels["durees"]) == set(get_args(Duree))
    assert set(labels["statuts"]) == set(get_args(Statut))
    assert set(labels["etats"]) == set(get_args(Etat))


def test_the_command_explains_in_french() -> None:
    told = run("regles", "explain", QUATRE, ORIENTATION_DATA_DIR=str(ROOT / ".donnees"))
    assert told.returncode == 0, told.stderr
    assert "Orientation\u00a0: Un projet partagé entre collectivités" in told.stdout
    assert "(projet_partage)\u00a0: s’applique, retenue" in told.stdout
    assert re.search(r"besoin-ponctuel .*\n\s+à préciser\u00a0: Votre besoin", told.stdout)


def test_the_command_checks_and_says_what_to_mend(tmp_path: Path) -> None:
    for path in REGLES_DIR.glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        wrong = text.replace("rang: 220", "rang: 160").replace("motif:", "motifs:", 1)
        (tmp_path / path.name).write_text(wrong if path.stem == "ateliers" else text)
    outcome = run("regles", "check", str(tmp_path))
    assert outcome.returncode == 1
    assert "ateliers.yml, ligne 4, règle «\u00a0ateliers-demande-d-atelier\u00a0»" in outcome.stdout
    assert "Vouliez-vous dire «\u00a0motif\u00a0»\u00a0?" in outcome.stdout
    found = json.loads(run("regles", "check", str(tmp_path), "--json").stdout)
    assert {each["gravite"] for each in found} == {"bloquant"}
    assert all(each["remede"] for each in found)


def test_the_rules_of_the_project_pass_their_own_check() -> None:
    outcome = run("regles", "check")
    assert outcome.returncode == 0
    assert "À corriger : 0." in outcome.stdout
