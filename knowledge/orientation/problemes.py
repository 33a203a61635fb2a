"""What is wrong in the rules, told in French to the agent who mends it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from knowledge.orientation import regle as modele
from knowledge.orientation.fichiers import read_document

Gravite = Literal["bloquant", "a_revoir"]

_MESSAGES = Path(__file__).with_name("messages.yml")
_MODELS = (
    modele.Regle,
    modele.Critere,
    modele.Exclusion,
    modele.Condition,
    modele.ChoixSignaux,
    modele.Bornes,
    modele.Periode,
    modele.Alors,
    modele.Quand,
    modele.Exemple,
    modele.RouteFiche,
)
_KEYS = sorted({name for model in _MODELS for name in model.model_fields})
_QUOTED = re.compile(r"'([^']+)'")
_MAX_SHOWN = 60
_A_REVOIR = frozenset(
    {
        "sans_exemple_positif",
        "sans_contre_exemple",
        "verification_ancienne",
        "verification_future",
        "validite_passee",
        "phrase_longue",
        "typographie",
    }
)


@dataclass(frozen=True, slots=True)
class Probleme:
    """Something to mend: `bloquant` refuses the load, `a_revoir` waits for a human eye.

    `quoi` says what is wrong and `remede` how to mend it, in French; `ligne` counts from 1;
    `regle` is the id of the rule, or None for the whole file.
    """

    code: str
    gravite: Gravite
    fichier: str
    ligne: int
    regle: str | None
    quoi: str
    remede: str

    @property
    def phrase(self) -> str:
        """The whole problem in one French line: file, line, rule, what and how to mend it."""
        said = _messages()
        ou = said["ou_regle"].format(regle=self.regle) if self.regle else said["ou_fichier"]
        told: str = said["phrase"].format(
            fichier=self.fichier, ligne=self.ligne, ou=ou, quoi=self.quoi, remede=self.remede
        )
        return told.strip()


class ReglesInvalides(Exception):
    """The rules cannot be loaded; `problemes` says why, and the message is made of it."""

    def __init__(self, problemes: Iterable[Probleme]) -> None:
        self.problemes = tuple(problemes)
        super().__init__("\n".join(each.phrase for each in self.problemes))


def probleme(
    code: str,
    *,
    fichier: str,
    ligne: int = 1,
    regle: str | None = None,
    facts: Mapping[str, object] | None = None,
) -> Probleme:
    """Build a problem from its code and the facts that its sentences quote."""
    texts = _messages()["problemes"][code]
    quoi, remede = (texts[key].format(**(facts or {})).strip() for key in ("quoi", "remede"))
    gravite: Gravite = "a_revoir" if code in _A_REVOIR else "bloquant"
    return Probleme(code, gravite, fichier, ligne, regle, quoi, remede)


def problemes_of(
    error: ValidationError, *, fichier: str, ligne: int, regle: str | None
) -> tuple[Probleme, ...]:
    """Translate the refusals of the model, one problem each.

    A misspelt key is both unknown and missing: the unknown one, which is the cause, comes first.
    """
    errors = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    return tuple(
        probleme(_code(each["type"]), fichier=fichier, ligne=ligne, regle=regle, facts=_facts(each))
        for each in errors
    )


@cache
def _messages() -> Mapping[str, Any]:
    said: Mapping[str, Any] = read_document(_MESSAGES)
    return said


def _code(kind: str) -> str:
    if kind.startswith("date"):
        return "date"
    return kind if kind in _messages()["problemes"] else "autre"


def _facts(error: ErrorDetails) -> dict[str, object]:
    loc = error["loc"]
    context = error.get("ctx", {})
    champ = str(loc[-1]) if loc else ""
    # The path of a missing or unknown key stops at its parent: the sentence names the key.
    parents = loc[:-1] if error["type"] in {"missing", "extra_forbidden"} else loc
    allowed = _QUOTED.findall(str(context.get("expected", "")))
    valeur = _short(error["input"])
    return {
        "champ": champ,
        "chemin": _path(parents),
        "valeur": valeur,
        "minimum": context.get("ge", ""),
        "proche": _closest(valeur, allowed) if allowed else _closest(champ, _KEYS),
        "permis": _messages()["mots_permis"].format(mots=", ".join(allowed)),
        "forme": _forme(loc),
    }


def _short(value: object) -> str:
    return str(value)[:_MAX_SHOWN] if isinstance(value, str | int) else ""


def _path(loc: tuple[int | str, ...]) -> str:
    if not loc:
        return ""
    rank = _messages()["rang_dans_liste"]
    steps = [rank.format(rang=part + 1) if isinstance(part, int) else part for part in loc]
    shown: str = _messages()["chemin"].format(chemin=" › ".join(steps))
    return shown


def _closest(word: str, allowed: list[str]) -> str:
    for close in get_close_matches(word, allowed, n=1):
        return f"{_messages()['vouliez_vous_dire'].format(proche=close)} "
    return ""


def _forme(loc: tuple[int | str, ...]) -> str:
    formes: Mapping[str, str] = _messages()["formes"]
    names = [part for part in loc if isinstance(part, str) and part in formes]
    return formes[names[-1]] if names else formes["autre"]
