"""Misspelt names of several words, long enough to be known without a word that leads to a place."""

from collections.abc import Iterator

from nlu import lieux_contexte as contexte
from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_flou import MAX_ANSWER
from nlu.lieux_flou_index import NameIndex
from nlu.lieux_gazetteer import Gazetteer, Place
from nlu.lieux_indices import is_whole
from nlu.lieux_mentions import FUZZY, Hit, key_of
from nlu.lieux_texte import Phrase

MIN_POPULATION = 5_000
MIN_LENGTH = 12
MAX_WORDS = 6
_ARTICLES = frozenset({"la", "le", "les", "l"})


class CompoundSpeller:
    """Reads « Charlevile Mézière » or « ville neuve d'Ascq » anywhere in a message."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        indexes = (gazetteer.communes, gazetteer.former)
        self._places = {key: places for index in indexes for key, places in index.items()}
        self._names = NameIndex(key for key in self._places if self._is_long(key))

    def find(self, phrase: Phrase) -> Iterator[Hit]:
        """Yield the misspelt names, overlapping or not."""
        for start in range(len(phrase)):
            if phrase.word(start) in vocabulaire.LINKS - _ARTICLES:
                continue
            first, length = phrase.norms[start][0], 0
            for end in range(start + 1, min(phrase.reach[start], start + MAX_WORDS) + 1):
                length += len(phrase.norms[end - 1])
                if length < MIN_LENGTH - 1 or not self._names.holds_like(first, length):
                    continue
                hit = self._read(phrase, start, end)
                if hit:
                    yield hit

    def _is_long(self, key: str) -> bool:
        content = [word for word in key.split(" ") if word not in vocabulaire.LINKS]
        places = self._places[key]
        return (
            len(content) > 1
            and len(key.replace(" ", "")) >= MIN_LENGTH
            and len(places) == 1
            and (places[0].population or 0) >= MIN_POPULATION
        )

    def _read(self, phrase: Phrase, start: int, end: int) -> Hit | None:
        key = key_of(phrase, start, end)
        name = key.replace(" ", "")
        if not name.isalpha() or self._is_right(key):
            return None
        last = phrase.word(end - 1)
        if last in vocabulaire.LINKS or len(last) == 1:
            return None
        if not self._may_be_name(phrase, start, end):
            return None
        closest = sorted(self._names.closest(name))
        if not closest or (len(closest) > 1 and closest[0][0] == closest[1][0]):
            return None
        distance, found = closest[0]
        place = self._places[self._names.key(found)][0]
        slips = not distance or self._is_slip(key, self._names.key(found))
        if not slips or contexte.is_blocked(phrase, start, end):
            return None
        return Hit(start, end, (place,), FUZZY)

    def _is_right(self, key: str) -> bool:
        gazetteer = self._gazetteer
        return key in self._places or key in gazetteer.articled or key in gazetteer.epci

    def _may_be_name(self, phrase: Phrase, start: int, end: int) -> bool:
        """Tell whether the words are not all ordinary French, or are all the message."""
        common = self._gazetteer.common_words
        if any(phrase.tokens[index].norm not in common for index in range(start, end)):
            return True
        return len(phrase) <= MAX_ANSWER and is_whole(phrase, start, end)

    def _is_slip(self, key: str, name: str) -> bool:
        """Tell whether the words that differ from the name are no words, nor places, themselves."""
        gazetteer = self._gazetteer
        places: tuple[dict[str, tuple[Place, ...]], ...] = (
            gazetteer.communes,
            gazetteer.departements,
            gazetteer.regions,
        )
        differing = set(key.split(" ")) - set(name.split(" ")) - vocabulaire.LINKS
        known = gazetteer.common_words
        return not any(word in known or any(word in each for each in places) for word in differing)
