"""Understands a message: everything that it says, in one frozen `Understanding`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import Any, Protocol

from spacy.language import Language

from nlu.besoins import NeedReader, contradicts, cues_of
from nlu.components import build_nlp, replace_phrases
from nlu.entities import collectivites, personal_data, population, refus, roles, signaux, themes
from nlu.entities.dates import find_dates
from nlu.entities.langue import is_foreign, is_unreadable, load_languages
from nlu.entities.patterns import phrase_patterns, phrase_words, vocabulary_patterns
from nlu.intents_examples import load_examples
from nlu.lieux import LieuFinder, LieuxTrouves, Place
from nlu.questions import RequestFinder
from nlu.spelling import Speller, frequent_words, sigle_words
from nlu.text import FoldedText, blank_markup, fold, normalize, replace_surrogates, words
from nlu.understanding import (
    IntentScore,
    PersonalDatum,
    Understanding,
    UnderstandingContext,
)
from nlu.vocabulary import read_vocabulary

__all__ = ["Understander", "UnderstandingContext"]

SILENT_INTENT = "donner_information"
"""Intent, at confidence 0, of a message without a word: it asks nothing and commits to nothing."""

_VOCABULARIES = (themes.SPANS_KEY, signaux.SPANS_KEY, roles.SPANS_KEY, refus.SPANS_KEY)
_TOGETHER = "plusieurs_collectivites"
_DESCRIBED_TOGETHER = "decrit_projet_partage"
_ACTING_TOGETHER = frozenset({_TOGETHER, "agir_ensemble", _DESCRIBED_TOGETHER})
_ENDLESS = re.compile(r"\S{120,}")
_POSTCODE = re.compile(r"\d{5}")
_HIDDEN = "_"
_ONE_WORD = "x"

Vocabulary = Mapping[str, Mapping[str, list[str]]]
_Span = tuple[int, int]


class Classifier(Protocol):
    """What understanding asks of an intent classifier: `nlu.intents.IntentClassifier` is one."""

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        """Return every intent, likeliest first."""

    def in_scope_score(self, text: str) -> float:
        """Say how much the text looks like what we are for."""

    def read_ahead(self, texts: Sequence[str]) -> None:
        """Prepare the answers about these texts together."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A message being read: what the extractors share."""

    text: str
    folded: FoldedText
    donnees: tuple[PersonalDatum, ...]
    lieux: LieuxTrouves
    themes: tuple[themes.ThemeMention, ...]
    signaux: tuple[signaux.SignalMention, ...]
    role: str | None
    refus: str | None
    own: population.PopulationMention | None
    asks_for: str | None
    today: date


class Understander:
    """Reads French messages; safe to share between threads once built."""

    def __init__(
        self,
        *,
        nlp: Language,
        speller: Speller,
        finder: LieuFinder,
        classifier: Classifier,
        needs: NeedReader | None = None,
    ) -> None:
        self._nlp = nlp
        self._nlp_lock = Lock()
        self._speller = speller
        self._finder = finder
        self._classifier = classifier
        self._needs = needs
        self._requests = RequestFinder(classifier.rank, speller, read_ahead=classifier.read_ahead)

    @classmethod
    def build(
        cls,
        *,
        lieux: Iterable[Place],
        classifier: Classifier,
        needs: NeedReader | None = None,
        vocabularies: Mapping[str, Vocabulary] | None = None,
        field_words: Iterable[str] | None = None,
    ) -> "Understander":
        """Build the understanding around a gazetteer and a trained classifier.

        `needs` reads the kind of help described; without it, only what is named is heard.
        `vocabularies` replaces the files of `data/vocabulaire` (themes, signaux, roles, refus);
        `field_words` are the words that spelling may correct towards, besides theirs: by default
        those that the training sentences often use.
        """
        load_languages()
        places = tuple(lieux)
        known = vocabularies or {name: load_entries(name) for name in _VOCABULARIES}
        phrases = [p for v in known.values() for entry in v.values() for p in _phrases(entry)]
        if field_words is None:
            field_words = frequent_words(example.text for example in load_examples())
        speller = Speller(
            [*field_words, *phrase_words(phrases)],
            protected=sigle_words() | {word for each in places for word in words(each.nom)},
        )
        patterns = {name: vocabulary_patterns(entries) for name, entries in known.items()}
        return cls(
            nlp=build_nlp(patterns, speller=speller, heard=(themes.SPANS_KEY,)),
            speller=speller,
            finder=LieuFinder(places),
            classifier=classifier,
            needs=needs,
        )

    def understand(
        self, text: str, *, context: UnderstandingContext | None = None
    ) -> Understanding:
        """Return all that the message says; spans are offsets in `text`, kept as it is.

        Pasted HTML is read without its tags.
        """
        return replace(self._understand(blank_markup(text), context), text=text)

    def teach_themes(self, added: Mapping[str, Sequence[str]]) -> None:
        """Recognise themes by these expressions too, instead of those taught before."""
        phrases = [phrase for each in added.values() for phrase in each]
        patterns = [p for theme, each in added.items() for p in phrase_patterns(theme, each)]
        with self._nlp_lock:
            self._speller.teach(phrase_words(phrases))
            replace_phrases(self._nlp, themes.SPANS_KEY, patterns)

    def _understand(self, text: str, context: UnderstandingContext | None) -> Understanding:
        if not any(char.isalnum() for char in normalize(text)):
            return Understanding(
                text=text, intent=SILENT_INTENT, confidence=0.0, in_scope_score=0.0
            )
        reading = self._read(text, context or UnderstandingContext())
        corrected = self._speller.correct(text)
        requests = self._requests.find(reading.folded, corrected)
        ranking = requests.ranking
        own = reading.own
        described = self._needs.kind(corrected) if self._needs else None
        cues = tuple(dict.fromkeys((*_signaux(reading), *cues_of(described))))
        nombre = _nombre_collectivites(reading, cues)
        if nombre and nombre > 1:
            cues = tuple(dict.fromkeys((*cues, _TOGETHER)))
        return Understanding(
            text=text,
            intent=ranking[0].intent,
            confidence=ranking[0].confidence,
            alternatives=ranking[1:],
            intents=requests.spans,
            territoires=reading.lieux.territoires,
            ambiguites=reading.lieux.ambiguites,
            population=own.value if own else None,
            role=reading.role,
            themes=_themes(reading),
            dates=find_dates(reading.folded, today=reading.today),
            donnees_personnelles=reading.donnees,
            nombre_collectivites=nombre,
            signaux=cues,
            refus=reading.refus,
            langue_etrangere=_is_foreign(reading),
            illisible=_is_unreadable(reading),
            in_scope_score=self._classifier.in_scope_score(corrected),
            contredit=contradicts(described, ranking[0].intent),
            details=_details(own, text, corrected),
        )

    def _read(self, text: str, context: UnderstandingContext) -> _Reading:
        folded = FoldedText.of(text)
        donnees = personal_data.find_personal_data(text)
        own = population.find_population(folded, is_answer=context.asks_for == "population")
        # « 12 rue de Paris », « M. Toulouse », « contact@auch.fr » name no territory.
        lieux = self._finder.find(
            _hide(text, map(_without_town, donnees)),
            context_departement=context.departement,
            context_epci=context.epci,
            population=own.value if own else None,
        )
        if context.asks_for == "contact" and not lieux.spans:
            donnees = donnees or _bare_name(text)
        # In a memory zone, the words of a message leave spaCy's vocabulary with it: neither the
        # memory nor the élu's words pile up. A zone belongs to one message at a time.
        with self._nlp_lock, self._nlp.memory_zone():
            doc = self._nlp(_prepare_for_spacy(text))
            return _Reading(
                text=text,
                folded=folded,
                donnees=donnees,
                lieux=lieux,
                themes=themes.find_themes(doc),
                signaux=signaux.find_signaux(doc),
                role=roles.find_role(doc, lieux.territoires, places=lieux.spans),
                refus=refus.find_refus(doc),
                own=own,
                asks_for=context.asks_for,
                today=context.today or date.today(),  # noqa: DTZ011 - the élu's own day
            )


def load_entries(name: str) -> dict[str, dict[str, list[str]]]:
    """Return a vocabulary of `data/vocabulaire`; a plain list stands for its expressions."""
    entries: dict[str, Any] = read_vocabulary(name)
    return {
        label: {"expressions": entry} if isinstance(entry, list) else entry
        for label, entry in entries.items()
    }


def _is_unreadable(reading: _Reading) -> bool:
    understood = reading.lieux.spans or reading.donnees or reading.themes or reading.signaux
    return not understood and is_unreadable(reading.text)


def _prepare_for_spacy(text: str) -> str:
    """Offsets kept: no lone surrogate, and no endless « word », which takes seconds to cut.

    It becomes letters: spaCy cuts marks one by one.
    """
    return _ENDLESS.sub(lambda match: _ONE_WORD * len(match.group()), replace_surrogates(text))


def _phrases(entry: Mapping[str, list[str]]) -> list[str]:
    return entry.get("expressions", [])


def _themes(reading: _Reading) -> tuple[str, ...]:
    mentions = (
        mention for mention in reading.themes if not _is_inside(mention.start, mention.end, reading)
    )
    return tuple(dict.fromkeys(mention.theme for mention in mentions))


def _signaux(reading: _Reading) -> tuple[str, ...]:
    return signaux.names(
        mention
        for mention in reading.signaux
        if not _is_inside(mention.start, mention.end, reading)
    )


def _is_inside(start: int, end: int, reading: _Reading) -> bool:
    """« Villeneuve-les-Eaux » is not about water, nor « 3 rue de l'École » about schools."""
    taken = (*reading.lieux.spans, *((datum.start, datum.end) for datum in reading.donnees))
    return any(first <= start and end <= last for first, last in taken)


def _nombre_collectivites(reading: _Reading, cues: Sequence[str]) -> int | None:
    """Return the number said; or, when they say they act together, of the territories named."""
    said = collectivites.find_nombre_collectivites(
        reading.folded, is_answer=reading.asks_for == "nombre_collectivites"
    )
    if said is None and _DESCRIBED_TOGETHER in cues:
        said = collectivites.count_those_who_act(reading.folded)
    if said is not None or not _ACTING_TOGETHER & set(cues):
        return said
    named = [lieu for lieu in reading.lieux.territoires if not lieu.is_example]
    count = sum(lieu.type in {"commune", "epci"} for lieu in named) + len(reading.lieux.ambiguites)
    count += count > 1 and collectivites.joins_us(reading.text, reading.lieux.spans[0][0])
    return count if count > 1 else None


def _is_foreign(reading: _Reading) -> bool:
    spans = (*reading.lieux.spans, *((datum.start, datum.end) for datum in reading.donnees))
    return is_foreign(_hide(reading.text, spans, by=" "))


def _details(own: population.PopulationMention | None, text: str, corrected: str) -> dict[str, str]:
    details = {}
    if own and own.upper:
        details["population_max"] = str(own.upper)
    if fold(corrected) != fold(text):
        details["texte_corrige"] = corrected
    return details


def _bare_name(text: str) -> tuple[PersonalDatum, ...]:
    datum = personal_data.find_bare_name(text)
    return (datum,) if datum else ()


def _without_town(datum: PersonalDatum) -> _Span:
    """The town of a postal address stays readable: it may well be the élu's territory."""
    town = _POSTCODE.search(datum.value) if datum.kind == personal_data.ADRESSE else None
    return datum.start, datum.start + town.start() if town else datum.end


def _hide(text: str, spans: Iterable[_Span], *, by: str = _HIDDEN) -> str:
    """Cover the spans, so that offsets stay those of the text."""
    for start, end in spans:
        text = text[:start] + by * (end - start) + text[end:]
    return text
