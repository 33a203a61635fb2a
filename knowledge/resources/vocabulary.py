"""The closed vocabularies of resources, read once from `data/vocabulaire.yml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Allowed values; the mappings give each value its French label."""

    types: dict[str, str]
    states: dict[str, str]
    publics: dict[str, str]
    themes: tuple[str, ...]


@cache
def load_vocabulary() -> Vocabulary:
    """Read the closed vocabularies."""
    raw = yaml.load((DATA / "vocabulaire.yml").read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
    return Vocabulary(
        types=raw["types"],
        states=raw["etats"],
        publics=raw["publics"],
        themes=tuple(raw["themes"]),
    )
