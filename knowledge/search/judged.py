"""Judged questions: what the base must answer, and what it must not pretend to answer.

The witness questions (`data/questions_temoins.yml`) are shown to staff before each publication and
may be tuned on; those held out for honest figures are in the tests.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.search.engine import ResourceIndex, SearchEngine
from knowledge.search.places import FindTerritoire
from knowledge.search.query import SearchQuery
from knowledge.search.synonyms import DATA
from knowledge.territoires.territoire import to_context

WITNESSES = DATA / "questions_temoins.yml"
DEPTH = 10
SHOWN_FIRST = 3
HELPS = 2
"""From this grade on, a resource really helps."""
ANSWERS = 3

Registre = Literal["soigne", "courant", "sms", "sans_accents", "fautes", "oral", "mots_cles"]
Sorte = Literal["repondue", "voisine", "administration", "dehors"]
"""Answered; of the domain, but its subject is missing; of a collectivité otherwise; of no one."""
Grade = Annotated[int, Field(ge=1, le=3, strict=True)]


class JudgedFileError(ValueError):
    """A file of judged questions that cannot be read; the message says where and why."""


class JudgedQuestion(BaseModel):
    """A question as an élu types it, and what the base has for it.

    `pertinents` are grades by resource id: 3 answers, 2 really helps, 1 is near; `territoire` is a
    reference such as `commune:32013`, `population` a number of inhabitants. `sorte` and `pourquoi`
    (what answers, or what is missing) are said by those who label questions to learn from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Annotated[str, Field(min_length=10, max_length=400)]
    registre: Registre
    territoire: str | None = None
    population: Annotated[int, Field(gt=0)] | None = None
    pertinents: dict[str, Grade] = {}
    sans_reponse: bool = False
    sorte: Sorte | None = None
    pourquoi: str | None = None

    @model_validator(mode="after")
    def _answers_or_says_there_is_none(self) -> Self:
        if self.sans_reponse == bool(self.pertinents):
            raise ValueError("soit « pertinents », soit « sans_reponse »")
        if self.pertinents and ANSWERS not in self.pertinents.values():
            raise ValueError("aucune ressource notée 3")
        return self

    @property
    def helping(self) -> frozenset[str]:
        """The ids of the resources that really help."""
        return frozenset(id_ for id_, grade in self.pertinents.items() if grade >= HELPS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question needs beyond its words, when somebody understood it.

    `off_topic` is the probability (0 to 1) that it is outside the domain; `settled` are its words
    that no resource has to hold, such as the élu's own commune; `themes` are preferred.
    """

    off_topic: float | None = None
    settled: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


Understand = Callable[[str], Asked]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the search did with a question: rank of the first helping resource (0: none in ten).

    `answered` is false when it said that nothing was found; `sure` is true when what was found is
    given as an answer, and not only as what comes near.
    """

    question: JudgedQuestion
    rank: int
    answered: bool
    sure: bool = True

    @property
    def right(self) -> bool:
        """Whether an élu was helped at once, or honestly told that nothing answers."""
        if self.question.sans_reponse:
            return not self.answered
        return self.answered and 0 < self.rank <= SHOWN_FIRST


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """Shares between 0 and 1. Ranks count whatever the confidence; `refused` tells it apart.

    `refused`: questions with an answer told that there is none (the lower the better);
    `honest`: questions without answer told so; `cautious`: those told so, or shown only what comes
    near and is said to.
    """

    questions: int
    unanswerable: int
    success_at_1: float
    success_at_3: float
    mrr_at_10: float
    refused: float
    honest: float
    cautious: float

    def as_dict(self) -> dict[str, float | int]:
        """Return the measures by name, rounded."""
        names = self.__slots__
        return {name: round(getattr(self, name), 4) for name in names}


@dataclass(frozen=True, slots=True)
class Moved:
    """A question neither gained nor lost, whose first helping resource changed rank (0: none)."""

    question: JudgedQuestion
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of the base does to the judged questions."""

    gained: tuple[JudgedQuestion, ...]
    lost: tuple[JudgedQuestion, ...]
    moved: tuple[Moved, ...]
    before: JudgedReport
    after: JudgedReport


def read_judged(path: Path) -> tuple[JudgedQuestion, ...]:
    """Read a file of judged questions.

    Raises:
        JudgedFileError: it cannot be read, or an entry is wrong.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise JudgedFileError(f"{path.name} : fichier illisible ({type(error).__name__})") from None
    if not isinstance(entries, list) or not entries:
        raise JudgedFileError(f"{path.name} : une liste de questions est attendue")
    return tuple(_read_entry(path, number, each) for number, each in enumerate(entries, start=1))


@cache
def load_witnesses() -> tuple[JudgedQuestion, ...]:
    """Return the witness questions of the product."""
    return read_judged(WITNESSES)


def ask(
    index: ResourceIndex,
    questions: Sequence[JudgedQuestion],
    *,
    find_territoire: FindTerritoire,
    understand: Understand = lambda _text: Asked(),
) -> tuple[Outcome, ...]:
    """Ask each question as its élu would, and see what comes."""
    engine = SearchEngine(index)
    return tuple(_ask(engine, each, find_territoire, understand) for each in questions)


def report(outcomes: Collection[Outcome]) -> JudgedReport:
    """Sum up outcomes."""
    answerable = [each for each in outcomes if not each.question.sans_reponse]
    others = [each for each in outcomes if each.question.sans_reponse]
    return JudgedReport(
        questions=len(answerable),
        unanswerable=len(others),
        success_at_1=_share(each.rank == 1 for each in answerable),
        success_at_3=_share(0 < each.rank <= SHOWN_FIRST for each in answerable),
        mrr_at_10=_mean([1 / each.rank if each.rank else 0.0 for each in answerable]),
        refused=_share(not each.answered for each in answerable),
        honest=_share(not each.answered for each in others),
        cautious=_share(not (each.answered and each.sure) for each in others),
    )


def compare(before: Sequence[Outcome], after: Sequence[Outcome]) -> Effect:
    """Say which questions a change gains and loses; both sides asked the same ones in order."""
    pairs = list(zip(before, after, strict=True))
    return Effect(
        gained=tuple(new.question for old, new in pairs if new.right and not old.right),
        lost=tuple(new.question for old, new in pairs if old.right and not new.right),
        moved=tuple(
            Moved(new.question, old.rank, new.rank)
            for old, new in pairs
            if new.right == old.right and new.rank != old.rank
        ),
        before=report(before),
        after=report(after),
    )


def still_judged(
    questions: Sequence[JudgedQuestion], published: Collection[str]
) -> tuple[JudgedQuestion, ...]:
    """Keep the questions whose judgement still holds in a base: one helping resource is there."""
    return tuple(
        each for each in questions if each.sans_reponse or not each.helping.isdisjoint(published)
    )


def _read_entry(path: Path, number: int, entry: object) -> JudgedQuestion:
    try:
        return JudgedQuestion.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "question"
        raise JudgedFileError(f"{path.name}, n° {number}, {where} : {first['msg']}") from None


def _ask(
    engine: SearchEngine,
    question: JudgedQuestion,
    find_territoire: FindTerritoire,
    understand: Understand,
) -> Outcome:
    place = find_territoire(question.territoire) if question.territoire else None
    asked = understand(question.question)
    result = engine.search(
        SearchQuery(
            text=question.question,
            territoire=to_context(place) if place else None,
            population=question.population,
            limit=DEPTH,
            off_topic=asked.off_topic,
            settled=asked.settled,
            prefer_themes=asked.themes,
        )
    )
    ids = [hit.resource.id for hit in result.hits]
    ranks = (rank for rank, id_ in enumerate(ids, start=1) if id_ in question.helping)
    return Outcome(question, next(ranks, 0), result.found, result.sure)


def _share(truths: Iterable[bool]) -> float:
    return _mean([float(each) for each in truths])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
