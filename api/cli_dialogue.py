"""The command `orientation dialogue`: one more dialogue engine, named in RASA_URL."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from typing import Annotated, Any

import typer

from api.french_help import FrenchCommand
from api.settings import Settings

Say = Callable[[str], None]


def add_dialogue_command(app: typer.Typer, read_settings: Callable[[], Settings], say: Say) -> None:
    """Add the command that runs a dialogue engine alone."""

    @app.command(cls=FrenchCommand)
    def dialogue(
        actions: Annotated[
            str,
            typer.Option(metavar="ADRESSE", help="Adresse des actions : http://hôte:port/actions."),
        ],
        host: Annotated[str, typer.Option(metavar="HÔTE", help="Adresse d'écoute.")] = "127.0.0.1",
        port: Annotated[
            int, typer.Option(metavar="PORT", min=0, max=65535, help="Port d'écoute.")
        ] = 5005,
    ) -> None:
        """Lancer un moteur de dialogue à part, à indiquer dans RASA_URL."""
        from api.dialogue import run_dialogue
        from api.logs import configure_logs

        settings = read_settings()
        if not settings.database_url or not os.environ.get("ORIENTATION_INTERNAL_TOKEN"):
            say("Indiquez DATABASE_URL et ORIENTATION_INTERNAL_TOKEN, les mêmes que le service.")
            raise typer.Exit(2)
        configure_logs(logging.WARNING)
        # A shell that starts it in the background has it ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            asyncio.run(run_dialogue(settings, host=host, port=port, actions_url=actions, say=say))
        except KeyboardInterrupt:
            say("Arrêt.")


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
