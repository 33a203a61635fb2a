"""The command `orientation phrases`."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.french_help import FrenchCommand, FrenchGroup
from api.settings import Settings


def add_sentence_commands(
    app: typer.Typer, read_settings: Callable[[], Settings], say: Callable[[str], None]
) -> None:
    """Add the commands on the sentences that staff label."""
    phrases = typer.Typer(
        help="Exporter les phrases étiquetées dans la console.",
        no_args_is_help=True,
        cls=FrenchGroup,
    )
    app.add_typer(phrases, name="phrases")

    @phrases.callback()
    def group() -> None:
        """A group, even of one command: « orientation phrases exporter »."""

    @phrases.command("exporter", cls=FrenchCommand)
    def export(
        folder: Annotated[
            Path,
            typer.Option(
                "--dossier",
                metavar="DOSSIER",
                help="Où écrire les fichiers d'exemples complétés, à relire avant de les garder.",
            ),
        ],
    ) -> None:
        """Écrire les fichiers d'exemples (nlu/data/intentions) avec les phrases nouvelles."""
        from api.annotations import commands

        if not asyncio.run(commands.export(read_settings(), say, folder)):
            raise typer.Exit(1)
