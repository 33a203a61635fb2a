"""Help pages in French: the command-line library writes a few words of its own in English."""

from pathlib import Path
from typing import Any

import yaml
from typer.core import TyperCommand, TyperGroup

_TEXTS = Path(__file__).parent / "textes" / "commande.yml"


def in_french(page: str) -> str:
    """Return a help page with the library's own words translated."""
    texts: dict[str, str] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    for english, french in texts.items():
        page = page.replace(english, french)
    return page


class FrenchCommand(TyperCommand):
    """A command whose help is all French."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return in_french(super().get_help(ctx))


class FrenchGroup(TyperGroup):
    """A group of commands whose help is all French."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return in_french(super().get_help(ctx))
