"""Lets a new intent classifier in, unless it does worse on the witness sentences.

The witnesses (`nlu/data/temoins`) never train: they are what the product must keep understanding.
Beside each model, a record says what it comes from: seed, digest of the sentences, versions, date.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from nlu.encoder import Encoder
from nlu.evaluation import NluReport, evaluate
from nlu.intents import IntentClassifier, StaleModelError, train, training_fingerprint
from nlu.intents_examples import IntentExample, fingerprint, load_examples
from nlu.intents_training import SEED

WITNESSES = Path(__file__).parent / "data" / "temoins"
TOLERATED_LOSS = 0.005
"""A candidate may lose half a point of macro-F1 on the witnesses, no more."""

Advance = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """What a model comes from, and what it was worth on the witnesses."""

    empreinte: str
    phrases: int
    graine: int
    entraine_le: str
    temoins: str
    exactitude: float
    macro_f1: float


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What the gate decided.

    `gained` and `lost` are witness sentences, compared with the model in use; empty at the first
    training. `before` is the macro-F1 of the model in use, None when there was none.
    """

    accepted: bool
    unchanged: bool
    record: TrainingRecord
    before: float | None = None
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def load_witnesses(directory: Path = WITNESSES) -> tuple[IntentExample, ...]:
    """Return the witness sentences, in file name order."""
    documents = (
        yaml.safe_load(path.read_text("utf-8")) for path in sorted(directory.glob("*.yml"))
    )
    return tuple(
        IntentExample(text=" ".join(phrase["texte"].split()), intent=document["intention"])
        for document in documents
        for phrase in document["phrases"]
    )


def train_through_gate(
    models: Path,
    encoder: Encoder,
    *,
    examples: Sequence[IntentExample] | None = None,
    witnesses: Sequence[IntentExample] | None = None,
    force: bool = False,
    advance: Advance = lambda _share: None,
) -> GateOutcome:
    """Train on the sentences of the project and keep the model if the witnesses allow it.

    A refused model is not written: the one in use stays. `advance` is told the share done.
    """
    examples = load_examples() if examples is None else examples
    witnesses = load_witnesses() if witnesses is None else witnesses
    path = model_path(models, training_fingerprint(examples, encoder))
    known = read_record(path)
    if path.exists() and known is not None and not force:
        advance(1.0)
        return GateOutcome(accepted=True, unchanged=True, record=known)
    current = _in_use(models, encoder)
    advance(0.1)
    candidate = train(examples, encoder)
    advance(0.8)
    report = evaluate(candidate, witnesses)
    advance(0.9)
    record = _record(candidate, examples, witnesses, report)
    before, gained, lost = _compare(current, candidate, witnesses)
    accepted = before is None or report.macro_f1 >= before - TOLERATED_LOSS
    if accepted:
        candidate.save(path)
        path.with_suffix(".json").write_text(
            json.dumps(asdict(record), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
    advance(1.0)
    return GateOutcome(accepted, False, record, before, gained, lost)


def model_path(models: Path, digest: str) -> Path:
    """Return where the model of this training digest is kept."""
    return models / f"intentions-{digest[:16]}.joblib"


def read_record(model: Path) -> TrainingRecord | None:
    """Return the record beside a model, None when it is missing or unreadable."""
    try:
        return TrainingRecord(**json.loads(model.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _in_use(models: Path, encoder: Encoder) -> IntentClassifier | None:
    """The newest model that can still be read."""
    kept = sorted(models.glob("intentions-*.joblib"), key=lambda path: -path.stat().st_mtime)
    for path in kept:
        try:
            return IntentClassifier.load(path, encoder)
        except StaleModelError:
            continue
    return None


def _record(
    candidate: IntentClassifier,
    examples: Sequence[IntentExample],
    witnesses: Sequence[IntentExample],
    report: NluReport,
) -> TrainingRecord:
    return TrainingRecord(
        empreinte=candidate.fingerprint,
        phrases=len(examples),
        graine=SEED,
        entraine_le=datetime.now(UTC).isoformat(timespec="seconds"),
        temoins=fingerprint(witnesses, ()),
        exactitude=round(report.accuracy, 4),
        macro_f1=round(report.macro_f1, 4),
    )


def _compare(
    current: IntentClassifier | None,
    candidate: IntentClassifier,
    witnesses: Sequence[IntentExample],
) -> tuple[float | None, tuple[str, ...], tuple[str, ...]]:
    if current is None:
        return None, (), ()
    right = {
        name: {each.text for each in witnesses if model.rank(each.text)[0].intent == each.intent}
        for name, model in (("current", current), ("candidate", candidate))
    }
    gained = tuple(sorted(right["candidate"] - right["current"]))
    lost = tuple(sorted(right["current"] - right["candidate"]))
    return evaluate(current, witnesses).macro_f1, gained, lost
