"""A person's data as a page that anyone can read, alone in its file."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.console.pages import entry_texts, french_moment, texts

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = lambda value: french_moment(datetime.fromisoformat(value))
    environment.globals["textes"] = texts()
    environment.globals["entree"] = entry_texts()
    return environment


def readable(data: dict[str, Any]) -> str:
    """Return the page of an export."""
    return _environment().get_template("export.html").render(data)
