"""« Et pour une intercommunalité ? », « plus près ? »: what only makes sense after a question."""

import re
from dataclasses import replace
from typing import Literal

from assistant.domaine import SEARCHED
from assistant.memory import Memory
from assistant.precisions import rank_of
from knowledge.orientation.vocabulaire import OFFRES
from knowledge.resources.resource import ResourceType
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
    r"|^(?:que|quoi|qu est ce qu\w*) (?:[\w ]{0,20} )?faire$|\bpar (?:ou|quoi) commencer$"
    r"|^(?:et )?(?:combien|qui|ou|comment|pourquoi|quand)$"
    r"|^(?:et )?(?:c est (?:pour )?quand|quelles? (?:sont les )?(?:dates?|echeances?|delais?))$"
    r"|^(?:et )?(?:est ce (?:que c est )?|c est )?(?:bien )?"
    r"(?:legal|obligatoire|gratuit|possible|autorise|cher|long|complique|risque)$"
    r"|\bc est combien\b|\b(?:ca|cela|celles? ci|ceux ci)\b"
    r"|^et (?:un|une|des|le|la|les|quel\w*|combien|qui|comment|pour) \w+"
)
_POINTS_AT = re.compile(
    r"^(?:[\w ]{0,40} )?(?:le|la|l) (?P<rank>\w+)"
    r"(?: (?:exemple|fiche|ressource|outil|experience))?$"
    r"|^(?:le |la |numero )?(?P<number>[1-9])$"
)
_THEIRS = re.compile(
    r"\bleurs? (?:budgets?|couts?|methodes?|demarches?|reglements?|bilans?|resultats?|moyens"
    r"|experiences?|calendriers?|chartes?|adresses?|contacts?|elus|equipes?|habitants)\b"
    r"|\b(?:comment|combien|quand|pourquoi) (?:est ce qu )?(?:ils|elles) (?:ont|se sont|sont)\b"
    r"|\b(?:comment|combien|quand|pourquoi)(?: \w+)? (?:ont|sont) (?:ils|elles)\b"
    r"|\bca leur a (?:coute|pris|rapporte)\b"
)
_EXPERIENCE = f"{ResourceType.EXPERIENCE}-"
CONTINUES = frozenset({"donner_information", "affirmer", "infirmer", "comprendre_demarche"})
"""Intents said about the need already told, not instead of it."""

_MAX_WORDS = 9
_UNSURE = 0.5
_SURE = 0.75
_ASKING = ("chercher_", "demander_", "question_", "parler_")

Wanted = Literal["autres", "plus_pres", "plus_simple", "par_type", "par_format"]
_KINDS: tuple[tuple[str, ResourceType], ...] = (
    (r"exemples?|experiences?|temoignages?|cas concrets?", ResourceType.EXPERIENCE),
    (r"outils?|methodes?|guides?|modeles?|fiches? pratiques?", ResourceType.OUTIL),
    (r"lois?|textes?(?: de loi)?|references? juridiques?", ResourceType.CADRE_LEGAL),
    (r"associations?|acteurs?|contacts?|structures?", ResourceType.ACTEUR),
    (r"aides?|programmes?", ResourceType.PROGRAMME),
    (r"actualites?|articles?", ResourceType.ACTUALITE),
)
_ASKS_FOR = (
    r"(?:(?:non|mais|et|sinon|plutot|pas ca|je (?:veux|voudrais|prefere\w*)|vous (?:en )?avez"
    r"|avez vous|auriez vous|donnez moi|montrez moi|il y a|y a t il) )*(?:(?:des|un|une|les|de) )?"
)
_POLITELY = r"(?: (?:plutot|concrets?|svp|s il vous plait))*"
_RATHER = re.compile(r"\b(?:plutot|prefere\w*|non|pas ca)\b")
_FORMAT = re.compile(
    rf"{_ASKS_FOR}(?:videos?|films?|podcasts?|webinaires?|photos?|images?|livres?|pdf){_POLITELY}"
)
_WANTED: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
    (
        "plus_pres",
        re.compile(
            r"\b(?:plus (?:pres|proches?)|moins loin|pas loin|dans le coin"
            r"|(?:chez|avec|et) (?:les|nos|mes) voisins)\b"
        ),
    ),
    (
        "plus_simple",
        re.compile(
            r"\bplus (?:simples?|courte?s?|faciles?|legere?s?|petite?s?)\b"
            r"|\b(?:choses?|solutions?|trucs?) (?:tout )?(?:simples?|faciles?)\b",
        ),
    ),
    (
        "autres",
        re.compile(
            r"^(?:et |sinon |vous (?:en )?avez |il y a |quoi |encore )*"
            r"(?:autre chose|d autres?(?: exemples?| idees?| ressources?| pistes?)?|encore)$"
            r"|^vous (?:me |nous |m |l |les )?(?:l |les )?(?:avez|aviez) deja "
            r"(?:donne|montre|propose|cite|dit|envoye)\w*\b"
            r"|^(?:je (?:l |les )?ai |on (?:l |les )?a )?deja (?:vu|lu)e?s?(?: (?:ca|cela|merci))*$"
            r"|^(?:je|on) (?:les? |la )?conna\w+ deja\b"
            r"|^(?:non |mais |surtout )*pas (?:ca|cela|celui la|celle la|ceux la|celles la)$"
            r"|^(?:c est )?(?:encore|toujours) (?:la|le|les) memes?(?: choses?| ressources?)?$"
        ),
    ),
)


def wanted(text: str, memory: Memory) -> Wanted | None:
    """Tell whether the message asks for other resources on the same need, and which ones."""
    said = " ".join(words(text))
    if not memory.besoin or not memory.ressources_vues or len(said.split()) > _MAX_WORDS:
        return None
    if _FORMAT.fullmatch(said):
        return "par_format"
    if _RATHER.search(said) and wanted_types(text):
        return "par_type"
    return next((kind for kind, pattern in _WANTED if pattern.search(said)), None)


def wanted_types(text: str) -> tuple[ResourceType, ...]:
    """Return the type of resource that « plutôt des exemples » asks for, and nothing else."""
    said = " ".join(words(text))
    return tuple(
        kind
        for pattern, kind in _KINDS
        if re.fullmatch(rf"{_ASKS_FOR}(?:{pattern}){_POLITELY}", said)
    )


def asks_again(understanding: Understanding, memory: Memory) -> bool:
    """Tell whether this is the question just answered, word for word: something else is hoped."""
    again = words(understanding.text) == words(memory.besoin or "")
    return again and bool(memory.montrees) and understanding.intent in SEARCHED


def chosen_resource(understanding: Understanding, memory: Memory) -> str | None:
    """Return the resource of the last list that « le deuxième », « 2 » points at."""
    said = " ".join(words(understanding.text))
    if not memory.montrees or understanding.territoires:
        return None
    if speaks_of_them(understanding):
        return next((each for each in memory.montrees if each.startswith(_EXPERIENCE)), None)
    match = _POINTS_AT.search(said)
    if match is None:
        return None
    rank = rank_of(match["rank"] or match["number"])
    return memory.montrees[rank] if rank is not None and rank < len(memory.montrees) else None


def speaks_of_them(understanding: Understanding) -> bool:
    """« c'est quoi leur budget ? », « comment ils ont fait ? »: about the experience just shown."""
    said = words(understanding.text)
    brief = len(said) <= _MAX_WORDS and not understanding.themes
    return brief and _THEIRS.search(" ".join(said)) is not None


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
