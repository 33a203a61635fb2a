"""Names of communes: which of the words that a commune bears are meant as a commune."""

from collections.abc import Iterator
from dataclasses import dataclass

from nlu import lieux_contexte as contexte
from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_gazetteer import Gazetteer, Place, content_words
from nlu.lieux_indices import Evidence, gather_evidence
from nlu.lieux_mentions import PLAIN, SURE, Hit, windows
from nlu.lieux_noms import find_named
from nlu.lieux_texte import Phrase, name_words
from nlu.lieux_vocabulaire import word_set

FAMOUS_POPULATION = 20_000
TOWN_POPULATION = 8_000
KNOWN_POPULATION = 5_000
PAIRED_POPULATION = 2_000

# Zipf frequency (0 to 8) of the rarest word of a name. From which it is an ordinary word: a name
# of one word, of several, of one word after an article (« Le Coteau »).
ORDINARY_ZIPF = 3.0
ORDINARY_NAME_ZIPF = 3.6
ARTICLED_ZIPF = 2.7
# Up to which a capital and « au » are enough: « au Breuil », not « au Parc ».
CONTRACTED_ZIPF = 3.8
# Up to which an ordinary word is still a name: in lower case, in lower case for a town, alone.
LOWER_CASE_ZIPF = 4.0
TOWN_ZIPF = 4.5
WHOLE_ZIPF = 5.0
# The same for one word alone with the capital of a sentence: « Faux » answers more than « où ? ».
BARE_ZIPF = 4.3
# Up to which it is a seldom word, or hardly a word.
SELDOM_ZIPF = 2.5
RARE_ZIPF = 2.0
MIN_BARE_LENGTH = 6
MIN_LOWER_LENGTH = 4

_ABSOLUTE_ARTICLES = frozenset({"la", "le", "les", "l"})
_AT_THE = frozenset({"au", "aux"})
_CONTRACTED = frozenset({"du", "des"})
_TO = frozenset({"a", "au", "aux"})
_TOWARDS = frozenset({"a", "au", "aux", "sur", "vers", "chez"})
_DWELLING = frozenset({"habite", "habitons", "habitez", "represente", "representons"})
_BETS = frozenset({"les", "des", "nos", "ces", "leurs"})
_SAINTS = frozenset({"saint", "sainte", "saints", "saintes"})
_SAINT_WORDS = 2
_PLACING = word_set("sur sous les lez pres")
_GENERIC = vocabulaire.PLACES | word_set("bourg hameau quartier secteur")
_COUNTRIES = word_set(
    """
    normandie bretagne savoie provence champagne anjou auvergne touraine bearn quercy vendee
    sologne brie vexin beauce perche picardie artois flandre lorraine alsace bourgogne
    gatinais poitou saintonge medoc perigord rouergue gevaudan velay vivarais dauphine royans
    """
)
_LONG = 4
# What a saint or a person gives a name to, with its article or without: « la Saint-Jean ».
_NAMED_AFTER_SAINTS = (
    vocabulaire.NAMED_THINGS
    | vocabulaire.STREETS
    | word_set("la le les l du quartier mont centre maison secteur pont source lieu hameau")
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name met in a message: how ordinary it is (Zipf), how large what bears it.

    `core` is its only word but for an article, or an empty string.
    """

    key: str
    words: tuple[str, ...]
    zipf: float
    population: int
    articled: bool

    @property
    def core(self) -> str:
        """Return the only word of the name, if it has one."""
        return self.words[0] if len(self.words) == 1 else ""

    @property
    def ordinary(self) -> bool:
        """Tell whether the name is also an ordinary word or phrase."""
        if not self.core:
            return self.zipf >= ORDINARY_NAME_ZIPF and not self.placed
        if self.core in vocabulaire.PROPER_TOWNS:
            return False
        limit = ARTICLED_ZIPF if self.articled else ORDINARY_ZIPF
        return self.zipf >= limit or len(self.key) < MIN_LOWER_LENGTH

    @property
    def placed(self) -> bool:
        """Tell whether only a place has such a name: « Saint-Bonnet-le-Froid », « Ver-sur-Mer »."""
        content = [word for word in self.words if word not in vocabulaire.LINKS]
        saint = self.words[0] in _SAINTS and len(self.words) > _SAINT_WORDS
        placing = not _PLACING.isdisjoint(self.words[1:-1]) or content[-1] in _COUNTRIES
        return saint or placing or len(content) >= _LONG

    @property
    def famous(self) -> bool:
        """Tell whether everyone knows the town, whose name is no everyday word."""
        return self.population >= FAMOUS_POPULATION and self.core not in vocabulaire.EVERYDAY_TOWNS


def find_communes(phrase: Phrase, gazetteer: Gazetteer, codes: list[Hit]) -> Iterator[Hit]:
    """Yield the communes named, homonyms together; `codes` are places told without doubt."""
    previous: Hit | None = None
    for start in range(len(phrase)):
        for end, key in windows(phrase, gazetteer, start):
            places = find_named(phrase, gazetteer, start, end, key)
            if places and not contexte.is_blocked(phrase, start, end):
                evidence = gather_evidence(
                    phrase, start, end, places, codes=codes, previous=previous
                )
                if _accepts(_name(gazetteer, key, places), evidence):
                    previous = Hit(start, end, places, SURE if evidence.strong else PLAIN)
                    yield previous
                    break


def _name(gazetteer: Gazetteer, key: str, places: tuple[Place, ...]) -> Name:
    return Name(
        key=key,
        words=tuple(content_words(key)),
        zipf=gazetteer.frequency(key),
        population=max(place.population or 0 for place in places),
        articled=any(name_words(place.nom)[0] in _ABSOLUTE_ARTICLES for place in places),
    )


def _accepts(name: Name, evidence: Evidence) -> bool:
    """Weigh what leads to a name against how ordinary its words are."""
    if _is_saint(name):
        return evidence.strong or _accepts_saint(evidence)
    if _is_elsewhere(name) and not (evidence.strong or _is_where_they_are(name, evidence)):
        return False
    named_after = evidence.before in vocabulaire.NAMED_THINGS and not name.famous
    refused = evidence.proper or named_after or _takes_no_article(name, evidence)
    if refused and not evidence.strong:
        return False
    if (_is_within(name, evidence) or _is_country(name, evidence)) and not evidence.beside:
        return False
    if name.famous:
        if name.core in vocabulaire.KNOWN_WORD_TOWNS:
            return _accepts_known_word(name, evidence)
        return name.key != "paris" or evidence.before not in _BETS
    return _accepts_small(name, evidence)


def _takes_no_article(name: Name, evidence: Evidence) -> bool:
    """« la Beauce » is a natural region: « Beaucé », a commune, is never said with an article."""
    articles = _ABSOLUTE_ARTICLES | _AT_THE
    return evidence.before in articles and not name.articled


def _is_country(name: Name, evidence: Evidence) -> bool:
    """« trois communes du Vexin »: Vexin-sur-Epte has no article that « du » would hold."""
    return evidence.before in _CONTRACTED and not name.articled


def _is_within(name: Name, evidence: Evidence) -> bool:
    """« le quartier des Essarts » is in a commune; « les maires Ville et Banlieue » names none."""
    generic = name.core in vocabulaire.PLACES and evidence.before not in vocabulaire.LINKS
    return generic or (evidence.quarter and not name.famous)


def _accepts_small(name: Name, evidence: Evidence) -> bool:
    if evidence.hyphened and evidence.capital:
        return True
    if name.ordinary:
        return _accepts_ordinary(name, evidence)
    return _accepts_rare(name, evidence)


def _is_saint(name: Name) -> bool:
    return name.words[0] in _SAINTS and len(name.words) == _SAINT_WORDS


def _is_elsewhere(name: Name) -> bool:
    """Tell whether a name is first that of a town abroad or of a person."""
    if name.core in vocabulaire.ABROAD:
        return True
    return name.core in vocabulaire.FIRST_NAMES and name.population < FAMOUS_POPULATION


def _is_where_they_are(name: Name, evidence: Evidence) -> bool:
    """« à Pavie », and no more, « on est à Pavie »: nobody writes to us from Lombardy."""
    here = evidence.preposition == "a" and (evidence.whole or evidence.stands)
    return here and name.core in vocabulaire.ABROAD


def _accepts_saint(evidence: Evidence) -> bool:
    """« à Saint-Denis » is a commune; « la Saint-Jean », « le quartier Saint-Michel » are not."""
    if evidence.before in _NAMED_AFTER_SAINTS:
        return False
    if evidence.whole or evidence.hyphened or evidence.after_comma:
        return True
    if evidence.opens:
        return evidence.verb
    return evidence.capital or bool(evidence.preposition)


def _accepts_known_word(name: Name, evidence: Evidence) -> bool:
    """Famous towns whose name is a word: « à tours », « Nice veut », not « des tours »."""
    if evidence.strong or evidence.whole or evidence.presented or evidence.contrasted:
        return True
    topic = evidence.topic and name.core not in vocabulaire.BRANDS
    if evidence.acts or evidence.paired or topic:
        return True
    if evidence.capital and (evidence.verb or evidence.announced or not evidence.opens):
        return True
    return evidence.preposition in {"a", "sur"} and not evidence.before_de


def _accepts_ordinary(name: Name, evidence: Evidence) -> bool:
    """Names such as « Le Pin », « Eu », « Sens »: a capital and a cue, or a code beside."""
    if evidence.beside or evidence.listed or _is_subject(name, evidence):
        return True
    if not evidence.capital:
        return _accepts_lower_case(name, evidence)
    led = evidence.led and (evidence.titled or not name.articled)
    led = led or evidence.presented
    if evidence.stands or (led and name.population >= KNOWN_POPULATION):
        return True
    limit = BARE_ZIPF if name.core and evidence.opens else WHOLE_ZIPF
    if evidence.noun or ((evidence.whole or evidence.contrasted) and name.zipf < limit):
        return True
    if name.articled:
        return _accepts_articled(name, evidence)
    return evidence.preposition == "a"


def _is_subject(name: Name, evidence: Evidence) -> bool:
    """« Corps manque de bras »: a noun would have its article; « Us, dans le Vexin » is placed."""
    one = len(name.core) > 1 and not name.articled
    sized = evidence.presented and name.core not in _GENERIC
    return one and (evidence.acts or evidence.placed or sized)


def _accepts_articled(name: Name, evidence: Evidence) -> bool:
    """« à La Bouillie », « au Breuil », « Le Diamant organise », not « au Parc »."""
    if evidence.titled and (evidence.before in _DWELLING | {"pour"} or evidence.presented):
        return True
    if evidence.titled and evidence.verb:
        known = name.population >= KNOWN_POPULATION
        return known and name.core not in vocabulaire.EVERYDAY_TOWNS
    return evidence.preposition in _TO and (
        name.population >= TOWN_POPULATION
        or (evidence.titled and evidence.preposition == "a")
        or name.zipf < CONTRACTED_ZIPF
    )


def _accepts_lower_case(name: Name, evidence: Evidence) -> bool:
    seldom = name.zipf < LOWER_CASE_ZIPF
    town = name.population >= TOWN_POPULATION
    if evidence.role:
        return seldom or town
    several = not name.core and "commune" not in name.words
    if evidence.dwells and seldom and town:
        return True
    named = evidence.noun and (several or (town and name.zipf < TOWN_ZIPF))
    return named or (evidence.stands and (seldom or several))


def _is_spoken_of(name: Name, evidence: Evidence) -> bool:
    """« Gourdon organise », « Saillans c'était bien », « Leucate ou Gruissan »."""
    paired = evidence.paired and name.population >= PAIRED_POPULATION
    said = evidence.stands or evidence.contrasted or evidence.acts or evidence.topic
    return said or paired


def _accepts_rare(name: Name, evidence: Evidence) -> bool:
    """Names that are hardly words: « Trémargat » anywhere, « Saules » with a cue."""
    known = name.population >= KNOWN_POPULATION
    if evidence.strong or evidence.whole or evidence.heads or evidence.corrects or evidence.asked:
        return True
    if evidence.capital:
        if _is_spoken_of(name, evidence):
            return True
        placed = evidence.verb or not evidence.opens
        seldom = name.zipf < (SELDOM_ZIPF if placed else RARE_ZIPF)
        return known or seldom or bool(evidence.preposition)
    if evidence.preposition:
        if name.core in vocabulaire.SELDOM_NOUNS:
            return evidence.stands
        proper = name.core in vocabulaire.PROPER_TOWNS and evidence.preposition in _TOWARDS
        if evidence.stands or evidence.dwells or proper or not name.core:
            return True
        limit = SELDOM_ZIPF if evidence.preposition in _TOWARDS else RARE_ZIPF
        return known or name.zipf < limit
    bare = name.zipf < RARE_ZIPF and len(name.key) >= MIN_BARE_LENGTH
    return bare or name.population >= TOWN_POPULATION
