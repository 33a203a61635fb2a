"""What links, opens and says a request: `nlu/data/vocabulaire/questions.yml`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from nlu.questions_words import SaidWord
from nlu.text import fold, words
from nlu.turns_of_phrase import Turns
from nlu.vocabulary import read_vocabulary

_PRONOUNS = frozenset({"je", "tu", "il", "elle", "on", "nous", "vous", "ils", "elles", "ce"})
_NOT_A_VERB = frozenset({"rendez"})
_INFINITIVES = ("er", "ir", "re")
_WHICH = "quel"
_LONGEST_LIST = 6
_LEAST_ORDER = 4
_LEAST_OBJECT = 4


class Runs:
    """Fixed runs of words, whose length matters."""

    def __init__(self, written: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for run in sorted((tuple(words(each)) for each in written), key=len, reverse=True):
            self._by_first[run[0]].append(run)

    def length_at(self, position: int, tokens: Sequence[str]) -> int:
        """Return how many words the longest of them takes here; 0 when none does."""
        for run in self._by_first.get(tokens[position], ()):
            if tuple(tokens[position : position + len(run)]) == run:
                return len(run)
        return 0


class RequestTurns:
    """Knows how requests are linked, begun and said."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        self.abbreviations = frozenset(map(fold, written["abréviations"]))
        self._links = Runs(written["liaisons"])
        self._lead_ins = Runs([*written["liaisons"], *written["saluts"]])
        self._openers = Turns(written["ouvre"])
        self._lone_openers = Turns(written["ouvre_seul"])
        self._question_openers = Turns(written["ouvre_question"])
        self._exceptions = Turns(written["sauf"])
        self._asking = Turns(written["demande"])
        self._after_qui = Turns(written["après_qui"])
        self._wishes = Runs(written["souhaits"])
        self._any_wishes = Runs([*written["souhaits"], *written["souhaits_d_un_autre"]])
        self._fillers = frozenset(map(fold, written["remplissage"]))
        self._objects = Turns(written["objets"])
        self._second_objects = Turns(written["objets_seconds"])
        self._second_links = frozenset(fold(link) for link in written["liaisons_objets"])
        self._ordered = frozenset(map(fold, written["après_impératif"]))
        self._orders = frozenset(map(fold, written["impératifs"]))
        self._claims = Turns(written["affirme"])
        self._courtesies = Turns(written["politesse"])
        self._ruling_out = Turns(read_vocabulary("contrastes")["écarte"])

    def lead_in(self, tokens: Sequence[str], at: int, *, greeting: bool = False) -> int:
        """Return how many words from here on only link, or greet; never what opens a request."""
        known = self._lead_ins if greeting else self._links
        first = at
        while at < len(tokens) and not self.opens(tokens, at):
            length = known.length_at(at, tokens)
            if not length:
                break
            at += length
        return at - first

    def opens(self, tokens: Sequence[str], at: int, *, question: bool = False) -> bool:
        """Tell whether a request begins with this word; `question`: a question mark follows."""
        if self._exceptions.at(at, tokens):
            return False
        return (
            self._openers.at(at, tokens)
            or self._wishes_at(tokens, at, self._wishes)
            or self._orders_at(tokens, at)
            or (question and self._question_openers.at(at, tokens))
        )

    def opens_alone(self, tokens: Sequence[str], at: int) -> bool:
        """Tell whether a request surely begins here, though nothing separates it."""
        return self._lone_openers.at(at, tokens)

    def asks_who(self, tokens: Sequence[str], at: int, *, before: Sequence[str]) -> bool:
        """« et qui contacter » asks; « un projet qui… et qui dure » does not."""
        if tokens[at] != "qui" or "qui" in before[1:] or at + 1 >= len(tokens):
            return False
        return self._after_qui.at(at + 1, tokens) or tokens[at + 1].endswith(_INFINITIVES)

    def names_second_object(self, tokens: Sequence[str], at: int, links: Sequence[str]) -> bool:
        """« un logiciel, ainsi que l'avis de communes qui s'en servent »."""
        linked = " ".join(links) in self._second_links
        long_enough = len(tokens) - at >= _LEAST_OBJECT
        return linked and long_enough and self._second_objects.at(at, tokens)

    def lists_nouns(self, said: Sequence[SaidWord], following: str) -> bool:
        """« Quels élus, quels agents et quels habitants inviter »: one verb, one question."""
        which = said[0].text.startswith(_WHICH) and following.startswith(_WHICH)
        has_verb = inversion(said) is not None or said[-1].text.endswith(_INFINITIVES)
        return which and not has_verb and len(said) <= _LONGEST_LIST

    def say_request(self, said: Sequence[SaidWord]) -> bool:
        """Tell whether these words have the form of a request, at the start or further on."""
        tokens = [word.text for word in said]
        if not tokens:
            return False
        if self.opens(tokens, 0) or self.asks_who(tokens, 0, before=()):
            return True
        wished = any(self._wishes_at(tokens, at, self._any_wishes) for at in range(len(tokens)))
        return wished or inversion(said) is not None or self._asking.said(tokens)

    def claims(self, tokens: Sequence[str]) -> bool:
        """Tell whether it may ask by merely saying: « votre fiche contient une erreur »."""
        return self._claims.said(tokens)

    def is_courtesy(self, tokens: Sequence[str]) -> bool:
        """Tell whether it is how a letter ends, or how one thanks."""
        return self._courtesies.said(tokens)

    def rules_out(self, tokens: Sequence[str]) -> bool:
        """« je ne demande pas d'argent »: what is ruled out is not asked."""
        return self._ruling_out.said(tokens)

    def _wishes_at(self, tokens: Sequence[str], at: int, wishes: Runs) -> bool:
        """« je voudrais aussi un guide »: a wish that is for us; « je voudrais créer » is not."""
        length = wishes.length_at(at, tokens)
        if not length:
            return False
        at += length
        while at < len(tokens) and not self._objects.at(at, tokens):
            if tokens[at] not in self._fillers:
                return False
            at += 1
        return at < len(tokens)

    def _orders_at(self, tokens: Sequence[str], at: int) -> bool:
        """« envoyez-moi », « expliquez nous », « supprimez mon »."""
        verb, following = tokens[at], tokens[at + 1 : at + 2]
        if not following or following[0] not in self._ordered:
            return False
        return verb in self._orders or (verb.endswith("ez") and len(verb) >= _LEAST_ORDER)


def inversion(said: Sequence[SaidWord]) -> int | None:
    """Return the place of the pronoun of « peut-on », « a t il », « sont-elles »."""
    for place, (verb, pronoun) in enumerate(pairwise(said), 1):
        if pronoun.text not in _PRONOUNS or verb.text in _NOT_A_VERB:
            continue
        if pronoun.linked or verb.text == "t":
            return place
    return None


@cache
def read_request_turns() -> RequestTurns:
    """Return the turns of phrase of `nlu/data/vocabulaire/questions.yml`."""
    return RequestTurns(read_vocabulary("questions"))
