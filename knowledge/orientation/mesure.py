"""How well single messages are led to their route: a set written apart from the rules, its figures.

The figures compare with people of the trade: a message may accept other routes beside its own.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.orientation.vocabulaire import ROUTES, Route

Style = Literal["soigne", "courant", "sms", "sans_accents", "fautes", "capitales", "oral", "lettre"]
_MUST_OFFER_A_HUMAN: Route = "conseiller"


class MessagesIllisibles(ValueError):
    """A file of messages that cannot be read; the message says where and why."""


class Message(BaseModel):
    """What somebody writes, the route that fits, and why; `accepte` are as defensible."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    route: Route
    accepte: tuple[Route, ...] = ()
    style: Style
    profil: Annotated[str, Field(min_length=1)]
    pourquoi: Annotated[str, Field(min_length=1)]
    texte: Annotated[str, Field(min_length=1, max_length=4000)]

    def admits(self, route: Route) -> bool:
        """Tell whether the route is the expected one, or as defensible."""
        return route == self.route or route in self.accepte


class Fichier(BaseModel):
    """A file of messages: those of one profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profil: Annotated[str, Field(min_length=1)]
    messages: Annotated[tuple[Message, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Lived:
    """Where a message led: the route first told, then once the questions were passed.

    `turns` counts what the élu sent, the message included; `human` tells whether the first answer
    offered one.
    """

    message: Message
    first: Route
    reached: Route
    turns: int
    human: bool

    @property
    def is_right(self) -> bool:
        """Tell whether the élu was led where the message asks."""
        return self.message.admits(self.reached)


@dataclass(frozen=True, slots=True)
class Part:
    """Figures of some of the messages: those of a route, of a style, of a profile."""

    messages: int
    right: int
    accuracy: float


@dataclass(frozen=True, slots=True)
class RoutesReport:
    """The figures; `matrix` counts, by expected route, the routes reached.

    A message led to a route that it accepts counts as led to its own.
    `first_turn_accuracy` is of the route told before any question is passed; `human_when_must` the
    share of the messages for a human whose first answer offers one; `median_turns` how many
    messages the élu sends until a right orientation.
    """

    messages: int
    accuracy: float
    first_turn_accuracy: float
    human_when_must: float
    median_turns: float
    routes: dict[str, Part]
    styles: dict[str, Part]
    profils: dict[str, Part]
    matrix: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def read_messages(path: Path) -> tuple[Message, ...]:
    """Read a file of messages, or every `*.yml` of a folder, in order.

    Raises:
        MessagesIllisibles: not YAML, a key or a route unknown, an id twice, no message at all.
        OSError: no such file.
    """
    files = sorted(path.glob("*.yml")) if path.is_dir() else [path]
    messages = [each for file in files for each in _read(file).messages]
    if not messages:
        raise MessagesIllisibles(f"{path} : aucun message")
    repeated = [name for name, count in Counter(m.id for m in messages).items() if count > 1]
    if repeated:
        raise MessagesIllisibles(f"{path} : identifiant en double : {', '.join(repeated)}")
    return tuple(messages)


def _read(file: Path) -> Fichier:
    try:
        return Fichier.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise MessagesIllisibles(f"{file.name} : {error}") from error


def report(lived: Sequence[Lived]) -> RoutesReport:
    """Count what was lived against what was expected."""
    right = [each for each in lived if each.is_right]
    must = [each for each in lived if each.message.route == _MUST_OFFER_A_HUMAN]
    return RoutesReport(
        messages=len(lived),
        accuracy=_share(right, lived),
        first_turn_accuracy=_share([x for x in lived if x.message.admits(x.first)], lived),
        human_when_must=_share([each for each in must if each.human], must),
        median_turns=median(each.turns for each in right) if right else 0.0,
        routes=dict(_parts(lived, lambda each: each.route)),
        styles=dict(_parts(lived, lambda each: each.style)),
        profils=dict(_parts(lived, lambda each: each.profil)),
        matrix=_matrix(lived),
    )


def _matrix(lived: Sequence[Lived]) -> dict[str, dict[str, int]]:
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for each in lived:
        expected = each.message.route
        rows[expected][expected if each.is_right else each.reached] += 1
    return {route: dict(rows[route]) for route in ROUTES if route in rows}


def _share(some: Sequence[Lived], of: Sequence[Lived]) -> float:
    return len(some) / len(of) if of else 1.0


def _parts(lived: Sequence[Lived], key: Callable[[Message], str]) -> Iterator[tuple[str, Part]]:
    groups: dict[str, list[Lived]] = defaultdict(list)
    for each in lived:
        groups[key(each.message)].append(each)
    for name, group in sorted(groups.items()):
        right = sum(each.is_right for each in group)
        yield name, Part(len(group), right, right / len(group))
