"""Misspelt départements and régions, after the words that lead to one: « dans le Morbihant »."""

import re
from collections.abc import Iterator

from nlu import lieux_contexte as contexte
from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_flou_index import MIN_LENGTH, NameIndex, WordIndex
from nlu.lieux_gazetteer import Gazetteer
from nlu.lieux_mentions import FUZZY, Hit, key_of
from nlu.lieux_texte import Phrase, name_words
from nlu.lieux_vocabulaire import word_set

MAX_WORDS = 6
# From this length on, a name of several words is like no ordinary phrase.
MIN_COMPOUND_LENGTH = 11
_LEADING = re.compile(
    r"(?:\b(?:dans (?:le|la|les|l)|en)"
    r"|\b(?:departements?|region|conseil (?:departemental|regional)|communes?|villages?|villes?"
    r"|elue?s?|maires?|mairies?|prefecture)(?: \w+)?"
    r" (?:du|de la|de l|des|de|d))\Z"
)
_LAST_WORDS = word_set("en le la les l du des de d")


class DepartementSpeller:
    """Reads misspelt names of départements and régions; names of communes are left to others."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._names = NameIndex((*gazetteer.departements, *gazetteer.regions))
        known = {*gazetteer.departements, *gazetteer.regions}
        self._words = WordIndex(gazetteer.common_words - known)

    def find(self, phrase: Phrase, taken: list[Hit]) -> Iterator[Hit]:
        """Yield the misspelt names among the words that no other mention took."""
        used = {index for hit in taken for index in range(hit.start, hit.end)}
        for start in range(1, len(phrase)):
            led = phrase.word(start - 1) in _LAST_WORDS and _LEADING.search(phrase.left(start))
            if start in used or not led:
                continue
            for end in range(min(len(phrase), start + MAX_WORDS), start, -1):
                hit = None if used & set(range(start, end)) else self._read(phrase, start, end)
                if hit:
                    yield hit
                    break

    def find_compounds(self, phrase: Phrase) -> Iterator[Hit]:
        """Yield the misspelt names of several words, wherever they stand, overlapping or not."""
        for start in range(len(phrase)):
            if phrase.word(start) in vocabulaire.LINKS:
                continue
            first, length = phrase.norms[start][0], len(phrase.norms[start])
            for end in range(start + 2, min(phrase.reach[start], start + MAX_WORDS) + 1):
                length += len(phrase.norms[end - 1])
                if length < MIN_COMPOUND_LENGTH or not self._names.holds_like(first, length):
                    continue
                hit = self._guess(phrase, start, end)
                if hit and self._is_misspelt(phrase, hit):
                    yield hit

    def _is_misspelt(self, phrase: Phrase, hit: Hit) -> bool:
        """Tell whether the name has several words; « st partis » is no « Saint-Martin »."""
        words = name_words(hit.places[0].nom)
        if words[0] not in {"saint", "sainte"}:
            return len(words) > 1
        return not any(
            w in self._gazetteer.common_words for w in phrase.norms[hit.start + 1 : hit.end]
        )

    def _read(self, phrase: Phrase, start: int, end: int) -> Hit | None:
        return None if self._is_french(phrase, start, end) else self._guess(phrase, start, end)

    def _guess(self, phrase: Phrase, start: int, end: int) -> Hit | None:
        key = key_of(phrase, start, end)
        name = key.replace(" ", "")
        if len(name) < MIN_LENGTH or not name.isalpha() or not phrase.joined(start, end):
            return None
        last = phrase.word(end - 1)
        if last in vocabulaire.LINKS or len(last) == 1 or self._is_right(key):
            return None
        closest = sorted(self._names.closest(name))
        if not closest or (len(closest) > 1 and closest[0][0] == closest[1][0]):
            return None
        found = closest[0][1]
        # « finistérien » is derived from the name, not misspelt.
        if contexte.is_blocked(phrase, start, end) or len(name) > len(found) + 1:
            return None
        known = self._names.key(found)
        places = self._gazetteer.departements.get(known) or self._gazetteer.regions[known]
        return Hit(start, end, places, FUZZY)

    def _is_right(self, key: str) -> bool:
        gazetteer = self._gazetteer
        indexes = (gazetteer.departements, gazetteer.regions, gazetteer.communes, gazetteer.epci)
        return any(key in index for index in indexes)

    def _is_french(self, phrase: Phrase, start: int, end: int) -> bool:
        """Tell whether the words are ordinary ones, one slip away from one, or names of places."""
        gazetteer = self._gazetteer
        content = [w for i in range(start, end) if (w := phrase.word(i)) not in vocabulaire.LINKS]
        key = key_of(phrase, start, end)
        if key in gazetteer.former or key in gazetteer.articled:
            return True
        if all(word in gazetteer.common_words for word in content):
            return True
        return len(content) == 1 and self._words.near(content[0]) is not None
