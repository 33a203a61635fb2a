"""What is wrong in a content file, told in French to the person who wrote it."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from pydantic import ValidationError

from knowledge.resources.vocabulary import DATA


@dataclass(frozen=True, slots=True)
class ContentProblem:
    """One defect: file, field (empty for the whole file), code and the facts of its message.

    A `warning` is shown but does not prevent the import.
    """

    file: str
    field: str
    code: str
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)
    warning: bool = False

    @property
    def message(self) -> str:
        """The French sentence, without file nor field."""
        templates = _messages()
        if self.code not in templates:
            return templates["forme_invalide"].format(code=self.code)
        return templates[self.code].format_map(self.facts)

    def __str__(self) -> str:
        template = _messages()["lieu_champ" if self.field else "lieu_fichier"]
        return template.format(fichier=self.file, champ=self.field, message=self.message)


class ContentRefused(Exception):
    """A content file that cannot become a resource; `problems` says why."""

    def __init__(self, problems: tuple[ContentProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def from_validation(error: ValidationError, *, file: str) -> Iterator[ContentProblem]:
    """Translate pydantic's findings, one problem each."""
    for detail in error.errors(include_url=False):
        context: dict[str, Any] = dict(detail.get("ctx", {}))
        yield ContentProblem(file, _field_name(detail["loc"]), detail["type"], context)


def _field_name(location: tuple[int | str, ...]) -> str:
    """Return "sources[1].url" for ("sources", 0, "url"): people count from one."""
    name = ""
    for part in location:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return name.lstrip(".")


@cache
def _messages() -> dict[str, str]:
    raw = (DATA / "messages.yml").read_bytes()
    messages: dict[str, str] = yaml.load(raw, Loader=yaml.BaseLoader)  # noqa: S506
    return messages
