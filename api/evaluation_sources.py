"""What a Turn shows and that no source of the product holds: an invention, told one by one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from assistant.actions.chercher import resource_json
from assistant.sources import Knowledge
from knowledge.accompagnements.loader import load_accompagnements

_LINK = re.compile(r"https?://[^\s)»\"<>]+")


@dataclass(frozen=True, slots=True)
class Sources:
    """All that an answer may show: the published resources, and every link that we hold."""

    knowledge: Knowledge
    links: frozenset[str]

    @classmethod
    def of(cls, knowledge: Knowledge) -> Self:
        """Gather the links of the resources, rules, acronyms and accompanied territories."""
        resources = knowledge.engine.index.resources
        links = (
            *(source.url for each in resources for source in each.sources),
            *(link for each in resources for link in _LINK.findall(each.body)),
            *(each.source_url for each in knowledge.sigles.values()),
            *(each.source for each in knowledge.regles),
            *(c.source for each in knowledge.regles for c in each.si if c.source),
            *(each.url for each in load_accompagnements()),
        )
        return cls(knowledge, frozenset(_trimmed(each) for each in links))

    def invented(self, turn: dict[str, Any]) -> tuple[str, ...]:
        """Return what the turn shows and that is in no source: a resource that differs, a link."""
        records = (
            f"fiche {item['id']}"
            for message in turn["messages"]
            if message["type"] == "resources"
            for item in message["items"]
            if not self._is_as_published(item)
        )
        shown = {link for text in _strings(turn["messages"]) for link in _LINK.findall(text)}
        links = (f"lien {each}" for each in sorted(shown) if _trimmed(each) not in self.links)
        return (*records, *links)

    def _is_as_published(self, item: Mapping[str, Any]) -> bool:
        resource = self.knowledge.engine.get(item["id"])
        if resource is None:
            return False
        real = resource_json(resource, self.knowledge)
        return all(item.get(name) == value for name, value in real.items())


def _trimmed(link: str) -> str:
    return link.rstrip(".,;:!?")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
