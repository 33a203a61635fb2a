"""The spaCy component that finds phrases with gaps: « donnez * instructions »."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span, Token

from nlu.entities.patterns import SpanPattern

_FIRST_ATTRIBUTES = ("LEMMA", "ORTH")


@Language.factory("gapped_phrases", default_config={"spans_key": "gapped"})
class GappedPhrases:
    """Adds the matches of token patterns to `doc.spans[spans_key]`, as spaCy's SpanRuler does.

    A spaCy matcher tries all its patterns at every token. Here they are kept by their first word,
    given as `{"LEMMA": …}` or `{"ORTH": …}`, and tried only where it stands: measured ten times
    faster on our vocabularies.
    """

    def __init__(self, nlp: Language, name: str, spans_key: str) -> None:
        self.name = name
        self._nlp = nlp
        self._spans_key = spans_key
        self._matchers: dict[int, Matcher] = {}
        self._reach = 0

    def add_patterns(self, patterns: Sequence[SpanPattern]) -> None:
        """Add token patterns (`label`, `pattern`)."""
        grouped: dict[int, dict[str, list[list[dict[str, object]]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for each in patterns:
            tokens = each["pattern"]
            grouped[self._first(tokens[0])][each["label"]].append(tokens)
            self._reach = max(self._reach, len(tokens))
        for first, labels in grouped.items():
            matcher = self._matchers.setdefault(first, Matcher(self._nlp.vocab))
            for label, found in labels.items():
                matcher.add(label, found)

    def __call__(self, doc: Doc) -> Doc:
        """Add the matches to the spans that other components found under the same key."""
        found = {(span.start, span.end, span.label) for token in doc for span in self._at(token)}
        spans = [Span(doc, start, end, label=label) for start, end, label in sorted(found)]
        doc.spans[self._spans_key] = [*doc.spans.get(self._spans_key, ()), *spans]
        return doc

    def _first(self, token: dict[str, str]) -> int:
        [(attribute, word)] = token.items()
        if attribute not in _FIRST_ATTRIBUTES:
            raise ValueError(attribute)
        return int(self._nlp.vocab.strings.add(word))

    def _at(self, token: Token) -> Iterator[Span]:
        for first in {token.lemma, token.orth}:
            matcher = self._matchers.get(first)
            if matcher is not None:
                window = token.doc[token.i : token.i + self._reach]
                for label, start, end in matcher(window):
                    if start == 0:
                        yield Span(token.doc, token.i, token.i + end, label=label)
