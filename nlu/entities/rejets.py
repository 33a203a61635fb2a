"""Tells whether the writer sets a subject aside: « pas un budget participatif mais un débat ».

A lack is no rejection: « nous n'avons pas de conseil citoyen » is about conseils citoyens.
"""

import re

from spacy.tokens import Span

_REACH = 10
_LINK = (
    r"(?: (?:de|d|du|des|le|la|les|l|un|une|sur|dans|par|pour|avec|rien|notre|nos|votre|vos|a|"
    r"au|aux|ce|cette|ces|autre|simple|nouveau|nouvelle|petit|petite|grand|grande|tout|toute|lance|"
    r"exemples?|cas|modeles?|guides?|outils?|infos?|informations?|projet|demarche|"
    r"\w{3,}(?:er|ir|re)))"
    r"{0,6}"
)
_WANTED = (
    r"(?:veux|veut|voulons|voulais|voudrais|voudrait|voudrions|cherche|cherchons|recherche|"
    r"recherchons|souhaite|souhaitons|demande|demandons|parle|parlons|agit|interesse|besoin|"
    r"envie|question|vise|visons|faut|faudrait|desire|attends|attendons)"
)
_SET_ASIDE = re.compile(
    rf"(?:\b(?:plutot que?|au lieu|hormis|excepte|a part|en dehors|rien a voir avec|"
    rf"autre chose que?|et non|et non pas|mais pas|surtout pas|non pas|"
    rf"sans (?:passer|recourir|vouloir)){_LINK}"
    rf"|\b{_WANTED} (?:surtout |absolument |plus )?(?:pas|plus|ni|aucune?){_LINK}"
    rf"|(?:^|[,;:(] )(?:et |non |surtout |ou )?pas (?:de? )?"
    rf"(?:un|une|le|la|les|l|du|des|sur)\b{_LINK}"
    rf"|\bc(?:e n)? est pas{_LINK})$"
)
_SUGGESTED = re.compile(rf"\bpourquoi pas{_LINK}$")
_ASIDE_IF_CONTRASTED = re.compile(rf"\bpas{_LINK}$")
_CONTRAST = re.compile(r"[^.;!?]{0,40}?\b(?:mais|plutot)\b")
_NEITHER = re.compile(rf"\bni{_LINK}$")
_LACK = re.compile(r"\b(?:ai|a|as|avons|avez|ont|avait|avions|ayant|existe) (?:\w+ )?(?:pas|ni)\b")
_WITHOUT = re.compile(rf"\bsans{_LINK}$")
_NOT_THE_POINT = re.compile(
    r"[^.;!?]{0,15}?\b(?:(?:m|nous) interesse\w* (?:pas|plus)|(?:est|sont) pas (?:le|la|les|mon|ma|"
    r"notre|ce|mes) (?:sujet|question|demande|but|objet|theme|besoin|propos|priorite)|"
    r"me concerne\w* pas|nous concerne\w* pas)"
)
_STRONG_BREAK = frozenset(".;!?")


def is_set_aside(span: Span, *, by_doing_without: bool = False) -> bool:
    """Tell whether the words around the span reject it.

    `by_doing_without`: « sans plateforme » rejects too; « sans concertation » only deplores.
    """
    before, after = _before(span), _after(span)
    if _SUGGESTED.search(before):
        return False
    if _SET_ASIDE.search(before) or _NOT_THE_POINT.match(after):
        return True
    if by_doing_without and _WITHOUT.search(before):
        return True
    if _LACK.search(before):
        return False
    if _NEITHER.search(before):
        return True
    return bool(_ASIDE_IF_CONTRASTED.search(before) and _CONTRAST.match(after))


def _before(span: Span) -> str:
    words: list[str] = []
    for token in span.doc[max(0, span.start - _REACH) : span.start]:
        words = [] if token.text in _STRONG_BREAK else [*words, token.norm_]
    return " ".join(words).replace("'", "")


def _after(span: Span) -> str:
    tokens = span.doc[span.end : span.end + _REACH]
    return " ".join(token.norm_ for token in tokens).replace("'", "")
