"""Misspelt communes, recognised only where a place must stand and where the best guess is alone."""

from collections.abc import Iterator

from nlu import lieux_contexte as contexte
from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_flou_index import MIN_LENGTH, TWO_TYPOS_LENGTH, NameIndex, WordIndex
from nlu.lieux_gazetteer import Gazetteer, Place
from nlu.lieux_indices import (
    MAX_WORDS_AFTER,
    MAX_WORDS_BEFORE,
    is_beside,
    is_whole,
    opens_with_verb,
)
from nlu.lieux_mentions import FUZZY, Hit, key_of
from nlu.lieux_texte import Phrase

MAX_WORDS = 6
# More words than this answer no question by a name alone.
MAX_ANSWER = 12
# Without a role or « commune de » before it, only a town is looked for.
MIN_TOWN_POPULATION = 5_000
# Everyone knows it: it may open a message in lower case, « grenobl a mis quoi en place ».
CITY_POPULATION = 50_000
_ACTING = vocabulaire.word_set("a fait lance veut organise cherche propose souhaite")
# A town this many times larger than the other guesses is the one meant.
DOMINANCE = 10
_NEVER_FIRST = vocabulaire.LINKS - {"la", "le", "les", "l"}
# « Ville et » is no « Villeret »: nothing ends on what joins it to the next words.
_JOINING = vocabulaire.word_set("et ou ni mais car donc puis qui que dont est ont fait")

Candidate = tuple[int, int, int, tuple[Place, ...]]


class Speller:
    """Reads misspelt names of communes, where a word before them calls for a place."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._names = NameIndex((*gazetteer.communes, *gazetteer.former))
        self._words = WordIndex(gazetteer.common_words)

    def find(self, phrase: Phrase, taken: list[Hit]) -> Iterator[Hit]:
        """Yield the misspelt communes among the words that no other mention took."""
        used = {index for hit in taken for index in range(hit.start, hit.end)}
        wide = [hit for hit in taken if hit.kind in ("departement", "region")]
        for start in range(len(phrase)):
            strong = contexte.has_place_noun(phrase, start)
            led = strong or self._may_be_town(phrase, start)
            # Alone in its message, a name answers « de quelle commune ? ».
            answers = len(phrase) <= MAX_ANSWER and is_whole(phrase, start, len(phrase))
            if start in used or phrase.word(start) in _NEVER_FIRST:
                continue
            if not (
                led or answers or _is_within_reach(start, wide) or phrase.starts_sentence(start)
            ):
                continue
            hit = self._guess(phrase, start, used, strong=strong)
            if hit and (led or self._is_split(phrase, hit) or _stands_out(phrase, hit, wide)):
                used |= set(range(hit.start, hit.end))
                yield hit

    def _may_be_town(self, phrase: Phrase, start: int) -> bool:
        return contexte.preposition(phrase, start) in {"a", "au", "aux", "de", "d", "sur"}

    def _is_split(self, phrase: Phrase, hit: Hit) -> bool:
        """Tell whether a long name is only cut otherwise: « ville neuve d'ascq »."""
        name = key_of(phrase, hit.start, hit.end).replace(" ", "")
        return hit.length > 1 and len(name) >= TWO_TYPOS_LENGTH and name in self._names

    def _guess(self, phrase: Phrase, start: int, used: set[int], *, strong: bool) -> Hit | None:
        best: list[Candidate] = []
        for end in range(start + 1, min(len(phrase), start + MAX_WORDS) + 1):
            if end - 1 in used or not phrase.joined(start, end):
                break
            best += self._closest(phrase, start, end, strong=strong)
        chosen = _only_best(best)
        if chosen is None or contexte.is_blocked(phrase, start, chosen[2]):
            return None
        _, _, end, places = chosen
        if not strong and max(p.population or 0 for p in places) < MIN_TOWN_POPULATION:
            return None
        return Hit(start, end, places, FUZZY)

    def _closest(
        self, phrase: Phrase, start: int, end: int, *, strong: bool
    ) -> Iterator[Candidate]:
        name = key_of(phrase, start, end).replace(" ", "")
        if len(name) < MIN_LENGTH or not name.isalpha() or self._is_known(phrase, start, end):
            return
        several = end - start > 1
        if (strong or several) and len(name) >= TWO_TYPOS_LENGTH and name in self._names:
            yield 0, -len(name), end, self._places(name)
        if self._is_ordinary(phrase, start, end, strong=strong):
            return
        for distance, found in self._names.closest(name):
            yield distance, -len(found), end, self._places(found)

    def _is_known(self, phrase: Phrase, start: int, end: int) -> bool:
        """Tell whether the words are rightly spelt names, which the other rules refused."""
        key = key_of(phrase, start, end)
        gazetteer = self._gazetteer
        indexes = (gazetteer.communes, gazetteer.former, gazetteer.departements, gazetteer.regions)
        after_article = phrase.word(start - 1) in {"la", "le", "les", "l"}
        # « Lacapelle » begins many names: it is not « La Capelle » misspelt.
        return after_article or key in gazetteer.beginnings or any(key in each for each in indexes)

    def _places(self, name: str) -> tuple[Place, ...]:
        key = self._names.key(name)
        return self._gazetteer.communes.get(key) or self._gazetteer.former[key]

    def _is_ordinary(self, phrase: Phrase, start: int, end: int, *, strong: bool) -> bool:
        """Tell whether the words are French rather than a misspelt name."""
        words = [phrase.word(index) for index in range(start, end)]
        content = [word for word in words if word not in vocabulaire.LINKS]
        common = self._gazetteer.common_words
        if not content or content[-1] != words[-1] or words[-1] in _JOINING:
            return True
        if len(content) == 1 and strong and phrase.is_capital(end - 1):
            return content[0] in common  # « Petites Villes de Demain »
        if len(content) == 1:
            return content[0] in common or self._misspells_a_word(content[0])
        saint = words[0] in {"saint", "sainte", "st", "ste"}
        return (
            not saint
            and all(word in common for word in content)
            and not any(phrase.is_capital(index) for index in range(start, end))
        )

    def _misspells_a_word(self, word: str) -> bool:
        """Tell whether an ordinary word is one keystroke away: « a mobilser »."""
        nearest = self._words.near(word)
        return nearest is not None and nearest not in self._names


def _is_within_reach(start: int, wide: list[Hit]) -> bool:
    """Tell whether a name that begins here may stand beside a département or a région."""
    return any(
        hit.start - MAX_WORDS - MAX_WORDS_AFTER <= start <= hit.end + MAX_WORDS_BEFORE
        for hit in wide
    )


def _stands_out(phrase: Phrase, hit: Hit, wide: list[Hit]) -> bool:
    """Tell whether a name is all the message, opens it before a verb, or has its département."""
    if is_whole(phrase, hit.start, hit.end) or opens_with_verb(phrase, hit.start, hit.end):
        return True
    if (
        _is_large_commune(hit)
        and phrase.starts_sentence(hit.start)
        and phrase.word(hit.end) in _ACTING
    ):
        return True
    return any(is_beside(phrase, hit.start, hit.end, hit.places, each) for each in wide)


def _is_large_commune(hit: Hit) -> bool:
    return all((place.population or 0) >= CITY_POPULATION for place in hit.places)


def _only_best(candidates: list[Candidate]) -> Candidate | None:
    """Return the closest candidate, unless a commune of the same size is as close."""
    if not candidates:
        return None
    closest = min(candidates, key=lambda each: (each[0] / -each[1], -each[2], -_size(each)))
    rivals = [
        each
        for each in candidates
        if each[0] == closest[0] and each[2] == closest[2] and each[3] != closest[3]
    ]
    dominated = all(_size(closest) >= DOMINANCE * _size(each) for each in rivals)
    return closest if dominated else None


def _size(candidate: Candidate) -> int:
    return max(place.population or 0 for place in candidate[3])
