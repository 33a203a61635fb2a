"""What the forms of the gap board may hold; anything else is refused with a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, Field

from api.lacunes.board import OPEN_STATES, BoardFilter
from api.lacunes.collect import MOTIFS
from knowledge.territoires.territoire import Territoire
from nlu.intents_examples import IntentExample
from nlu.text import strip_invisible
from nlu.understanding import INTENTS

STATES = ("ouverte", "en_cours", "close", "hors_champ")
MAX_SENTENCES = 50
_MAX_SENTENCE = 400
_MAX_REASON = 300
_MAX_PAGE = 100_000

_Line = Annotated[str, BeforeValidator(lambda text: strip_invisible(str(text)).strip())]


class FormRefused(Exception):
    """The form cannot be done; `key` is that of a sentence."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class BoardQuery(BaseModel):
    """What the board shows; an empty choice of a form is no choice."""

    etat: Annotated[_Line, Field(pattern=f"^({'|'.join(STATES)})?$")] = ""
    theme: Annotated[_Line, Field(max_length=60)] = ""
    region: Annotated[_Line, Field(max_length=3)] = ""
    departement: Annotated[_Line, Field(max_length=3)] = ""
    mois: Annotated[_Line, Field(pattern=r"^(2\d{3}-(0[1-9]|1[0-2]))?$")] = ""
    motif: Annotated[_Line, Field(pattern=f"^({'|'.join(MOTIFS)})?$")] = ""
    page: Annotated[int, Field(ge=1, le=_MAX_PAGE)] = 1

    def to_filter(self, base: Iterable[Territoire]) -> BoardFilter:
        """Return what is read, of these territories."""
        departements = (each for each in base if each.type == "departement")
        held = tuple(each.code for each in departements if each.region == self.region)
        return BoardFilter(
            region=held if self.region else None,
            etats=(self.etat,) if self.etat else OPEN_STATES,
            theme=self.theme or None,
            departement=self.departement or None,
            mois=date.fromisoformat(f"{self.mois}-01") if self.mois else None,
            motif=self.motif or None,
        )

    def address(self, **changes: Any) -> str:
        """Return the query of the same board, changed."""
        values = {**self.model_dump(exclude={"page"}), **changes}
        return f"?{urlencode({name: each for name, each in values.items() if each})}"


class CrossQuery(BoardQuery):
    """The same questions, counted by theme and territory of one level."""

    niveau: Literal["region", "departement", "epci", "commune"] = "departement"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed in the forms of a group, to be shown again after a refusal."""

    intention: str = ""
    phrases: str = ""


async def read_typed(request: Request) -> Typed:
    """Read the forms of a group."""
    form = await request.form()
    return Typed(
        **{name: str(form.get(name, "")).replace("\r\n", "\n") for name in Typed.__slots__}
    )


async def read_state(request: Request) -> tuple[str, str | None]:
    """Return the state asked for, and why it is closed if that is said. Raises FormRefused."""
    form = await request.form()
    wanted, reason = str(form.get("etat", "")), strip_invisible(str(form.get("raison", "")))
    reason = " ".join(reason.split())
    if wanted not in STATES:
        raise FormRefused("choix")
    if len(reason) > _MAX_REASON:
        raise FormRefused("raison_longue")
    return wanted, (reason or None) if wanted == "close" else None


def to_examples(typed: Typed) -> list[IntentExample]:
    """Return the sentences typed, one a line, with the intent chosen. Raises FormRefused."""
    if typed.intention not in INTENTS:
        raise FormRefused("intention")
    lines = (" ".join(strip_invisible(line).split()) for line in typed.phrases.splitlines())
    sentences = list(dict.fromkeys(line for line in lines if line))
    if not 0 < len(sentences) <= MAX_SENTENCES:
        raise FormRefused("phrases")
    if any(len(sentence) > _MAX_SENTENCE for sentence in sentences):
        raise FormRefused("phrase_longue")
    return [IntentExample(text=each, intent=typed.intention) for each in sentences]
