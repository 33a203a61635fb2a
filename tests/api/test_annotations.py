"""Doubted messages are queued masked, labelled by two people, then kept for the training files."""

import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from typer.testing import CliRunner

from api.annotations.accord import confusions, measure_accord
from api.annotations.collect import known_sentences
from api.annotations.export import export_sentences, to_zip
from api.annotations.repository import DoubtRepository
from api.annotations.service import (
    AnnotationService,
    MessageGoneError,
    OwnDisagreementError,
)
from api.cli import app
from api.comptes.models import Compte
from api.database import Database, connect
from api.lacunes.regroup import Regroup
from nlu.encoder import shared_encoder
from nlu.intents_examples import INTENTIONS_DIRECTORY, IntentFile, load_examples, read_intent_file
from nlu.intents_gate import load_witnesses
from tests.api.lacunes import add_turn, give_contact, give_opinion

SURE = {"confidence": 0.9, "alternatives": [{"intent": "saluer", "confidence": 0.05}]}
UNSURE = {"confidence": 0.42, "alternatives": [{"intent": "chercher_outil", "confidence": 0.4}]}
BOARDS = "Nos panneaux d’affichage citoyens, qui les a déjà posés ?"
BENCHES = "il me faudrait de koi faire voter le choix des bancs"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def people(database_url: str) -> list[str]:
    """Three accounts of people who label."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for nom in ("Claire", "Paul", "Sofia"):
            connection.execute(
                "INSERT INTO compte (id, courriel, nom, role, password_hash)"
                " VALUES (%(nom)s, %(nom)s, %(nom)s, 'relecteur', '')",
                {"nom": nom},
            )
    return ["Claire", "Paul", "Sofia"]


async def read(database: Database) -> dict[str, tuple[str, str | None, str]]:
    """Do the hourly job; return why each message is doubted, what was meant and its text."""
    async with database.sessions.begin() as session:
        await Regroup(shared_encoder)(session, {})
    with psycopg.connect(database.url) as connection:
        rows = connection.execute("SELECT item_id, motif, corrigee, texte FROM message_douteux")
        return {row[0]: (row[1], row[2], row[3]) for row in rows}


async def label(database: Database, item: str, *said: tuple[str, str | None]) -> None:
    for who, intention in said:
        async with database.sessions.begin() as session:
            await AnnotationService(session).label(item, who, intention)


async def settle(database: Database, item: str, who: str) -> None:
    async with database.sessions.begin() as session:
        compte = await session.get_one(Compte, who)
        await AnnotationService(session).settle(item, "demander_methode", compte)


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.url) as connection:
        return connection.execute(query).fetchall()


async def test_doubted_messages_are_queued_masked(database: Database) -> None:
    bad = {"useful": False, "reason": "hors_sujet"}
    hesitant = add_turn(database.url, f"{BOARDS} Paul au 06 39 98 12 34", understanding=UNSURE)
    contested = add_turn(database.url, BENCHES, understanding=SURE, opinion=bad)
    corrected = add_turn(
        database.url,
        "le truc des bancs là, pour le vote",
        understanding=SURE,
        outcome="clarified",
        pressed="/chercher_outil",
    )
    disputed = add_turn(
        database.url,
        "J’aimerais que ma secrétaire suive un stage d’oral",
        understanding={**SURE, "intent": "demander_accompagnement", "contredit": True},
    )
    for said, facts in (
        ("Des bancs votés par les habitants, ça existe ?", {"understanding": SURE}),
        ("Guéret sans doute, ou sa voisine", {"understanding": UNSURE, "asked": "territoire"}),
        (load_examples()[0].text, {"understanding": UNSURE}),
        (load_witnesses()[0].text.upper(), {"understanding": UNSURE}),
        (f"« {BENCHES.upper()} »", {"understanding": UNSURE}),
        ("Un mot. " * 80, {"understanding": UNSURE}),
        (
            "Les bancs sont-ils d’époque ?",
            {"understanding": SURE, "opinion": {**bad, "reason": "perime"}},
        ),
    ):
        add_turn(database.url, said, **facts)
    assert await read(database) == {
        hesitant: ("marge", None, f"{BOARDS} Paul au [telephone]"),
        contested: ("conteste", None, BENCHES),
        corrected: ("corrige", "chercher_outil", "le truc des bancs là, pour le vote"),
        disputed: ("contredit", None, "J’aimerais que ma secrétaire suive un stage d’oral"),
    }


async def test_the_queue_asks_for_second_opinions_first_then_the_strongest_doubts(
    database: Database, people: list[str]
) -> None:
    bad = {"useful": False, "reason": "inexact"}
    doubtful = add_turn(database.url, BOARDS, understanding=UNSURE)
    contested = add_turn(database.url, BENCHES, understanding=SURE, opinion=bad)
    await read(database)
    assert await _next(database, "Claire") == contested
    await label(database, doubtful, ("Paul", "chercher_experience"))
    assert await _next(database, "Claire") == doubtful
    await label(database, doubtful, ("Claire", None))
    assert await _next(database, "Claire") == contested
    async with database.sessions() as session:
        progress = await DoubtRepository(session).progress("Sofia")
    assert (progress.a_faire, progress.seconds) == (2, 1)


async def test_what_two_models_read_otherwise_comes_before_a_mere_hesitation(
    database: Database, people: list[str]
) -> None:
    hesitant = add_turn(database.url, BOARDS, understanding=UNSURE)
    sure = {**UNSURE, "confidence": 0.55}
    read_otherwise = add_turn(database.url, BENCHES, understanding=sure)
    await read(database)
    assert await _next(database, "Claire") == hesitant
    for readings in ({read_otherwise: "saluer", "efface": "saluer"}, {hesitant: "remercier"}, {}):
        async with database.sessions.begin() as session:
            await DoubtRepository(session).note_readings(readings)
        first = read_otherwise if read_otherwise in readings else hesitant
        assert await _next(database, "Claire") == first
    assert rows(database, "SELECT candidat FROM message_douteux") == [(None,), (None,)]


async def _next(database: Database, who: str) -> str | None:
    async with database.sessions() as session:
        message = await DoubtRepository(session).next_for(who)
    return message.item_id if message else None


async def test_two_labels_that_agree_keep_the_sentence_and_can_be_taken_back(
    database: Database, people: list[str]
) -> None:
    item = add_turn(database.url, BENCHES, understanding=UNSURE)
    await read(database)
    await label(database, item, ("Claire", "chercher_outil"))
    assert rows(database, "SELECT * FROM phrase_apprise") == []
    await label(database, item, ("Paul", "chercher_outil"))
    kept = "SELECT texte, intention, par FROM phrase_apprise"
    assert rows(database, kept) == [(BENCHES, "chercher_outil", "Claire, Paul")]
    with pytest.raises(MessageGoneError):
        await label(database, item, ("Sofia", "saluer"))
    async with database.sessions.begin() as session:
        assert await AnnotationService(session).take_back("Paul")
    assert rows(database, kept) == []
    assert await _next(database, "Paul") == item


async def test_two_labels_that_differ_call_a_third_person(
    database: Database, people: list[str]
) -> None:
    item = add_turn(database.url, BENCHES, understanding=UNSURE)
    await read(database)
    await label(database, item, ("Claire", "chercher_outil"), ("Paul", "demander_methode"))
    state = "SELECT etat, retenue FROM message_douteux"
    assert rows(database, state) == [("desaccord", None)]
    for who in ("Claire", "Paul"):
        with pytest.raises(OwnDisagreementError):
            await settle(database, item, who)
    await settle(database, item, "Sofia")
    assert rows(database, state) == [("tranche", "demander_methode")]
    assert rows(database, "SELECT par FROM phrase_apprise") == [("Sofia",)]
    async with database.sessions.begin() as session:
        assert not await AnnotationService(session).take_back("Paul")


async def test_where_nobody_else_may_settle_one_of_the_two_does(
    database: Database, people: list[str]
) -> None:
    item = add_turn(database.url, BENCHES, understanding=UNSURE)
    await read(database)
    await label(database, item, ("Claire", "chercher_outil"), ("Paul", "demander_methode"))
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("UPDATE compte SET role = 'redacteur' WHERE id = 'Sofia'")
    await settle(database, item, "Paul")
    assert rows(database, "SELECT etat FROM message_douteux") == [("tranche",)]


async def test_a_doubt_takes_the_strongest_of_its_reasons_and_the_masks_learnt_since(
    database: Database, people: list[str]
) -> None:
    said = f"{BOARDS} Demandez à Zoé Lantier"
    item = add_turn(database.url, said, understanding=UNSURE)
    assert (await read(database))[item] == ("marge", None, said)
    give_opinion(database.url, item, useful=False, reason="inexact")
    assert (await read(database))[item] == ("conteste", None, said)
    give_opinion(database.url, item, useful=True)
    give_contact(database.url, item, nom="Zoé Lantier", courriel="zoe@exemple.fr")
    assert (await read(database))[item] == ("conteste", None, f"{BOARDS} Demandez à [contact]")
    twin = add_turn(
        database.url,
        f"{BOARDS} Demandez à [contact]",
        understanding=SURE,
        opinion={"useful": False, "reason": "inexact"},
    )
    assert twin not in await read(database)
    await label(database, item, ("Claire", "saluer"), ("Paul", "saluer"))
    assert rows(database, "SELECT etat, motif FROM message_douteux") == [("accord", "conteste")]


async def test_a_message_that_asks_nothing_known_is_agreed_upon_and_not_kept(
    database: Database, people: list[str]
) -> None:
    item = add_turn(database.url, BENCHES, understanding=UNSURE)
    await read(database)
    await label(database, item, ("Claire", "aucune"), ("Paul", "aucune"))
    assert rows(database, "SELECT etat, retenue FROM message_douteux") == [("accord", "aucune")]
    assert rows(database, "SELECT * FROM phrase_apprise") == []


async def test_labels_leave_with_the_conversation(database: Database, people: list[str]) -> None:
    item = add_turn(database.url, BENCHES, understanding=UNSURE)
    await read(database)
    await label(database, item, ("Claire", "chercher_outil"))
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("DELETE FROM conversation")
    assert rows(database, "SELECT * FROM annotation") == []
    with pytest.raises(MessageGoneError):
        await label(database, item, ("Paul", "chercher_outil"))


async def test_the_agreement_is_measured_on_what_each_pair_labelled_and_nothing_else(
    database: Database, people: list[str]
) -> None:
    said = (("saluer", "saluer"), ("chercher_outil", "demander_methode"))
    for number, (one, other) in enumerate(said):
        item = add_turn(database.url, f"{BENCHES} {'encore ' * number}", understanding=UNSURE)
        await read(database)
        await label(database, item, ("Claire", one), ("Paul", other))
    item = add_turn(database.url, BOARDS, understanding=UNSURE)
    await read(database)
    # Whoever passes says nothing: no agreement is counted with them.
    await label(database, item, ("Claire", None), ("Sofia", "saluer"), ("Paul", "saluer"))
    async with database.sessions() as session:
        both = await DoubtRepository(session).both_labels()
    pair, rest = ("Claire", "Paul"), ("Paul", "Sofia")
    assert sorted(both) == sorted([*((pair, each) for each in said), (rest, ("saluer",) * 2)])
    measured = measure_accord([each for who, each in both if who == pair])
    assert (measured.messages, measured.observe, measured.hasard) == (2, 0.5, 0.25)
    assert measured.kappa == pytest.approx(1 / 3)


def test_kappa_sets_chance_aside() -> None:
    # Cohen (1960): 35 agreements of 50, chance would give 25, so kappa is 0.4.
    pairs = [("oui", "oui")] * 20 + [("non", "non")] * 15 + [("oui", "non")] * 5
    found = measure_accord([*pairs, *[("non", "oui")] * 10])
    assert (found.messages, found.observe, found.hasard) == (50, 0.7, 0.5)
    assert found.kappa == pytest.approx(0.4)
    assert found.level == "faible"


@pytest.mark.parametrize(
    ("pairs", "kappa", "level"),
    [
        ([], None, "sans_objet"),
        ([("a", "a")] * 40, None, "sans_objet"),
        ([("a", "a"), ("b", "b")], 1, "trop_peu"),
        ([("a", "a"), ("b", "b")] * 20, 1, "presque_parfait"),
        ([("a", "b"), ("b", "a")] * 20, -1, "aucun"),
    ],
)
def test_an_agreement_has_its_words(
    pairs: list[tuple[str, str]], kappa: float | None, level: str
) -> None:
    found = measure_accord(pairs)
    assert (found.kappa, found.level) == (kappa, level)


def test_what_separates_people_is_counted_whoever_said_which() -> None:
    pairs = [("b", "a"), ("a", "b"), ("c", "c"), ("c", "a")]
    assert confusions(pairs) == [(("a", "b"), 2), (("a", "c"), 1)]


LEARNT = [
    (BENCHES, "chercher_outil"),
    ('Un modèle de "charte" : où ?', "chercher_outil"),
    (BENCHES.upper(), "demander_methode"),
    (load_examples()[0].text, "saluer"),
    ("Appelez Madame [nom]", "parler_conseiller"),
    ("Je suis joignable au 06 39 98 12 34", "parler_conseiller"),
]


def test_the_training_files_gain_sentences_and_nothing_else_changes() -> None:
    found = export_sentences(LEARNT, known=known_sentences())
    assert (found.added, found.known, found.masked) == (2, 2, 2)
    with zipfile.ZipFile(BytesIO(to_zip(found))) as archive:
        assert archive.namelist() == ["nlu/data/intentions/chercher_outil.yml"]
        text = archive.read(archive.namelist()[0]).decode("utf-8")
    before = (INTENTIONS_DIRECTORY / "chercher_outil.yml").read_text(encoding="utf-8")
    assert text.startswith(before.rstrip("\n"))
    read_again = IntentFile.model_validate(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506
    assert read_again.phrases[-2:] == (BENCHES, 'Un modèle de "charte" : où ?')


def test_the_command_writes_the_files_to_read_again(database_url: str, tmp_path: Path) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        for text, intent in LEARNT:
            connection.execute(
                "INSERT INTO phrase_apprise (texte, intention, par) VALUES (%s, %s, 'Claire')",
                (text, intent),
            )
    folder = tmp_path / "a-relire"
    environment = {"DATABASE_URL": database_url, "ORIENTATION_DATA_DIR": str(tmp_path)}
    arguments = ["phrases", "exporter", "--dossier", str(folder)]
    done = CliRunner().invoke(app, arguments, env=environment)
    assert done.exit_code == 0, done.output
    assert "2 phrase(s) ajoutée(s) à 1 fichier(s)" in done.output
    assert [each.name for each in folder.iterdir()] == ["chercher_outil.yml"]
    assert BENCHES in read_intent_file(folder / "chercher_outil.yml").phrases
