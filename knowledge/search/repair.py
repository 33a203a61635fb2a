"""What the search makes of a question before looking anything up."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.search.analyser import analyse, analyse_words
from knowledge.search.speller import Speller, restore_accents
from knowledge.search.synonyms import Expansion, Synonyms
from nlu.text import fold, strip_accents, strip_invisible, unify_punctuation, words

MAX_CHARS = 1000
MAX_ACRONYM = 6
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class RepairedQuery:
    """A question ready to be looked up.

    `corrected` is the respelt question, or None when nothing had to be. `terms` are the index
    terms of what was asked, `expansion` those of its other names; `for_encoder` is the respelt
    and re-accented sentence, sigles spelt out.
    """

    corrected: str | None
    terms: tuple[str, ...]
    expansion: tuple[str, ...]
    for_encoder: str


class QueryRepair:
    """Respells, re-accents and expands questions with the words of the base."""

    def __init__(self, speller: Speller, spellings: Mapping[str, str], synonyms: Synonyms) -> None:
        """`spellings` maps the folded words of the base to their usual spelling."""
        self._speller = speller
        self._spellings = spellings
        self._synonyms = synonyms

    def with_synonyms(self, synonyms: Synonyms) -> "QueryRepair":
        """Return the same, that knows these synonyms instead."""
        return QueryRepair(self._speller, self._spellings, synonyms)

    def repair(self, text: str) -> RepairedQuery:
        """Prepare a question; only its first 1,000 characters count."""
        clean = unify_punctuation(strip_invisible(text))[:MAX_CHARS]
        respelt = self.respell(clean)
        typed = _typed_words(respelt)
        tokens = words(respelt)
        expansions = self._synonyms.find(tokens, typed if len(typed) == len(tokens) else ())
        terms = analyse_words(tokens)
        return RepairedQuery(
            corrected=respelt if respelt != clean else None,
            terms=tuple(terms),
            expansion=tuple(_new_terms(expansions, known=terms)),
            for_encoder=self._for_encoder(respelt, expansions),
        )

    def respell(self, text: str) -> str:
        """Return the text with its misspelt words corrected, all else unchanged."""
        return _WORD.sub(lambda match: self._respell_word(match[0], text), text)

    def _respell_word(self, word: str, text: str) -> str:
        folded = _fold_word(word)
        if folded in self._synonyms.acronyms or _is_acronym(word, text):
            return word
        correction = self._speller.correct(folded)
        if correction is None:
            return word
        restored = self._spellings.get(correction, correction)
        return restored.capitalize() if word[0].isupper() else restored

    def _for_encoder(self, text: str, expansions: Sequence[Expansion]) -> str:
        # Someone who types accents chose « marche » or « marché »: leave their words alone.
        if text == strip_accents(text):
            text = _WORD.sub(lambda match: restore_accents(match[0], self._spellings), text)
        meanings = dict.fromkeys(form.meaning for form in expansions if form.to_meaning)
        return f"{text} ({', '.join(meanings)})" if meanings else text


_fold_word = lru_cache(maxsize=50_000)(fold)


def _is_acronym(word: str, text: str) -> bool:
    """Tell whether a word is in capitals in a text that is not all in capitals."""
    return word.isupper() and len(word) <= MAX_ACRONYM and not text.isupper()


def _typed_words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _new_terms(expansions: Sequence[Expansion], *, known: Sequence[str]) -> Iterator[str]:
    seen = set(known)
    for expansion in expansions:
        for term in analyse(expansion.meaning):
            if term not in seen:
                seen.add(term)
                yield term
