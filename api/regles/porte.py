"""The gate of the rules: which witness messages a proposal gains, loses or leads elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.explication import situation_of_question
from assistant.sources import Knowledge
from knowledge.orientation.effet import Effet, compare_regles, witnesses
from knowledge.orientation.regle import Regle
from knowledge.orientation.situation import Situation
from knowledge.resources.resource import french_today
from nlu.pipeline import Understander


class PorteRegles:
    """Leads the witness messages by the rules as they are and as they would be. Any thread.

    Each is understood for real, as the first message of a conversation, and only once.
    """

    def __init__(self, understander: Understander, knowledge: Knowledge) -> None:
        self._understander = understander
        self._knowledge = knowledge
        self._situations: dict[str, Situation] = {}

    def effect(self, after: Sequence[Regle]) -> Effet:
        """Compare the rules in service with others."""
        before = tuple(self._knowledge.regles)
        asked = [(each, self._situation(each.texte)) for each in witnesses(before, after)]
        return compare_regles(asked, before, after)

    def forget(self) -> None:
        """Understand every message anew: what understands them has changed."""
        self._situations = {}

    def _situation(self, text: str) -> Situation:
        known = self._situations.get(text)
        if known is None:
            known = situation_of_question(text, self._understander, self._knowledge)
            self._situations[text] = known
        return replace(known, jour=french_today())
