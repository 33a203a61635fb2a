"""The commands `orientation retention` and `orientation personne`."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.french_help import FrenchCommand, FrenchGroup
from api.settings import Settings

Say = Callable[[str], None]
ReadSettings = Callable[[], Settings]
Qui = Annotated[
    str, typer.Argument(metavar="QUI", help="Adresse électronique, ou référence d'une demande.")
]
console = Console()


def add_privacy_commands(app: typer.Typer, read_settings: ReadSettings, say: Say) -> None:
    """Add the commands on what is kept and about whom."""
    _add_retention(app, read_settings, say)
    personne = typer.Typer(
        help="Exporter ou effacer les données d'une personne.",
        no_args_is_help=True,
        cls=FrenchGroup,
    )
    app.add_typer(personne, name="personne")

    @personne.command("exporter", cls=FrenchCommand)
    def export(
        qui: Qui,
        folder: Annotated[
            Path, typer.Option("--dossier", metavar="DOSSIER", help="Où écrire les deux fichiers.")
        ] = Path(),
    ) -> None:
        """Écrire ce qui est gardé sur une personne : données (JSON) et page lisible (HTML)."""
        from api.vie_privee import commands

        if not asyncio.run(commands.export(read_settings(), say, qui, folder)):
            raise typer.Exit(1)

    @personne.command("effacer", cls=FrenchCommand)
    def erase(qui: Qui) -> None:
        """Effacer une personne ; ses demandes restent, anonymes."""
        from api.vie_privee import commands

        if not asyncio.run(commands.erase(read_settings(), say, _ask, qui)):
            raise typer.Exit(1)


def _add_retention(app: typer.Typer, read_settings: ReadSettings, say: Say) -> None:
    @app.command(cls=FrenchCommand)
    def retention(
        rehearsal: Annotated[
            bool, typer.Option("--a-blanc", help="Compter sans rien effacer.")
        ] = False,
    ) -> None:
        """Effacer ce qui a passé son terme, comme le service le fait chaque jour."""
        from api.vie_privee import commands
        from api.vie_privee.conservation import ConservationInvalide

        try:
            outcome = asyncio.run(commands.retain(read_settings(), rehearsal=rehearsal))
        except ConservationInvalide as error:
            for each in error.problemes:
                say(each)
            raise typer.Exit(2) from None
        table = Table(*outcome.headers)
        for row in outcome.rows:
            table.add_row(*row)
        console.print(table)
        say(outcome.conclusion)


def _ask(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline().strip().strip("«» ").lower()
