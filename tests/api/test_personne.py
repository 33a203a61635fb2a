"""What is kept about someone is given back whole, or erased for good."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from api.cli import app
from api.database import connect
from api.tickets.service import TicketService
from assistant.ports import Demande

JEANNE, LUC = "jeanne.roux@exemple.fr", "luc.petit@exemple.fr"


@pytest.fixture
async def references(database_url: str) -> dict[str, str]:
    """Two élus: a request each, sent from a conversation, and a mail."""
    database = connect(database_url)
    made = {}
    for number, (courriel, besoin) in enumerate(
        ((JEANNE, "Un <budget> participatif à Montaud ?"), (LUC, "Relancer le conseil citoyen."))
    ):
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO conversation (id, token_hash, greeting, memory, tour, last_seq)"
                " VALUES (%s, '', '[]', '{}', 0, 1)",
                (f"c{number}",),
            )
            connection.execute(
                "INSERT INTO conversation_item (id, conversation_id, seq, author, text)"
                " VALUES (%s, %s, 1, 'elu', %s)",
                (f"i{number}", f"c{number}", besoin),
            )
        async with database.sessions.begin() as session:
            ticket = await TicketService(session).create(
                Demande(besoin=besoin, courriel=courriel, role="maire"),
                conversation_id=f"c{number}",
            )
            made[courriel] = ticket.reference
    await database.close()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO mail (id, ticket_id, kind, recipient, subject, body_text, status, tries)"
            " SELECT reference, id, 'reponse', courriel, 'Votre demande', 'Bonjour,', 'envoye', 1"
            " FROM ticket"
        )
        connection.execute(
            "INSERT INTO ticket_message (id, ticket_id, author, visibility, body)"
            " SELECT reference, id, 'Claire Martin', 'internal', 'À rappeler lundi.' FROM ticket"
        )
        connection.execute(
            "INSERT INTO ticket_piece (id, message_id, ticket_id, rang, nom, type, taille, contenu)"
            " SELECT reference, reference, id, 0, 'budget.pdf', 'application/pdf', 3, 'pdf'"
            " FROM ticket"
        )
        connection.execute(
            "INSERT INTO feedback (item_id, useful, reason, comment)"
            " VALUES ('i0', false, 'perime', 'Chiffres de 2019.')"
        )
    return made


def run(url: str, data: Path, *arguments: str, said: str = "") -> tuple[int, str]:
    environment = {
        "DATABASE_URL": url,
        "ORIENTATION_DATA_DIR": str(data),
    }
    done = CliRunner().invoke(app, arguments, input=said, env=environment)
    return done.exit_code, done.output


def all_of(url: str) -> str:
    """Everything in the tables that speak of élus."""
    told = ""
    with psycopg.connect(url) as connection:
        for table in ("ticket", "ticket_message", "mail", "conversation", "conversation_item"):
            told += str(connection.execute(f"SELECT t::text FROM {table} t").fetchall())  # noqa: S608
    return told


def journal(url: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT who, action, reference FROM acces_journal").fetchall()


def test_someone_gets_all_that_is_kept_and_nothing_of_others(
    references: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    code, said = run(
        database_url, tmp_path, "personne", "exporter", JEANNE.upper(), "--dossier", str(folder)
    )
    assert code == 0, said
    page, data = sorted(folder.iterdir(), key=lambda each: each.suffix)
    found = json.loads(data.read_text(encoding="utf-8"))
    assert [each["reference"] for each in found["demandes"]] == [references[JEANNE]]
    assert found["conversations"][0]["echanges"][0]["texte"].startswith("Un <budget>")
    assert found["courriels"][0]["destinataire"] == JEANNE
    (message,) = found["demandes"][0]["messages"]
    assert message["note_interne"] is True
    assert [each["nom"] for each in message["fichiers"]] == ["budget.pdf"]
    opinion = found["conversations"][0]["echanges"][0]["avis"]
    assert opinion == {"utile": False, "raison": "perime", "commentaire": "Chiffres de 2019."}
    html = page.read_text(encoding="utf-8")
    assert "Un &lt;budget&gt; participatif" in html
    for told in ("note interne", "budget.pdf", "Chiffres de 2019."):
        assert told in html
    for each in (html, data.read_text(encoding="utf-8")):
        assert LUC not in each
        assert references[LUC] not in each
    assert {each.stat().st_mode & 0o777 for each in (page, data)} == {0o600}
    written = ("commande:exploitant", "exporter_personne", references[JEANNE])
    assert journal(database_url) == [written]


def test_someone_who_works_here_gets_what_they_did_and_no_word_of_an_elu(
    references: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    claire = "claire.martin@exemple.fr"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO compte (id, courriel, nom, role) VALUES ('cm', %s, 'Claire Martin',"
            " 'conseiller')",
            (claire,),
        )
        connection.execute(
            "INSERT INTO acces_journal (who, action, reference) VALUES"
            " ('compte:Claire Martin', 'lire_demande', %s), ('compte:Paul', 'lire_demande', %s)",
            (references[JEANNE], references[LUC]),
        )
        connection.execute(
            "INSERT INTO compte_absence (compte_id, du, au, par) VALUES ('cm', '2026-08-01',"
            " '2026-08-15', 'Claire Martin')"
        )
        connection.execute(
            "INSERT INTO compte_journal (compte_id, nom, kind, by) VALUES ('cm', 'Claire Martin',"
            " 'absence_declaree', 'Sofia'), ('pp', 'Paul Petit', 'compte_ferme', 'Claire Martin')"
        )
        connection.execute(
            "INSERT INTO acces_journal (who, action, nombre, demandes) VALUES"
            " ('compte:Claire Martin', 'lister_demandes', 2, %s)",
            ([*references.values()],),
        )
        connection.execute(
            "INSERT INTO file_filtre (compte_id, nom, requete) VALUES"
            " ('cm', 'Mes communes du Gers', '{\"departement\": \"32\"}')"
        )
        connection.execute(
            "INSERT INTO ticket_mention (message_id, nom, ticket_id)"
            " SELECT reference, 'Claire Martin', id FROM ticket WHERE reference = %s",
            (references[LUC],),
        )
        connection.execute(
            "INSERT INTO ticket_event (ticket_id, kind, actor, changes)"
            " SELECT id, 'claimed', 'Claire Martin', '{}' FROM ticket WHERE reference = %s",
            (references[LUC],),
        )
        connection.execute(
            "INSERT INTO resource (id, type, title, state, version, summary, body, themes, publics,"
            " questions) VALUES ('four-a-pain', 'experience', 'Un four à pain partagé',"
            " 'brouillon', 1, '', '', '{}', '{}', '{}')"
        )
        connection.execute(
            "INSERT INTO capitalisation (resource_id, ticket_id, par)"
            " SELECT 'four-a-pain', id, 'Claire Martin' FROM ticket WHERE reference = %s",
            (references[LUC],),
        )
        connection.execute(
            "INSERT INTO mail (id, ticket_id, kind, recipient, subject, status, tries)"
            " SELECT 'rappel', id, 'rappel_conseiller', %s, 'En retard', 'envoye', 1 FROM ticket"
            " WHERE reference = %s",
            (claire, references[LUC]),
        )
    folder = tmp_path / "agent"
    code, said = run(
        database_url, tmp_path, "personne", "exporter", claire, "--dossier", str(folder)
    )
    assert code == 0, said
    page, data = sorted(folder.iterdir(), key=lambda each: each.suffix)
    agent = json.loads(data.read_text(encoding="utf-8"))["agent"]
    assert (agent["nom"], agent["role"]) == ("Claire Martin", "conseiller")
    one, several = agent["acces"]
    assert (one["reference"], one["nombre"], one["demandes"]) == (references[JEANNE], None, None)
    assert (several["nombre"], several["demandes"]) == (2, [*references.values()])
    assert [(each["kind"], each["by"]) for each in agent["evenements"]] == [
        ("absence_declaree", "Sofia")
    ]
    assert [(each["kind"], each["nom"]) for each in agent["gestes_sur_les_comptes"]] == [
        ("compte_ferme", "Paul Petit")
    ]
    (kept,) = agent["filtres"]
    assert kept == {"nom": "Mes communes du Gers", "requete": {"departement": "32"}}
    for name in ("mentions", "historique", "fiches_tirees", "courriels_recus"):
        assert [each["reference"] for each in agent[name]] == [references[LUC]], name
    assert json.loads(data.read_text(encoding="utf-8"))["courriels"] == []
    assert {each["reference"] for each in agent["messages"]} == set(references.values())
    assert [each["du"] for each in agent["absences"]] == ["2026-08-01"]
    told = page.read_text(encoding="utf-8")
    assert "Sofia – a déclaré une absence" in told
    assert "a fermé le compte – compte de Paul Petit" in told
    for each in ("Mes communes du Gers", "four-a-pain", ", ".join(references.values())):
        assert each in told
    assert f"({references[JEANNE]})" in told
    for each in (told, data.read_text(encoding="utf-8")):
        assert "À rappeler" not in each
        assert "budget" not in each
    code, said = run(database_url, tmp_path, "personne", "effacer", claire)
    assert (code, "orientation compte fermer" in said) == (1, True)


def test_someone_is_erased_and_the_case_stays(
    references: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    before = all_of(database_url)
    code, said = run(database_url, tmp_path, "personne", "effacer", JEANNE, said="non\n")
    assert (code, all_of(database_url)) == (1, before), said
    code, said = run(
        database_url, tmp_path, "personne", "effacer", references[JEANNE], said="oui\n"
    )
    assert code == 0, said
    assert references[JEANNE] in said
    after = all_of(database_url)
    assert references[JEANNE] in after
    for gone in (JEANNE, "budget", "jeanne"):
        assert gone not in after
    assert LUC in after
    assert "Relancer le conseil citoyen" in after
    code, said = run(database_url, tmp_path, "personne", "effacer", JEANNE)
    assert (code, "Rien n’est gardé" in said) == (1, True)


def test_the_rehearsal_is_a_table_in_french(database_url: str, tmp_path: Path) -> None:
    code, said = run(database_url, tmp_path, "retention", "--a-blanc")
    assert code == 0, said
    for told in ("Données", "Durée", "36 mois", "35 jours", "À blanc : rien n’a été effacé."):
        assert told in said
