"""« Et pour une intercommunalité ? », « plus près ? »: what only makes sense after a question."""

import re
from dataclasses import replace
from typing import Literal

from assistant.memory import Memory
from assistant.precisions import rank_of
from knowledge.orientation.vocabulaire import OFFRES
from nlu.text import fold, words
from nlu.understanding import Understanding

_FOLLOW_UP = re.compile(r"^(?:et|mais|ou) (?:pour|si|dans|chez|avec|a|en|quand|sinon)\b")
_SENTENCE = re.compile(r"[^.!?;]+[.!?;]*")
# What only means something with the question before it: « qui peut nous aider à le monter ? »,
# « et des exemples ? », « combien ça coûte ? ».
_LEANS_ON_IT = re.compile(
    r"\b(?:le|la|les|en|y) (?:monter|faire|lancer|organiser|mettre|animer|financer|creer|preparer"
    r"|construire|conduire|piloter|reussir)\b"
    r"|^(?:et |vous avez |avez vous |auriez vous |il y a )*(?:des|un|quelques) exemples?$"
    r"|^(?:et )?qui (?:peut|pourrait|pourra) nous (?:aider|accompagner)(?: a)?$"
    r"|\bc est combien\b|\b(?:ca|cela|celles? ci|ceux ci)\b"
    r"|^et (?:un|une|des|le|la|les|quel\w*|combien|qui|comment|pour) \w+"
)
_POINTS_AT = re.compile(
    r"^(?:[\w ]{0,40} )?(?:le|la|l) (?P<rank>\w+)"
    r"(?: (?:exemple|fiche|ressource|outil|experience))?$"
    r"|^(?:le |la |numero )?(?P<number>[1-9])$"
)
CONTINUES = frozenset({"donner_information", "affirmer", "infirmer", "comprendre_demarche"})
"""Intents said about the need already told, not instead of it."""

_MAX_WORDS = 9
_UNSURE = 0.5
_SURE = 0.75
_ASKING = ("chercher_", "demander_", "question_", "parler_")

Wanted = Literal["autres", "plus_pres", "plus_simple"]
_WANTED: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
    ("plus_pres", re.compile(r"\b(?:plus (?:pres|proches?)|moins loin)\b")),
    ("plus_simple", re.compile(r"\bplus (?:simples?|courte?s?|faciles?|legere?s?|petite?s?)\b")),
    (
        "autres",
        re.compile(
            r"^(?:et |sinon |vous (?:en )?avez |il y a |quoi |encore )*"
            r"(?:autre chose|d autres?(?: exemples?| idees?| ressources?| pistes?)?|encore)$"
        ),
    ),
)


def wanted(text: str, memory: Memory) -> Wanted | None:
    """Tell whether the message asks for other resources on the same need, and which ones."""
    said = " ".join(words(text))
    if not memory.besoin or not memory.ressources_vues or len(said.split()) > _MAX_WORDS:
        return None
    return next((kind for kind, pattern in _WANTED if pattern.search(said)), None)


def chosen_resource(understanding: Understanding, memory: Memory) -> str | None:
    """Return the resource of the last list that « le deuxième », « 2 » points at."""
    match = _POINTS_AT.search(" ".join(words(understanding.text)))
    if not memory.montrees or understanding.territoires or match is None:
        return None
    rank = rank_of(match["rank"] or match["number"])
    return memory.montrees[rank] if rank is not None and rank < len(memory.montrees) else None


def is_follow_up(text: str, memory: Memory) -> bool:
    """Tell whether the message completes the question in memory instead of asking a new one."""
    return bool(
        memory.besoin
        and memory.intention
        and _FOLLOW_UP.match(fold(last_sentence(text)))
        and len(words(text)) <= _MAX_WORDS
    )


def last_sentence(text: str) -> str:
    """Return what is asked last: « trop gros pour nous. et à Rodez ? » asks about Rodez."""
    pieces = [piece.strip() for piece in _SENTENCE.findall(text)]
    return next((piece for piece in reversed(pieces) if piece), text)


def with_previous_intent(understanding: Understanding, memory: Memory) -> Understanding:
    """Return the understanding of a follow-up: it asks what the previous question asked."""
    text = understanding.text
    if (
        memory.intention is None
        or _asks_by_itself(understanding)
        or not (is_follow_up(text, memory) or wanted(text, memory) or _goes_on(understanding))
    ):
        return understanding
    return replace(understanding, intent=memory.intention)


def _asks_by_itself(understanding: Understanding) -> bool:
    """« et chez nous, on commence par quoi ? » opens like a follow-up but says what it wants."""
    return understanding.confidence >= _SURE and understanding.intent.startswith(_ASKING)


def _goes_on(understanding: Understanding) -> bool:
    """« et distribuer un journal ? »: unclear alone, it asks about the same thing."""
    unsure = understanding.confidence < _UNSURE
    return unsure and fold(understanding.text).startswith("et ")


def goes_on(understanding: Understanding, memory: Memory) -> bool:
    """Tell whether the message goes on with the need told: what it says adds to what was said.

    « on veut candidater », after an offer was proposed, applies to this one.
    """
    applies = understanding.intent == "demander_accompagnement" and not understanding.themes
    brief = len(words(understanding.text)) <= _MAX_WORDS
    return understanding.intent in CONTINUES or (applies and brief and memory.route in OFFRES)


def whole_question(understanding: Understanding, memory: Memory) -> str:
    """Return what to search for: the previous question with its follow-up, or the new one."""
    text = understanding.text
    if is_follow_up(text, memory) or leans_on_need(understanding, memory):
        return f"{memory.besoin} {text}"
    return text


def leans_on_need(understanding: Understanding, memory: Memory) -> bool:
    """Tell whether a short message names no subject of its own, only « le », « ça », « des »."""
    said = words(understanding.text)
    return bool(
        memory.besoin
        and not understanding.themes
        and len(said) <= _MAX_WORDS
        and _LEANS_ON_IT.search(" ".join(said))
    )
