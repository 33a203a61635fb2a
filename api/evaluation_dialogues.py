"""The conversations of reference: read, judged turn by turn, counted (format: their README)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from api.container import Container
from api.evaluation_service import Elu, throwaway_service
from api.evaluation_sources import Sources
from api.settings import Settings

_ANSWERS = frozenset({"answered", "partial", "handed_over", "nothing_found", "out_of_scope"})

Turn = dict[str, Any]


class DialoguesIllisibles(ValueError):
    """A file of conversations that cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation of reference; `ecart` tells what the product is known not to do yet."""

    fichier: str
    nom: str
    tours: tuple[dict[str, Any], ...]
    ecart: str | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a conversation: one entry a turn that could be played.

    `problems` are what differs from what is expected, `missing` the turns after a button that was
    not offered, `oriented_at` the turn (from 1) that first answers with an admitted route, None
    when the conversation expects none or never gets it.
    """

    dialogue: Dialogue
    problems: tuple[tuple[str, ...], ...]
    missing: int = 0
    human_expected: int = 0
    human_offered: int = 0
    invented: tuple[str, ...] = ()
    oriented_at: int | None = None

    @property
    def passes(self) -> bool:
        """Tell whether every turn is as expected."""
        return not self.missing and not any(self.problems)


@dataclass(frozen=True, slots=True)
class DialoguesReport:
    """The figures; `invented` is what was shown and that no source of the product holds.

    `human_when_must` is over the turns where a human must be offered; `median_turns` is how many
    messages lead to a relevant orientation, over the conversations that expect one.
    """

    conversations: int
    passed: int
    known_gaps: int
    turns: int
    as_expected: float
    human_when_must: float
    invented: tuple[str, ...]
    median_turns: float
    failures: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def read_dialogues(directory: Path) -> tuple[Dialogue, ...]:
    """Read every conversation of a folder.

    Raises:
        DialoguesIllisibles: not YAML, a conversation without name or turns, none at all.
    """
    dialogues = tuple(
        each for path in sorted(directory.glob("*.yml")) for each in _read(path, path.stem)
    )
    if not dialogues:
        raise DialoguesIllisibles(f"{directory} : aucune conversation")
    return dialogues


def _read(path: Path, stem: str) -> Iterator[Dialogue]:
    try:
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        for document in documents:
            for each in document if isinstance(document, list) else [document]:
                yield Dialogue(stem, each["nom"], tuple(each["tours"]), each.get("ecart"))
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise DialoguesIllisibles(f"{path.name} : {error}") from error


def offered(turn: Turn, button: str) -> tuple[str, str] | None:
    """Return the payload and the label of the button of the turn that starts so, or None."""
    choices = [
        choice
        for message in turn["messages"]
        if message["type"] == "choices"
        for choice in message["choices"]
    ]
    wanted = button.casefold()
    found = (each for each in choices if each["label"].casefold().startswith(wanted))
    return next(((each["payload"], each["label"]) for each in found), None)


def differences(turn: Turn, expected: Mapping[str, Any], before: Turn | None = None) -> list[str]:
    """Return what differs from what was expected, one line each; `before` is the previous Turn."""
    kinds = [message["type"] for message in turn["messages"]]
    route = (turn["orientation"] or {}).get("route")
    checks: dict[str, Callable[[Any], bool]] = {
        "issue": lambda wanted: turn["outcome"] in wanted,
        "intention": lambda wanted: turn["understanding"]["intent"] in wanted,
        "territoire": lambda wanted: turn["dialogue"]["territoire_code"] == wanted,
        "demande": lambda wanted: turn["dialogue"]["asks_for"] == wanted,
        "orientation": lambda wanted: route in wanted,
        "contient": lambda wanted: set(wanted) <= set(kinds),
        "types": lambda wanted: set(wanted) <= {each["type"] for each in turn["resources"]},
        "ne_contient_pas": lambda wanted: not set(wanted) & set(kinds),
        "humain": lambda wanted: turn["human_offered"] is wanted,
        "ticket": lambda wanted: (turn["ticket"] is not None) is wanted,
        "memoire_dit": lambda wanted: wanted.casefold() in spoken(turn).casefold(),
        "autres_ressources": lambda wanted: _all_others(turn, before) is wanted,
        "meme_ticket": lambda wanted: _same_ticket(turn, before) is wanted,
    }
    unknown = set(expected) - set(checks)
    if unknown:
        raise DialoguesIllisibles(f"clés inconnues : {unknown}")
    return [
        f"{name} attendu {wanted!r}"
        for name, wanted in expected.items()
        if not checks[name](wanted)
    ]


def _all_others(turn: Turn, before: Turn | None) -> bool:
    seen = {each["id"] for each in (before or {}).get("resources", ())}
    return not seen & {each["id"] for each in turn["resources"]}


def _same_ticket(turn: Turn, before: Turn | None) -> bool:
    known = (before or {}).get("ticket") or {}
    return bool(known) and (turn["ticket"] or {}).get("reference") == known["reference"]


def spoken(turn: Turn) -> str:
    """Return what the élu reads."""
    lines = []
    for message in turn["messages"]:
        if message["type"] == "text":
            lines.append(message["text"])
        elif message["type"] == "resources":
            lines += [item["title"] for item in message["items"]]
        elif message["type"] == "choices":
            lines.append(" | ".join(choice["label"] for choice in message["choices"]))
        else:
            lines.append(str(message))
    return "\n".join(lines)


async def play_all(settings: Settings, dialogues: Sequence[Dialogue]) -> tuple[Played, ...]:
    """Play each conversation on a service started for it."""
    async with throwaway_service(settings) as container:
        return await play_on(container, dialogues)


async def play_on(container: Container, dialogues: Sequence[Dialogue]) -> tuple[Played, ...]:
    """Play each conversation, one after the other, in the service given."""
    sources = Sources.of(container.knowledge)
    return tuple([await _play(container, each, sources) for each in dialogues])


async def _play(container: Container, dialogue: Dialogue, sources: Sources) -> Played:
    elu = await Elu.arrive(container)
    played = Played(dialogue, problems=())
    for number, step in enumerate(dialogue.tours):
        before = elu.last
        if not await _send(elu, step):
            return replace(played, missing=len(dialogue.tours) - number)
        played = judge(played, step, elu.last, before)
        played = replace(played, invented=(*played.invented, *sources.invented(elu.last)))
    return played


async def _send(elu: Elu, step: Mapping[str, Any]) -> bool:
    """Say or press what the step says; False when the button is not offered."""
    if "elu" in step:
        await elu.say(step["elu"])
        return True
    button = step["bouton"]
    pressed = (button, "") if button.startswith("/") else offered(elu.last, button)
    if pressed is None:
        return False
    await elu.press(*pressed)
    return True


def judge(played: Played, step: Mapping[str, Any], turn: Turn, before: Turn | None) -> Played:
    """Return the conversation with one more turn."""
    expected = step.get("attendu") or {}
    must = expected.get("humain") is True
    number = len(played.problems) + 1
    oriented = played.oriented_at
    if oriented is None and _is_relevant(played.dialogue, turn):
        oriented = number
    return replace(
        played,
        problems=(*played.problems, tuple(differences(turn, expected, before))),
        human_expected=played.human_expected + must,
        human_offered=played.human_offered + (must and bool(turn["human_offered"])),
        oriented_at=oriented,
    )


def _is_relevant(dialogue: Dialogue, turn: Turn) -> bool:
    """An answer, not a question back, whose route is one that the conversation expects first."""
    expected = ((step.get("attendu") or {}).get("orientation") for step in dialogue.tours)
    admitted = next((each for each in expected if each), ())
    return turn["outcome"] in _ANSWERS and (turn["orientation"] or {}).get("route") in admitted


def count(played: Sequence[Played]) -> DialoguesReport:
    """Add the conversations up."""
    turns = sum(len(each.problems) + each.missing for each in played)
    good = sum(not problems for each in played for problems in each.problems)
    must = sum(each.human_expected for each in played)
    reached = [each.oriented_at for each in played if each.oriented_at is not None]
    return DialoguesReport(
        conversations=len(played),
        passed=sum(each.passes for each in played),
        known_gaps=sum(bool(each.dialogue.ecart) for each in played),
        turns=turns,
        as_expected=good / turns if turns else 1.0,
        human_when_must=sum(each.human_offered for each in played) / must if must else 1.0,
        invented=tuple(what for each in played for what in each.invented),
        median_turns=float(median(reached)) if reached else 0.0,
        failures=tuple(line for each in played for line in _failures(each)),
    )


def _failures(played: Played) -> Iterator[str]:
    name = f"{played.dialogue.fichier} : {played.dialogue.nom}"
    for number, problems in enumerate(played.problems, 1):
        if problems:
            yield f"{name}, tour {number} : {' ; '.join(problems)}"
    if played.missing:
        yield f"{name}, tour {len(played.problems) + 1} : bouton absent"
