"""Sentences given by staff train a model, that a person promotes, refuses or goes back from."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, select
from typer.testing import CliRunner

from api.backup.save import save
from api.cli import app
from api.database import Database, connect
from api.entrainement.entraineur import evenly, to_report
from api.entrainement.job import TrainModel
from api.entrainement.keeper import ModelKeeper
from api.entrainement.phrases import sort_out
from api.entrainement.porte import Porte, PorteInvalide, Refus, load_porte, refusals
from api.entrainement.refaire import REDO, RedoModel, plan_redo
from api.entrainement.repository import ModelRepository
from api.entrainement.service import TrainingRefused, TrainingService, former
from api.entrainement.store import ModelStore, ModelUnusable, load_trained
from api.jobs.models import Job
from api.lacunes.models import PhraseApprise
from api.postgres import EmbeddedPostgres
from api.settings import Settings
from nlu.encoder import UseEncoder, shared_encoder
from nlu.intents import IntentClassifier, environment_fingerprint, load_or_train, train
from nlu.intents_comparison import compare
from nlu.intents_examples import IntentExample, load_examples
from nlu.understanding import IntentScore
from tests.api.lacunes import queue_doubt
from tests.conftest import ROOT, admin, url_of

STICKERS = "le bazar des gommettes, on se le procure où ?"
DOUBTED = (
    "Bonjour à toute l’équipe",
    "zou les gommettes de vote du fablab",
    "on fait quoi des bancs de la place, au fait",
    "Merci beaucoup pour votre aide",
    "les arbres du mail, qui les choisit",
)
LAX = Porte(perte_totale=100, perte_par_intention=100, phrases_par_intention=4, modeles_gardes=2)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def encoder() -> UseEncoder:
    return shared_encoder()


@pytest.fixture(scope="module")
def small(encoder: UseEncoder) -> IntentClassifier:
    """A model of a few sentences, beside the shipped one."""
    known = ("saluer", "remercier", "chercher_outil")
    return train([each for each in evenly(load_examples(), 4) if each.intent in known], encoder)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """A data directory of its own, with the shipped model of this machine."""
    (tmp_path / "modeles").symlink_to(ROOT / ".donnees" / "modeles")
    return Settings(data_dir=tmp_path, DATABASE_URL=database_url)


def learn(url: str, *sentences: tuple[str, str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for text, intent in sentences:
            connection.execute(
                "INSERT INTO phrase_apprise (texte, intention, par) VALUES (%s, %s, 'Claire')",
                (text, intent),
            )


def noted(url: str) -> dict[str, str | None]:
    """How the last model trained reads each doubted message that it reads otherwise."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT item_id, candidat FROM message_douteux").fetchall()
    return {row[0]: row[1] for row in rows}


async def ask(database: Database, store: ModelStore, porte: Porte = LAX) -> int:
    async with database.sessions.begin() as session:
        seen = (await ModelRepository(session).in_service()).version
        return await TrainingService(session, store, porte).ask("Sofia", seen=seen)


async def made(
    database: Database, store: ModelStore, model: IntentClassifier, **changes: Any
) -> int:
    """Write a candidate as the job leaves it, but for the training."""
    number = await ask(database, store)
    model.save(store.path(number))
    environment = environment_fingerprint(shared_encoder())
    manifest = store.seal(number, environment=environment, at="2026-11-29T12:00:00+00:00")
    facts = {
        "etat": "candidat",
        "garde": True,
        "sha256": manifest.sha256,
        "environnement": environment,
        "rapport": report(),
    }
    async with database.sessions.begin() as session:
        await ModelRepository(session).change(number, **facts | changes)
        await session.execute(delete(Job))
    return number


def report(
    before: float = 0.9, after: float = 0.9, **intents: tuple[float, float]
) -> dict[str, Any]:
    figures = {
        name: {"avant": old, "apres": new, "phrases": 17} for name, (old, new) in intents.items()
    }
    return {
        "avant": {"macro_f1": before},
        "apres": {"macro_f1": after},
        "intentions": figures,
    }


async def decide(
    database: Database, store: ModelStore, gesture: str, number: int | None, **options: Any
) -> None:
    async with database.sessions.begin() as session:
        service = TrainingService(session, store, options.pop("porte", LAX))
        await getattr(service, gesture)(number, "Sofia", **options)


async def test_a_model_is_trained_in_a_process_of_its_own_and_compared(
    database: Database, settings: Settings
) -> None:
    learn(database.url, (STICKERS, "chercher_outil"), ("Appelez Madame [nom]", "saluer"))
    waiting = {queue_doubt(database.url, each): each for each in DOUBTED}
    store = ModelStore(settings.trained_dir)
    number = await ask(database, store)
    with pytest.raises(TrainingRefused, match="deja"):
        await ask(database, store)
    async with database.sessions.begin() as session:
        assert await TrainModel(settings, database.url, LAX)(session, {"modele": number}) is None
    async with database.sessions() as session:
        model = await ModelRepository(session).find(number)
    assert model is not None
    assert (model.etat, model.avancement, model.compare_a) == ("candidat", 100, None)
    assert (model.phrases, model.ajoutees) == (81, 1)
    assert model.rapport is not None
    # Eighty sentences are no match for ten thousand: it loses, and says which.
    assert model.rapport["apres"]["macro_f1"] < model.rapport["avant"]["macro_f1"]
    assert {"text", "intent", "before", "after"} == set(model.rapport["perdues"][0])
    assert model.rapport["apprises"] == {
        "total": 1,
        "avant": model.rapport["apprises"]["avant"],
        "apres": 1,
        "phrases": [1],
    }
    assert len(refusals(load_porte(), model.rapport)) > 1
    trained = load_trained(
        store,
        shared_encoder(),
        number,
        model.sha256 or "",
        environment=model.environnement or "",
    )
    shipped = load_or_train(shared_encoder(), models=settings.models_dir)
    read = {item: trained.rank(text)[0].intent for item, text in waiting.items()}
    differs = {item for item, text in waiting.items() if shipped.rank(text)[0].intent != read[item]}
    assert noted(database.url) == {item: read[item] if item in differs else None for item in read}
    assert 0 < len(differs) < len(waiting)
    assert trained.rank(STICKERS)[0].intent == "chercher_outil"


async def test_a_training_that_stops_is_told_and_leaves_nothing(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ModelStore(settings.trained_dir)
    number = await ask(database, store)
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    async with database.sessions.begin() as session:
        assert await TrainModel(settings, database.url, LAX)(session, {"modele": number}) is None
    async with database.sessions() as session:
        model = await ModelRepository(session).find(number)
    assert model is not None
    assert (model.etat, model.erreur, model.garde) == ("echec", "arret", False)
    # Nothing stands in the way of another training.
    assert await ask(database, store) == number + 1


async def test_every_process_understands_with_the_promoted_model_then_goes_back(
    database: Database, tmp_path: Path, encoder: UseEncoder, small: IntentClassifier
) -> None:
    store = ModelStore(tmp_path)
    shipped = load_or_train(encoder, models=ROOT / ".donnees" / "modeles")
    swaps: list[int] = []
    keeper = ModelKeeper(
        database, store, encoder, shipped, swapped=lambda: swaps.append(len(swaps))
    )
    number = await made(database, store, small)
    await keeper.load()
    assert keeper.serving is None
    await decide(database, store, "promote", number, serving=keeper.serving)
    await keeper.load()
    assert [keeper.serving, keeper.trouble, len(swaps)] == [number, None, 1]
    assert set(keeper.classifier.current.intents) == {"saluer", "remercier", "chercher_outil"}
    await decide(database, store, "go_back", None)
    await keeper.load()
    assert keeper.serving is None
    assert keeper.classifier.current is shipped
    await decide(database, store, "go_back", number)
    await keeper.load()
    assert keeper.serving == number


@pytest.mark.parametrize("harm", ["absent", "altere", "perime"])
async def test_a_file_that_cannot_be_used_leaves_the_shipped_model_and_says_so(
    database: Database, tmp_path: Path, encoder: UseEncoder, small: IntentClassifier, harm: str
) -> None:
    store = ModelStore(tmp_path)
    number = await made(database, store, small)
    await decide(database, store, "promote", number, serving=None)
    content = store.path(number).read_bytes()
    if harm == "absent":
        store.remove(number)
    elif harm == "altere":
        store.path(number).write_bytes(content[:-1] + b"x")
    else:
        async with database.sessions.begin() as session:
            await ModelRepository(session).change(number, environnement="d’avant")
    keeper = ModelKeeper(database, store, encoder, small)
    await keeper.load()
    assert (keeper.serving, keeper.trouble, keeper.classifier.current) == (None, harm, small)
    if harm == "absent":  # the file comes back: so does the model
        store.path(number).write_bytes(content)
        await keeper.load()
        assert [keeper.serving, keeper.trouble] == [number, None]


async def test_the_gate_and_the_state_of_things_are_checked_again_when_deciding(
    database: Database, tmp_path: Path, small: IntentClassifier
) -> None:
    store = ModelStore(tmp_path)
    strict = load_porte()
    number = await made(database, store, small, rapport=report(0.9, 0.8))
    with pytest.raises(TrainingRefused, match="porte"):
        await decide(database, store, "promote", number, serving=None, porte=strict)
    with pytest.raises(TrainingRefused, match="autre"):
        await decide(database, store, "promote", number, serving=7)
    await decide(database, store, "refuse", number)
    assert not store.path(number).exists()
    with pytest.raises(TrainingRefused, match="decide"):
        await decide(database, store, "promote", number, serving=None)
    with pytest.raises(TrainingRefused, match="plus_garde"):
        await decide(database, store, "go_back", number)
    with pytest.raises(TrainingRefused, match="deja_en_service"):
        await decide(database, store, "go_back", None)
    with pytest.raises(TrainingRefused, match="change"):
        async with database.sessions.begin() as session:
            await TrainingService(session, store, LAX).ask("Sofia", seen=5)


async def test_few_files_are_kept_and_the_former_model_is_one_click_away(
    database: Database, tmp_path: Path, small: IntentClassifier
) -> None:
    store, promoted = ModelStore(tmp_path), list[int]()
    for _ in range(4):
        serving = promoted[-1] if promoted else None
        promoted.append(await made(database, store, small, compare_a=serving))
        await decide(database, store, "promote", promoted[-1], serving=serving)
    async with database.sessions() as session:
        models = ModelRepository(session)
        kept = await models.kept()
        current = await models.in_service()
        assert former(current, await models.served_before(), kept) == promoted[-2]
    assert [each.id for each in kept] == [promoted[-1], promoted[-2]]
    assert sorted(each for each in os.listdir(tmp_path) if each.endswith(".joblib")) == [
        f"modele-{number}.joblib" for number in promoted[-2:]
    ]


def test_a_file_is_read_when_it_is_what_was_written(
    tmp_path: Path, small: IntentClassifier, encoder: UseEncoder
) -> None:
    store = ModelStore(tmp_path)
    small.save(store.path(1))
    manifest = store.seal(1, environment="e", at="2026-11-29T12:00:00+00:00")
    assert store.read(1, manifest.sha256)[:1]
    for number, digest, reason in ((1, "0" * 64, "altere"), (2, manifest.sha256, "absent")):
        with pytest.raises(ModelUnusable, match=reason):
            store.read(number, digest)
    with pytest.raises(ModelUnusable, match="perime"):
        load_trained(store, encoder, 1, manifest.sha256, environment="e")


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (report(0.976, 0.971), []),
        (report(0.976, 0.97), [(None, 0.6, 0.5)]),
        (report(0.976, 0.98, saluer=(0.97, 0.92)), []),
        (report(0.976, 0.98, saluer=(0.97, 0.91)), [("saluer", 6.0, 5.0)]),
    ],
)
def test_the_gate_says_what_is_lost(
    figures: dict[str, Any], expected: list[tuple[str | None, float, float]]
) -> None:
    found = [
        (each.intention, round(each.perdus, 6), each.permis)
        for each in refusals(load_porte(), figures)
    ]
    assert found == expected
    assert all(isinstance(each, Refus) for each in refusals(load_porte(), figures))


@pytest.mark.parametrize("text", ["perte_totale: -1", "[", "perte_totale: 1\nautre: 2"])
def test_a_wrong_gate_is_refused_in_french(tmp_path: Path, text: str) -> None:
    file = tmp_path / "porte.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PorteInvalide) as refused:
        load_porte(file)
    assert all(line.startswith("porte.yml : ") for line in refused.value.problemes)


def test_only_new_sentences_that_name_nobody_train() -> None:
    given = [
        (1, STICKERS, "chercher_outil"),
        (2, STICKERS.upper(), "saluer"),
        (3, load_examples()[0].text, "saluer"),
        (4, "Mon numéro : 06 39 98 12 34", "parler_conseiller"),
    ]
    lot = sort_out(PhraseApprise(id=id_, texte=text, intention=each) for id_, text, each in given)
    assert lot.examples == [IntentExample(STICKERS, "chercher_outil")]
    assert lot.left_out == {2: "connue", 3: "connue", 4: "masquee"}


class Says:
    """Reads sentences as it is told."""

    def __init__(self, **said: str) -> None:
        self._said = said

    def rank_many(self, texts: Sequence[str]) -> list[tuple[IntentScore, ...]]:
        return [(IntentScore(self._said[text], 1.0),) for text in texts]


def test_what_moves_between_two_models_is_listed() -> None:
    examples = [IntentExample(text, "saluer") for text in ("coucou", "bonjour", "salut")]
    found = compare(
        Says(coucou="remercier", bonjour="saluer", salut="saluer"),
        Says(coucou="saluer", bonjour="infirmer", salut="saluer"),
        examples,
    )
    told = to_report(found)
    assert told["gagnees"] == [
        {"text": "coucou", "intent": "saluer", "before": "remercier", "after": "saluer"}
    ]
    assert [each["text"] for each in told["perdues"]] == ["bonjour"]
    assert (told["avant"]["exactitude"], told["temoins"]) == (0.6667, 3)


async def test_a_promoted_model_comes_back_on_a_new_machine_from_the_sentences_of_the_back_up(
    postgres: EmbeddedPostgres, database: Database, settings: Settings, tmp_path: Path
) -> None:
    learn(database.url, (STICKERS, "chercher_outil"))
    number = await ask(database, ModelStore(settings.trained_dir))
    async with database.sessions.begin() as session:
        await TrainModel(settings, database.url, LAX)(session, {"modele": number})
    await decide(database, ModelStore(settings.trained_dir), "promote", number, serving=None)
    learn(database.url, ("on fait comment pour les bancs", "demander_methode"))
    made_file = save(database.url, tmp_path / "a.sauvegarde", version="1").fichier
    admin(postgres, "CREATE DATABASE machine_neuve")
    url = url_of(postgres, "machine_neuve")
    there = new_machine(tmp_path / "neuve", url)
    said = await asyncio.to_thread(restore_as_told, there, made_file)
    assert f"Le modèle {number}, promu dans la console, n’est pas sur cette machine" in said
    restored = connect(url)
    shipped = load_or_train(shared_encoder(), models=there.models_dir)
    keeper = ModelKeeper(restored, ModelStore(there.trained_dir), shared_encoder(), shipped)
    await keeper.load()
    assert (keeper.serving, keeper.trouble) == (None, "absent")
    async with restored.sessions.begin() as session:
        job = (await session.scalars(select(Job).where(Job.kind == REDO))).one()
        assert await RedoModel(there, LAX)(session, job.payload) is None
    await keeper.load()
    assert (keeper.serving, keeper.trouble) == (number, None)
    assert keeper.classifier.rank(STICKERS)[0].intent == "chercher_outil"
    # It learnt what it had learnt, not what was labelled since; and is made again only once.
    async with restored.sessions.begin() as session:
        model = await ModelRepository(session).find(number)
        assert model is not None
        assert (model.ajoutees, (model.rapport or {})["apprises"]["phrases"]) == (1, [1])
        digest = model.sha256
        await RedoModel(there, LAX)(session, job.payload)
    assert await plan_redo(there, url) is None
    async with restored.sessions() as session:
        again = await ModelRepository(session).find(number)
    assert again is not None
    assert again.sha256 == digest
    await restored.close()
    admin(postgres, "DROP DATABASE machine_neuve WITH (FORCE)")


async def test_a_model_made_again_that_the_gate_refuses_does_not_serve(
    database: Database, settings: Settings, small: IntentClassifier
) -> None:
    store = ModelStore(settings.trained_dir)
    number = await made(database, store, small)
    await decide(database, store, "promote", number, serving=None)
    store.remove(number)
    assert await plan_redo(settings, database.url) == number
    strict = LAX.model_copy(update={"perte_totale": 0.5})
    async with database.sessions.begin() as session:
        assert await RedoModel(settings, strict)(session, {"modele": number}) is None
    assert not store.path(number).exists()
    shipped = load_or_train(shared_encoder(), models=settings.models_dir)
    keeper = ModelKeeper(database, store, shared_encoder(), shipped)
    await keeper.load()
    assert (keeper.serving, keeper.trouble) == (None, "absent")


def new_machine(folder: Path, url: str) -> Settings:
    folder.mkdir()
    (folder / "modeles").symlink_to(ROOT / ".donnees" / "modeles")
    return Settings(data_dir=folder, DATABASE_URL=url)


def restore_as_told(there: Settings, file: Path) -> str:
    """Run the command as an operator would; return what it printed."""
    environment = {
        "DATABASE_URL": there.database_url or "",
        "ORIENTATION_DATA_DIR": str(there.data_dir),
    }
    done = CliRunner().invoke(app, ["restore", str(file)], env=environment)
    assert done.exit_code == 0, done.output
    return done.output
