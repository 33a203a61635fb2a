"""The communes that bear a name, told apart by accents and by contracted articles."""

import unicodedata
from functools import partial

import wordfreq

from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_gazetteer import Gazetteer, Place, content_words
from nlu.lieux_texte import Phrase
from nlu.text import strip_accents, unify_punctuation

# A former name weighs against a homonymous current commune only when it led to a far larger one.
FORMER_DOMINANCE = 10
# Accents that are missing do not hide a larger commune: « Nimes » is Nîmes.
TOWN_POPULATION = 8_000
ORDINARY_ZIPF = 3.0
WORD_ZIPF = 1.5


def find_named(
    phrase: Phrase, gazetteer: Gazetteer, start: int, end: int, key: str
) -> tuple[Place, ...]:
    """Return the communes that bear this name: current ones, else those that took the name in."""
    raw = _plain_key(phrase.raw(start, end))
    known = (*gazetteer.communes.get(key, ()), *gazetteer.former.get(key, ()))
    small = all((place.population or 0) < TOWN_POPULATION for place in known)
    alone = len(content_words(key)) == 1
    # « corté » is no French word: it is Corte, with an accent too many.
    word = gazetteer.frequency(key) >= ORDINARY_ZIPF and _is_word(phrase.raw(start, end))
    ordinary = small and alone and word
    places = _same_accents(phrase, raw, gazetteer.communes.get(key, ()), ordinary=ordinary)
    former = _same_accents(phrase, raw, gazetteer.former.get(key, ()), ordinary=ordinary)
    if start and (articled := _articled(phrase, gazetteer, start, key)):
        # « du Pin » can only be « Le Pin »: it would be « de Pin » otherwise.
        return articled
    if not places:
        return former
    largest = max(place.population or 0 for place in places)
    heavy = [p for p in former if (p.population or 0) >= FORMER_DOMINANCE * largest]
    exact = [p for p in heavy if raw in map(_plain_key, p.alias)]
    if exact and all(_plain_key(place.nom) != raw for place in places):
        return tuple(exact)
    return (*places, *(place for place in heavy if place not in places))


def _is_word(raw: str) -> bool:
    """Tell whether what is typed is a French word with its very accents."""
    return wordfreq.zipf_frequency(raw, "fr") >= WORD_ZIPF


def _articled(phrase: Phrase, gazetteer: Gazetteer, start: int, key: str) -> tuple[Place, ...]:
    """Return the communes whose article is contracted before the name: « au Mans »."""
    before = phrase.word(start - 1)
    places = gazetteer.articled.get(key, ())
    for names in (_current_name, _former_names):
        found = tuple(
            place
            for place in places
            if (article := _article(names(place), key))
            and (
                before in vocabulaire.CONTRACTIONS.get(article, ())
                or (" " in key and article in ("les", "l"))
            )
        )
        if found:
            return found
    return ()


def _current_name(place: Place) -> tuple[str, ...]:
    return (place.nom,)


def _former_names(place: Place) -> tuple[str, ...]:
    return place.alias


def _article(names: tuple[str, ...], key: str) -> str:
    """Return the article that a name has before the key, or an empty string."""
    for name in names:
        words = _plain_key(strip_accents(name)).split(" ")
        if len(words) > 1 and " ".join(words[1:]) == key:
            return words[0]
    return ""


def _same_accents(
    phrase: Phrase, raw: str, places: tuple[Place, ...], *, ordinary: bool
) -> tuple[Place, ...]:
    """Drop, when the élu types accents, the names that differ by them: « Viré » is not « Vire »."""
    if not phrase.has_accents:
        return places
    exact = tuple(p for p in places if any(map(partial(_is_borne, raw), (p.nom, *p.alias))))
    # « Évreux » is often typed « Evreux », but « Loire » is never « Loiré ».
    near = tuple(p for p in places if any(map(partial(_same_but_first, raw), (p.nom, *p.alias))))
    return exact or near or (() if ordinary else places)


def _is_borne(raw: str, name: str) -> bool:
    """Tell whether a name is the one typed, or begins with it: « Condé », « Condé-sur-Vire »."""
    return f"{_plain_key(name)} ".startswith(f"{raw} ")


def _same_but_first(raw: str, name: str) -> bool:
    """Compare two names but for the accents that begin their words."""
    plain = _plain_key(name)
    return _first_accents(raw) == _first_accents(plain)


def _first_accents(name: str) -> str:
    return " ".join(strip_accents(word[:1]) + word[1:] for word in name.split(" "))


def _plain_key(name: str) -> str:
    plain = (
        unify_punctuation(unicodedata.normalize("NFC", name))
        .casefold()
        .replace("-", " ")
        .replace("'", " ")
    )
    return " ".join(plain.split())
