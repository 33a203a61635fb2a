"""The commands `orientation regles check` and `orientation regles explain "…"`."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.french_help import FrenchCommand, FrenchGroup
from api.settings import Settings

Say = Callable[[str], None]
_BLOCKING = "bloquant"


def add_rule_commands(app: typer.Typer, read_settings: Callable[[], Settings], say: Say) -> None:
    """Add the commands of the agents who write the orientation rules."""
    regles = typer.Typer(
        help="Vérifier les règles d'orientation, ou expliquer une orientation.",
        no_args_is_help=True,
        cls=FrenchGroup,
    )
    app.add_typer(regles, name="regles")
    _add_check(regles, say)
    _add_explain(regles, read_settings)
    _add_export(regles, read_settings, say)


def _add_check(regles: typer.Typer, say: Say) -> None:
    @regles.command(cls=FrenchCommand)
    def check(
        directory: Annotated[
            Path | None,
            typer.Argument(
                metavar="DOSSIER",
                exists=True,
                file_okay=False,
                help="Dossier de règles ; par défaut, le projet.",
            ),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    ) -> None:
        """Dire quel fichier, quelle règle, ce qui ne va pas et comment le corriger.

        Échoue si une règle empêche de charger les autres ou ne donne pas ce qu'elle promet.
        """
        from api.check import rule_problems
        from knowledge.territoires.loader import load_territoires

        problems = rule_problems(load_territoires(), directory)
        blocking = sum(each.gravite == _BLOCKING for each in problems)
        if as_json:
            _write_json([{name: getattr(each, name) for name in _FIELDS} for each in problems])
        else:
            for each in problems:
                say(each.phrase)
            say(f"À corriger : {blocking}. À revoir : {len(problems) - blocking}.")
        if blocking:
            raise typer.Exit(1)


def _add_explain(regles: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @regles.command(cls=FrenchCommand)
    def explain(
        question: Annotated[
            str, typer.Argument(metavar="QUESTION", help="La question, entre guillemets.")
        ],
        as_json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    ) -> None:
        """Montrer toute la décision : chaque règle, ce qui lui manque, sa source."""
        from api.orientation.presentation import facts_of, fill
        from api.orientation.terminal import explain_alone

        explication = explain_alone(read_settings(), question)
        if as_json:
            _write_json(explication.to_json())
        else:
            sys.stdout.write(fill("explication.txt", **facts_of(explication)) + "\n")


def _add_export(regles: typer.Typer, read_settings: Callable[[], Settings], say: Say) -> None:
    @regles.command("exporter", cls=FrenchCommand)
    def export(
        folder: Annotated[
            Path,
            typer.Option("--dossier", metavar="DOSSIER", help="Où écrire les fichiers de règles."),
        ],
    ) -> None:
        """Écrire les règles en service : celles du produit, et celles que la rédaction a publiées.

        Sans modification publiée, ce sont les fichiers mêmes du produit.
        """
        from api.regles import commands

        asyncio.run(commands.export(read_settings(), say, folder))


_FIELDS = ("gravite", "fichier", "ligne", "regle", "code", "quoi", "remede")


def _write_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
