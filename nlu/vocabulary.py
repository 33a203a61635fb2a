"""Reads the vocabularies that agents edit, in `nlu/data/vocabulaire`."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

VOCABULAIRE_DIRECTORY = Path(__file__).parent / "data" / "vocabulaire"


def read_vocabulary(name: str) -> Any:
    """Return the content of `<name>.yml`; every scalar is text, as in all our YAML.

    BaseLoader: YAML would otherwise read `non` as a boolean and `2m1` or `01001` as numbers.
    """
    content = (VOCABULAIRE_DIRECTORY / f"{name}.yml").read_text(encoding="utf-8")
    return yaml.load(content, Loader=yaml.CBaseLoader)  # noqa: S506  # BaseLoader builds only text


@cache
def load_sms() -> dict[str, str]:
    """Return the abbreviated forms, lower-case, with what each one stands for."""
    return dict(read_vocabulary("sms")["formes"])


@cache
def load_sequences() -> dict[str, str]:
    """Return the misheard runs of words (« es ce que »), with what each one stands for."""
    return dict(read_vocabulary("sms")["suites"])


@cache
def load_verb_contexts() -> dict[str, frozenset[str]]:
    """Return the words that tell how to read a verb typed in « é »."""
    written: dict[str, list[str]] = read_vocabulary("sms")["verbes"]
    return {name: frozenset(found) for name, found in written.items()}


@cache
def load_pictograms() -> dict[str, str]:
    """Return the pictograms that say a word when the message holds nothing else."""
    return dict(read_vocabulary("sms")["pictogrammes"])
