"""« Pourquoi pas les ateliers ? », « pourquoi cette orientation ? »: asked of what was proposed."""

import re

from assistant.memory import Memory
from knowledge.orientation.vocabulaire import OFFRES, Route
from nlu.text import words

PROPOSED = "proposee"
"""The orientation proposed, whichever it is."""
_NAMES: dict[Route, str] = {
    "ateliers": r"(?:cycles? d )?ateliers?(?: interactifs?)?",
    "projet_partage": r"projets? partages?(?: entre collectivites)?",
    "territoires_engagement": r"parcours(?: d accompagnement)?(?: territoires? d engagement)?"
    r"|territoires? d engagement",
}
_ANY = "|".join(_NAMES.values())
_ARTICLE = r"(?:(?:un|une|des|les|le|la|l|du|de|aux?|vers|ces|ce) )*"
_FITS = r"(?:convien\w+|conviendr\w+|va|vont|irai\w*|est|sont|serai\w*|suffi\w+|correspond\w*)"
_MOST_WORDS = 16
# The offer asked about is the last one named: « un projet partagé plutôt que des ateliers ».
_ABOUT_AN_OFFER = (
    re.compile(
        rf"^(?:et |mais |alors |donc |ok )*pourquoi (?:pas |plutot |me |nous |vous |alors |donc )*"
        rf"{_ARTICLE}(?:{_ANY})(?: ici| alors| plutot| (?:dans|pour) (?:ce|notre|mon) cas)*$"
    ),
    re.compile(
        rf"\bpourquoi (?:vous|ne|est ce que|ce n|c|on|je|nous)\b.*\bpas\b.*\b(?:{_ANY})\b"
        rf"|\bpourquoi\b.*\bplutot qu\w* {_ARTICLE}(?:{_ANY})\b"
        rf"|\bpourquoi {_ARTICLE}(?:{_ANY}) (?:ne |n )?(?:me |nous )?{_FITS}"
        r"(?: t il| t elle| ils| elles)? (?:pas|exclu\w*|ecarte\w*)\b"
    ),
)
_DOUBTS_AN_OFFER = re.compile(
    rf"\b(?:{_ANY})\b.*\b(?:ne |n )?(?:me |nous )?{_FITS} (?:donc )?pas\b"
    rf"|\b(?:pas droit|(?:peut|peux|pouvons|pourr\w+) pas)\b.*\b(?:{_ANY})\b"
)
"""« les ateliers ne suffiraient pas ? »: only when it is a question."""
_ADVISED = r"(?:orient|propos|conseill|recommand)"
_ABOUT_THE_PROPOSAL = re.compile(
    r"\b(?:pourquoi|pour quelles? raisons?|en quoi)\b.*\b(?:"
    r"(?:cette|votre|l|la|ce|le|une telle) (?:orientation|proposition|recommandation|choix|voie)"
    rf"|vous (?:m |me |nous |m avez |nous avez |avez )?{_ADVISED}\w+|{_ADVISED}\w* vous"
    rf"|avez vous {_ADVISED}\w+)\b"
    r"|^(?:mais |et )?sur quoi vous (?:basez|fondez|appuyez) vous$"
)
_SMS = re.compile(r"\b(?:pk|pq|pkoi|pourkoi|prkoi)\b")
_WHY_ALONE = re.compile(r"^(?:mais |et |euh )?pourquoi(?: (?:ca|cela|donc|celle ci|celui ci))?$")
_BEING_LED = "demander_accompagnement"
_LED = frozenset({*OFFRES, "partenaire", "conseiller"})


def asks_why(text: str, memory: Memory) -> str | None:
    """Return the offer that the message wants explained, `PROPOSED`, or None if it wants nothing.

    Only once a need was told and led somewhere: before, « pourquoi pas des ateliers ? » is a wish.
    """
    said = _SMS.sub("pourquoi", " ".join(words(text)))
    led = memory.route is not None or memory.intention == _BEING_LED
    if not (led and memory.besoin) or len(said.split()) > _MOST_WORDS:
        return None
    doubts = "?" in text and _DOUBTS_AN_OFFER.search(said)
    if doubts or any(pattern.search(said) for pattern in _ABOUT_AN_OFFER):
        return _last_named(said)
    alone = memory.route in _LED and _WHY_ALONE.match(said)
    return PROPOSED if alone or _ABOUT_THE_PROPOSAL.search(said) else None


def _last_named(said: str) -> str | None:
    named = [
        (match.start(), route)
        for route, pattern in _NAMES.items()
        for match in re.finditer(rf"\b(?:{pattern})\b", said)
    ]
    return max(named)[1] if named else None
