"""The commands `orientation key` and `orientation keys`: access keys to tickets or resources."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.french_help import FrenchCommand, FrenchGroup
from api.settings import Settings

Say = Callable[[str], None]
console = Console()


class Scope(StrEnum):
    """What a key may do (see `api.tickets.keys`, which this command does not load for its help)."""

    READ = "tickets:read"
    WRITE = "tickets:write"
    WEBHOOKS = "webhooks:manage"
    MAILS = "mails:read"
    RECEIVE = "mails:receive"
    REDACTEUR = "redacteur"
    RELECTEUR = "relecteur"
    RESPONSABLE = "responsable"


# A key that says nothing else opens the tickets, never the writing of resources.
_DEFAULT = (Scope.READ, Scope.WRITE, Scope.WEBHOOKS, Scope.MAILS)

Name = Annotated[str, typer.Argument(metavar="NOM", help="Nom du conseiller ou du système.")]
Scopes = Annotated[
    list[Scope] | None,
    typer.Option(
        "--portee",
        metavar="PORTÉE",
        help="Ce que la clé permet ; à répéter. Par défaut : toutes les demandes. Un rôle de"
        " rédaction (redacteur, relecteur, responsable) ouvre la base de ressources.",
    ),
]


def add_key_commands(app: typer.Typer, read_settings: Callable[[], Settings], say: Say) -> None:
    """Add the commands that manage access keys."""
    keys = typer.Typer(
        help="Lister ou révoquer les clés d'accès.",
        no_args_is_help=True,
        cls=FrenchGroup,
    )
    app.add_typer(keys, name="keys")

    @app.command("key", cls=FrenchCommand)
    def create_key(
        name: Name,
        scopes: Scopes = None,
        read_only: Annotated[
            bool, typer.Option("--lecture-seule", help="Seulement tickets:read.")
        ] = False,
    ) -> None:
        """Créer une clé d'accès (demandes ou ressources) ; elle n'est affichée qu'une fois."""
        from api.keys import create

        wanted = [Scope.READ] if read_only else scopes or list(_DEFAULT)
        chosen = tuple(dict.fromkeys(each.value for each in wanted))
        say(asyncio.run(create(read_settings(), name, chosen)))

    @keys.command("list", cls=FrenchCommand)
    def list_all() -> None:
        """Lister les clés : nom, portées, dates. Jamais la clé elle-même."""
        from api.keys import list_keys

        table = Table("Nom", "Portées", "Créée le", "État")
        for each in asyncio.run(list_keys(read_settings())):
            state = f"révoquée le {each.revoked_at:%d/%m/%Y}" if each.revoked_at else "valable"
            table.add_row(each.name, "\n".join(each.scopes), f"{each.created_at:%d/%m/%Y}", state)
        console.print(table)

    @keys.command("revoke", cls=FrenchCommand)
    def revoke_key(name: Name) -> None:
        """Révoquer une clé : elle est refusée dès maintenant."""
        from api.keys import revoke

        if not asyncio.run(revoke(read_settings(), name)):
            say(f"Aucune clé valable ne porte le nom « {name} ».")
            raise typer.Exit(1)
        say(f"La clé « {name} » est révoquée.")
