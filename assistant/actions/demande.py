"""Transmit a request to a human: prepared from what is known, read and edited, sent once."""

import re
from dataclasses import asdict, replace

from assistant.actions import messages
from assistant.actions.base import Call, FormStep, interruption
from assistant.actions.territoire import ask_territoire
from assistant.memory import own_territoire
from assistant.ports import Demande, DemandeIncomplete, TicketReceipt
from assistant.turn import Part
from nlu.text import words

FORM = "demande_form"
_CONTACT_KINDS = {"courriel": "courriel", "telephone": "telephone", "nom": "nom"}
# « je voudrais parler à un conseiller » tells no need; twelve words usually do.
_WORDS_OF_A_NEED = 12
_ABOUT = re.compile(r"\b(?:pour|sur|concernant|au sujet|a propos) (?:\w+ ){2,}\w+")
_YES = frozenset({"affirmer", "envoyer_demande"})
_NO = frozenset({"infirmer"})
_LEAVES = frozenset({"annuler_demande", "demande_envoyee", "modifier_demande"})
# A request longer than this could not be edited field by field any more (contract v1).
_MOST_CHARACTERS = 4000
_SAYS_MORE = frozenset({"donner_information", "nlu_fallback"})
_CONTACT_WORDS = frozenset(
    {
        "adresse",
        "mail",
        "mel",
        "courriel",
        "email",
        "telephone",
        "tel",
        "numero",
        "arobase",
        "point",
    }
)
# Heard inside the form, these never leave it for the rules.
_KEPT_INSIDE = frozenset({"donner_information", "nlu_fallback", "passer", "preciser_territoire"})


async def prepare(call: Call, *, categorie: str = "conseil") -> Demande:
    """Return the draft enriched with what the conversation knows; the élu's own edits win."""
    draft = await call.services.tickets.draft(call.conversation_id)
    known = _known(call, categorie=categorie)
    if draft is None:
        return await call.services.tickets.save_draft(call.conversation_id, known)
    corrected = own_territoire(call.understanding) is not None
    return await call.services.tickets.save_draft(
        call.conversation_id,
        replace(
            draft,
            besoin=draft.besoin or known.besoin,
            territoire=known.territoire if corrected else draft.territoire or known.territoire,
            courriel=known.courriel or draft.courriel,
            telephone=known.telephone or draft.telephone,
            nom=known.nom or draft.nom,
            ressources_vues=known.ressources_vues or draft.ressources_vues,
        ),
    )


def _known(call: Call, *, categorie: str) -> Demande:
    memory = call.memory
    contacts = contacts_of(call)
    engine = call.services.knowledge.engine
    seen = [engine.get(each) for each in memory.ressources_vues]
    territoire = memory.territoire
    return Demande(
        besoin=memory.besoin,
        categorie=categorie,
        territoire=asdict(territoire) if territoire else None,
        population=memory.population,
        role=memory.role,
        themes=memory.themes,
        nom=contacts.get("nom"),
        courriel=contacts.get("courriel"),
        telephone=contacts.get("telephone"),
        route=memory.route,
        ressources_vues=tuple({"id": r.id, "title": r.title} for r in seen if r is not None),
        intention=memory.intention or call.understanding.intent,
        confiance=round(call.understanding.confidence, 4),
    )


def contacts_of(call: Call) -> dict[str, str]:
    """Return the contact data that this message gives."""
    return {
        _CONTACT_KINDS[datum.kind]: datum.value
        for datum in call.understanding.donnees_personnelles
        if datum.kind in _CONTACT_KINDS
    }


async def open_request(call: Call, *, categorie: str = "conseil", key: str = "ouvrir") -> Part:
    """Open the request: say who will answer and when, show what would be sent."""
    call = _with_need(call, categorie=categorie)
    demande = await prepare(call, categorie=categorie)
    promise = call.promise(demande.territoire)
    said = [messages.text(call.say(f"demande.{key}", delai=promise.words))]
    if demande.besoin or call.payload:  # a button asks for the form, even empty
        said.append(messages.text(call.say("demande.transmis")))
        said.append(messages.recapitulatif(call, demande, promise))
    return Part(
        outcome="clarified",
        memory=replace(call.memory, proposition="aucune", echecs=0),
        messages=tuple(said),
        asks_for=_first_missing(demande),
        human_offered=True,
    )


def _with_need(call: Call, *, categorie: str) -> Call:
    """The very message that asks for a human may hold the need: it is not asked again."""
    tells = call.payload is None and (
        categorie != "conseil"
        or call.understanding.themes
        or len(words(call.text)) >= _WORDS_OF_A_NEED
        or _ABOUT.search(" ".join(words(call.text)))
    )
    if tells and (categorie != "conseil" or not call.memory.besoin):
        return call.remember(besoin=call.text)
    return call


def _first_missing(demande: Demande) -> str | None:
    missing = messages.missing_fields(demande)
    return missing[0] if missing else None


async def validate(call: Call, *, intent: str) -> FormStep:
    """Take the answer to the question that the form asked; anything else is an interruption."""
    if intent in _LEAVES:  # before anything is prepared: a draft just sent must not come back
        return interruption()
    demande = await prepare(call)
    asked = call.requested_slot
    if asked is None or contacts_of(call):
        return _go_on(demande)
    if call.understanding.ambiguites:
        return _ask_which(call, demande)
    return await _take(call, demande, intent=intent)


async def _take(call: Call, demande: Demande, *, intent: str) -> FormStep:
    asked = call.requested_slot
    if asked == "besoin_demande" and intent not in _NO and call.text.strip():
        return await _take_need(call, demande, intent=intent)
    if intent in _YES:
        return _confirm(demande)
    if intent in _NO:
        return _go_on(demande, said=call.say("demande.non"))
    if asked == "contact" and intent in _SAYS_MORE and _tells_more(call):
        return await _add(call, demande)
    if intent in _KEPT_INSIDE:
        return _go_on(demande, said=_no_contact(call) if asked == "contact" else None)
    return interruption()


def _tells_more(call: Call) -> bool:
    """« Une trentaine de bénévoles ont travaillé douze samedis »: no contact, but worth sending."""
    said = words(call.text)
    return len(said) >= _WORDS_OF_A_NEED and not _CONTACT_WORDS.intersection(said)


async def _add(call: Call, demande: Demande) -> FormStep:
    told = "\n".join(each for each in (demande.besoin, call.text) if each)
    if len(told) > _MOST_CHARACTERS:
        return _go_on(demande, said=_no_contact(call))
    demande = await call.services.tickets.save_draft(
        call.conversation_id, replace(demande, besoin=told)
    )
    return _go_on(demande, said=call.say("demande.ajoute"))


def _no_contact(call: Call) -> str:
    """The words given for a contact hold none: a place is noted, anything else said unread."""
    place = own_territoire(call.understanding)
    if place is not None:
        return call.say("demande.territoire_note", lieu=place.nom)
    if call.understanding.population:
        return call.say("demande.population_note", population=call.understanding.population)
    return call.say("demande.contact_illisible")


def _ask_which(call: Call, demande: Demande) -> FormStep:
    """« à Aubusson »: which one, before asking for what is still missing."""
    question = ask_territoire(call)
    step = _go_on(demande)
    if question is None:
        return step
    memory = replace(call.memory, territoires_a_preciser=question.candidats)
    return replace(step, memory=memory, messages=question.messages)


def _go_on(demande: Demande, *, said: str | None = None) -> FormStep:
    """Ask for what is still missing, after a word if there is something to say."""
    return FormStep(
        slots=_slots(demande),
        next_slot=_next_slot(demande),
        messages=(messages.text(said),) if said else (),
    )


async def _take_need(call: Call, demande: Demande, *, intent: str) -> FormStep:
    if intent in ("saluer", "remercier", "refus", "suivre_demande", "donnees_personnelles"):
        return interruption()
    if intent in _YES:
        return _confirm(demande)
    demande = await call.services.tickets.save_draft(
        call.conversation_id, replace(demande, besoin=call.text)
    )
    memory = replace(call.memory, besoin=call.text)
    return FormStep(slots=_slots(demande), next_slot=_next_slot(demande), memory=memory)


def _confirm(demande: Demande) -> FormStep:
    """« oui » sends only a complete request; otherwise the missing piece is asked again."""
    if messages.missing_fields(demande):
        return _go_on(demande)
    return FormStep(slots={**_slots(demande), "confirmation": True}, next_slot=None)


def _slots(demande: Demande) -> dict[str, object]:
    contact = demande.courriel or demande.telephone
    return {"besoin_demande": demande.besoin, "contact": contact}


def _next_slot(demande: Demande) -> str:
    missing = messages.missing_fields(demande)
    if "besoin" in missing:
        return "besoin_demande"
    return "contact" if missing else "confirmation"


async def ask(call: Call) -> Part:
    """Ask what is missing, or show the request and ask to send it."""
    demande = await prepare(call)
    rewriting = call.requested_slot == "besoin_demande"
    slot = "besoin_demande" if rewriting else _next_slot(demande)
    promise = call.promise(demande.territoire)
    facts = {"demande": demande, "delai": promise.words}
    said = [messages.text(call.say(f"demande.demande_{slot}", **facts))]
    buttons = [messages.button(call, "annuler_demande")]
    if slot == "confirmation":
        said.append(messages.recapitulatif(call, demande, promise))
        buttons = [
            messages.button(call, "envoyer_demande"),
            messages.button(call, "modifier_demande"),
            *buttons,
        ]
    return Part(
        outcome="clarified",
        memory=call.memory,
        messages=(*said, messages.choices(buttons)),
        asks_for={"besoin_demande": "besoin", "contact": "contact"}.get(slot, "confirmation"),
        human_offered=True,
    )


async def modify(call: Call) -> Part:
    """Show the request again, with its editable fields; the next words replace the need."""
    demande = await prepare(call)
    return Part(
        outcome="clarified",
        memory=call.memory,
        messages=(
            messages.text(call.say("demande.modifier")),
            messages.recapitulatif(call, demande, call.promise(demande.territoire)),
        ),
        human_offered=True,
        form_slots={"requested_slot": "besoin_demande", "besoin_demande": None},
    )


async def resume(call: Call) -> Part:
    """A human is asked for again while the request is being prepared: it only needs completing.

    Said once more, it is said in other words.
    """
    draft = await call.services.tickets.draft(call.conversation_id)
    promise = call.promise(draft.territoire if draft else None)
    complains = call.understanding.intent == "reclamation"
    first = "demande.en_cours_reclamation" if complains else "demande.en_cours"
    again = call.memory.echecs % 2
    key = "demande.en_cours_encore" if again else first
    said = [messages.text(call.say(key, delai=promise.words))]
    if call.payload:
        said.append(messages.recapitulatif(call, await prepare(call), promise))
    memory = replace(call.memory, echecs=call.memory.echecs + 1)
    return Part(outcome="clarified", memory=memory, messages=tuple(said), human_offered=True)


async def send(call: Call) -> Part:
    """Send the request; incomplete, it is shown again instead: never an empty ticket."""
    try:
        receipt = await call.services.tickets.send(call.conversation_id)
    except DemandeIncomplete:
        return await open_request(call, key="incomplete")
    return sent(call, receipt)


def sent(call: Call, receipt: TicketReceipt) -> Part:
    """Confirm: reference, date, and how to follow it."""
    return Part(
        outcome="handed_over",
        memory=replace(call.memory, proposition="aucune", echecs=0),
        messages=(
            messages.text(
                call.say(
                    "demande.envoyee",
                    reference=receipt.reference,
                    delai=receipt.promise.words,
                )
            ),
            messages.ticket(receipt),
        ),
        human_offered=True,
    )


async def already_sent(call: Call) -> Part:
    """The page sent the request by itself: the conversation takes note."""
    receipt = await call.services.tickets.latest(call.conversation_id)
    return sent(call, receipt) if receipt else await open_request(call)


async def cancel(call: Call) -> Part:
    """Forget the draft; nothing was sent."""
    await call.services.tickets.discard_draft(call.conversation_id)
    return Part(
        outcome="social",
        memory=replace(call.memory, proposition="aucune"),
        messages=(
            messages.text(call.say("demande.annulee")),
            messages.help_choices(call),
        ),
        human_offered=True,
    )
