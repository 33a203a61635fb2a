"""Why a question leads where it does: what was understood, and every rule held against it."""

from dataclasses import dataclass
from typing import Any

from assistant.actions.oriente import build_situation, orientation_json
from assistant.domaine import bring_back
from assistant.memory import Memory
from assistant.rereading import reread
from assistant.sources import Knowledge
from knowledge.orientation.decide import Decision, decide
from knowledge.orientation.examen import Examen, examine_all
from knowledge.orientation.situation import Situation
from knowledge.territoires.territoire import Territoire
from nlu.pipeline import Understander
from nlu.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Explication:
    """The whole decision for a question asked alone, as the first message of a conversation.

    `examens` holds every rule by rank: applicable, possible or set aside, and for lack of what.
    """

    understanding: Understanding
    territoire: Territoire | None
    situation: Situation
    examens: tuple[Examen, ...]
    decision: Decision

    def to_json(self) -> dict[str, Any]:
        """Return the decision and the reasoning; nothing of the question itself."""
        return {
            "understanding": {
                "intent": self.understanding.intent,
                "confidence": round(self.understanding.confidence, 4),
                "territoire": self.territoire.nom if self.territoire else None,
                "signaux": sorted(self.situation.signaux),
            },
            "orientation": orientation_json(self.decision),
            "missing": list(self.decision.missing),
            "regles": [examen_json(each) for each in self.examens],
        }


def explain_question(text: str, understander: Understander, knowledge: Knowledge) -> Explication:
    """Understand a question, then apply the rules and keep the whole reasoning."""
    understanding, memory = _hear(text, understander, knowledge)
    situation = build_situation(memory, knowledge, intent=understanding.intent)
    regles = tuple(knowledge.regles)
    return Explication(
        understanding=understanding,
        territoire=knowledge.territoire(memory.territoire),
        situation=situation,
        examens=examine_all(situation, regles),
        decision=decide(situation, regles),
    )


def situation_of_question(text: str, understander: Understander, knowledge: Knowledge) -> Situation:
    """Return what the rules look at when a question is asked alone."""
    understanding, memory = _hear(text, understander, knowledge)
    return build_situation(memory, knowledge, intent=understanding.intent)


def _hear(
    text: str, understander: Understander, knowledge: Knowledge
) -> tuple[Understanding, Memory]:
    understood = reread(understander.understand(text), Memory(), expects=None)
    understanding = bring_back(understood, knowledge.engine)
    return understanding, Memory().with_understanding(understanding, continues=False)


def examen_json(examen: Examen) -> dict[str, Any]:
    """Return a rule with the status of each of its criteria, and what set it aside."""
    regle = examen.regle
    return {
        "id": regle.id,
        "rang": regle.rang,
        "route": regle.route,
        "etat": examen.etat,
        "criteres": [
            {"critere": each.critere.critere, "requis": each.critere.requis, "statut": each.statut}
            for each in examen.criteres
        ],
        "exclusions": [each.critere for each in examen.exclusions],
        "source": regle.source,
        "verifie_le": regle.verifie_le.isoformat(),
    }
