"""Training from the command line: what is said of it."""

from collections.abc import Callable
from dataclasses import dataclass

from api.settings import Settings
from nlu.encoder import UseEncoder
from nlu.intents_gate import TOLERATED_LOSS, GateOutcome, train_through_gate

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Trained:
    """Whether the new model serves, and the French lines that say why."""

    accepted: bool
    lines: tuple[str, ...]


def train_nlu(settings: Settings, *, force: bool, advance: Callable[[float], None]) -> Trained:
    """Train the intent classifier; it serves only if the witness sentences allow it."""
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    outcome = train_through_gate(settings.models_dir, UseEncoder(), force=force, advance=advance)
    return Trained(outcome.accepted, tuple(_lines(outcome)))


def _lines(outcome: GateOutcome) -> list[str]:
    record = outcome.record
    figures = f"macro-F1 {record.macro_f1:.3f}, exactitude {record.exactitude:.3f}"
    if outcome.unchanged:
        return [f"Rien n'a changé : le modèle en place est gardé ({figures})."]
    lines = [
        f"{record.phrases} phrases apprises ; sur les phrases témoins : {figures}.",
        *_listed("Phrases témoins gagnées", outcome.gained),
        *_listed("Phrases témoins perdues", outcome.lost),
    ]
    if outcome.accepted:
        return [*lines, "Le nouveau modèle est en place."]
    points = f"{100 * TOLERATED_LOSS:.1f}".replace(".", ",")
    return [
        *lines,
        f"Modèle refusé : il perd plus de {points} point sur les phrases témoins"
        f" (macro-F1 avant : {outcome.before:.3f}). L'ancien modèle reste en place.",
    ]


def _listed(title: str, sentences: tuple[str, ...]) -> list[str]:
    if not sentences:
        return []
    rest = len(sentences) - _SHOWN
    more = [f"  … et {rest} autres"] if rest > 0 else []
    return [f"{title} : {len(sentences)}", *(f"  « {s} »" for s in sentences[:_SHOWN]), *more]
