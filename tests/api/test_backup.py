"""A back-up gives everything back, row by row; a bad one changes nothing. Real PostgreSQL."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from api.backup import last
from api.backup.archive import BackupUnreadable, Manifeste, open_archive
from api.backup.postgres import ToolFailed, count_rows
from api.backup.restore import InUse, NotEmpty, restore
from api.backup.save import NothingToSave, save
from api.cli import app
from api.doctor import examine
from api.postgres import EmbeddedPostgres
from api.settings import Settings
from bench.backup import digest_rows, fill
from tests.conftest import admin, url_of

PHRASE = "quatre mots sans lien"


@pytest.fixture
def filled(database_url: str) -> str:
    """A database of 200 requests and 4,000 messages, dialogue memory included."""
    fill(database_url, requests=200, messages=4000)
    return database_url


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> str:
    """A database that the service never saw."""
    admin(postgres, "DROP DATABASE IF EXISTS rendue WITH (FORCE)")
    admin(postgres, "CREATE DATABASE rendue")
    return url_of(postgres, "rendue")


def give_back(path: Path, url: str, phrase: str | None = None, *, overwrite: bool = False) -> None:
    with open_archive(path, phrase) as archive:
        restore(url, archive, overwrite=overwrite)


@pytest.mark.parametrize("phrase", [None, PHRASE])
def test_every_row_comes_back(filled: str, empty: str, tmp_path: Path, phrase: str | None) -> None:
    made = save(filled, tmp_path / "a.sauvegarde", version="1", passphrase=phrase)
    give_back(made.fichier, empty, phrase)
    before = digest_rows(filled)
    assert made.lignes > 5000
    assert {"public.ticket", "public.acces_journal", "rasa.events"} < set(before)
    assert digest_rows(empty) == before
    with psycopg.connect(empty, autocommit=True) as connection:  # sequences and guards too
        found = connection.execute("SELECT nextval('ticket_id_seq')").fetchone()
        assert found == (201,)
        with pytest.raises(psycopg.errors.RaiseException):
            connection.execute("UPDATE acces_journal SET who = 'compte:personne'")


def test_a_sealed_back_up_shows_nothing(filled: str, tmp_path: Path) -> None:
    sealed = save(filled, tmp_path / "a", version="1", passphrase=PHRASE).fichier
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert b"manifeste" not in sealed.read_bytes()
    for phrase, reason in ((None, "scellee"), ("une autre phrase", "phrase")):
        with pytest.raises(BackupUnreadable) as refusal, open_archive(sealed, phrase):
            pass
        assert refusal.value.reason == reason


def test_what_is_written_meanwhile_is_whole_or_absent(filled: str, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(filled) as connection:
            while not stop.is_set():
                with connection.transaction():
                    for table in ("a", "b"):
                        connection.execute(f"INSERT INTO rasa.{table} DEFAULT VALUES")

    with psycopg.connect(filled) as connection:
        for table in ("a", "b"):
            connection.execute(f"CREATE TABLE rasa.{table} (id serial)")
    writing = threading.Thread(target=write)
    writing.start()
    try:
        manifests = []
        for number in range(3):
            path = save(filled, tmp_path / str(number), version="1").fichier
            with open_archive(path, None) as archive:
                archive.check()
                manifests.append(archive.manifest)
    finally:
        stop.set()
        writing.join()
    assert all(each.lignes["rasa.a"] == each.lignes["rasa.b"] for each in manifests)
    assert manifests[0].lignes["rasa.a"] < manifests[-1].lignes["rasa.a"]


@pytest.mark.parametrize("phrase", [None, PHRASE])
@pytest.mark.parametrize("harm", ["cut", "flip", "shuffle", "other"])
def test_a_damaged_file_is_refused_and_changes_nothing(
    filled: str, empty: str, tmp_path: Path, phrase: str | None, harm: str
) -> None:
    path = save(filled, tmp_path / "a", version="1", passphrase=phrase).fichier
    raw = path.read_bytes()
    middle = len(raw) // 2
    path.write_bytes(
        {
            "cut": raw[:-40_000],
            "flip": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
            "shuffle": raw[:5000] + raw[middle:] + raw[5000:middle],
            "other": b"PK une lettre, pas une sauvegarde",
        }[harm]
    )
    with pytest.raises(BackupUnreadable) as refusal:
        give_back(path, empty, phrase)
    assert refusal.value.reason in ("abimee", "phrase")
    with psycopg.connect(empty) as connection:
        assert count_rows(connection) == {}


def test_a_newer_back_up_is_refused(filled: str, empty: str, tmp_path: Path) -> None:
    with psycopg.connect(filled) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    path = save(filled, tmp_path / "a", version="2").fichier
    with pytest.raises(BackupUnreadable) as refusal:
        give_back(path, empty)
    assert refusal.value.reason == "trop_recente"


def test_rows_that_do_not_add_up_undo_everything(
    filled: str, database_url: str, tmp_path: Path
) -> None:
    path = save(filled, tmp_path / "a", version="1").fichier
    before = digest_rows(filled)
    with open_archive(path, None) as archive:
        told = archive.manifest.lignes | {"public.ticket": 201}
        archive.manifest = Manifeste(**(dict(archive.manifest) | {"lignes": told}))
        with pytest.raises(ToolFailed) as failure:
            restore(filled, archive, overwrite=True)
    assert failure.value.code == "P0001"
    assert digest_rows(filled) == before


def test_what_is_there_is_replaced_only_when_asked(filled: str, tmp_path: Path) -> None:
    path = save(filled, tmp_path / "a", version="1").fichier
    before = digest_rows(filled)
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute("DELETE FROM ticket")
        connection.execute("CREATE VIEW public.vue AS SELECT 1")
        with pytest.raises(InUse):
            give_back(path, filled, overwrite=True)
    with pytest.raises(NotEmpty) as refusal:
        give_back(path, filled)
    assert refusal.value.rows["public.ticket"] == 0
    give_back(path, filled, overwrite=True)
    assert digest_rows(filled) == before


def test_an_older_schema_is_brought_forward(filled: str, empty: str, tmp_path: Path) -> None:
    from alembic import command
    from sqlalchemy import create_engine

    from api.database import sqlalchemy_url
    from api.schema import alembic_config, head

    engine = create_engine(sqlalchemy_url(filled))
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), "-1")
        connection.commit()
    engine.dispose()
    give_back(save(filled, tmp_path / "a", version="1").fichier, empty)
    with psycopg.connect(empty) as opened:
        assert opened.execute("SELECT version_num FROM alembic_version").fetchone() == (head(),)
        assert count_rows(opened)["public.ticket"] == 200


def test_an_empty_database_has_nothing_to_save(empty: str, tmp_path: Path) -> None:
    with pytest.raises(NothingToSave):
        save(empty, tmp_path / "a", version="1")
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_verifies_the_last_back_up(filled: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    assert last.verify_last(tmp_path, now) == "absente"
    made = save(filled, tmp_path / "a", version="1")
    last.remember(tmp_path, made)
    assert last.verify_last(tmp_path, now) is None
    assert last.verify_last(tmp_path, now + timedelta(days=9)) == "ancienne"
    made.fichier.write_bytes(made.fichier.read_bytes()[:-1])
    assert last.verify_last(tmp_path, now) == "abimee"
    made.fichier.unlink()
    assert last.verify_last(tmp_path, now) == "deplacee"


async def test_the_doctor_minds_a_missing_back_up_of_an_old_base(tmp_path: Path) -> None:
    base = tmp_path / "postgres" / "PG_VERSION"
    base.parent.mkdir()
    base.write_text("18", encoding="utf-8")

    async def minded() -> tuple[bool, bool]:
        (found,) = [
            each
            for each in await examine(Settings(data_dir=tmp_path))
            if each.name == "Dernière sauvegarde"
        ]
        return found.ok, found.optional

    assert await minded() == (False, True)
    nine_days_ago = (datetime.now(UTC) - timedelta(days=9)).timestamp()
    os.utime(base, (nine_days_ago, nine_days_ago))
    assert await minded() == (False, False)


def run(data: Path, url: str, *arguments: str, said: str = "") -> tuple[int, str]:
    """Run the command as an operator would; return its status and what it printed."""
    environment = {
        "DATABASE_URL": url,
        "ORIENTATION_DATA_DIR": str(data),
        "ORIENTATION_BACKUP_PASSPHRASE": PHRASE,
    }
    done = CliRunner().invoke(app, arguments, input=said, env=environment)
    return done.exit_code, done.output


def test_the_commands_speak_french(filled: str, empty: str, tmp_path: Path) -> None:
    code, said = run(tmp_path, filled, "backup", "--chiffrer")
    assert (code, "chiffrée" in said) == (0, True), said
    made = last.read_last(tmp_path)
    assert made is not None
    assert made.fichier.parent == tmp_path / "sauvegardes"
    code, said = run(tmp_path, filled, "backup", "--verifier")
    assert (code, "entière et lisible" in said) == (0, True), said
    code, said = run(tmp_path, empty, "restore", str(made.fichier))
    assert (code, "   demandes : 200" in said) == (0, True), said
    code, said = run(tmp_path, empty, "restore", str(made.fichier))
    assert (code, "200 conversations, 200 demandes" in said) == (1, True), said
    code, said = run(tmp_path, empty, "restore", str(made.fichier), "--ecraser", said="non\n")
    assert (code, "Rien n’a été fait." in said) == (1, True), said
    code, said = run(tmp_path, empty, "restore", str(made.fichier), "--ecraser", said="oui\n")
    assert (code, "Base restaurée" in said) == (0, True), said
    code, said = run(tmp_path, empty, "restore", "nulle-part.sauvegarde")
    assert code == 2, said
