"""The commands `orientation compte`: who may enter the console."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.comptes.roles import Role
from api.french_help import FrenchCommand, FrenchGroup
from api.settings import Settings

Say = Callable[[str], None]
console = Console()

Courriel = Annotated[str, typer.Argument(metavar="COURRIEL", help="Adresse de la personne.")]


def add_compte_commands(app: typer.Typer, read_settings: Callable[[], Settings], say: Say) -> None:
    """Add the commands that manage accounts."""
    comptes = typer.Typer(
        help="Inviter, lister ou fermer les comptes de la console.",
        no_args_is_help=True,
        cls=FrenchGroup,
    )
    app.add_typer(comptes, name="compte")

    @comptes.command("inviter", cls=FrenchCommand)
    def invite(
        courriel: Courriel,
        role: Annotated[
            Role,
            typer.Option(
                "--role",
                metavar="ROLE",
                help="conseiller, responsable, redacteur, relecteur ou admin_technique.",
            ),
        ] = Role.CONSEILLER,
    ) -> None:
        """Afficher un lien d'invitation, valable sept jours et une seule fois.

        Pour un compte existant, le lien change le mot de passe et le rôle.
        """
        from api.comptes.commands import invite as invite_compte
        from api.comptes.service import CompteInvalid

        try:
            say(asyncio.run(invite_compte(read_settings(), courriel, role)))
        except CompteInvalid:
            say(f"« {courriel} » n'est pas une adresse électronique.")
            raise typer.Exit(2) from None

    @comptes.command("lister", cls=FrenchCommand)
    def list_all() -> None:
        """Lister les comptes : nom, adresse, rôle, dernière connexion."""
        from api.comptes.commands import list_comptes

        table = Table("Nom", "Adresse", "Rôle", "Dernière connexion", "État")
        for each in asyncio.run(list_comptes(read_settings())):
            seen = f"{each.last_login_at:%d/%m/%Y}" if each.last_login_at else "jamais"
            state = f"fermé le {each.disabled_at:%d/%m/%Y}" if each.disabled_at else "ouvert"
            table.add_row(each.nom, each.courriel, each.role, seen, state)
        console.print(table)

    _add_closing_commands(comptes, read_settings, say)


def _add_closing_commands(
    comptes: typer.Typer, read_settings: Callable[[], Settings], say: Say
) -> None:
    @comptes.command("fermer", cls=FrenchCommand)
    def close(courriel: Courriel) -> None:
        """Fermer un compte : ses sessions s'arrêtent aussitôt."""
        from api.comptes.commands import disable

        if not asyncio.run(disable(read_settings(), courriel)):
            say(f"Aucun compte ouvert n'a l'adresse « {courriel} ».")
            raise typer.Exit(1)
        say("Le compte est fermé.")

    @comptes.command("reinitialiser", cls=FrenchCommand)
    def reset(courriel: Courriel) -> None:
        """Retirer la double authentification d'un téléphone perdu ; c'est inscrit au journal."""
        from api.comptes.commands import reset as reset_factor

        if not asyncio.run(reset_factor(read_settings(), courriel)):
            say(f"Aucun compte avec double authentification n'a l'adresse « {courriel} ».")
            raise typer.Exit(1)
        say("La double authentification est retirée, et les sessions du compte sont fermées.")
