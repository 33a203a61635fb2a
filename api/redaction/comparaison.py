"""Two texts of a resource side by side, as a reader compares them: word by word, item by item."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from api.redaction.dire import Tell
from api.redaction.pages import texts
from knowledge.resources.difference import FieldChange, difference
from knowledge.resources.resource import Resource

SAME, ADDED, REMOVED = "garde", "ajoute", "retire"
_WORDS = re.compile(r"\s+|[^\s]+")
# Less alike than this, a rewritten paragraph reads better whole.
_LEAST_LIKENESS = 0.35
_LISTS = ("themes", "publics", "territoires", "questions", "sources")
_UNSHOWN = ("id", "etat", "type")


@dataclass(frozen=True, slots=True)
class Morceau:
    """A piece of text, and whether it was kept, added or removed."""

    genre: str
    texte: str


@dataclass(frozen=True, slots=True)
class Changement:
    """A field that changed: its name, its lines, each in pieces."""

    champ: str
    libelle: str
    lignes: tuple[tuple[Morceau, ...], ...]


def compare(before: Resource, after: Resource, tell: Tell) -> list[Changement]:
    """Return what changed, field by field, in the order of the form; `tell` says the values."""
    names: dict[str, str] = texts()["champs"]
    return [
        Changement(each.field, names[each.field], tuple(_lines(each, tell)))
        for each in difference(before, after)
        if each.field not in _UNSHOWN
    ]


def words(before: str, after: str) -> tuple[Morceau, ...]:
    """Return one text with what changed in it, word by word.

    >>> [(each.genre, each.texte) for each in words("un conseil élu", "un conseil tiré au sort")]
    [('garde', 'un conseil '), ('retire', 'élu'), ('ajoute', 'tiré au sort')]
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _LEAST_LIKENESS:
        return _pieces((REMOVED, before), (ADDED, after))
    found: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found.append((SAME, "".join(old[i1:i2])))
        else:
            found += [(REMOVED, "".join(old[i1:i2])), (ADDED, "".join(new[j1:j2]))]
    return _pieces(*found)


def _pieces(*found: tuple[str, str]) -> tuple[Morceau, ...]:
    return tuple(Morceau(kind, text) for kind, text in found if text)


def _lines(change: FieldChange, tell: Tell) -> Iterator[tuple[Morceau, ...]]:
    name, before, after = change.field, change.before, change.after
    if name in _LISTS:
        old, new = ([tell(name, each) for each in given or ()] for given in (before, after))
        yield from _items(old, new)
    elif name == "corps":
        yield from _paragraphs(before, after)
    else:
        yield words(tell(name, before), tell(name, after))


def _items(old: list[str], new: list[str]) -> Iterator[tuple[Morceau, ...]]:
    yield from (_pieces((REMOVED, each)) for each in old if each not in new)
    yield from (_pieces((ADDED, each)) for each in new if each not in old)
    if sorted(old) == sorted(new):
        yield _pieces((SAME, texts()["comparaison"]["ordre"]))


def _paragraphs(before: str, after: str) -> Iterator[tuple[Morceau, ...]]:
    old, new = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from (_pieces((SAME, each)) for each in _shortened(old[i1:i2]))
        elif tag == "replace" and i2 - i1 == j2 - j1:
            yield from (words(a, b) for a, b in zip(old[i1:i2], new[j1:j2], strict=True))
        else:
            yield from (_pieces((REMOVED, each)) for each in old[i1:i2] if each)
            yield from (_pieces((ADDED, each)) for each in new[j1:j2] if each)


def _shortened(same: list[str]) -> list[str]:
    """Return the neighbours of a change; a long passage that did not change is folded."""
    written = [each for each in same if each.strip()]
    if len(written) <= 2:  # noqa: PLR2004 - the line before and the line after
        return written
    return [written[0], "[…]", written[-1]]
