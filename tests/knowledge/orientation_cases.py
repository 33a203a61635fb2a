"""Helpers of the orientation tests: the rules, the table of French cases, small rules by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from knowledge.orientation.fichiers import read_list
from knowledge.orientation.loader import load_regles
from knowledge.orientation.regle import Quand, Regle
from knowledge.orientation.vocabulaire import Question, Route

REGLES: tuple[Regle, ...] = load_regles()
_TABLE = Path(__file__).with_name("orientations.yml")


class Case(BaseModel):
    """A French sentence, what is known of it, and the route expected of the real rules."""

    model_config = ConfigDict(extra="forbid")

    phrase: str
    quand: Quand
    attendu: Route
    regle: str | None = None
    demander: tuple[Question, ...] | None = None


def load_cases() -> list[Case]:
    return [Case.model_validate(each.valeur) for each in read_list(_TABLE)]


def make_regle(
    *,
    rang: int,
    route: Route,
    si: Sequence[dict[str, Any]] = (),
    sauf_si: Sequence[dict[str, Any]] = (),
    **fields: Any,
) -> Regle:
    """Build a small rule; each condition becomes a required criterion."""
    return Regle.model_validate(
        {
            "id": f"{route.replace('_', '-')}-{rang}",
            "rang": rang,
            "si": [{"critere": f"Critère {n}", "condition": c} for n, c in enumerate(si)],
            "sauf_si": [
                {"critere": "Exception", "condition": c, "sinon": "Écartée par exception."}
                for c in sauf_si
            ],
            "alors": {"orienter_vers": route},
            "titre": f"Titre {rang}",
            "motif": "Un motif.",
            "prochaine_etape": "Une étape.",
            "pourquoi_pas": f"Pas {route}.",
            "source": "https://agence-cohesion-territoires.gouv.fr/",
            "verifie_le": "2026-11-24",
            **fields,
        }
    )
