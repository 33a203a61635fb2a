"""The publication gate: which judged questions a resource would gain or lose, before it is out."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from knowledge.search.engine import ResourceIndex, SearchEngine
from knowledge.search.judged import (
    Asked,
    Effect,
    JudgedQuestion,
    Outcome,
    Understand,
    ask,
    compare,
    still_judged,
)
from knowledge.search.places import FindTerritoire

Themes = Callable[[str], tuple[str, ...]]
"""Returns the themes heard in a question."""


class PublicationGate:
    """Asks the judged questions of the base as it is and as it would be. Safe from any thread."""

    def __init__(
        self,
        engine: SearchEngine,
        questions: Sequence[JudgedQuestion],
        *,
        find_territoire: FindTerritoire,
        understand: Understand,
    ) -> None:
        self._engine = engine
        self._questions = tuple(questions)
        self._find_territoire = find_territoire
        self._understand = understand
        self._understood: dict[str, Asked] = {}
        self._last: tuple[ResourceIndex, tuple[Outcome, ...]] | None = None

    def effect(self, candidate: ResourceIndex) -> Effect:
        """Compare the base in service with a candidate.

        Questions whose resources have all left the base are not asked: nobody judged them there.
        """
        before = self._before(self._engine.index)
        after = ask(
            candidate,
            [each.question for each in before],
            find_territoire=self._find_territoire,
            understand=self._remember,
        )
        return compare(before, after)

    @property
    def questions(self) -> tuple[JudgedQuestion, ...]:
        """The questions asked of the base as it is."""
        return still_judged(self._questions, self._engine.index.positions.keys())

    def effect_of_themes(self, before: Themes, after: Themes) -> Effect:
        """Compare the base in service with itself, other themes being heard in the questions."""
        index, questions = self._engine.index, self.questions

        def outcomes(themes: Themes) -> tuple[Outcome, ...]:
            return ask(
                index,
                questions,
                find_territoire=self._find_territoire,
                understand=lambda text: replace(self._remember(text), themes=themes(text)),
            )

        return compare(outcomes(before), outcomes(after))

    def forget(self) -> None:
        """Understand every question anew: what understands them has changed."""
        self._understood, self._last = {}, None

    def _before(self, index: ResourceIndex) -> tuple[Outcome, ...]:
        last = self._last
        if last is not None and last[0] is index:
            return last[1]
        outcomes = ask(
            index,
            still_judged(self._questions, index.positions.keys()),
            find_territoire=self._find_territoire,
            understand=self._remember,
        )
        self._last = (index, outcomes)
        return outcomes

    def _remember(self, text: str) -> Asked:
        if text not in self._understood:
            self._understood[text] = self._understand(text)
        return self._understood[text]
