"""The turn when the dialogue engine is down: understanding, search and the human still work."""

from dataclasses import replace

from assistant.actions import demande, detailler, justifier, messages, repondre, sociaux, suivre
from assistant.actions.base import Call
from assistant.ports import DemandeIncomplete
from assistant.turn import Part

_SEARCHABLE = frozenset(
    {
        "demander_methode",
        "chercher_experience",
        "chercher_acteur",
        "chercher_outil",
        "chercher_actualite",
        "question_juridique",
        "question_financement",
        "demander_accompagnement",
        "comprendre_demarche",
        "donner_information",
        "preciser_territoire",
        "nlu_fallback",
    }
)
_AS_USUAL = {
    "detailler_ressource": detailler.detail,
    "justifier_orientation": justifier.justify,
    "suivre_demande": suivre.follow,
}
_REQUEST = frozenset({"parler_conseiller", "reclamation", "proposer_ressource", "modifier_demande"})


async def answer_without_engine(call: Call, *, intent: str) -> Part:
    """Answer at best, say that something is missing, and keep the human within reach."""
    if intent in ("envoyer_demande", "demande_envoyee"):
        return await _send(call)
    if intent in _REQUEST or (demande.contacts_of(call) and await _is_preparing(call)):
        return _mark(call, await demande.open_request(call))
    if intent in _AS_USUAL:
        return _mark(call, await _AS_USUAL[intent](call))
    if intent in ("refus", "alerte"):
        handler = sociaux.refuse if intent == "refus" else sociaux.alert
        return _mark(call, await handler(call), announce=False)
    if intent in _SEARCHABLE and (call.text.strip() or call.memory.besoin):
        return _mark(call, await _search(call))
    return _mark(call, _apology(call), announce=False)


async def _search(call: Call) -> Part:
    if call.understanding.intent == "donner_information" and call.memory.besoin:
        return await repondre.answer_need(call)
    return await repondre.answer(call)


async def _is_preparing(call: Call) -> bool:
    return await call.services.tickets.draft(call.conversation_id) is not None


async def _send(call: Call) -> Part:
    try:
        receipt = await call.services.tickets.send(call.conversation_id)
    except DemandeIncomplete:
        return _mark(call, await demande.open_request(call, key="incomplete"))
    return demande.sent(call, receipt)


def _apology(call: Call) -> Part:
    return Part(
        outcome="degraded",
        memory=call.memory,
        messages=(
            messages.text(call.say("degrade.sans_recherche", delai=call.promise().words)),
            messages.help_choices(call),
        ),
        human_offered=True,
    )


def _mark(call: Call, part: Part, *, announce: bool = True) -> Part:
    notice = (messages.text(call.say("degrade.annonce")),) if announce else ()
    return replace(
        part,
        outcome="degraded",
        messages=(*notice, *part.messages),
        human_offered=True,
    )
