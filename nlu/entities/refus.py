"""Messages to decline: abuse of the service, attempts to turn it away from its task."""

import re

from spacy.tokens import Doc, Span

from nlu.entities.patterns import drop_exceptions

SPANS_KEY = "refus"
INSULTE = "insulte"
INJECTION = "injection"
_REPORTED = "contexte_rapporte"

_QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|“[^”]*”")


def find_refus(doc: Doc) -> str | None:
    """Return « injection », « insulte » or None.

    An insult that the élu received and reports, or quotes, is no abuse: it calls for help.
    """
    spans = drop_exceptions(doc.spans[SPANS_KEY])
    labels = {span.label_ for span in spans}
    if INJECTION in labels:
        return INJECTION
    insults = [span for span in spans if span.label_ == INSULTE]
    if _REPORTED in labels or all(_is_quoted(span) for span in insults):
        return None
    return INSULTE


def _is_quoted(span: Span) -> bool:
    quotes = _QUOTED.finditer(span.doc.text)
    return any(q.start() <= span.start_char and span.end_char <= q.end() for q in quotes)
