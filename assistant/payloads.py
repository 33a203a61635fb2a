"""Buttons: `/intention{"cle": "valeur"}`, the same writing as Rasa's own payloads."""

import json
import re
from dataclasses import dataclass
from typing import Any

_PAYLOAD = re.compile(r"^/(?P<name>[a-z_]+)(?P<data>\{.*\})?$", re.DOTALL)

# What a button means in the words of the contract (`understanding.intent`).
CONTRACT_INTENT: dict[str, str] = {
    "preciser_territoire": "donner_information",
    "preciser": "donner_information",
    "passer": "infirmer",
    "plus_de_resultats": "chercher_experience",
    "envoyer_demande": "affirmer",
    "modifier_demande": "donner_information",
    "annuler_demande": "infirmer",
    "demande_envoyee": "affirmer",
    "exporter_donnees": "donnees_personnelles",
    "effacer_donnees": "donnees_personnelles",
    "confirmer_effacement": "affirmer",
    "garder_conversation": "infirmer",
}
_PLAIN = (
    "saluer",
    "parler_conseiller",
    "suivre_demande",
    "proposer_ressource",
    "donnees_personnelles",
    "comprendre_demarche",
    "demander_accompagnement",
    "demander_methode",
    "chercher_experience",
    "chercher_acteur",
    "chercher_outil",
    "chercher_actualite",
    "question_juridique",
    "question_financement",
    "reclamation",
    "affirmer",
    "infirmer",
)
KNOWN_PAYLOADS = frozenset(CONTRACT_INTENT) | frozenset(_PLAIN)


class UnknownPayload(ValueError):
    """The button is not one of ours."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A button press: its name and its data."""

    name: str
    data: dict[str, Any]

    @property
    def intent(self) -> str:
        """The intent of the contract that this button stands for."""
        return CONTRACT_INTENT.get(self.name, self.name)


def parse_payload(raw: str) -> Payload:
    """Read a button's payload.

    Raises UnknownPayload when it is not one that the assistant writes.
    """
    match = _PAYLOAD.match(raw.strip())
    if match is None or match["name"] not in KNOWN_PAYLOADS:
        raise UnknownPayload
    try:
        data = json.loads(match["data"] or "{}")
    except ValueError as error:
        raise UnknownPayload from error
    return Payload(match["name"], data)


def write_payload(name: str, /, **data: Any) -> str:
    """Write a button's payload; the reverse of `parse_payload`."""
    return f"/{name}" + (json.dumps(data, ensure_ascii=False) if data else "")
