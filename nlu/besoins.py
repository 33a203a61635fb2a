"""What kind of help a message describes without naming it: learned, beside the vocabulary.

An élu rarely names an offer or a partner: « il faudrait que les services s'y mettent ». The cues
of `data/vocabulaire/signaux.yml` are heard in the words; these are read in the whole sentence, by a
model of the same kind as that of the intents, trained on `data/besoins`.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Protocol

from nlu.encoder import Encoder
from nlu.intents import kept_or_trained
from nlu.intents_examples import (
    INTENTIONS_DIRECTORY,
    IntentExample,
    load_examples,
    sentence_key,
)
from nlu.understanding import IntentScore

BESOINS_DIRECTORY = Path(__file__).parent / "data" / "besoins"
CUES: dict[str, str] = {
    "ateliers": "decrit_ateliers",
    "parcours": "decrit_parcours",
    "projet_partage": "decrit_projet_partage",
    "debat_public": "decrit_debat_public",
    "service_etat": "decrit_service_etat",
    "programme_etat": "decrit_programme_etat",
    "formation": "decrit_formation",
    "humain": "decrit_humain",
    "rien": "rien_demande",
    "hors_sujet": "hors_domaine",
}
"""The cue given for each kind of help; the other kinds give none."""
DESCRIBED = frozenset(CUES.values())
"""The cues that no word of the vocabulary gives."""
OF_ONE_MESSAGE = frozenset({"rien_demande", "hors_domaine"})
"""The cues that say something of a message read alone, and nothing of the need it goes on with."""
SURE = 0.55
"""Below this probability, nothing is said."""

_OTHER = "autre"
_OUT_OF_SCOPE = "hors_sujet"
_NOTHING_ASKED = "rien"
_SOCIAL = ("saluer", "remercier", "affirmer", "infirmer")
# What says nothing of a need, and what asks for something of ours.
_ASKS_NOTHING = frozenset({_OUT_OF_SCOPE, *_SOCIAL})
_ASKS = frozenset(
    {
        "demander_accompagnement",
        "demander_methode",
        "chercher_experience",
        "chercher_acteur",
        "chercher_outil",
        "chercher_actualite",
        "question_juridique",
        "question_financement",
    }
)
_OF_INTENTS = {"parler_conseiller": "humain", "reclamation": "humain"} | dict.fromkeys(
    (*_SOCIAL, "donner_information"), _NOTHING_ASKED
)
# What asks for help: what kind is the very question.
_UNDECIDED = frozenset({"demander_accompagnement"})
_PER_INTENT = 40


class Ranker(Protocol):
    """What reading a need asks of a trained model."""

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        """Return every kind of help, likeliest first."""


class NeedReader:
    """Reads the kind of help that a message describes."""

    def __init__(self, model: Ranker) -> None:
        self._model = model

    def kind(self, text: str) -> str | None:
        """Return the kind of help described, `hors_sujet` or `autre`; None when unsure."""
        best = self._model.rank(text)[0]
        return best.intent if best.confidence >= SURE else None

    def cues(self, text: str) -> tuple[str, ...]:
        """Return the cue of the kind of help described, if one is likely enough."""
        return cues_of(self.kind(text))


def cues_of(kind: str | None) -> tuple[str, ...]:
    """Return the cue of a kind of help, if it gives one."""
    cue = CUES.get(kind) if kind is not None else None
    return (cue,) if cue is not None else ()


def contradicts(kind: str | None, intent: str) -> bool:
    """Tell whether what the need reader is sure of and what the intent says cannot both be right.

    Help is described in what would ask for nothing; or what asks for help is outside the domain,
    or asks for nothing.
    """
    if kind in (_OUT_OF_SCOPE, _NOTHING_ASKED):
        return intent in _ASKS
    return kind in CUES and intent in _ASKS_NOTHING


def load_need_examples(
    directory: Path = BESOINS_DIRECTORY, intentions: Path = INTENTIONS_DIRECTORY
) -> tuple[IntentExample, ...]:
    """Return the sentences of each kind of help, and those of the intents that describe none.

    As many of each intent are kept, evenly spaced in its file; a sentence told apart there and here
    is what it is here.
    """
    written = load_examples(directory)
    others = [
        each
        for intent, found in groupby(load_examples(intentions), key=lambda example: example.intent)
        if intent not in _UNDECIDED
        for each in _some(tuple(found))
    ]
    taught = {sentence_key(each.text): each for each in (*others, *written)}
    return tuple(taught.values())


def _some(examples: Sequence[IntentExample]) -> list[IntentExample]:
    step = max(1, len(examples) // _PER_INTENT)
    return [replace(each, intent=_kind(each.intent)) for each in examples[::step][:_PER_INTENT]]


def _kind(intent: str) -> str:
    if intent == _OUT_OF_SCOPE:
        return intent
    return _OF_INTENTS.get(intent, _OTHER)


def load_or_train_needs(encoder: Encoder, *, models: Path) -> NeedReader:
    """Return the reader of needs, its model kept in `models` (see `nlu.intents`)."""
    examples = load_need_examples()
    return NeedReader(kept_or_trained(examples, encoder, models=models, name="besoins"))
