"""What a value of a field says to a reader: names in place of codes, dates as people write them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from api.redaction.lieux import chosen_places
from api.redaction.pages import texts
from assistant.replies import french_date
from assistant.sources import Knowledge
from knowledge.resources.vocabulary import load_vocabulary

Tell = Callable[[str, Any], str]
_DAYS = ("verifie_le", "a_revoir_le", "expire_le", "date", "consultee_le")


def teller(knowledge: Knowledge) -> Tell:
    """Return what tells a value by the name of its field; a list has a line for each item."""
    france = str(texts()["lieux"]["france"])

    def tell(name: str, value: Any) -> str:
        if isinstance(value, list | tuple):
            return "\n".join(tell(name, each) for each in value) or _nothing()
        if isinstance(value, Mapping):
            return ", ".join(tell(part, each) for part, each in value.items() if each)
        if value in (None, ""):
            return _nothing()
        if name == "territoires":
            return chosen_places(knowledge, (str(value),), france=france)[0].nom
        return _word(name, str(value))

    return tell


def _nothing() -> str:
    return str(texts()["comparaison"]["vide"])


def _word(name: str, value: str) -> str:
    if name == "publics":
        return load_vocabulary().publics.get(value, value)
    if name in _DAYS:
        try:
            return french_date(date.fromisoformat(value))
        except ValueError:  # typed otherwise than a date: told as it is
            return value
    return value
