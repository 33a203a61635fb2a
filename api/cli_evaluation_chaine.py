"""`evaluate routes` and `evaluate conversations`: the whole chain, as an élu lives it."""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.french_help import FrenchCommand, file_reason
from api.settings import Settings

if TYPE_CHECKING:
    from api.evaluation_dialogues import DialoguesReport
    from knowledge.orientation.mesure import RoutesReport

Say = Callable[[str], None]
AsJson = Annotated[bool, typer.Option("--json", help="Résultat en JSON.")]
console = Console()
_MEASURES = {
    "messages": "Messages",
    "accuracy": "Bonne orientation, questions passées",
    "first_turn_accuracy": "Bonne orientation dès la première réponse",
    "human_when_must": "Une personne proposée quand il le faut",
    "median_turns": "Messages jusqu'à une orientation pertinente (médiane)",
    "conversations": "Conversations",
    "passed": "Conversations conformes",
    "known_gaps": "Conversations dont l'écart est connu",
    "turns": "Tours",
    "as_expected": "Tours conformes",
    "invented": "Faits inventés",
}
_PARTS = {"routes": "Orientation", "styles": "Style", "profils": "Profil"}


def add_chain_evaluations(
    evaluate: typer.Typer, read_settings: Callable[[], Settings], say: Say
) -> None:
    """Add `routes` and `conversations` to the group `evaluate`."""

    @evaluate.command("routes", cls=FrenchCommand)
    def evaluate_routes(
        path: Annotated[
            Path,
            typer.Argument(
                metavar="CHEMIN",
                exists=True,
                help="Messages et leur orientation : un fichier YAML ou un dossier.",
            ),
        ],
        as_json: AsJson = False,
    ) -> None:
        """Mesurer l'orientation : exactitude par orientation, style et profil, confusions."""
        from api.evaluation_routes import live_routes
        from knowledge.orientation.mesure import MessagesIllisibles, read_messages, report

        try:
            messages = read_messages(path)
        except (MessagesIllisibles, OSError) as error:
            say(f"Fichier illisible : {file_reason(error)}")
            raise typer.Exit(1) from None
        figures = report(asyncio.run(live_routes(read_settings(), messages)))
        if as_json:
            return _write(figures.as_dict())
        _print_measures(figures.as_dict())
        return _print_routes(figures)

    @evaluate.command("conversations", cls=FrenchCommand)
    def evaluate_conversations(
        directory: Annotated[
            Path,
            typer.Argument(
                metavar="DOSSIER",
                exists=True,
                file_okay=False,
                help="Dossier de conversations (YAML).",
            ),
        ],
        as_json: AsJson = False,
    ) -> None:
        """Jouer des conversations de référence : tours conformes, personne proposée, inventions."""
        from api.evaluation_dialogues import DialoguesIllisibles, count, play_all, read_dialogues

        try:
            dialogues = read_dialogues(directory)
            figures = count(asyncio.run(play_all(read_settings(), dialogues)))
        except (DialoguesIllisibles, OSError) as error:
            say(f"Fichier illisible : {file_reason(error)}")
            raise typer.Exit(1) from None
        if as_json:
            return _write(figures.as_dict())
        _print_measures({**figures.as_dict(), "invented": len(figures.invented)})
        return _print_failures(figures)


def _write(figures: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")


def _print_measures(figures: Mapping[str, Any]) -> None:
    table = Table("Mesure", "Valeur")
    for name, label in _MEASURES.items():
        if name in figures:
            value = figures[name]
            table.add_row(label, f"{value:.3f}" if isinstance(value, float) else str(value))
    console.print(table)


def _print_routes(figures: "RoutesReport") -> None:
    for name, title in _PARTS.items():
        table = Table(title, "Messages", "Bien orientés", "Exactitude")
        for key, part in getattr(figures, name).items():
            table.add_row(key, str(part.messages), str(part.right), f"{part.accuracy:.3f}")
        console.print(table)
    reached = sorted({each for row in figures.matrix.values() for each in row})
    matrix = Table("Attendue \\ obtenue", *reached)
    for expected, row in figures.matrix.items():
        matrix.add_row(expected, *(str(row.get(each, "·")) for each in reached))
    console.print(matrix)


def _print_failures(figures: "DialoguesReport") -> None:
    for line in (*figures.failures, *figures.invented):
        console.print(line, markup=False, highlight=False)
