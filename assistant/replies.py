"""French replies: they live in `reponses/*.yml` as Jinja sentences, never in Python."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined

_DIRECTORY = Path(__file__).parent / "reponses"
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class ReplyNotFound(KeyError):
    """No reply bears this key in reponses/*.yml."""


def french_date(value: Any) -> str:
    """Write a date in full: « vendredi 27 novembre 2026 »."""
    day = "1er" if value.day == 1 else str(value.day)
    return f"{_DAYS[value.weekday()]} {day} {_MONTHS[value.month - 1]} {value.year}"


def french_number(value: int) -> str:
    """Write a number the French way, thousands apart by a narrow no-break space."""
    return f"{value:,}".replace(",", "\u202f")


@cache
def load_replies(directory: Path = _DIRECTORY) -> "Replies":
    """Read every reply file once.

    Raises ValueError when two files define the same key.
    """
    texts: dict[str, Any] = {}
    for path in sorted(directory.glob("*.yml")):
        for key, value in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if key in texts:
                raise ValueError(f"{path.name}: duplicate key {key}")
            texts[key] = value
    return Replies(texts)


class Replies:
    """Renders replies by key; a missing fact is an error, never a hole in a sentence."""

    def __init__(self, texts: dict[str, Any]) -> None:
        self._texts = texts
        # Plain text, not HTML: the pages write it with textContent only.
        self._environment = Environment(
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["date_fr"] = french_date
        self._environment.filters["nombre"] = french_number
        self._templates = {
            key: self._environment.from_string(str(value))
            for key, value in texts.items()
            if isinstance(value, str)
        }

    def render(self, key: str, **facts: Any) -> str:
        """Return the sentence of `key` with its facts.

        Raises ReplyNotFound, and jinja2.UndefinedError when a fact is missing.
        """
        if key not in self._templates:
            raise ReplyNotFound(key)
        return self._templates[key].render(**facts).strip()

    def table(self, key: str) -> dict[str, str]:
        """Return a table of labels (`{code: label}`)."""
        if not isinstance(self._texts.get(key), dict):
            raise ReplyNotFound(key)
        return dict(self._texts[key])

    def keys(self) -> frozenset[str]:
        """Every key, for the consistency test."""
        return frozenset(self._texts)
