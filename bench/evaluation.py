"""What the assistant is worth, in one table: `make eval`.

    python -m bench.evaluation

The conversations of reference and the messages with their route go through the whole chain, on
one service started for them; the sentences held out, through the understanding; the judged
questions, through the search. A goal that is missed is told, and is no failure of the command.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from api.container import Container
from api.evaluation import measure_judged
from api.evaluation_dialogues import DialoguesReport, count, play_on, read_dialogues
from api.evaluation_routes import live
from api.evaluation_service import throwaway_service
from api.settings import Settings
from knowledge.orientation.mesure import Lived, read_messages, report
from knowledge.search.judged import JudgedReport
from nlu.evaluation import NluReport, evaluate
from nlu.intents_examples import IntentExample
from nlu.pipeline import Understander
from nlu.understanding import IntentScore

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
ROUTES = ("phrases_orientation", "phrases_orientation_2")
HELD_OUT = "tenu_a_l_ecart"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure and its goal, as shown; `reached` is None without a goal."""

    measure: str
    figure: str
    goal: str = "–"
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The whole understanding, as a ranker of intents."""

    understander: Understander

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        """Return the intents, best first."""
        got = self.understander.understand(text)
        return (IntentScore(got.intent, got.confidence), *got.alternatives)


def main() -> None:
    """Measure and print."""
    settings = Settings(data_dir=ROOT / ".donnees")
    dialogues, routes, intents = asyncio.run(_through_the_chain(settings))
    lines = [
        *_dialogue_lines(dialogues),
        *_route_lines(routes),
        _at_least("compréhension, phrases tenues : macro-F1", intents.macro_f1, 0.92),
        *_search_lines("témoins", measure_judged(settings, None)),
        *_search_lines("tenues", measure_judged(settings, TESTS / "recherche_jugee" / "tenu.yml")),
    ]
    say("| mesure | résultat | but | atteint |\n|---|---|---|---|")
    for line in lines:
        reached = {None: "–", True: "oui", False: "non"}[line.reached]
        say(f"| {line.measure} | {line.figure} | {line.goal} | {reached} |")
    for each in (*dialogues.failures, *dialogues.invented):
        say(f"- {each}")


async def _through_the_chain(
    settings: Settings,
) -> tuple[DialoguesReport, tuple[Lived, ...], NluReport]:
    async with throwaway_service(settings) as container:
        dialogues = count(await play_on(container, read_dialogues(TESTS / "conversations")))
        messages = [each for folder in ROUTES for each in read_messages(TESTS / folder)]
        lived = tuple([await live(container, each) for each in messages])
        return dialogues, lived, _intents(container)


def _intents(container: Container) -> NluReport:
    files = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((TESTS / "phrases_tenues").glob("*.yml"))
    ]
    examples = [
        IntentExample(text=phrase["texte"], intent=file["intention"])
        for file in files
        for phrase in file["phrases"]
    ]
    return evaluate(Pipeline(container.assistant.understander), examples)


def _dialogue_lines(figures: DialoguesReport) -> Iterator[Line]:
    passed = f"{figures.passed} sur {figures.conversations}"
    yield Line("conversations conformes", f"{passed} ({figures.known_gaps} écarts déjà notés)")
    yield _at_least(f"tours conformes ({figures.turns})", figures.as_expected, 1.0)
    yield _at_least("une personne proposée quand il le faut", figures.human_when_must, 1.0)
    inventions = len(figures.invented)
    yield Line("faits inventés", str(inventions), "0", reached=inventions == 0)
    yield Line("messages jusqu'à l'orientation, médiane", f"{figures.median_turns:g}")


def _route_lines(lived: tuple[Lived, ...]) -> Iterator[Line]:
    held = {
        each.id
        for folder in ROUTES
        for path in (TESTS / folder).glob(f"{HELD_OUT}_*.yml")
        for each in read_messages(path)
    }
    halves = {
        "réglage": [each for each in lived if each.message.id not in held],
        "tenus à l'écart": [each for each in lived if each.message.id in held],
    }
    for name, half in halves.items():
        figures = report(half)
        label = f"orientation, messages isolés, {name} ({figures.messages})"
        yield _at_least(label, figures.accuracy, 0.95)
        yield _at_least(f"{label} : une personne", figures.human_when_must, 1.0)


def _search_lines(name: str, figures: JudgedReport) -> Iterator[Line]:
    label = f"recherche, questions {name} : dans les trois premières"
    yield _at_least(label, figures.as_dict()["success_at_3"], 0.90)


def _at_least(measure: str, value: float, goal: float) -> Line:
    shown = (f"{each:.3f}".replace(".", ",") for each in (value, goal))
    figure, wanted = shown
    return Line(measure, figure, wanted, reached=value >= goal)


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
