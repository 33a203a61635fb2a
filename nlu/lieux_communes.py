"""Names of communes: which of the words that a commune bears are meant as a commune."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from nlu import lieux_contexte as contexte
from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_gazetteer import Gazetteer, Place, content_words
from nlu.lieux_mentions import PLAIN, SURE, Hit, windows
from nlu.lieux_texte import Phrase, name_words
from nlu.lieux_vocabulaire import word_set
from nlu.text import strip_accents, unify_punctuation

FAMOUS_POPULATION = 20_000
TOWN_POPULATION = 8_000
KNOWN_POPULATION = 5_000
# A former name weighs against a homonymous current commune only when it led to a far larger one.
FORMER_DOMINANCE = 10

# Zipf frequencies of the rarest word of a name: an ordinary word, a seldom one, hardly a word.
ORDINARY_ZIPF = 3.0
ORDINARY_NAME_ZIPF = 3.6
LOWER_CASE_ZIPF = 4.0
WHOLE_ZIPF = 5.0
SELDOM_ZIPF = 2.5
RARE_ZIPF = 2.0
MIN_BARE_LENGTH = 6
MIN_LOWER_LENGTH = 4


_SAINTS = frozenset({"saint", "sainte", "saints", "saintes"})
_SAINT_WORDS = 2
_NAMED_AFTER_SAINTS = word_set(
    """
    la le les l du quartier eglise ecole lycee college hopital clinique chapelle fete foire
    marche salle mont cite groupe centre maison ehpad paroisse secteur ilot gare institution
    """
)
_LISTING = word_set("et ou a au aux de d la le les l")
_CLOSING = frozenset({"et", "dans", "en", "on", "nous", "je"})
_STANDING = re.compile(r"\b(?:suis|sommes|habite|elue?|adjointe?|travaille) (?:a|au)\Z")
_VERBS = word_set(
    """
    a est veut va fait lance souhaite cherche organise prepare envisage reflechit travaille
    compte propose vient aimerait voudrait doit peut
    """
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What leads to a name: `role` (maire de), `noun` (commune de), a preposition, a code."""

    role: bool
    noun: bool
    preposition: str
    beside: bool
    whole: bool
    capital: bool
    opens: bool
    verb: bool
    listed: bool
    hyphened: bool
    stands: bool

    @property
    def strong(self) -> bool:
        """Tell whether only a place can stand here."""
        return self.noun or self.beside or self.listed


def find_communes(phrase: Phrase, gazetteer: Gazetteer, codes: list[Hit]) -> Iterator[Hit]:
    """Yield the communes named, homonyms together; `codes` are places told without doubt."""
    previous: Hit | None = None
    for start in range(len(phrase)):
        for end, key in windows(phrase, gazetteer, start):
            places = _candidates(phrase, gazetteer, start, end, key)
            if places and not contexte.is_blocked(phrase, start, end):
                evidence = _evidence(phrase, start, end, places, codes=codes, previous=previous)
                if _accepts(phrase, gazetteer, start, key, places=places, evidence=evidence):
                    previous = Hit(start, end, places, SURE if evidence.strong else PLAIN)
                    yield previous
                    break


def _candidates(
    phrase: Phrase, gazetteer: Gazetteer, start: int, end: int, key: str
) -> tuple[Place, ...]:
    """Return the communes that bear this name: current ones, else those that took the name in."""
    raw = _plain_key(phrase.raw(start, end))
    known = (*gazetteer.communes.get(key, ()), *gazetteer.former.get(key, ()))
    small = all((place.population or 0) < TOWN_POPULATION for place in known)
    alone = len(content_words(key)) == 1
    ordinary = small and alone and gazetteer.frequency(key) >= ORDINARY_ZIPF
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
    exact = tuple(p for p in places if raw in map(_plain_key, (p.nom, *p.alias)))
    # « Évreux » is often typed « Evreux », but « Loire » is never « Loiré ».
    near = tuple(p for p in places if any(map(partial(_same_but_first, raw), (p.nom, *p.alias))))
    return exact or near or (() if ordinary else places)


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


def _evidence(
    phrase: Phrase,
    start: int,
    end: int,
    places: tuple[Place, ...],
    *,
    codes: list[Hit],
    previous: Hit | None,
) -> Evidence:
    content = next((i for i in range(start, end) if phrase.word(i) not in vocabulaire.LINKS), start)
    return Evidence(
        role=contexte.has_role(phrase, start),
        noun=contexte.has_place_noun(phrase, start),
        preposition=contexte.preposition(phrase, start),
        beside=any(_is_beside(phrase, start, end, places, code) for code in codes),
        whole=_is_whole(phrase, start, end),
        capital=phrase.is_capital(content),
        opens=phrase.starts_sentence(start),
        verb=phrase.word(end) in _VERBS,
        stands=_stands(phrase, start, end),
        hyphened=any(phrase.gap(index) == "-" for index in range(start + 1, end)),
        listed=phrase.is_capital(content) and _is_listed(phrase, start, previous),
    )


def _is_beside(phrase: Phrase, start: int, end: int, places: tuple[Place, ...], code: Hit) -> bool:
    """Tell whether a code or a département that holds one of the places stands next to the name."""
    if not (0 <= code.start - end <= 3 or 0 <= start - code.end <= 2):  # noqa: PLR2004
        return False
    if not phrase.same_sentence(start, code.start):
        return False
    between = range(end, code.start) if code.start >= end else range(code.end, start)
    if any(phrase.word(i) not in vocabulaire.LINKS | {"dans"} for i in between):
        return False
    codes = {(place.type, place.code) for place in code.places}
    return any(
        ("departement", place.departement) in codes
        or ("region", place.region) in codes
        or ("commune", place.code) in codes
        for place in places
    )


def _stands(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether the élu says where they are, and no more: « je suis à fontenay »."""
    closed = end == len(phrase) or phrase.starts_sentence(end) or phrase.word(end) in _CLOSING
    return closed and bool(_STANDING.search(phrase.left(start)))


def _is_listed(phrase: Phrase, start: int, previous: Hit | None) -> bool:
    """Tell whether the name goes on a list of communes: « Metz, Bourg-en-Bresse et Autun »."""
    if previous is None or previous.rejected or not phrase.same_sentence(previous.start, start):
        return False
    between = [phrase.word(index) for index in range(previous.end, start)]
    comma = not between and phrase.gap(start).strip() == ","
    return comma or (bool(between) and set(between) <= _LISTING and between[0] in {"et", "ou"})


def _is_whole(phrase: Phrase, start: int, end: int) -> bool:
    others = (*phrase.tokens[:start], *phrase.tokens[end:])
    return all(each.folded in vocabulaire.FILLERS or each.folded.isdigit() for each in others)


def _accepts(
    phrase: Phrase,
    gazetteer: Gazetteer,
    start: int,
    key: str,
    *,
    places: tuple[Place, ...],
    evidence: Evidence,
) -> bool:
    """Weigh what leads to a name against how ordinary its words are."""
    population = max(place.population or 0 for place in places)
    words = content_words(key)
    if words[0] in _SAINTS and len(words) == _SAINT_WORDS:
        return evidence.strong or evidence.whole or _accepts_saint(phrase, start, evidence)
    zipf = gazetteer.frequency(key)
    core = words[-1] if len(words) == 1 else ""
    if core in vocabulaire.KNOWN_WORD_TOWNS and population >= FAMOUS_POPULATION:
        return _accepts_known_word(phrase, start, evidence)
    hyphened = evidence.hyphened and evidence.capital
    ordinary = zipf >= (ORDINARY_ZIPF if core else ORDINARY_NAME_ZIPF)
    famous = population >= FAMOUS_POPULATION and core not in vocabulaire.EVERYDAY_TOWNS
    if famous:
        return not _is_bets(phrase, start, key)
    if (ordinary or len(key) < MIN_LOWER_LENGTH) and not hyphened:
        articled = any(name_words(place.nom)[0] in vocabulaire.ARTICLES for place in places)
        return _accepts_ordinary(zipf, population, evidence, articled=articled)
    return hyphened or _accepts_rare(zipf, population, len(key), evidence)


def _accepts_saint(phrase: Phrase, start: int, evidence: Evidence) -> bool:
    """« à Saint-Denis » is a commune; « la Saint-Jean », « le quartier Saint-Michel » are not."""
    before = phrase.word(start - 1)
    if evidence.opens or "," in phrase.gap(start):
        return True
    named = before in _NAMED_AFTER_SAINTS or before in vocabulaire.STREETS
    return not named and (evidence.capital or bool(evidence.preposition))


def _is_bets(phrase: Phrase, start: int, key: str) -> bool:
    """« les paris » are bets."""
    return key == "paris" and phrase.word(start - 1) in {"les", "des", "nos", "ces", "leurs"}


def _accepts_known_word(phrase: Phrase, start: int, evidence: Evidence) -> bool:
    if evidence.strong or evidence.whole:
        return True
    if evidence.capital and not evidence.opens:
        return evidence.preposition != "" or not phrase.starts_sentence(start)
    following = phrase.word(start + 1)
    return evidence.preposition in {"a", "sur"} and following not in vocabulaire.DE


def _accepts_ordinary(zipf: float, population: int, evidence: Evidence, *, articled: bool) -> bool:
    """Names such as « Le Pin », « Eu », « Sens »: a capital and a cue, or a code beside."""
    if evidence.beside or evidence.listed:
        return True
    if evidence.whole and evidence.capital and zipf < WHOLE_ZIPF:
        return True
    if not evidence.capital:
        known = population >= TOWN_POPULATION or zipf < LOWER_CASE_ZIPF
        return (evidence.role and known) or (evidence.stands and zipf < LOWER_CASE_ZIPF)
    if articled and not evidence.noun:
        return evidence.preposition in {"a", "au", "aux"} and population >= TOWN_POPULATION
    return evidence.noun or evidence.preposition == "a"


def _accepts_rare(zipf: float, population: int, length: int, evidence: Evidence) -> bool:
    """Names that are hardly words: « Trémargat » anywhere, « Saules » with a cue."""
    if evidence.strong or evidence.whole:
        return True
    if evidence.capital:
        bare = zipf < RARE_ZIPF or population >= KNOWN_POPULATION
        placed = bool(evidence.preposition) or evidence.verb or not evidence.opens
        return bare or (placed and (zipf < SELDOM_ZIPF or bool(evidence.preposition)))
    if evidence.preposition in {"a", "au", "aux", "sur", "vers", "chez"}:
        return zipf < SELDOM_ZIPF or population >= KNOWN_POPULATION
    if evidence.preposition:
        return zipf < RARE_ZIPF or population >= KNOWN_POPULATION
    return (zipf < RARE_ZIPF and length >= MIN_BARE_LENGTH) or population >= TOWN_POPULATION
