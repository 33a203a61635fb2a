"""Greetings, thanks, yes, no, and what the assistant declines to do."""

import re
from dataclasses import replace

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.actions.oriente import decide_for
from assistant.actions.orienter import conclude
from assistant.actions.repondre import answer_need, ask_need
from assistant.actions.territoire import ask_territoire
from assistant.domaine import SEARCHED
from assistant.presentation import asks_who_speaks
from assistant.turn import Outcome, Part
from knowledge.orientation.vocabulaire import OFFRES
from nlu.text import words
from nlu.understanding import Understanding

_FAILURES_BEFORE_HUMAN = 2
_GIVES_UP = re.compile(r"\b(?:laiss\w+ tomber|tant pis|finalement non|on verra|pas la peine)\b")
_WORDS_OF_A_NEED = 5  # fewer are a scrap of a sentence: « leurs adresses seulement »
_WANTS = re.compile(
    r"\b(?:ve|veu|veux|veut|voulons|voudr\w+|souhait\w+|aimer\w+|projet|lancer|monter|creer)\b"
)
_KEEPS_SILENT = re.compile(r"\bne (?:vous |te )?(?:le |la |les )?(?:dirai|donnerai|dirais) pas\b")


def _say(
    call: Call,
    key: str,
    *buttons: str,
    outcome: Outcome = "social",
    proposition: str | None = None,
) -> Part:
    memory = call.memory
    if proposition == "conseiller":
        memory = replace(memory, proposition="conseiller")
    elif proposition == "aucune":
        memory = replace(memory, proposition="aucune")
    return Part(
        outcome=outcome,
        memory=memory,
        messages=(
            messages.text(call.say(key, delai=call.promise().words)),
            messages.help_choices(call, *buttons),
        ),
        human_offered=True,
    )


async def greet(call: Call) -> Part:
    """Greet back and invite the question; say who speaks when it is asked."""
    if asks_who_speaks(call.text):
        return _say(call, "social.presenter", "chercher_experience", proposition="conseiller")
    return _say(call, "social.saluer", "chercher_experience", "demander_accompagnement")


async def thank(call: Call) -> Part:
    """Welcome the thanks."""
    return _say(call, "social.remercier", proposition="aucune")


async def agree(call: Call) -> Part:
    """« oui » to nothing in particular: go on with the need if there is one."""
    if call.memory.besoin:
        return _say(call, "social.oui_suite", "plus_de_resultats", "demander_accompagnement")
    return await ask_need(call)


async def decline(call: Call) -> Part:
    """« non »: nothing is forced."""
    if "refus_donnees" in call.understanding.signaux or _KEEPS_SILENT.search(_plain(call)):
        return _say(call, "social.sans_donnees", "plus_de_resultats", outcome="clarified")
    if _GIVES_UP.search(_plain(call)):
        return _say(call, "social.renonce", proposition="aucune")
    return _say(call, "social.non", "plus_de_resultats", outcome="clarified", proposition="aucune")


async def off_topic(call: Call) -> Part:
    """Out of what the cellule does: say it, and who could help."""
    partisan = "politique_partisane" in call.understanding.signaux
    key = "hors_sujet.partisan" if partisan else "hors_sujet.general"
    return _say(call, key, outcome="out_of_scope", proposition="aucune")


async def refuse(call: Call) -> Part:
    """Insults and attempts to divert: one calm sentence, a human all the same."""
    return _say(call, f"refus.{call.understanding.refus or 'injection'}", outcome="refused")


async def alert(call: Call) -> Part:
    """Danger, distress, threats: emergency numbers first, then a human."""
    cues = call.understanding.signaux
    if "urgence_vitale" in cues:  # nothing to search nor to transmit now
        return _say(call, "alerte.urgence", outcome="answered")
    key = "alerte.detresse" if "detresse" in cues else "alerte.menace"
    part = _say(call, key, outcome="answered", proposition="conseiller")
    need = call.memory.besoin or call.text
    return replace(part, memory=replace(part.memory, besoin=need, route="conseiller"))


async def foreign_language(call: Call) -> Part:
    """The service works in French."""
    return _say(call, "langue.etrangere", outcome="out_of_scope")


async def not_understood(call: Call) -> Part:
    """Doubt: show the nearest resources as such when the base has some, else ask to rephrase."""
    failures = call.memory.echecs + 1
    call = call.remember(echecs=failures)
    if call.text.strip() and _may_be_searched(call):
        part = await answer_need(
            call.remember(besoin=call.text, intention=_most_likely_question(call.understanding))
        )
        close = call.understanding.themes and part.outcome == "partial"
        if close or part.outcome in ("answered", "clarified"):
            return replace(part, memory=replace(part.memory, echecs=failures))
    offers = failures >= _FAILURES_BEFORE_HUMAN
    return _say(
        call,
        "pas_compris.deux_fois" if offers else "pas_compris.une_fois",
        "chercher_experience",
        "demander_accompagnement",
        outcome="clarified",
        proposition="conseiller" if offers else None,
    )


def _most_likely_question(understanding: Understanding) -> str:
    """In doubt, the orientation is that of a question: nothing else was surely asked."""
    if understanding.intent in SEARCHED:
        return understanding.intent
    likely = (each.intent for each in understanding.alternatives if each.intent in SEARCHED)
    return next(likely, understanding.intent)


def _may_be_searched(call: Call) -> bool:
    understanding = call.understanding
    return understanding.in_scope_score > 0 and not understanding.illisible


def _tells_a_project(call: Call) -> bool:
    """« Nous sommes cinq communautés de communes… » asks nothing, but one offer fits already."""
    decided = decide_for(call, intent=call.understanding.intent)
    return bool(call.understanding.themes) and decided.route in OFFRES


def _names_a_subject(call: Call) -> bool:
    """« 900 hab, un conseil des jeunes » asks nothing in so many words, yet says what for."""
    has_role = call.understanding.role is not None  # « je suis adjointe à la jeunesse »
    only_a_role = has_role and not _WANTS.search(_plain(call))
    return bool(call.understanding.themes) and not only_a_role and call.payload is None


def _tells_a_situation(call: Call) -> bool:
    """« nos quartiers ne se parlent plus »: no fact to note, so the need itself."""
    heard = call.understanding
    places = heard.territoires or heard.ambiguites
    figures = heard.population or heard.nombre_collectivites or heard.dates
    facts = places or figures or heard.role or heard.donnees_personnelles
    long_enough = len(words(call.text)) >= _WORDS_OF_A_NEED
    return not facts and long_enough and call.payload is None


def _told_a_subject(call: Call) -> bool:
    """« on est 1 200 habitants », once a subject is known: no « quelle est votre question ? »."""
    told_before = bool(call.memory.themes) and not call.understanding.themes
    return told_before and call.payload is None and not call.understanding.ambiguites


def _plain(call: Call) -> str:
    return " ".join(words(call.text))


async def _answer_subject(call: Call) -> Part:
    """Answer what the message is about; its words in SMS find nothing, its themes do."""
    intention = _most_likely_question(call.understanding)
    part = await answer_need(call.remember(besoin=call.text, intention=intention))
    themes = call.understanding.themes
    if part.outcome != "nothing_found" or not themes:
        return part
    return await answer_need(call.remember(besoin=", ".join(themes), intention=intention))


async def take_note(call: Call) -> Part:
    """A fact was given: use it at once if a question is pending, else acknowledge it."""
    if call.memory.besoin:
        return await answer_need(call)
    if _tells_a_project(call):
        return await conclude(call.remember(besoin=call.text))
    if _names_a_subject(call):
        return await _answer_subject(call)
    if _tells_a_situation(call):
        return await not_understood(call)  # searched, then a human at the second failure
    if _told_a_subject(call):
        need = ", ".join(call.memory.themes)
        return await answer_need(call.remember(besoin=need, intention="demander_methode"))
    territoire = call.services.knowledge.territoire(call.memory.territoire)
    question = ask_territoire(call)
    if question is not None:
        return Part(
            outcome="clarified",
            memory=replace(call.memory, territoires_a_preciser=question.candidats),
            messages=question.messages,
            asks_for="territoire",
            human_offered=True,
        )
    return Part(
        outcome="clarified",
        memory=call.memory,
        messages=(
            messages.text(
                call.say(
                    "note.prise",
                    lieu=territoire.nom if territoire else None,
                    population=call.memory.population,
                    themes=call.memory.themes,
                )
            ),
            messages.help_choices(call, "chercher_experience", "demander_accompagnement"),
        ),
        human_offered=True,
    )
