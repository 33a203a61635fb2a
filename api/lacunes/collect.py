"""Reads the conversations for questions that were not answered well. What is kept is masked."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.lacunes.repository import LacuneRepository
from api.vie_privee.contacts import mask_contacts
from assistant.domaine import OFF_TOPIC, SEARCHED

MOTIFS = ("avis_negatif", "sans_reponse", "partielle", "transmise", "hors_champ")
"""Why a question is on the board; when several hold, the first of them is told."""

ASKING = SEARCHED | {"demander_accompagnement", "comprendre_demarche", OFF_TOPIC}
"""Intents of messages that ask something: « oui » or « merci » is no question."""

_OF_OUTCOME = {
    "nothing_found": "sans_reponse",
    "partial": "partielle",
    "handed_over": "transmise",
    "out_of_scope": "hors_champ",
}
# An INSEE code begins with that of its département.
_OUTRE_MER = ("97", "98")
# Opinions come after their turn, and a turn may be committed after a later one.
_READ_AGAIN = timedelta(days=2)


async def collect(session: AsyncSession, *, now: datetime) -> datetime | None:
    """Make the board say what the conversations that moved since the last reading say now.

    Return from when on they were read; None is from the beginning.
    """
    repository = LacuneRepository(session)
    last = await repository.last_reading()
    since = last - _READ_AGAIN if last else None
    rows = await repository.unsatisfied_turns(
        since=since, outcomes=sorted(_OF_OUTCOME), intents=sorted(ASKING)
    )
    gaps = await asyncio.to_thread(_to_gaps, rows)
    await repository.keep(gaps)
    if since is not None:
        await repository.withdraw(since=since, kept=[gap["item_id"] for gap in gaps])
    await repository.note_reading(now)
    return since


def _to_gaps(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one gap per question, under its strongest reason."""
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:
        motif = "avis_negatif" if row["useful"] is False else _OF_OUTCOME[row["outcome"]]
        known = kept.get(row["item_id"])
        if known is None or MOTIFS.index(motif) < MOTIFS.index(known["motif"]):
            kept[row["item_id"]] = _gap(row, motif)
    return list(kept.values())


def _gap(row: Mapping[str, Any], motif: str) -> dict[str, Any]:
    opinion = motif == "avis_negatif"
    return {
        "item_id": row["item_id"],
        "motif": motif,
        "raison": row["reason"] if opinion else None,
        "commentaire": masked_line(row["comment"], row["contacts"]) if opinion else None,
        "question": masked_line(row["text"], row["contacts"]),
        "themes": row["themes"] or [],
        "departement": _departement((*(row["territoires"] or ()), row["territoire"] or {})),
        **_place(row),
        "at": row["at"],
    }


def _place(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the territory known when the question was answered, else the one known since."""
    if row["place_type"] and row["place_code"]:
        return {"territoire_type": row["place_type"], "territoire_code": row["place_code"]}
    known = row["territoire"] or {}
    return {"territoire_type": known.get("type"), "territoire_code": known.get("code")}


def masked_line(text: str | None, contacts: Iterable[str]) -> str | None:
    """Return a text on one line, masked first: a signature is known by its line."""
    return " ".join(mask_contacts(text, list(contacts)).split()) if text else None


def _departement(places: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the département of the place said, else of the conversation's; never an example's."""
    for place in places:
        code, kind = str(place.get("code") or ""), place.get("type")
        if kind == "commune":
            code = code[: 3 if code.startswith(_OUTRE_MER) else 2]
        elif kind != "departement":
            code = str(place.get("departement") or "")
        if code and not place.get("exemple"):
            return code
    return None
