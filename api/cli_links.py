"""The command `orientation check-links`: which pages cited by the resources are dead."""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from api.french_help import FrenchCommand
from api.settings import Settings

Say = Callable[[str], None]


def add_link_command(app: typer.Typer, read_settings: Callable[[], Settings], say: Say) -> None:
    """Add the command that visits links."""

    @app.command("check-links", cls=FrenchCommand)
    def check_links(
        as_json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    ) -> None:
        """Visiter les pages que citent les fiches ; échoue si l'une est morte."""
        from api.veille.links import check_links as visit_links
        from knowledge.veille.links import LinkState

        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Visites", total=None)
            visits = asyncio.run(
                visit_links(
                    read_settings(),
                    lambda done, total: progress.update(task, completed=done, total=total),
                )
            )
        failing = [each for each in visits if each.state is not LinkState.VIVANT]
        if as_json:
            rows = [
                {
                    "url": each.page.url,
                    "etat": each.state.value,
                    "raison": each.reason,
                    "fiches": list(each.page.resources),
                }
                for each in visits
            ]
            sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        else:
            for each in sorted(failing, key=lambda visit: visit.state.value, reverse=True):
                cited = ", ".join(each.page.resources)
                say(f"{each.state.value} ({each.reason}) : {each.page.url} — {cited}")
            dead = sum(each.state is LinkState.MORT for each in failing)
            say(f"{len(visits)} pages visitées : {dead} mortes, {len(failing) - dead} incertaines.")
        if any(each.state is LinkState.MORT for each in failing):
            raise typer.Exit(1)
