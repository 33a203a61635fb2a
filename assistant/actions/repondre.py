"""Answer a question: the resources of the base, the orientation that fits, a human at hand."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.actions.chercher import Found, find_resources, other_publics
from assistant.actions.oriente import orientation_of
from assistant.actions.plusieurs import answer_others
from assistant.actions.territoire import ask_territoire
from assistant.actions.themes import chosen_theme, nearest_themes
from assistant.memory import own_territoire
from assistant.suites import Wanted, wanted, wanted_types, whole_question
from assistant.turn import Message, Part

_LEGAL = "question_juridique"


async def answer(call: Call) -> Part:
    """Answer the message itself, with every question that it holds."""
    call = call.remember(
        besoin=whole_question(call.understanding, call.memory),
        intention=call.understanding.intent,
    )
    return answer_others(call, await answer_need(call))


async def answer_need(call: Call) -> Part:
    """Answer the need in memory (the question asked before a precision was given)."""
    found = find_resources(call)
    if other_publics(call):
        found = _unless_empty(find_resources(call, exclude=call.memory.ressources_vues), found)
    elif call.memory.besoin != call.text and _shown(call, found):
        found = _by_itself(call, found)
    return present(call, found)


def present(call: Call, found: Found) -> Part:
    """Show what was found, the orientation that goes with it, and the human."""
    if not found.hits or found.outcome == "nothing_found":
        return _nothing_found(call, nearest_themes(call, found))
    introduction = _introduction(call, found)
    if _shown(call, found):
        found = _others(call, found)
        introduction = _shown_already(call, found)
    orientation = orientation_of(call, intent=call.memory.intention)
    memory = replace(
        call.memory,
        ressources_vues=tuple(dict.fromkeys((*call.memory.ressources_vues, *found.ids))),
        route=orientation["route"],
        echecs=0,
        proposition="aucune",
    )
    question = ask_territoire(call)
    said = [messages.text(introduction)]
    if found.hits:
        said.append(found.message)
    if call.memory.intention == _LEGAL:
        said.append(messages.text(call.say("repondre.a_verifier_juridique")))
    said.append({"type": "orientation", **orientation})
    if question is not None:
        memory = replace(memory, territoires_a_preciser=question.candidats)
        said += list(question.messages)
    else:
        said.append(_next_choices(call, orientation["route"]))
    return Part(
        outcome="clarified" if question else found.outcome,
        memory=memory,
        messages=tuple(said),
        resources=found.references,
        orientation=orientation,
        asks_for="territoire" if question else None,
        human_offered=True,
    )


def _introduction(call: Call, found: Found) -> str:
    territoire = call.services.knowledge.territoire(call.memory.territoire)
    publics = other_publics(call)
    return call.say(
        "repondre.introduction",
        sur=found.outcome == "answered",
        nombre=len(found.hits),
        lieu=territoire.nom if territoire else None,
        population=call.memory.population,
        public=call.label("publics", publics[0]) if publics else None,
        corrige=found.corrected,
    )


def _by_itself(call: Call, found: Found) -> Found:
    """« et le RGPD ? », when the need before it hides it: what these words alone find."""
    if call.understanding.intent == "donner_information":
        return found
    return _unless_empty(find_resources(call, text=call.text), found)


def _shown(call: Call, found: Found) -> bool:
    """Tell whether all of this was just shown, or long since when a fact alone is added."""
    adds_a_fact = call.understanding.intent == "donner_information"
    seen = call.memory.ressources_vues if adds_a_fact else call.memory.montrees
    return set(found.ids) <= set(seen)


def _unless_empty(found: Found, otherwise: Found) -> Found:
    return otherwise if found.outcome == "nothing_found" else found


def _others(call: Call, found: Found) -> Found:
    """Return what was not shown yet, in place of the list just shown: never twice in a row."""
    others = find_resources(call, exclude=call.memory.ressources_vues)
    none = replace(found, hits=(), references=())
    return replace(_unless_empty(others, none), outcome="partial")


def _shown_already(call: Call, others: Found) -> str:
    own = own_territoire(call.understanding)
    return call.say(
        "repondre.deja_montrees",
        note=call.understanding.intent == "donner_information" and call.payload is None,
        moment=next((call.text[each.start : each.end] for each in call.understanding.dates), None),
        lieu=own.nom if own else None,
        population=call.understanding.population,
        nombre=len(others.hits),
        delai=call.promise().words,
    )


def _next_choices(call: Call, route: str) -> Message:
    names = ["plus_de_resultats"]
    if route == "ressources":
        names.append("demander_accompagnement")
    return messages.help_choices(call, *names)


def _nothing_found(call: Call, themes: Sequence[str]) -> Part:
    question = ask_territoire(call)
    explore = [
        messages.button(call, "plus_de_resultats", label=_capitalised(theme), theme=theme)
        for theme in themes
    ]
    return Part(
        outcome="clarified" if question else "nothing_found",
        memory=replace(
            call.memory,
            echecs=call.memory.echecs + 1,
            proposition="conseiller",
            territoires_a_preciser=question.candidats
            if question
            else call.memory.territoires_a_preciser,
        ),
        messages=question.messages
        if question
        else (
            messages.text(
                call.say("repondre.rien_trouve", delai=call.promise().words, themes=list(themes))
            ),
            messages.choices([*explore, messages.button(call, "parler_conseiller")]),
        ),
        asks_for="territoire" if question else None,
        human_offered=True,
    )


async def show_more(call: Call) -> Part:
    """Other resources for the same need, nearer or simpler if asked: never one already shown."""
    theme = chosen_theme(call)
    if theme is not None:
        return _explore(call, theme)
    if not call.memory.besoin:
        return await ask_need(call)
    kind = wanted(call.text, call.memory) or "autres"
    if kind == "plus_pres" and call.memory.territoire is None:
        return _ask_where(call)
    found = _of_kind(call) if kind == "par_type" else _more(call, kind)
    if not found.hits:
        return _nothing_more(call, kind)
    seen = tuple(dict.fromkeys((*call.memory.ressources_vues, *found.ids)))
    return Part(
        outcome="answered",
        memory=replace(call.memory, ressources_vues=seen, echecs=0),
        messages=(
            messages.text(call.say(f"repondre.{kind}", nombre=len(found.hits))),
            found.message,
            messages.help_choices(call, "plus_de_resultats"),
        ),
        resources=found.references,
        human_offered=True,
    )


def _more(call: Call, kind: Wanted) -> Found:
    return find_resources(
        call,
        exclude=call.memory.ressources_vues,
        text=f"{call.memory.besoin} {call.text}" if kind == "plus_simple" else None,
        near=kind == "plus_pres",
    )


def _of_kind(call: Call) -> Found:
    """« plutôt des exemples »: those of the same theme first, far ones only for want of these."""
    seen, types = call.memory.ressources_vues, wanted_types(call.text)
    same_theme = find_resources(call, exclude=seen, types=types, themes=call.memory.themes)
    return same_theme if same_theme.hits else find_resources(call, exclude=seen, types=types)


def _explore(call: Call, theme: str) -> Part:
    """What the base holds on a theme that was proposed for want of an answer."""
    found = find_resources(call, text=theme, themes=(theme,))
    if not found.hits:
        return _nothing_more(call, "autres")
    seen = tuple(dict.fromkeys((*call.memory.ressources_vues, *found.ids)))
    return Part(
        outcome="partial",
        memory=replace(call.memory, besoin=theme, ressources_vues=seen, echecs=0),
        messages=(
            messages.text(call.say("repondre.theme", theme=theme, nombre=len(found.hits))),
            found.message,
            messages.help_choices(call, "plus_de_resultats"),
        ),
        resources=found.references,
        human_offered=True,
    )


def _capitalised(theme: str) -> str:
    return theme[:1].upper() + theme[1:]


def _nothing_more(call: Call, kind: Wanted) -> Part:
    """Say that nothing else is known, or nothing nearer; then the rest of the base stays open."""
    near = kind == "plus_pres"
    key = "repondre.rien_de_plus_pres" if near else "repondre.plus_rien"
    return Part(
        outcome="nothing_found",
        memory=replace(call.memory, proposition="conseiller"),
        messages=(
            messages.text(call.say(key, delai=call.promise().words)),
            messages.help_choices(call, *(("plus_de_resultats",) if near else ())),
        ),
        human_offered=True,
    )


def _ask_where(call: Call) -> Part:
    """« plus près » of a place that nobody has named yet."""
    return Part(
        outcome="clarified",
        memory=call.memory,
        messages=(
            messages.text(call.say("territoire.ou_etes_vous")),
            messages.help_choices(call, "passer"),
        ),
        asks_for="territoire",
        human_offered=True,
    )


async def ask_need(call: Call) -> Part:
    """Nothing was asked yet: say what is possible."""
    return Part(
        outcome="clarified",
        memory=call.memory,
        messages=(
            messages.text(call.say("repondre.quel_besoin")),
            messages.help_choices(call, "chercher_experience", "demander_accompagnement"),
        ),
        human_offered=True,
    )
