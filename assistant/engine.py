"""The story of one turn: understand, remember, let Rasa decide, answer; degrade, never fail."""

import logging
from dataclasses import dataclass, replace
from typing import Any

from assistant import wire
from assistant.actions.base import Call, Services
from assistant.actions.oriente import orientation_of
from assistant.degraded import answer_without_engine
from assistant.dialogue import DialogueEngine
from assistant.domaine import bring_back
from assistant.intentions import JUSTIFY, choose_intent, entities_of
from assistant.memory import Memory, TerritoireRetenu
from assistant.payloads import Payload
from assistant.ports import DialogueUnavailable, Exchange
from assistant.rereading import reread
from assistant.suites import CONTINUES, goes_on
from assistant.turn import Part, TurnResult, merge
from nlu.pipeline import Understander, UnderstandingContext
from nlu.understanding import TerritoireMention, Understanding

logger = logging.getLogger(__name__)

_DUREES = ("ponctuelle", "durable")
# What the contract lets `asks_for` say; `question` says it all.
_CONTRACT_QUESTIONS = frozenset({"territoire", "population", "theme", "contact"})


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message to answer: its text, or the button pressed (with its label as text)."""

    conversation_id: str
    message_id: str
    tour: int
    text: str = ""
    payload: Payload | None = None
    expects: str | None = None


@dataclass(slots=True)
class Assistant:
    """Answers messages. Holds no conversation: the memory comes in and goes out."""

    understander: Understander
    dialogue: DialogueEngine
    services: Services

    async def answer(self, incoming: Incoming, memory: Memory) -> TurnResult:
        """Return the Turn for one message; never raises for a dialogue engine that fails."""
        understanding = self._understand(incoming, memory)
        expects = incoming.expects
        intent = (
            incoming.payload.name
            if incoming.payload
            else choose_intent(understanding, memory, expects=expects)
        )
        if intent == "preciser":
            intent = "donner_information"
        continues = expects is not None or goes_on(understanding, memory)
        enriched = memory.with_understanding(understanding, continues=continues)
        if intent == JUSTIFY:  # an offer named to ask why says nothing of the need
            enriched = memory
        if enriched.territoire is not None:  # settled: nothing is left to tell apart
            enriched = replace(enriched, territoires_a_preciser=())
        enriched = _apply_button(enriched, incoming.payload)
        call = Call(
            conversation_id=incoming.conversation_id,
            understanding=understanding,
            memory=replace(enriched, tour=incoming.tour),
            services=self.services,
            payload=incoming.payload,
            expects=expects,
        )
        part = await self._decide(call, incoming, enriched, intent=intent)
        return _result(_with_orientation(part, call), understanding)

    def _understand(self, incoming: Incoming, memory: Memory) -> Understanding:
        if incoming.payload is not None:
            return self._pressed(incoming)
        known = self.services.knowledge.territoire(memory.territoire)
        context = UnderstandingContext(
            departement=known.departement if known else None,
            epci=known.epci if known else None,
            asks_for=incoming.expects,
        )
        try:
            understood = self.understander.understand(incoming.text, context=context)
        except Exception as error:  # a text that breaks us is still searched, and a human offered
            logger.error(  # noqa: TRY400 - a traceback could quote the élu
                "understanding failed",
                extra={"id": incoming.conversation_id, "error": type(error).__name__},
            )
            return Understanding(text=incoming.text, intent="demander_methode", confidence=0.0)
        settled = reread(understood, memory, expects=incoming.expects)
        return bring_back(settled, self.services.knowledge.engine)

    def _pressed(self, incoming: Incoming) -> Understanding:
        """A button says exactly what it says: no doubt, no classifier."""
        payload = incoming.payload
        assert payload is not None  # noqa: S101 - narrowed by the caller
        territoires: tuple[TerritoireMention, ...] = ()
        if payload.name == "preciser_territoire":
            territoires = self._chosen_territoire(payload)
        return Understanding(
            text=incoming.text, intent=payload.intent, confidence=1.0, territoires=territoires
        )

    def _chosen_territoire(self, payload: Payload) -> tuple[TerritoireMention, ...]:
        found = self.services.knowledge.find(
            str(payload.data.get("type")), str(payload.data.get("code"))
        )
        if found is None:
            return ()
        return (
            TerritoireMention(
                type=found.type,
                code=found.code,
                nom=found.nom,
                score=1.0,
                start=0,
                end=0,
                departement=found.departement,
            ),
        )

    async def _decide(
        self, call: Call, incoming: Incoming, enriched: Memory, *, intent: str
    ) -> Part:
        exchange = Exchange(
            conversation_id=incoming.conversation_id,
            message_id=incoming.message_id,
            text=incoming.text or f"/{intent}",
            intent=intent,
            confidence=call.understanding.confidence,
            entities=entities_of(enriched),
            metadata=_metadata(incoming, call.understanding, enriched),
            memory=enriched,
        )
        try:
            return merge(await self.dialogue.exchange(exchange))
        except DialogueUnavailable as error:
            logger.warning(
                "dialogue engine unavailable",
                extra={"id": incoming.conversation_id, "reason": error.reason},
            )
            return await answer_without_engine(call, intent=intent)


def _with_orientation(part: Part, call: Call) -> Part:
    """Every turn says where the need leads so far, even while a question is being asked."""
    if part.orientation is not None or part.outcome == "refused":
        return part
    after = replace(call, memory=part.memory)
    kept = call.understanding.intent in CONTINUES and part.memory.intention
    return replace(
        part, orientation=orientation_of(after, intent=part.memory.intention if kept else None)
    )


def _apply_button(memory: Memory, payload: Payload | None) -> Memory:
    """A choice button of the orientation questions fills the slot it names."""
    if payload is None or payload.name != "preciser":
        return memory
    data = payload.data
    nombre = data.get("nombre_collectivites")
    duree = data.get("duree")
    themes = data.get("themes")
    return replace(
        memory,
        nombre_collectivites=nombre if isinstance(nombre, int) else memory.nombre_collectivites,
        duree=duree if duree in _DUREES else memory.duree,
        themes=tuple(themes) if isinstance(themes, list) else memory.themes,
    )


def _metadata(incoming: Incoming, understanding: Understanding, memory: Memory) -> dict[str, Any]:
    payload = incoming.payload
    return {
        "tour": incoming.tour,
        "memoire": memory.to_slots(),
        "comprehension": wire.pack(understanding),
        "bouton": {"name": payload.name, "data": payload.data} if payload else None,
        "formulaire": incoming.expects,
    }


def _result(part: Part, understanding: Understanding) -> TurnResult:
    territoire: TerritoireRetenu | None = part.memory.territoire
    body = {
        "outcome": part.outcome,
        "messages": list(part.messages),
        "understanding": wire.public(understanding),
        "resources": list(part.resources),
        "orientation": part.orientation,
        "dialogue": {
            "territoire_code": territoire.code if territoire else None,
            "territoire_type": territoire.type if territoire else None,
            "asks_for": part.asks_for if part.asks_for in _CONTRACT_QUESTIONS else None,
            "question": part.asks_for,
        },
        "human_offered": part.human_offered,
        "erased": part.erased,
    }
    return TurnResult(body=body, memory=part.memory)
