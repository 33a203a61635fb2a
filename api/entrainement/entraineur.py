"""Trains a model in a process of its own, politely: élus who write meanwhile come first.

    python -m api.entrainement.entraineur < ordre.json

The order comes on the standard input; what is done is told on the standard output, one JSON object
a line: `{"avancement": 0.4}`, and at last `{"resultat": …}`.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from api.entrainement.store import ModelStore, ModelUnusable, load_trained
from nlu.encoder import UseEncoder
from nlu.intents import (
    IntentClassifier,
    environment_fingerprint,
    load_or_train,
    train,
    training_fingerprint,
)
from nlu.intents_comparison import Comparison, RanksMany, compare, count_right
from nlu.intents_examples import IntentExample, load_examples
from nlu.intents_gate import load_witnesses

_NICE = 5
_DIGITS = 4
_SHARE_OF_TRAINING = 0.85

Tell = Callable[[float], None]


class Actuel(BaseModel):
    """The model in service, as the database knows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    modele: int
    sha256: str
    environnement: str


class Ordre(BaseModel):
    """What to train: the number of the model, where, what staff add, what it is compared with.

    Without `actuel`, with the shipped model. `douteux` are messages to label (id, text), that both
    read: those on which they disagree are told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    modele: int
    dossier: Path
    modeles_livres: Path
    ajoutees: tuple[tuple[str, str], ...]
    douteux: tuple[tuple[str, str], ...] = ()
    phrases_par_intention: int = 0
    actuel: Actuel | None = None


def work(order: Ordre, tell: Tell) -> dict[str, Any]:
    """Train, write the model, compare; return what the database keeps of it."""
    encoder, store = UseEncoder(), ModelStore(order.dossier)
    shipped = load_examples()
    added = [IntentExample(text=text, intent=intent) for text, intent in order.ajoutees]
    examples = [*evenly(shipped, order.phrases_par_intention), *added]
    candidate = train(examples, encoder, advance=lambda share: tell(_SHARE_OF_TRAINING * share))
    candidate.save(store.path(order.modele))
    manifest = store.seal(
        order.modele,
        environment=environment_fingerprint(encoder),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    compared, current = _current(order, store, encoder)
    report = to_report(compare(current, candidate, load_witnesses()))
    report["apprises"] = {
        "total": len(added),
        "avant": count_right(current, added),
        "apres": count_right(candidate, added),
    }
    tell(1.0)
    return {
        "compare_a": compared,
        "phrases": len(examples),
        "ajoutees": len(added),
        "sha256": manifest.sha256,
        "octets": manifest.octets,
        "environnement": manifest.environnement,
        "livrees": training_fingerprint(shipped, encoder),
        "rapport": report,
        "desaccords": disagreements(current, candidate, order.douteux),
    }


def disagreements(
    current: RanksMany, candidate: RanksMany, messages: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Return how the candidate reads the messages that it does not read as the current one."""
    texts = [text for _, text in messages]
    pairs = zip(messages, current.rank_many(texts), candidate.rank_many(texts), strict=True)
    return {
        item_id: new[0].intent for (item_id, _), old, new in pairs if old[0].intent != new[0].intent
    }


def evenly(examples: Sequence[IntentExample], most: int) -> list[IntentExample]:
    """Keep at most so many sentences of each intent, evenly spaced; 0 keeps all."""
    if not most:
        return list(examples)
    by_intent: defaultdict[str, list[IntentExample]] = defaultdict(list)
    for each in examples:
        by_intent[each.intent].append(each)
    return [
        found[number * len(found) // most]
        for found in by_intent.values()
        for number in range(min(most, len(found)))
    ]


def to_report(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain values; figures are shares, rounded."""
    before, after = comparison.before, comparison.after
    return {
        "temoins": after.sentences,
        "avant": {
            "macro_f1": round(before.macro_f1, _DIGITS),
            "exactitude": round(before.accuracy, _DIGITS),
        },
        "apres": {
            "macro_f1": round(after.macro_f1, _DIGITS),
            "exactitude": round(after.accuracy, _DIGITS),
        },
        "intentions": {
            name: {
                "avant": round(before.intents[name].f1, _DIGITS),
                "apres": round(figures.f1, _DIGITS),
                "phrases": figures.sentences,
            }
            for name, figures in after.intents.items()
        },
        "gagnees": [asdict(each) for each in comparison.gained],
        "perdues": [asdict(each) for each in comparison.lost],
    }


def _current(
    order: Ordre, store: ModelStore, encoder: UseEncoder
) -> tuple[int | None, IntentClassifier]:
    """Return the model in service; the shipped one when it cannot be used, as the service does."""
    known = order.actuel
    if known is not None:
        try:
            found = load_trained(
                store, encoder, known.modele, known.sha256, environment=known.environnement
            )
        except ModelUnusable:
            pass
        else:
            return known.modele, found
    return None, load_or_train(encoder, models=order.modeles_livres)


def _main() -> None:
    # What a library may print goes to the error output: the answers have the pipe to themselves.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(_NICE)

    def tell(share: float) -> None:
        _write({"avancement": round(share, 2)})

    def _write(fact: dict[str, Any]) -> None:
        answers.write(json.dumps(fact, ensure_ascii=False) + "\n")
        answers.flush()

    _write({"resultat": work(Ordre.model_validate_json(sys.stdin.read()), tell)})


if __name__ == "__main__":
    _main()
