"""What was understood of one message: frozen data, no behaviour beyond reading it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

TerritoireType = Literal["commune", "epci", "departement", "region"]

INTENTS: tuple[str, ...] = (
    "saluer",
    "remercier",
    "demander_methode",
    "chercher_experience",
    "chercher_acteur",
    "chercher_outil",
    "chercher_actualite",
    "question_juridique",
    "question_financement",
    "demander_accompagnement",
    "comprendre_demarche",
    "parler_conseiller",
    "suivre_demande",
    "reclamation",
    "donner_information",
    "affirmer",
    "infirmer",
    "hors_sujet",
    "proposer_ressource",
    "donnees_personnelles",
)


@dataclass(frozen=True, slots=True)
class IntentScore:
    """An intent with its calibrated probability, between 0 and 1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class IntentSpan:
    """One request of a message, with its place in the élu's own text."""

    intent: str
    confidence: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lieu:
    """A territory of the gazetteer, handed to nlu as data.

    `code` is an INSEE code (communes, départements, régions) or a SIREN (EPCI, EPT).
    """

    type: TerritoireType
    code: str
    nom: str
    departement: str | None = None
    region: str | None = None
    epci: str | None = None
    population: int | None = None
    codes_postaux: tuple[str, ...] = ()
    alias: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TerritoireMention:
    """A territory recognised without doubt, with its place in the élu's own text."""

    type: TerritoireType
    code: str
    nom: str
    score: float
    start: int
    end: int
    departement: str | None = None
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class Candidat:
    """One of the territories that an ambiguous name may designate."""

    type: TerritoireType
    code: str
    nom: str
    departement: str | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Ambiguite:
    """A name that several current territories bear: never guessed, always asked."""

    mention: str
    start: int
    end: int
    candidats: tuple[Candidat, ...]


@dataclass(frozen=True, slots=True)
class PersonalDatum:
    """A piece of personal data spotted in the text: `kind` in French, never logged."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateMention:
    """Days that a message names, with their place in its text.

    `debut` and `fin` (ISO 8601) are the first and last day named; `sens` tells what of them is
    meant: "pendant" (then), "avant" (by the last one) or "apres" (from the first one).
    """

    start: int
    end: int
    debut: str
    fin: str
    sens: str = "pendant"


@dataclass(frozen=True, slots=True)
class UnderstandingContext:
    """What earlier turns settled: it helps to read a message, and adds nothing to it.

    `departement` and `epci` (codes) choose among homonyms. `asks_for` is what the last turn asked,
    `dialogue.asks_for` of the contract (territoire, population, theme, contact) or
    nombre_collectivites: « 900 » alone is a population only when it answers that question.
    `today` is the day of the message, from which « dans trois mois » is counted (default: today).
    """

    departement: str | None = None
    epci: str | None = None
    asks_for: str | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything that one message says.

    `intent` is one of `INTENTS`; `alternatives` are ranked and exclude it. `intents` are all the
    requests of the message, in its order: one when it holds a single one, none when it says
    nothing; `intent` is the main one of them. `signaux` is a closed
    vocabulary of cues (`nlu/data/vocabulaire/signaux.yml`) read by the orientation rules.
    `refus` tells why the message must be declined: "insulte", "injection", or None.
    `langue_etrangere` is true when the text is not French, `illisible` when it holds no word.
    `contredit` is true when the two models that read it, that of the intents and that of the
    needs, cannot both be right. `details` holds, where they exist:
    `population_max`, the second bound of a range; `texte_corrige`, the text as it was classified,
    when spelling was mended.
    """

    text: str
    intent: str
    confidence: float
    alternatives: tuple[IntentScore, ...] = ()
    intents: tuple[IntentSpan, ...] = ()
    territoires: tuple[TerritoireMention, ...] = ()
    ambiguites: tuple[Ambiguite, ...] = ()
    population: int | None = None
    role: str | None = None
    themes: tuple[str, ...] = ()
    dates: tuple[DateMention, ...] = ()
    donnees_personnelles: tuple[PersonalDatum, ...] = ()
    nombre_collectivites: int | None = None
    signaux: tuple[str, ...] = ()
    refus: str | None = None
    langue_etrangere: bool = False
    illisible: bool = False
    in_scope_score: float = 1.0
    contredit: bool = False
    details: dict[str, str] = field(default_factory=dict)
