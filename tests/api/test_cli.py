"""The command, as someone types it."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from api.cli import app, main
from api.rasa_process import free_port

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def every_command(group: Any, *before: str) -> Iterator[list[str]]:
    """Go through the commands and their groups."""
    yield list(before)
    for name, each in getattr(group, "commands", {}).items():
        yield from every_command(each, *before, name)


_ENGLISH = re.compile(
    r"\b(Usage|Options?:|Commands|Arguments:|Show|Try|Error|default|required|the|COMMAND|ARGS|TEXT|PATH"
    r"|INTEGER|str|path|int)\b|[{}<>]|\.\.\."
)


@pytest.mark.parametrize("command", list(every_command(typer.main.get_command(app))), ids=" ".join)
def test_help_is_in_french(command: list[str]) -> None:
    page = CliRunner().invoke(app, [*command, "--help"], prog_name="orientation").stdout
    assert page.startswith("Emploi")
    assert "Afficher cette aide" in page
    found = _ENGLISH.search(page.replace("Options :", "").replace("Arguments :", ""))
    assert not found, page


WRONG = {
    "inventee": "La commande « inventee » n’existe pas.",
    "serv": "Vouliez-vous dire : serve ?",
    "serve --port 3": "L’option --port n’existe pas.",
    "ask": "Il manque : QUESTION.",
    "ask --jsn x": "Vouliez-vous dire : --json ?",
    "ask --json=3 x": "L’option --json ne prend pas de valeur.",
    "ask un deux": "De trop : « deux ».",
    "train quoi": "QUOI : valeurs possibles : tout, nlu, dialogue.",
    "key nom --portee tout": "--portee : valeurs possibles : tickets:read",
    "compte inviter a@exemple.fr --role maire": "--role : valeurs possibles : conseiller",
    "dialogue": "Il manque l’option --actions.",
    "dialogue --actions x --port abc": "--port : un nombre entier est attendu.",
    "dialogue --actions x --port 99999": "--port : cette valeur dépasse la limite, 65535.",
    "evaluate nlu --svg": "L’option --svg attend une valeur.",
    "evaluate nlu /nulle/part.yml": "FICHIER : « /nulle/part.yml » n’existe pas.",
    "evaluate nlu tests": "FICHIER : « tests » est un dossier ; un fichier est attendu.",
    "evaluate routes /nulle/part": "CHEMIN : « /nulle/part » n’existe pas.",
    "evaluate conversations README.md": "DOSSIER : « README.md » est un fichier ; un dossier",
    "evaluate search --juge /nulle/part": "--juge : « /nulle/part » n’existe pas.",
    "import /nulle/part": "DOSSIER : « /nulle/part » n’existe pas.",
    "restore /nulle/part": "FICHIER : « /nulle/part » n’existe pas.",
    "regles check /nulle/part": "DOSSIER : « /nulle/part » n’existe pas.",
}


@pytest.mark.parametrize("command", WRONG)
def test_a_badly_written_command_is_refused_in_one_french_sentence(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["orientation", *command.split()])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    said = capsys.readouterr().err.replace("\u00a0", " ")
    assert WRONG[command] in said
    assert re.fullmatch(r"✗ .+\nAide : orientation.* --help\n", said)


@pytest.mark.parametrize("question", ["", "   ", "a" * 4001])
def test_a_question_that_is_no_message_is_refused(question: str) -> None:
    outcome = run("ask", question)
    assert outcome.returncode == 2
    assert "Votre message" in outcome.stdout


def test_a_database_that_does_not_answer_is_told() -> None:
    outcome = run("keys", "list", DATABASE_URL="postgresql://x@127.0.0.1:9/x")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("✗ La base de données ne répond pas")
    assert "Traceback" not in outcome.stderr


def test_a_wrong_setting_is_told_in_french() -> None:
    outcome = run("serve", ORIENTATION_HOST="0.0.0.0", ORIENTATION_RATE_LIMIT="off")  # noqa: S104
    assert outcome.returncode == 2
    assert "boucle locale" in outcome.stdout


def test_missing_rasa_is_told_with_its_remedy(tmp_path: Path) -> None:
    outcome = run(
        "serve",
        ORIENTATION_RASA_PYTHON="/nulle/part",
        ORIENTATION_DATA_DIR=str(tmp_path / "d"),
        ORIENTATION_PORT=str(free_port()),
    )
    assert outcome.returncode == 1
    assert "Rasa n'est pas installé" in outcome.stdout


def test_a_port_already_taken_is_told_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        outcome = run("serve", ORIENTATION_PORT=str(port), ORIENTATION_DATA_DIR=str(tmp_path / "d"))
    assert outcome.returncode == 1
    assert f"127.0.0.1:{port} est déjà prise" in outcome.stdout
    assert f"ORIENTATION_PORT={port + 1}" in outcome.stdout
    assert not (tmp_path / "d").exists()


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    outcome = run("doctor", ORIENTATION_DATA_DIR=str(tmp_path / "vide"))
    assert outcome.returncode == 1
    assert "orientation train" in outcome.stdout


def test_search_is_measured_on_any_corpus(tmp_path: Path) -> None:
    documents = {
        "jeunes": "Créer un conseil municipal des jeunes : statut, âge, animation.",
        "budget": "Budget participatif : règlement, dépôt des idées, vote des habitants.",
        "marche": "Diagnostic en marchant : parcourir un quartier avec ses habitants.",
    }
    (tmp_path / "corpus.jsonl").write_text(
        "".join(
            json.dumps({"_id": name, "title": text.split(" :")[0], "text": text}) + "\n"
            for name, text in documents.items()
        )
    )
    queries = {"1": "faire voter un budget par les habitans", "2": "conseil de jeunes"}
    (tmp_path / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": k, "text": v}) + "\n" for k, v in queries.items())
    )
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tbudget\t1\n2\tjeunes\t1\n")
    outcome = run(
        *("evaluate", "search", "--json"),
        *("--corpus", str(tmp_path / "corpus.jsonl")),
        *("--queries", str(tmp_path / "queries.jsonl")),
        *("--qrels", str(tmp_path / "qrels.tsv")),
    )
    assert outcome.returncode == 0, outcome.stderr
    report = json.loads(outcome.stdout)
    assert any("ecall" in name and value == 1 for name, value in report.items())


def test_intents_are_measured_after_training_on_other_data(tmp_path: Path) -> None:
    file = tmp_path / "nlu.yml"
    blocks = {
        "meteo": ["quel temps fait-il", "va-t-il pleuvoir demain", "il neige à Gap"] * 3,
        "train": ["à quelle heure part le train", "un billet pour Lyon", "le quai du TER"] * 3,
    }
    lines = ['version: "3.1"', "nlu:"]
    for intent, sentences in blocks.items():
        lines += [f"- intent: {intent}", "  examples: |"]
        lines += [f"    - {text} {number}" for number, text in enumerate(sentences)]
    file.write_text("\n".join(lines), encoding="utf-8")
    outcome = run("evaluate", "nlu", str(file), "--train", str(file), "--json")
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout)["accuracy"] == 1.0


def test_routes_are_measured_through_the_whole_chain(tmp_path: Path) -> None:
    file = tmp_path / "messages.yml"
    common = 'style: courant, profil: agent, pourquoi: "essai"'
    file.write_text(
        "profil: agent\nmessages:\n"
        f'- {{id: a, route: aucune, {common}, texte: "Merci beaucoup, bonne journée."}}\n'
        f'- {{id: b, route: hors_champ, {common}, texte: "Je veux parler à un conseiller."}}\n',
        encoding="utf-8",
    )
    outcome = run("evaluate", "routes", str(file), "--json")
    assert outcome.returncode == 0, outcome.stderr
    figures = json.loads(outcome.stdout)
    assert figures["accuracy"] == 0.5
    assert figures["matrix"]["hors_champ"] == {"conseiller": 1}


@pytest.mark.parametrize("command", ["routes", "conversations"])
def test_an_evaluation_of_nothing_is_told(tmp_path: Path, command: str) -> None:
    outcome = run("evaluate", command, str(tmp_path))
    assert outcome.returncode == 1
    assert "Fichier illisible" in outcome.stdout


def test_a_wrong_resource_file_is_told_and_nothing_is_imported(
    tmp_path: Path, database_url: str
) -> None:
    folder = tmp_path / "contenu" / "outil"
    folder.mkdir(parents=True)
    (folder / "outil-faux.md").write_text("---\nid: outil-faux\ntype: bidule\n---\ncorps\n")
    outcome = run("import", str(tmp_path / "contenu"), DATABASE_URL=database_url)
    assert outcome.returncode == 1
    assert "outil-faux" in outcome.stdout
    assert "0 créées" in outcome.stdout


def test_ask_answers_in_json() -> None:
    outcome = run(
        "ask",
        "Je suis maire d'une commune de 900 habitants près d'Auch, comment les associer ?",
        "--json",
    )
    assert outcome.returncode == 0, outcome.stderr
    turn = json.loads(outcome.stdout)
    assert turn["understanding"]["population"] == 900
    assert turn["resources"]
