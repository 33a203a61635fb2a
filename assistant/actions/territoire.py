"""Ask which territory, when a name is borne by several: never guessed."""

from dataclasses import dataclass

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.turn import Message
from nlu.understanding import Ambiguite, Candidat

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class TerritoireQuestion:
    """The question and the candidates that the next message may settle."""

    candidats: tuple[Candidat, ...]
    messages: tuple[Message, ...]


def ask_territoire(call: Call) -> TerritoireQuestion | None:
    """Return the question to ask about an ambiguous name, or None when nothing is ambiguous."""
    if not call.understanding.ambiguites:
        return None
    ambiguite = call.understanding.ambiguites[0]
    candidats = _most_populated(ambiguite)
    buttons = [
        messages.button(
            call,
            "preciser_territoire",
            label=label_of(call, candidat),
            type=candidat.type,
            code=candidat.code,
        )
        for candidat in candidats[:_SHOWN]
    ]
    said = call.say(
        "territoire.lequel",
        mention=ambiguite.mention,
        nombre=len(candidats),
        montres=len(buttons),
    )
    row = [*buttons, messages.button(call, "passer"), messages.button(call, "parler_conseiller")]
    return TerritoireQuestion(candidats, (messages.text(said), messages.choices(row)))


def label_of(call: Call, candidat: Candidat) -> str:
    """« Saint-Denis (Réunion) »: enough to tell homonyms apart."""
    departement = candidat.departement
    record = (
        call.services.knowledge.find("departement", departement)
        if departement and candidat.type != "departement"
        else None
    )
    return f"{candidat.nom} ({record.nom})" if record else candidat.nom


def _most_populated(ambiguite: Ambiguite) -> tuple[Candidat, ...]:
    ranked = sorted(ambiguite.candidats, key=lambda each: -(each.population or 0))
    return tuple(ranked)
