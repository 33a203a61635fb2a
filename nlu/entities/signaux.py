"""The cues that the orientation rules read: a closed vocabulary, `vocabulaire/signaux.yml`."""

from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from nlu.entities.patterns import drop_exceptions

SPANS_KEY = "signaux"

_NEGATIONS = frozenset({"pas", "aucun", "aucune", "jamais", "ni", "sans"})
_NEGATION_REACH = 3
_LOST_WHEN_NEGATED = frozenset(
    {"menace", "conflit", "urgence", "urgence_vitale", "demande_humain", "candidater"}
    | {"contentieux", "marche_public", "grand_projet"}
)
"""« Ce n'est pas urgent » is no urgency; « pas de formation » is still about training."""


@dataclass(frozen=True, slots=True)
class SignalMention:
    """A cue with its place in the élu's text."""

    signal: str
    start: int
    end: int


def find_signaux(doc: Doc) -> tuple[SignalMention, ...]:
    """Return every cue of the message, in reading order, a cue as often as it is given."""
    spans = (span for span in drop_exceptions(doc.spans[SPANS_KEY]) if not _is_negated(span))
    return tuple(SignalMention(span.label_, span.start_char, span.end_char) for span in spans)


def names(mentions: Iterable[SignalMention]) -> tuple[str, ...]:
    """Return each cue once, in reading order."""
    return tuple(dict.fromkeys(mention.signal for mention in mentions))


def _is_negated(span: Span) -> bool:
    if span.label_ not in _LOST_WHEN_NEGATED:
        return False
    before = span.doc[max(0, span.start - _NEGATION_REACH) : span.start]
    clause: list[str] = []
    for token in before:
        clause = [] if token.is_punct else [*clause, token.norm_]
    return bool(_NEGATIONS.intersection(clause))
