"""What the form of a synonym holds; what is saved is what the effect was shown of."""

import hashlib
from dataclasses import dataclass, replace
from typing import Self

from fastapi import Request
from pydantic import ValidationError

from api.redaction.pages import number_sent
from api.resources.synonyms import SynonymBody
from knowledge.search.synonyms import Synonym

SAVE, REMOVE, TAKE_BACK = "enregistrer", "retirer", "reprendre"
_DIGEST = 16
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was sent: what was typed, the button, and what the page had shown.

    `vu` is the digest of the entry of which the effect was shown; `groupe` is the number of the gap
    that it answers, 0 when none; `histoire` the line of the history to take back.
    """

    sens: str = ""
    formes: str = ""
    majuscules: bool = False
    geste: str = ""
    vu: str = ""
    version: int = 0
    groupe: int = 0
    histoire: int = 0

    @classmethod
    def of(cls, entry: Synonym, *, version: int = 0) -> Self:
        """Return the form of an entry as it is."""
        return cls(
            sens=entry.sens,
            formes=", ".join(entry.formes),
            majuscules=entry.sigle is not None,
            version=version,
        )

    def with_entry(self, entry: Synonym) -> Self:
        """Return the same form, holding another entry."""
        return replace(
            self,
            sens=entry.sens,
            formes=", ".join(entry.formes),
            majuscules=entry.sigle is not None,
        )

    def entry(self) -> Synonym | None:
        """Return the entry typed, None when it is not one."""
        forms = [form.strip() for line in self.formes.splitlines() for form in line.split(",")]
        try:
            body = SynonymBody(
                sens=self.sens,
                formes=[form for form in forms if form],
                majuscules=self.majuscules,
            )
        except ValidationError:
            return None
        return body.to_entry()


async def read_typed(request: Request) -> Typed:
    """Read the form of a synonym."""
    form = await request.form()

    def text(name: str) -> str:
        return str(form.get(name, ""))[:_LONGEST].replace("\r\n", "\n")

    return Typed(
        sens=text("sens"),
        formes=text("formes"),
        majuscules="majuscules" in form,
        geste=text("geste"),
        vu=text("vu"),
        version=number_sent(form.get("version")),
        groupe=max(0, number_sent(form.get("groupe"))),
        histoire=max(0, number_sent(form.get("histoire"))),
    )


def digest(entry: Synonym, *, removed: bool) -> str:
    """Return what says that the effect of this very change was shown."""
    text = "\n".join((str(removed), entry.model_dump_json()))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGEST]
