"""Opening, editing and sending a request to a human through the page's form."""

from dataclasses import replace
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from api.conversations.schemas import Handover
from api.errors import wrong_field
from assistant.ports import Demande
from assistant.replies import Replies
from assistant.sources import Knowledge
from nlu.entities.personal_data import parse_telephone
from nlu.text import strip_invisible


def apply_edits(
    demande: Demande, edits: Handover, *, knowledge: Knowledge, themes: frozenset[str]
) -> Demande:
    """Return the request with the élu's own edits; each wrong value is told kindly.

    Only the fields present in the body change; an empty one is erased.
    """
    given = edits.model_fields_set
    changes: dict[str, Any] = {}
    if "besoin" in given:
        changes["besoin"] = _clean(edits.besoin)
    if "nom" in given:
        changes["nom"] = check_nom(edits.nom)
    if "courriel" in given:
        changes["courriel"] = check_courriel(edits.courriel)
    if "telephone" in given:
        changes["telephone"] = check_telephone(edits.telephone)
    if "territoire_code" in given:
        changes["territoire"] = _territoire(edits, knowledge)
    if "themes" in given:
        changes["themes"] = _themes(edits.themes or [], themes)
    return replace(demande, **changes)


def check_nom(value: str | None) -> str | None:
    """Return the name, on one line: it will stand in the header of a mail.

    Raises Problem 422 when it holds a line break.
    """
    name = _clean(value)
    if name is not None and len(name.splitlines()) > 1:
        raise wrong_field("nom", "nom_invalide")
    return name


def check_courriel(value: str | None) -> str | None:
    """Return the normalised address.

    Raises Problem 422 when it cannot be an address; the domain is not looked up.
    """
    if not _clean(value):
        return None
    try:
        return validate_email(str(_clean(value)), check_deliverability=False).normalized
    except EmailNotValidError:
        raise wrong_field("courriel", "courriel_invalide") from None


def check_telephone(value: str | None) -> str | None:
    """Return the number in international form; French and overseas numbers are understood.

    Raises Problem 422 when it cannot be a number.
    """
    if not _clean(value):
        return None
    number = parse_telephone(str(_clean(value)))
    if number is None:
        raise wrong_field("telephone", "telephone_invalide")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _territoire(edits: Handover, knowledge: Knowledge) -> dict[str, Any] | None:
    code = _clean(edits.territoire_code)
    if code is None:
        return None
    kind = _clean(edits.territoire_type)
    found = knowledge.find(kind, code) if kind else knowledge.territoires.resolve(code)
    if found is None:
        raise wrong_field("territoire_code", "territoire_inconnu")
    return {
        "type": found.type,
        "code": found.code,
        "nom": found.nom,
        "departement": found.departement,
    }


def _themes(wanted: list[str], known: frozenset[str]) -> tuple[str, ...]:
    if not set(wanted) <= known:
        raise wrong_field("themes", "theme_inconnu")
    return tuple(dict.fromkeys(wanted))


def greeting_of(replies: Replies, *, delai: str, mois: int | None) -> list[dict[str, Any]]:
    """Return the first messages: a machine speaks, a human is available, what is kept."""
    return [
        {"type": "text", "text": replies.render("accueil.bonjour")},
        {"type": "text", "text": replies.render("accueil.humain", delai=delai)},
        {"type": "text", "text": replies.render("accueil.donnees", mois=mois)},
        {
            "type": "choices",
            "choices": [
                {"label": label, "payload": f"/{name}"}
                for name, label in replies.table("boutons").items()
                if name in ("chercher_experience", "demander_accompagnement", "parler_conseiller")
            ],
        },
    ]


def _clean(value: str | None) -> str | None:
    return strip_invisible(value).strip() or None if value else None
