"""What the form of a note may hold; anything else is refused, and what was typed is shown again."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from starlette.datastructures import FormData

from api.suivi.etapes import Contact, Etape, review_day
from nlu.entities.personal_data import COURRIEL, TELEPHONE, find_personal_data
from nlu.text import strip_invisible

MAX_TEXT = 4_000
_FIELDS = ("le", "etape", "contact", "texte", "a_revoir", "demande", "cle")


class NoteRefused(Exception):
    """The form cannot be kept; `key` is that of a sentence."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Typed:
    """A note as it is being written, each field as it was typed."""

    values: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def read_typed(form: FormData) -> Typed:
    """Return what was typed."""
    found = {name: form.get(name) for name in _FIELDS}
    return Typed(
        {
            name: strip_invisible(value).replace("\r\n", "\n").strip()
            for name, value in found.items()
            if isinstance(value, str)
        }
    )


def read_note(typed: Typed, *, today: date) -> dict[str, Any]:
    """Return the facts of a note.

    Raises NoteRefused.
    """
    etape, contact = _choice(Etape, typed["etape"]), _choice(Contact, typed["contact"])
    text = _text(typed["texte"])
    if not (text or etape or contact):
        raise NoteRefused("vide")
    le = _day(typed["le"], "jour") or today
    if le > today:
        raise NoteRefused("jour")
    asked = _day(typed["a_revoir"], "revoir")
    if asked is not None and asked < le:
        raise NoteRefused("revoir")
    return {
        "le": le,
        "etape": etape,
        "contact": contact,
        "texte": text or None,
        "a_revoir": review_day(le, asked, etape),
        "demande": typed["demande"].upper() or None,
        "cle": _key(typed),
    }


def _key(typed: Typed) -> str | None:
    """Return what is the same for a form sent twice, and not for one changed after « back »."""
    if not typed["cle"]:
        return None
    whole = "\x1f".join(typed[name] for name in _FIELDS)
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise NoteRefused("long", longueur=len(text))
    if any(each.kind in (COURRIEL, TELEPHONE) for each in find_personal_data(text)):
        raise NoteRefused("coordonnees")
    return text


def _choice(kind: type[StrEnum], given: str) -> Any:
    if not given:
        return None
    if given not in set(kind):
        raise NoteRefused("choix")
    return kind(given)


def _day(given: str, key: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise NoteRefused(key) from None
