"""Gathers the messages that may have been misunderstood, masked, for staff to label."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.annotations.repository import DoubtRepository
from api.lacunes.collect import masked_line
from nlu.intents_examples import load_examples, sentence_key
from nlu.intents_gate import load_witnesses
from nlu.understanding import INTENTS

MAX_LENGTH = 400
"""Characters of the longest message that a label can describe: a letter asks several things."""

LOW_MARGIN = 0.2
"""Below this distance between the first two intents, the assistant hesitated."""

_CONTESTED = ("hors_sujet", "inexact")
_BUTTON = re.compile(r"/([a-z_]+)")


async def collect_doubts(session: AsyncSession, *, since: datetime | None) -> None:
    """Queue the doubted messages of the conversations that moved since then."""
    repository = DoubtRepository(session)
    rows = await repository.doubted(
        since=since, margin=LOW_MARGIN, length=MAX_LENGTH, reasons=_CONTESTED
    )
    await repository.queue(await asyncio.to_thread(_to_doubts, rows))


def _to_doubts(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one message per wording; those that the project's sentences hold teach nothing."""
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:
        text = masked_line(row["text"], row["contacts"]) or ""
        key = sentence_key(text)
        motif, corrected = _motif(row)
        if motif is not None and text and key not in kept and key not in known_sentences():
            kept[key] = {
                "item_id": row["item_id"],
                "texte": text,
                "cle": key,
                "motif": motif,
                "intention": row["intention"],
                "corrigee": corrected,
                "confiance": row["confiance"],
                "marge": row["confiance"] - row["seconde"],
                "at": row["at"],
            }
    return list(kept.values())


def _motif(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return why a message is doubted, and what the élu said to have meant."""
    pressed = _BUTTON.match(row["suivant"] or "")
    meant = pressed[1] if pressed and row["demande"] and pressed[1] in INTENTS else None
    corrected = meant if meant != row["intention"] else None
    if row["conteste"]:
        return "conteste", corrected
    if corrected:
        return "corrige", corrected
    if row["contredit"]:
        return "contredit", None
    return ("marge" if row["confiance"] - row["seconde"] < LOW_MARGIN else None), None


@cache
def known_sentences() -> frozenset[str]:
    """Return what the sentences that train or control the assistant are known by."""
    return frozenset(sentence_key(each.text) for each in (*load_examples(), *load_witnesses()))
