"""A classifier that can be replaced by another while messages are being understood."""

from collections.abc import Sequence

from nlu.intents import IntentClassifier
from nlu.understanding import IntentScore


class SwitchableClassifier:
    """Answers with the classifier of the moment; safe to share between threads.

    A message under way when it is replaced may be judged by both: each answer is whole.
    """

    def __init__(self, classifier: IntentClassifier) -> None:
        self.current = classifier

    def swap(self, classifier: IntentClassifier) -> None:
        """Answer with this one from now on."""
        self.current = classifier

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        """Return every intent, likeliest first."""
        return self.current.rank(text)

    def in_scope_score(self, text: str) -> float:
        """Say how much the text looks like what we are for."""
        return self.current.in_scope_score(text)

    def read_ahead(self, texts: Sequence[str]) -> None:
        """Prepare the answers about these texts together."""
        self.current.read_ahead(texts)
