"""The compact JSON form of an Understanding: what travels through Rasa, and what the Turn shows."""

from dataclasses import asdict
from typing import Any

from nlu.understanding import (
    Ambiguite,
    Candidat,
    DateMention,
    IntentScore,
    IntentSpan,
    PersonalDatum,
    TerritoireMention,
    Understanding,
)

_ALTERNATIVES = 3
_CANDIDATS = 12


def pack(understanding: Understanding) -> dict[str, Any]:
    """Return a JSON-ready dict without the text, which travels beside it."""
    data = asdict(understanding)
    del data["text"]
    data["alternatives"] = data["alternatives"][:_ALTERNATIVES]
    for ambiguite in data["ambiguites"]:
        ambiguite["candidats"] = ambiguite["candidats"][:_CANDIDATS]
    return data


def unpack(text: str, data: dict[str, Any]) -> Understanding:
    """Read `pack` back."""
    values = dict(data)
    values["alternatives"] = tuple(IntentScore(**each) for each in data["alternatives"])
    values["intents"] = tuple(IntentSpan(**each) for each in data["intents"])
    values["territoires"] = tuple(TerritoireMention(**each) for each in data["territoires"])
    values["ambiguites"] = tuple(
        Ambiguite(**{**each, "candidats": tuple(Candidat(**c) for c in each["candidats"])})
        for each in data["ambiguites"]
    )
    values["dates"] = tuple(DateMention(**each) for each in data.get("dates", ()))
    values["donnees_personnelles"] = tuple(
        PersonalDatum(**each) for each in data["donnees_personnelles"]
    )
    for name in ("themes", "signaux"):
        values[name] = tuple(data[name])
    return Understanding(text=text, **values)


def public(understanding: Understanding) -> dict[str, Any]:
    """Return the `understanding` object of the contract: no personal value, only their kinds."""
    return {
        "intent": understanding.intent,
        "confidence": round(understanding.confidence, 4),
        "alternatives": [
            {"intent": each.intent, "confidence": round(each.confidence, 4)}
            for each in understanding.alternatives[:_ALTERNATIVES]
        ],
        "intents": [_request(understanding, each) for each in understanding.intents],
        "territoires": [
            {
                "type": each.type,
                "code": each.code,
                "nom": each.nom,
                "score": round(each.score, 3),
                "exemple": each.is_example,
            }
            for each in understanding.territoires
        ],
        "ambiguites": [
            {
                "mention": each.mention,
                "candidats": [
                    {
                        "type": c.type,
                        "code": c.code,
                        "nom": c.nom,
                        "departement": c.departement,
                    }
                    for c in each.candidats
                ],
            }
            for each in understanding.ambiguites
        ],
        "population": understanding.population,
        "role": understanding.role,
        "themes": list(understanding.themes),
        "dates": [
            {"debut": each.debut, "fin": each.fin, "sens": each.sens}
            for each in understanding.dates
        ],
        "donnees_personnelles": list(
            dict.fromkeys(each.kind for each in understanding.donnees_personnelles)
        ),
        "contredit": understanding.contredit,
    }


def _request(understanding: Understanding, span: IntentSpan) -> dict[str, Any]:
    """Return one request of the message; its words only when they hold no personal data."""
    request: dict[str, Any] = {
        "intent": span.intent,
        "confidence": round(span.confidence, 4),
        "start": span.start,
        "end": span.end,
    }
    quoted = quotable(understanding, span)
    return request if quoted is None else {**request, "extrait": quoted}


def quotable(understanding: Understanding, span: IntentSpan) -> str | None:
    """Return the élu's own words for a request, unless they hold personal data."""
    hidden = any(
        datum.start < span.end and span.start < datum.end
        for datum in understanding.donnees_personnelles
    )
    return None if hidden else understanding.text[span.start : span.end]
