"""Which intent is handed to the dialogue engine, given what was understood and remembered."""

import re
from typing import Any

from assistant.domaine import SEARCHED
from assistant.memory import Memory, own_territoire
from assistant.pourquoi import asks_why
from assistant.suites import asks_again, chosen_resource, wanted
from nlu.intents import ANSWER_CONFIDENCE, ASK_CONFIDENCE
from nlu.text import words
from nlu.understanding import Understanding

_ALERT_SIGNALS = frozenset({"menace", "detresse", "urgence_vitale"})
_YES_NO = frozenset({"affirmer", "infirmer"})
_TO_CONFIRM = frozenset({"confirmation", "effacement"})
_CONTACT_QUESTIONS = frozenset({"besoin", "contact"})
# A doubt between two of these changes nothing to what is done: the same search answers both.
# Wrongly heard, these would turn an élu away or lead them where they did not ask to go.
_NEEDS_TO_BE_SURE = frozenset({"parler_conseiller", "reclamation"})
# A keyboard mash looks like the shortest sentences known: thanks answered to « qsdf » is absurd.
_SHORT_SENTENCES = frozenset({"saluer", "remercier", "affirmer", "infirmer"})
SEARCH_CONFIDENCE = 0.5
_ERASE = re.compile(r"\b(?:effac|supprim|oublie[rz]|detrui|retire[rz]|enleve[rz])\w*")
_EXPORT = re.compile(r"\b(?:export|telecharg|recuper|copie|envoyez moi)\w*")
_REWRITES = re.compile(
    r"\b(?:modifi|chang|corrig|reformul)\w+ (?:\w+ )?(?:besoin|question|texte|message|demande)\b"
)
JUSTIFY = "justifier_orientation"
_QUESTION = re.compile(r"\b(?:combien|quand|qui|comment|pourquoi|ou|est ce que vous|gardez vous)\b")


def choose_intent(understanding: Understanding, memory: Memory, *, expects: str | None) -> str:
    """Return the name of the intent that Rasa's rules must see.

    `expects` is what the last turn asked for (`territoire`, `contact`…): an answer to a question
    is never "not understood".
    """
    urgent = _urgent(understanding, expects=expects)
    if urgent is None and _points_at_a_resource(understanding, memory):
        return "detailler_ressource"
    if urgent is None and _wants_others(understanding, memory, expects=expects):
        return "plus_de_resultats"
    if urgent is None and asks_why(understanding.text, memory):
        return JUSTIFY
    if urgent is None and expects == "confirmation" and _rewrites(understanding):
        return "modifier_demande"
    return urgent or _heard(understanding, memory, expects=expects)


def _rewrites(understanding: Understanding) -> bool:
    """« attendez, modifiez la question », in place of a yes or a no."""
    return _REWRITES.search(" ".join(words(understanding.text))) is not None


def _points_at_a_resource(understanding: Understanding, memory: Memory) -> bool:
    """« le deuxième » is a resource, unless which of several territories was just asked."""
    asked_which = bool(memory.territoires_a_preciser)
    return not asked_which and chosen_resource(understanding, memory) is not None


def _wants_others(understanding: Understanding, memory: Memory, *, expects: str | None) -> bool:
    """« autre chose », « plutôt des exemples », or the very same question once more."""
    if expects in _TO_CONFIRM:
        return False
    if expects is None and asks_again(understanding, memory):
        return True
    return not understanding.themes and wanted(understanding.text, memory) is not None


def _urgent(understanding: Understanding, *, expects: str | None) -> str | None:
    """What comes before any question: abuse, danger, another language."""
    if understanding.refus:
        return "refus"
    if _ALERT_SIGNALS & set(understanding.signaux):
        return "alerte"
    foreign = understanding.langue_etrangere and not understanding.illisible
    if foreign and expects != "contact":
        return "langue_etrangere"
    return None


def _heard(understanding: Understanding, memory: Memory, *, expects: str | None) -> str:
    rights = _rights(understanding, expects=expects)
    if rights:
        return rights
    if understanding.intent in _YES_NO and _brings_facts(understanding):
        return "donner_information"
    if expects in _CONTACT_QUESTIONS and _declines(understanding):
        return "annuler_demande"
    if _accepts_human(understanding, memory, expects=expects):
        return "parler_conseiller"
    if expects is not None and _only_a_fact(understanding):
        return "donner_information"
    if _is_trusted(understanding, expects=expects):
        return _without_detour(understanding, expects=expects)
    return "donner_information" if _brings_facts(understanding) else "nlu_fallback"


def _without_detour(understanding: Understanding, *, expects: str | None) -> str:
    """In doubt, an answer with its orientation rather than the questions of an accompaniment."""
    doubtful = understanding.confidence < ANSWER_CONFIDENCE and expects is None
    if understanding.intent != "demander_accompagnement" or not doubtful:
        return understanding.intent
    searched = (each.intent for each in understanding.alternatives if each.intent in SEARCHED)
    return next(searched, understanding.intent)


def _rights(understanding: Understanding, *, expects: str | None) -> str | None:
    """What is asked of the data kept: take them away, erase them, once confirmed."""
    if expects == "effacement" and understanding.intent in _YES_NO:
        agrees = understanding.intent == "affirmer"
        return "confirmer_effacement" if agrees else "garder_conversation"
    if understanding.intent != "donnees_personnelles" or understanding.confidence < ASK_CONFIDENCE:
        return None
    said = " ".join(words(understanding.text))
    if _QUESTION.search(said):
        return None
    if _ERASE.search(said):
        return "effacer_donnees"
    return "exporter_donnees" if _EXPORT.search(said) else None


def _declines(understanding: Understanding) -> bool:
    """« non », « finalement non », « je ne veux pas donner mes coordonnées »: nothing is sent."""
    return understanding.intent == "infirmer" or "refus_donnees" in understanding.signaux


def _accepts_human(understanding: Understanding, memory: Memory, *, expects: str | None) -> bool:
    """« oui » right after a human was proposed, and nothing else asked."""
    return (
        understanding.intent == "affirmer"
        and memory.proposition == "conseiller"
        and expects is None
    )


def _is_trusted(understanding: Understanding, *, expects: str | None) -> bool:
    if understanding.illisible:
        return False
    if understanding.confidence >= ANSWER_CONFIDENCE:
        return True
    if understanding.intent in _NEEDS_TO_BE_SURE:
        return False
    if expects is None and understanding.intent in _SHORT_SENTENCES:
        return False
    if expects is not None and _brings_facts(understanding):
        return True
    return (
        understanding.confidence >= ASK_CONFIDENCE
        or _searched_mass(understanding) >= SEARCH_CONFIDENCE
    )


def _only_a_fact(understanding: Understanding) -> bool:
    """« Guéret », while something else is asked: a fact to note, no question to guess at."""
    unsure = understanding.confidence < ASK_CONFIDENCE
    return (
        unsure
        and _brings_facts(understanding)
        and _searched_mass(understanding) < SEARCH_CONFIDENCE
    )


def _searched_mass(understanding: Understanding) -> float:
    """Total probability of the intents that the same search answers."""
    ranked = [(understanding.intent, understanding.confidence)]
    ranked += [(other.intent, other.confidence) for other in understanding.alternatives]
    if understanding.intent not in SEARCHED:
        return 0.0
    return sum(confidence for intent, confidence in ranked if intent in SEARCHED)


def _brings_facts(understanding: Understanding) -> bool:
    return bool(
        own_territoire(understanding)
        or understanding.ambiguites
        or understanding.population
        or understanding.nombre_collectivites
        or any(d.kind in ("courriel", "telephone") for d in understanding.donnees_personnelles)
    )


def entities_of(memory: Memory) -> tuple[dict[str, Any], ...]:
    """Return the enriched memory as Rasa entities, which fill the slots of the same names."""
    slots = memory.to_slots()
    names = ("territoire", "population", "role", "themes", "nombre_collectivites", "duree")
    return tuple(
        {"entity": name, "value": slots[name], "start": 0, "end": 0}
        for name in names
        if slots[name] is not None
    )
