"""The command line in French: its help, and what it says of a command that is badly written.

The library that reads commands has words of its own, in English: `commande.yml` gives ours.
"""

import errno
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from typer.core import TyperCommand, TyperGroup

_TEXTS = Path(__file__).parent / "textes" / "commande.yml"
# The kind of a value, after its name: « FICHIER <path> ». The name says it already.
_KIND = re.compile(r" <[^>]*>")
# Told by name: their modules take long to load, and no help needs them.
_DATABASE = {"DBAPIError@sqlalchemy", "Error@psycopg"}
_NOT_STARTED = "DatabaseNotStarted@api"


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts


def in_french(page: str) -> str:
    """Return a help page with the library's own words translated, its columns kept."""
    page = _KIND.sub(lambda kind: " " * len(kind[0]) if "\n" not in kind[0] else "", page)
    for english, french in _texts()["aide"]:
        page = re.sub(english, french, page)
    return page


def refusal(message: str, *, command: str) -> str:
    """Return in one French sentence why a command is refused, and where its help is."""
    texts = _texts()
    for pattern, sentence in texts["refus"]:
        found = re.fullmatch(pattern, message.strip(), re.DOTALL)
        if found:
            facts = {name: value.replace("'", "") for name, value in found.groupdict().items()}
            return f"{sentence.format(**facts)}\n{texts['aide_de'].format(commande=command)}"
    return f"{texts['autre']}\n{texts['aide_de'].format(commande=command)}"


def breakdown(error: BaseException) -> str | None:
    """Return in one French sentence what stopped a command; None for what is a bug of ours."""
    told = _texts()["pannes"]
    names = {f"{each.__name__}@{each.__module__.partition('.')[0]}" for each in type(error).__mro__}
    if names & _DATABASE:
        return str(told["base"])
    if _NOT_STARTED in names:
        return str(told["base_illisible"]).format(raison=error)
    return _system(error) if isinstance(error, OSError) else None


def _system(error: OSError) -> str:
    told = _texts()["pannes"]
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return str(told["disque"])
    reason = system_reason(error)
    if error.filename is not None:
        return str(told["fichier"]).format(chemin=error.filename, raison=reason)
    return str(told["systeme"]).format(raison=reason)


def system_reason(error: OSError) -> str:
    """Return in French why the system refuses; in its own words where we have none."""
    return str(_texts()["raisons"].get(error.errno, error.strerror or error))


def file_reason(error: Exception) -> str:
    """Return in French why a file cannot be used."""
    return _system(error).rstrip(".") if isinstance(error, OSError) else str(error)


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
