"""Settle a name asked about at the previous turn: « celui du 93 », « le deuxième », a button."""

import re
from collections.abc import Sequence
from dataclasses import replace

from nlu.text import fold, words
from nlu.understanding import Candidat, TerritoireMention, Understanding

_ORDINALS = {"premier": 0, "premiere": 0, "deuxieme": 1, "second": 1, "seconde": 1, "troisieme": 2}
_ORDINALS |= {"quatrieme": 3, "cinquieme": 4, "dernier": -1, "derniere": -1}
_MAX_RANK_WORDS = 4
# « près d'Auch » tells which Saint-Martin; « non, c'est Auch » names another place.
_BESIDE = re.compile(
    r"\b(?:pres|proche|cotes?|vers|loin|autour|coin|voisine?|secteur) (?:d|de|du|des|l)?\b"
)
_DEPARTEMENT = re.compile(
    r"^(?:c'est )?(?:celui|celle)?(?: ?(?:dans|du|de|en))?(?: ?le)? ?(?P<number>\d{2,3}|2[ab])$"
)
_NUMBER = re.compile(r"^(?:le |la |n°|numero )?(?P<rank>[1-9])$")


def settle(understanding: Understanding, candidats: Sequence[Candidat]) -> Understanding:
    """Return the understanding with the pending territory settled, or unchanged when it is not."""
    if not candidats:
        return understanding
    chosen = (
        _by_code(understanding, candidats)
        or _by_place(understanding, candidats, beside=bool(_BESIDE.search(_plain(understanding))))
        or _by_number(understanding.text, candidats)
        or _by_rank(understanding.text, candidats)
    )
    if chosen is None:
        return understanding
    mention = TerritoireMention(
        type=chosen.type,
        code=chosen.code,
        nom=chosen.nom,
        score=1.0,
        start=0,
        end=len(understanding.text),
        departement=chosen.departement,
    )
    return replace(understanding, territoires=(mention,), ambiguites=())


def _by_code(understanding: Understanding, candidats: Sequence[Candidat]) -> Candidat | None:
    codes = {(mention.type, mention.code) for mention in understanding.territoires}
    return _only([each for each in candidats if (each.type, each.code) in codes])


def _by_place(
    understanding: Understanding, candidats: Sequence[Candidat], *, beside: bool
) -> Candidat | None:
    """A département, that of an EPCI, or of a town said to be `beside`, settles the homonyms."""
    departements = {
        mention.code if mention.type == "departement" else mention.departement
        for mention in understanding.territoires
        if mention.type != "commune" or beside
    }
    return _only([each for each in candidats if each.departement in departements])


def _by_number(text: str, candidats: Sequence[Candidat]) -> Candidat | None:
    """« 974 », « celui de 2A »: the number of a département, said alone."""
    match = _DEPARTEMENT.match(fold(text).strip(" .!?"))
    if match is None:
        return None
    return _only([each for each in candidats if each.departement == match["number"].upper()])


def _plain(understanding: Understanding) -> str:
    return " ".join(words(understanding.text))


def _by_rank(text: str, candidats: Sequence[Candidat]) -> Candidat | None:
    rank = rank_of(text)
    return candidats[rank] if rank is not None and rank < len(candidats) else None


def rank_of(text: str) -> int | None:
    """Return the rank that a few words give, from 0 (-1: the last): « le deuxième », « 3 »."""
    folded = fold(text).strip(" .!?")
    match = _NUMBER.match(folded)
    if match:
        return int(match["rank"]) - 1
    said = folded.split()
    if len(said) > _MAX_RANK_WORDS:
        return None
    return next((_ORDINALS[word] for word in said if word in _ORDINALS), None)


def _only(found: list[Candidat]) -> Candidat | None:
    return found[0] if len(found) == 1 else None
