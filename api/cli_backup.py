"""The commands `orientation backup` and `orientation restore`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.french_help import FrenchCommand
from api.settings import Settings

Say = Callable[[str], None]
ReadSettings = Callable[[], Settings]


def add_backup_commands(app: typer.Typer, read_settings: ReadSettings, say: Say) -> None:
    """Add the commands that save and restore the database."""

    @app.command(cls=FrenchCommand)
    def backup(
        fichier: Annotated[
            Path | None,
            typer.Argument(
                metavar="FICHIER", help="Par défaut, un fichier daté du dossier de données."
            ),
        ] = None,
        seal: Annotated[
            bool, typer.Option("--chiffrer", help="Chiffrer par une phrase secrète.")
        ] = False,
        verify: Annotated[
            bool, typer.Option("--verifier", help="Relire une sauvegarde sans rien changer.")
        ] = False,
    ) -> None:
        """Sauvegarder la base en un fichier, même pendant que le service répond.

        La phrase secrète se tape au clavier, ou se lit dans ORIENTATION_BACKUP_PASSPHRASE.
        """
        from api.backup import dialogue

        with _refusals(say):
            if verify:
                dialogue.verify(read_settings(), say, fichier)
            else:
                dialogue.save(read_settings(), say, fichier, seal=seal)

    @app.command(cls=FrenchCommand)
    def restore(
        fichier: Annotated[
            Path,
            typer.Argument(metavar="FICHIER", exists=True, dir_okay=False, help="La sauvegarde."),
        ],
        overwrite: Annotated[
            bool, typer.Option("--ecraser", help="Remplacer ce que la base contient.")
        ] = False,
    ) -> None:
        """Rendre une sauvegarde à la base, service arrêté : tout, ou rien."""
        from api.backup import dialogue

        with _refusals(say):
            dialogue.restore(read_settings(), say, fichier, overwrite=overwrite)


@contextmanager
def _refusals(say: Say) -> Iterator[None]:
    from api.backup.dialogue import Refused

    try:
        yield
    except Refused as refusal:
        say(str(refusal))
        raise typer.Exit(1) from None
