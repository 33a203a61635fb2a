"""Each trap of Rasa found by killing things (docs/decisions/0001), on the real Rasa."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api.internal import create_internal_app
from api.postgres import EmbeddedPostgres
from api.rasa_process import RasaProcess, free_port, train_dialogue
from api.serve import InternalServer
from api.settings import Settings
from assistant import wire
from assistant.actions.base import Services
from assistant.business_days import Promise
from assistant.dialogue import SESSION_TURNS, RasaEngine
from assistant.intentions import entities_of
from assistant.memory import Memory
from assistant.ports import (
    Demande,
    DemandeIncomplete,
    DialogueUnavailable,
    Exchange,
    TicketReceipt,
)
from assistant.replies import load_replies
from assistant.sources import Knowledge
from assistant.turn import Part, merge
from knowledge.orientation.loader import load_regles
from knowledge.search.engine import SearchEngine
from knowledge.territoires.loader import load_territoires
from nlu.understanding import PersonalDatum, Understanding
from tests.conftest import admin, url_of

pytestmark = pytest.mark.rasa
ROOT = Path(__file__).resolve().parents[2]
Behaviour = Callable[[dict[str, Any]], Awaitable[JSONResponse]]


class MemoryTickets:
    """A desk that keeps everything in memory and can be told to fail."""

    def __init__(self) -> None:
        self.drafts: dict[str, Demande] = {}
        self.sent: list[str] = []
        self.failing = False

    async def draft(self, conversation_id: str) -> Demande | None:
        if self.failing:
            raise ConnectionError
        return self.drafts.get(conversation_id)

    async def save_draft(self, conversation_id: str, demande: Demande) -> Demande:
        self.drafts[conversation_id] = demande
        return demande

    async def discard_draft(self, conversation_id: str) -> None:
        self.drafts.pop(conversation_id, None)

    async def send(self, conversation_id: str) -> TicketReceipt:
        demande = self.drafts.get(conversation_id, Demande())
        if not demande.joignable or not demande.besoin:
            raise DemandeIncomplete(("contact",))
        self.sent.append(conversation_id)
        return TicketReceipt(
            "OR-2026-AAAAAA", "nouveau", Promise(datetime(2026, 11, 27, 17, tzinfo=UTC))
        )

    async def latest(self, conversation_id: str) -> TicketReceipt | None:
        return None

    async def find(self, reference: str) -> TicketReceipt | None:
        return None


class Now:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 9, tzinfo=UTC)


@dataclass
class Stack:
    """A real Rasa whose actions can be replaced by a failing behaviour."""

    engine: RasaEngine
    rasa: RasaProcess
    tickets: MemoryTickets
    database: str
    behaviour: list[Behaviour] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[Stack]:
    admin(postgres, f"CREATE DATABASE pieges TEMPLATE {template}")
    settings = Settings(data_dir=ROOT / ".donnees")
    tickets = MemoryTickets()
    knowledge = Knowledge(SearchEngine(), load_territoires(), load_regles())
    services = Services(knowledge, tickets, load_replies(), Now())
    port = free_port()
    rasa = RasaProcess(
        settings,
        model=await train_dialogue(settings),
        database_url=url_of(postgres, "pieges"),
        actions_url=f"http://127.0.0.1:{port}/actions",
    )
    async with httpx2.AsyncClient() as client:
        engine = RasaEngine(rasa.url, settings.internal_token, client)
        built = Stack(engine, rasa, tickets, url_of(postgres, "pieges"))
        server = InternalServer(
            uvicorn.Config(
                _switchable(create_internal_app(services, settings.internal_token), built),
                host="127.0.0.1",
                port=port,
                log_config=None,
            )
        )
        task = asyncio.create_task(server.serve())
        await rasa.start()
        assert await rasa.wait_ready(client)
        yield built
        await rasa.stop()
        server.should_exit = True
        await task
    admin(postgres, "DROP DATABASE pieges WITH (FORCE)")


def _switchable(actions: FastAPI, built: Stack) -> FastAPI:
    """The real action server, unless the test asks for a failing one."""
    outer = FastAPI()

    @outer.middleware("http")
    async def switch(request: Request, call_next: Any) -> Any:
        body = await request.json()
        built.seen.append(body)
        if built.behaviour:
            return await built.behaviour[0](body)
        return await call_next(request)

    outer.mount("/", actions)
    return outer


async def fails(body: dict[str, Any]) -> JSONResponse:
    return JSONResponse({"error": "panne"}, status_code=500)


@contextlib.contextmanager
def behaving(stack: Stack, behaviour: Behaviour) -> Any:
    stack.behaviour.append(behaviour)
    try:
        yield
    finally:
        stack.behaviour.clear()


def exchange(
    conversation: str, intent: str, text: str = "", *, memory: Memory | None = None, **extra: Any
) -> Exchange:
    memory = memory or Memory()
    understanding = Understanding(text=text, intent=intent, confidence=0.9, **extra)
    return Exchange(
        conversation_id=conversation,
        message_id=f"{conversation}-{memory.tour + 1}",
        text=text or f"/{intent}",
        intent=intent,
        confidence=0.9,
        entities=entities_of(memory),
        metadata={
            "tour": memory.tour + 1,
            "memoire": memory.to_slots(),
            "comprehension": wire.pack(understanding),
            "bouton": None,
            "formulaire": None,
        },
        memory=memory,
    )


async def talk(stack: Stack, *args: Any, **kwargs: Any) -> Part:
    return merge(await stack.engine.exchange(exchange(*args, **kwargs)))


async def test_a_failing_action_is_told_and_the_conversation_lives_on(stack: Stack) -> None:
    with behaving(stack, fails), pytest.raises(DialogueUnavailable):
        await talk(stack, "echec", "saluer", "bonjour")
    assert (await talk(stack, "echec", "saluer", "bonjour")).outcome == "social"


async def test_an_action_that_raises_answers_200_and_says_so(stack: Stack) -> None:
    stack.tickets.failing = True
    try:
        with pytest.raises(DialogueUnavailable, match="ConnectionError"):
            await talk(stack, "leve", "parler_conseiller", "un conseiller")
    finally:
        stack.tickets.failing = False


async def test_a_failing_validation_never_sends_an_empty_request(stack: Stack) -> None:
    async def validation_fails(body: dict[str, Any]) -> JSONResponse:
        if body["next_action"] == "validate_demande_form":
            return JSONResponse({"error": "panne"}, status_code=500)
        return JSONResponse({"events": [], "responses": []})

    with behaving(stack, validation_fails), contextlib.suppress(DialogueUnavailable):
        await talk(stack, "vide", "parler_conseiller", "un conseiller")
    assert "vide" not in stack.tickets.sent
    resumed = await talk(stack, "vide", "saluer", "bonjour")
    assert resumed.messages
    assert "vide" not in stack.tickets.sent


async def test_the_submit_action_checks_the_request_again(stack: Stack) -> None:
    part = await talk(stack, "incomplete", "envoyer_demande")
    assert part.outcome != "handed_over"
    assert "incomplete" not in stack.tickets.sent


async def test_a_mute_conversation_is_revived(stack: Stack) -> None:
    async def mute(body: dict[str, Any]) -> JSONResponse:
        return JSONResponse({"events": [], "responses": []})

    with behaving(stack, mute), pytest.raises(DialogueUnavailable, match="mute"):
        await talk(stack, "muette", "saluer", "bonjour")
    assert (await talk(stack, "muette", "saluer", "bonjour")).outcome == "social"


async def test_the_built_in_fallback_answers_without_any_server(stack: Stack) -> None:
    """An intent that no rule knows: Rasa falls back on `utter_default`, then goes on."""
    with pytest.raises(DialogueUnavailable):
        await talk(stack, "inconnu", "intention_inconnue", "?")
    assert (await talk(stack, "inconnu", "saluer", "bonjour")).outcome == "social"


async def test_a_lost_tracker_store_is_an_error_not_a_new_conversation(
    stack: Stack, postgres: EmbeddedPostgres
) -> None:
    await talk(stack, "amnesie", "demander_accompagnement", "aidez-nous")
    admin(postgres, "ALTER DATABASE pieges WITH ALLOW_CONNECTIONS false")
    admin(
        postgres,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'pieges'",
    )
    try:
        with pytest.raises(DialogueUnavailable, match="status 500"):
            await talk(stack, "amnesie", "infirmer", "non")
    finally:
        admin(postgres, "ALTER DATABASE pieges WITH ALLOW_CONNECTIONS true")
    with contextlib.suppress(DialogueUnavailable):  # the pool drops its dead connections
        await talk(stack, "amnesie", "saluer", "bonjour")
    back = await talk(stack, "amnesie", "infirmer", "non")
    assert back.asks_for is not None or back.orientation is not None


async def test_a_memory_that_missed_turns_is_given_back(stack: Stack) -> None:
    """Turns answered while Rasa was down are in our copy; Rasa takes it at the next turn."""
    copy = Memory(population=900, themes=("jeunesse",), tour=7)
    part = await talk(stack, "retard", "saluer", "bonjour", memory=copy)
    assert part.memory.population == 900
    assert part.memory.themes == ("jeunesse",)
    assert part.memory.tour == 8


async def test_a_long_conversation_does_not_slow_down(stack: Stack) -> None:
    """A new Rasa session every few turns keeps what is sent to the actions small."""
    memory, sizes = Memory(), []
    for _ in range(3 * SESSION_TURNS):
        part = await talk(stack, "longue", "saluer", "bonjour", memory=memory)
        memory = replace(part.memory)
        sizes.append(len(stack.seen[-1]["tracker"]["events"]))
    assert memory.tour == 3 * SESSION_TURNS
    assert max(sizes[SESSION_TURNS:]) <= max(sizes[:SESSION_TURNS]) * 2


async def test_a_form_keeps_its_place_through_a_new_rasa(stack: Stack) -> None:
    asked = await talk(stack, "tuee", "demander_accompagnement", "aidez-nous")
    assert asked.asks_for is not None
    assert stack.rasa.pid is not None
    await stack.rasa.kill()
    assert await stack.rasa.wait_ready(stack.engine.client)
    part = await talk(stack, "tuee", "passer", memory=asked.memory)
    assert part.asks_for != asked.asks_for
    assert stack.rasa.restarts >= 1


async def test_the_contact_given_in_the_form_is_sent_once_confirmed(stack: Stack) -> None:
    need = Memory(besoin="Comment créer un conseil des jeunes ?", tour=1)
    opened = await talk(stack, "envoi", "parler_conseiller", "un conseiller", memory=need)
    courriel = PersonalDatum("courriel", "mairie@exemple.fr", 0, 17)
    await talk(
        stack,
        "envoi",
        "donner_information",
        "mairie@exemple.fr",
        memory=opened.memory,
        donnees_personnelles=(courriel,),
    )
    sent = await talk(stack, "envoi", "affirmer", "oui", memory=replace(opened.memory, tour=3))
    assert sent.outcome == "handed_over"
    assert stack.tickets.sent.count("envoi") == 1


@pytest.mark.parametrize("token", [None, "Bearer faux"])
async def test_the_channel_needs_the_start_up_token(stack: Stack, token: str | None) -> None:
    headers = {"Authorization": token} if token else {}
    answer = await stack.engine.client.post(
        f"{stack.rasa.url}/webhooks/interne/webhook", json={}, headers=headers
    )
    assert answer.status_code == 401


async def test_there_is_no_other_door(stack: Stack) -> None:
    for path in ("/webhooks/rest/webhook", "/model/parse", "/conversations/x/tracker"):
        answer = await stack.engine.client.post(f"{stack.rasa.url}{path}", json={})
        assert answer.status_code == 404, path


async def test_actions_need_the_start_up_token(stack: Stack) -> None:
    app = create_internal_app(
        Services(
            Knowledge(SearchEngine(), load_territoires(), ()), stack.tickets, load_replies(), Now()
        ),
        "secret",
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://essai") as client:
        assert (await client.post("/actions", json={})).status_code == 401


async def test_trackers_live_in_our_own_database(stack: Stack) -> None:
    await talk(stack, "conservee", "saluer", "bonjour")
    with psycopg.connect(stack.database) as connection:
        found = connection.execute(
            "SELECT count(*) FROM rasa.events WHERE sender_id = 'conservee'"
        ).fetchone()
    assert found is not None
    assert found[0] > 0
