"""Titles that stand alone in their clause: at the head of a sentence, or signing the message.

« … Secrétaire de mairie, je cherche… », « Un étudiant vous demande… », « Merci. Nadia, membre du
conseil citoyen » : no verb says whose title it is, and in French it is then the writer's own.
"""

import re
from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from nlu.entities.roles_contexte import ORDINALS
from nlu.lieux_vocabulaire import word_set

_REACH = 30
"""Words read on each side of a title."""
_LEAST_LETTER = 8
"""A message shorter than this is no letter: its last words sign nothing."""
_MAX_SIGNATORY = 6
_BREAKS = frozenset({".", "!", "?", ";", "\n", "…", "...", "-", "–", "—"})
_NOW_WORDS = "aujourd hui|desormais|maintenant|actuellement|a present"
_LEADS = (
    r"(?:(?:simple|jeune|nouvelle?|nouveau|toute?|ancienne?|moi|ici|elue?|alors|bref|et|donc|"
    rf"{_NOW_WORDS}|toujours|encore|devenue?|redevenue?|presque|pour info|ps|{ORDINALS}) )*"
)
_BARE_START = re.compile(rf"(?:(?:^|[.!?;:\n…] |[-–—] )|\d (?:hab\w*|ames) (?:\. )?, ){_LEADS}$")
"""At the head of a sentence, or after « 2 987 habitants, »."""
_NOW = re.compile(rf", (?:et )?(?:{_NOW_WORDS}) {_LEADS}$")
_FORMER = re.compile(rf"(?:^|[.!?] )(?:ancien|ex)[^.;!?]*, (?:et )?(?:{_NOW_WORDS}) {_LEADS}$")
_A_START = re.compile(r"(?:^|[.!?;:\n,] )(?:une?|l|le|la) (?:\S+ )?$")
_ONE_START = re.compile(r"(?:^|[.!?;:\n,] )(?:une?) (?:\S+ )?$")
_WRITER = (
    r"(?:je|j|j'ai|nous(?! (?:a|ont|avait|avaient)\b)|on|mon|ma|mes|notre|nos|comment|combien"
    r"|que|qu|quelle?s?|puis je|peut on|peux je|pouvons|pourrions|dois je|faut il|est ce|y a t)"
)
_THEN_WRITES = re.compile(rf"[^.;!?]{{0,90}}?(?:,|:) (?:et |mais |donc )?{_WRITER}\b")
_TO_YOU = r"(?!m a |m' ?a )[^.,;!?]{0,50}(?<!\bde )(?<!\bpour )(?<!\ba )\bvous "
_WRITES_TO_YOU = re.compile(
    _TO_YOU + r"(?:ecri\w*|parle|appelle|contacte|sollicite|remercie|salue)\b"
)
_ASKS_YOU = re.compile(_TO_YOU + r"(?:demande|interroge|pose|consulte|prie|questionne)\b")
_TAIL = re.compile(r"[^.;:!?\n]{0,80}(?:[.;!\n]|$)")
_SEVERAL = re.compile(r"[^.;!?]{0,20}(?:, |ou |et )(?:un |une |les? )?(?:maire|adjoint|elu|agent)")
_ACTING = re.compile(
    r"\b(?:qui|que|est|sont|ont|veut|veulent|doit|peut|fait|va|je|nous|vous|absente?|malade)\b"
)
_WHO = re.compile(r"qui [^?]*$")
_END = re.compile(r"[^;:!?]{0,80}\W*$")
_SIGNING = word_set(
    """
    cordialement merci salutations bien sincerement respectueusement vous avance sentiments
    distinguees distingues cdlt cdt amicalement reponse attention aide par pour votre d a de la
    le l un une mme mlle m tres
    """
)


def heads_its_clause(span: Span, body: int) -> bool:
    """Tell whether a title without an article heads its sentence, or is all of it."""
    before, after = _before(span, body), _after(span)
    if _BARE_START.search(before):
        return not _SEVERAL.match(after) and (
            bool(_THEN_WRITES.match(after)) or _is_nominal(before, after)
        )
    if _NOW.search(before) and _THEN_WRITES.match(after):
        return True
    return bool(
        _FORMER.search(before)
        or (_A_START.search(before) and _WRITES_TO_YOU.match(after))
        or (_ONE_START.search(before) and _ASKS_YOU.match(after))
    )


def _is_nominal(before: str, after: str) -> bool:
    """« Secrétaire générale de mairie. », not « Le profil : secrétaire de mairie »."""
    tail = _TAIL.match(after)
    return bool(tail and not before.rstrip().endswith(":") and not _ACTING.search(tail.group()))


def signs(span: Span, body: int) -> bool:
    """Tell whether a title ends the message as a signature does: « Nadia, habitante de Foix »."""
    doc = span.doc
    after = " ".join(token.norm_ for token in doc[span.end :] if not token.is_space)
    first = _sentence_start(doc, span.start, body)
    if span.start - body < _LEAST_LETTER or not _END.match(after):
        return False
    if _ACTING.search(after):
        return "\n" in doc[first - 1].text and bool(_WHO.match(after)) and first == span.start - 1
    signatory = doc[first : span.start]
    return (
        first > body
        and len(signatory) <= _MAX_SIGNATORY
        and all(_is_signing(token) for token in signatory)
    )


def _sentence_start(doc: Doc, at: int, body: int) -> int:
    while at > body and doc[at - 1].norm_ not in _BREAKS and "\n" not in doc[at - 1].text:
        at -= 1
    return at


def _is_signing(token: Token) -> bool:
    named = token.is_title or (token.text.isupper() and token.is_alpha)
    initial = token.text.endswith(".") and token.text[0].isupper()
    return named or initial or token.is_punct or token.is_space or token.norm_ in _SIGNING


def _before(span: Span, body: int) -> str:
    return _forms(span.doc[max(body, span.start - _REACH) : span.start])


def _after(span: Span) -> str:
    return _forms(span.doc[span.end : span.end + _REACH]).rstrip(" ")


def _forms(tokens: Iterable[Token]) -> str:
    words = ("\n" if "\n" in token.text else token.norm_ for token in tokens)
    forms = " ".join(words)
    return f"{forms} " if forms else ""
