"""What is wrong in what an editor typed, each sentence beside the field that it is about."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from api.redaction.pages import texts
from knowledge.resources.problems import ContentProblem, from_validation

# The API takes English names too: its findings carry them.
_FRENCH = {
    "title": "titre",
    "summary": "resume",
    "body": "corps",
    "year": "annee",
    "name": "nom",
}
_NUMBERED = re.compile(r"(?P<name>\w+)\[(?P<number>\d+)\](?:\.(?P<part>\w+))?")


@dataclass(frozen=True, slots=True)
class Remarque:
    """A sentence, the field that it is about, and where this field stands in the page."""

    champ: str
    ancre: str
    libelle: str
    message: str


class Remarques:
    """All that is to say of a text, by field."""

    def __init__(self, found: Iterable[Remarque] = ()) -> None:
        self.toutes = list(dict.fromkeys(found))
        self._by_field: dict[str, list[Remarque]] = defaultdict(list)
        for each in self.toutes:
            self._by_field[each.ancre].append(each)

    def __bool__(self) -> bool:
        return bool(self.toutes)

    def __iter__(self) -> Iterator[Remarque]:
        return iter(self.toutes)

    def du(self, ancre: str) -> list[Remarque]:
        """Return what is to say of the field that stands there."""
        return self._by_field.get(ancre, [])


def remarks_of(problems: Iterable[ContentProblem]) -> Remarques:
    """Return the findings of the base as remarks."""
    return Remarques(_remark(each) for each in problems)


def typing_remarks(error: ValidationError) -> Remarques:
    """Return what cannot even be read (a date, a number, too long a text)."""
    return remarks_of(from_validation(error, file=""))


def _remark(problem: ContentProblem) -> Remarque:
    field = ".".join(_FRENCH.get(part, part) for part in problem.field.split("."))
    names: dict[str, str] = texts()["champs"]
    numbered = _NUMBERED.fullmatch(field)
    if numbered is None:
        return Remarque(field, f"champ-{field}", names.get(field, field), _sentence(field, problem))
    name, number, part = numbered["name"], numbered["number"], numbered["part"]
    label = f"{texts()['numerotes'].get(name, names.get(name, name))} {number}"
    if part:
        label += f" ({names.get(part, part).lower()})"
    # Lists that are chosen, not typed, are one field; the others have a field for each line.
    typed = name in ("questions", "sources")
    where = f"champ-{name}-{number}{'-' + (part or 'url') if name == 'sources' else ''}"
    sentence = _sentence(part or name, problem)
    return Remarque(field, where if typed else f"champ-{name}", label, sentence)


def _sentence(name: str, problem: ContentProblem) -> str:
    """Return what to do, in the words of the form where they are better than those of a file."""
    own: str | None = texts()["remarques"].get(name, {}).get(problem.code)
    return own.format_map(problem.facts) if own else problem.message
