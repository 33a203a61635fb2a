"""Suggest territories while someone types: name, postal code, INSEE code or SIREN."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from pathlib import Path

import yaml

from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.territoire import Territoire, TerritoireType
from nlu.text import fold

MIN_QUERY_LENGTH = 2
_TEXTES = Path(__file__).parent / "textes.yml"
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_SAINT = re.compile(r"\bst(e?)\b")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A territory offered to someone who types; `label` tells homonyms apart, in French."""

    type: TerritoireType
    code: str
    nom: str
    departement: str | None
    population: int | None
    label: str


@dataclass(frozen=True, slots=True)
class _Entry:
    territoire: Territoire
    name: str
    others: tuple[str, ...]
    haystack: str


class TerritoireService:
    """Autocompletion over the in-memory base, the most populated territories first."""

    def __init__(self, base: TerritoireBase) -> None:
        self._base = base
        ordered = sorted(base, key=lambda each: -(each.population or 0))
        self._entries = tuple(map(_to_entry, ordered))

    def autocomplete(self, query: str, *, limit: int = 10) -> tuple[Suggestion, ...]:
        """Return the best suggestions: exact codes and names, then prefixes, then word prefixes.

        A query of fewer than two characters suggests nothing.
        """
        key = _key(query)
        if len(key) < MIN_QUERY_LENGTH:
            return ()
        best = nsmallest(limit, self._ranked(key), key=lambda pair: pair[0])
        return tuple(self._suggest(territoire) for _, territoire in best)

    def _ranked(self, key: str) -> Iterator[tuple[tuple[int, int], Territoire]]:
        # The substring test discards nearly every entry: it makes the scan ten times faster.
        found = [pair for pair in enumerate(self._entries) if key in pair[1].haystack]
        for order, entry in found:
            rank = _rank(entry, key)
            if rank is not None:
                yield (rank, order), entry.territoire

    def _suggest(self, territoire: Territoire) -> Suggestion:
        return Suggestion(
            type=territoire.type,
            code=territoire.code,
            nom=territoire.nom,
            departement=territoire.departement,
            population=territoire.population,
            label=self._label(territoire),
        )

    def _label(self, territoire: Territoire) -> str:
        departement = territoire.departement
        precision = (
            self._base.get("departement", departement).nom if departement else territoire.code
        )
        return _textes()[territoire.type].format(nom=territoire.nom, precision=precision)


def _to_entry(territoire: Territoire) -> _Entry:
    name = _key(territoire.nom)
    others = tuple(map(_key, territoire.alias))
    codes = (territoire.code.lower(), *territoire.codes_postaux)
    return _Entry(territoire, name, others, haystack="\n".join((name, *others, *codes)))


def _rank(entry: _Entry, key: str) -> int | None:
    """Tell how well an entry answers: 0 is an exact name or code, None no answer at all."""
    territoire = entry.territoire
    if key in (entry.name, territoire.code.lower()) or key in territoire.codes_postaux:
        return 0
    if entry.name.startswith(key):
        return 1
    if f" {key}" in entry.name:
        return 2
    if any(other.startswith(key) for other in entry.others):
        return 3
    if key.isdigit() and any(code.startswith(key) for code in territoire.codes_postaux):
        return 4
    return None


def _key(text: str) -> str:
    """Fold a name so that hyphens, apostrophes and the abbreviation of Saint do not matter."""
    return _SAINT.sub(r"saint\1", _NOT_WORD.sub(" ", fold(text)).strip())


@cache
def _textes() -> dict[str, str]:
    content: dict[str, str] = yaml.safe_load(_TEXTES.read_text(encoding="utf-8"))
    return content
