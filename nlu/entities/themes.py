"""The themes that a message is about, from the closed list of the HTTP contract."""

from dataclasses import dataclass

from spacy.tokens import Doc

from nlu.entities.patterns import drop_exceptions, keep_most_specific

SPANS_KEY = "themes"


@dataclass(frozen=True, slots=True)
class ThemeMention:
    """A theme with its place in the élu's text."""

    theme: str
    start: int
    end: int


def find_themes(doc: Doc) -> tuple[ThemeMention, ...]:
    """Return the themes in reading order; of overlapping ones, the most specific."""
    spans = keep_most_specific(drop_exceptions(doc.spans[SPANS_KEY]))
    return tuple(ThemeMention(span.label_, span.start_char, span.end_char) for span in spans)
