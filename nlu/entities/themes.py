"""The themes that a message is about, from the closed list of the HTTP contract."""

from dataclasses import dataclass

from spacy.tokens import Doc

from nlu.entities.patterns import drop_exceptions, keep_most_specific
from nlu.entities.rejets import is_set_aside

SPANS_KEY = "themes"
_TOOLS = frozenset({"numérique", "plateforme"})


@dataclass(frozen=True, slots=True)
class ThemeMention:
    """A theme with its place in the élu's text."""

    theme: str
    start: int
    end: int


def find_themes(doc: Doc) -> tuple[ThemeMention, ...]:
    """Return the themes in reading order; of overlapping ones, the most specific.

    A theme that the writer sets aside is left out, unless it is also spoken of elsewhere.
    """
    spans = keep_most_specific(drop_exceptions(doc.spans[SPANS_KEY]))
    kept = (
        span for span in spans if not is_set_aside(span, by_doing_without=span.label_ in _TOOLS)
    )
    return tuple(ThemeMention(span.label_, span.start_char, span.end_char) for span in kept)
