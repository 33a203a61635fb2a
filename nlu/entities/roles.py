"""The role of the person who writes: only when they say it of themselves.

« Le maire décide tout seul et moi je suis conseiller » says conseiller: a title counts when it
follows words such as « je suis » or « en tant que », opens the message, or is the message.
"""

import re
from collections.abc import Iterable

from spacy.tokens import Doc, Span

from nlu.entities.patterns import keep_most_specific
from nlu.text import FoldedText

SPANS_KEY = "roles"
OTHER_TITLE = "autre"
"""Label of the titles that the contract has no role for (député, ancien maire…)."""

_FILLERS = (
    r"(?:(?:une?|la?|le|les|des|votre|aussi|egalement|donc|toujours|actuellement|bien|juste|moi|"
    r"nouvelle?|nouveau|jeune|simple|tout|toute|recemment|depuis \w+ (?:an|mois)s?|"
    r"actuel|actuelle|ici|madame|monsieur|mme|m|encore|deja|elue?|nouvellement|"
    r"comme|entre autres|a la fois|desormais|devenue?|redevenue?) )*"
)
_CUE = re.compile(
    r"(?:\b(?:je suis|je sui|j suis|suis|j ai ete|ai ete|en tant qu(?:e)?|en qualite d(?:e)?|"
    r"en ma qualite d(?:e)?|comme|etant|je viens d etre|viens d etre|"
    r"l honneur d etre|fiere? d etre|nous sommes|on est|"
    r"elue?|mon role|ma fonction|fonction|mandat|profil|moi c est)(?: [:,])?|"
    r"(?:^|[,.;:(-] )(?:et |mais )?moi(?: ,)?|"
    r"\bje m appelle(?: \S+){1,4}|\bje suis(?: \S+){1,3} ,) " + _FILLERS + r"$"
)
_NEGATED = re.compile(r"\b(?:suis|etais|serai|sommes|est) (?:pas|plus|jamais|ni)\b[^.;!?]*$")
_OPENING = re.compile(
    r"^(?:\W*\b(?:bonjour|bonsoir|salut|coucou|hello|bjr|madame|monsieur|mesdames|messieurs|a|"
    r"tous|toutes?|l|equipe|oui|alors|voila|ici|euh|merci|s'il vous plait|donc)\b\W*)*"
    r"(?:(?:une?|l|simple|jeune|nouvelle?|nouveau|nouvellement|elue?|mme|madame|monsieur|m|le|la)"
    r" )*$"
)
_AFTER_OPENING = re.compile(
    r"(?: ?(?:$|[,.:;!?)-]|(?:d|de|du|des|dans|en|a|au|aux|pour|chargee?|deleguee?|ici|depuis|"
    r"qui|pres|sur|j|je|nous|on|sans|avec)\b))"
)
_THIRD_PERSON_ARTICLE = re.compile(r"(?:^|\s)(?:le|la|les|l|mon|ma|notre|nos|une?|des|du) $")
_SINCE = re.compile(r"\b(?:je|j|mon|ma) [^.;!?]*, $")
_SIGNED = re.compile(
    r"\b(?:salutations?|sentiments|considerations?|hommages|respectu\w*|devoue\w*|cordialement|merci|"
    r"remerci\w+|prie)\b[^?]*[.,;!] ?(?:le|la|l|une?|votre) $"
)
"""« … mes salutations distinguées. Le maire. »: the last words of a letter say who signs."""
_SIGNATURE_END = re.compile(r"(?:(?:de|d|du|des)\b[^.;!?,]{0,60})?\W*$")
_GREETED = re.compile(r"\b(?:bonjour|bonsoir|salut|hello|merci|chere?s?)\b")
_ADDRESSED = re.compile(r"\W*(?:$|[,.!;:])")
_CIVILITY = re.compile(r"\b(?:mme|madame|m|monsieur) (?:la|le|l) $")
_THIRD_PERSON_VERB = re.compile(
    r"[^.,;!?]{0,40}\b(?:souhaite|veut|voudrait|demande|est|decide|refuse|dit|nous|"
    r"peut|doit|recoit|va|fait|desire|aimerait)\b"
)
_PRESIDES = re.compile(
    r"\b(?P<epci>communaute|com com|comcom|agglo\w*|intercommunalite|interco|metropole|epci|petr|"
    r"syndicat)\b[^.;!?]{0,30}\b(?:que|dont) je preside\b"
    r"|\bje preside\b[^.;!?]{0,20}\b(?:communaute|com com|comcom|agglo\w*|intercommunalite|interco|"
    r"metropole|epci|petr|syndicat)\b"
)
_PRESIDES_DEPARTEMENT = re.compile(
    r"\bje preside\b[^.;!?]{0,20}\b(?:conseil )?departement"
    r"|\bdepartement(?:al)?\b[^.;!?]{0,15}\bque je preside\b"
)
_LEADS_COMMUNE = re.compile(
    r"\b(?:commune|village|ville|municipalite)\b[^.;!?]{0,20}"
    r"\b(?:que je (?:dirige|gere|preside|administre)|dont je suis (?:le |la )?maire)\b"
)
_ALONE_WORDS = 6
_WINDOW = 20
"""Words read on each side of a title."""
_UNMISTAKABLE_LENGTH = 3
"""Titles of three words or more, such as « chargée de mission », need no word after them."""


def find_role(doc: Doc) -> str | None:
    """Return the role of the contract that the writer takes, the first if several, or None."""
    titles = _titles(doc)
    spoken = [span for span in titles if _is_spoken(span)]
    for span in spoken:
        if span.label_ != OTHER_TITLE:
            return span.label_
    if spoken:
        return None
    return _role_by_office(FoldedText.of(doc.text).text) or _role_alone(doc, titles)


def _titles(doc: Doc) -> list[Span]:
    spans = keep_most_specific(list(doc.spans[SPANS_KEY]))
    return sorted(spans, key=lambda span: (span.start, span.label_))


def _is_spoken(span: Span) -> bool:
    if span[0].norm_ != span[0].lemma_ and span[0].norm_.endswith("s"):
        return False  # « les élus et les agents »: nobody is several
    before = _forms(span.doc[max(0, span.start - _WINDOW) : span.start])
    after = _forms(span.doc[span.end : span.end + _WINDOW])
    if _NEGATED.search(before):
        return False
    if _CUE.search(before) or _is_signature(before, after):
        return True
    if after.startswith("depuis ") and _SINCE.search(before):
        return True
    if _is_vague(span) or span.start >= _WINDOW:
        return False
    return bool(_OPENING.match(before)) and _opens_as_writer(span, before, after)


def _is_signature(before: str, after: str) -> bool:
    return bool(_SIGNED.search(before) and _SIGNATURE_END.fullmatch(after))


def _opens_as_writer(span: Span, before: str, after: str) -> bool:
    if len(span) < _UNMISTAKABLE_LENGTH and not _AFTER_OPENING.match(after):
        return False
    if _CIVILITY.search(before):
        is_addressee = _GREETED.search(before) and _ADDRESSED.match(after)
        return not (is_addressee or _THIRD_PERSON_VERB.match(after))
    return not _THIRD_PERSON_ARTICLE.search(before) or _is_plain_opening(before, after)


def _is_vague(span: Span) -> bool:
    """« un conseiller » alone is the human that the élu asks for."""
    return len(span) == 1 and span[0].norm_.startswith("conseill")


def _is_plain_opening(before: str, after: str) -> bool:
    """« Bonjour, une adjointe de Foix, je cherche… »: the article stays, then comes « je »."""
    is_indefinite = before.rstrip().endswith(("un", "une", "l"))
    return is_indefinite and bool(re.search(r", (?:je|j|nous|on)\b", after))


def _role_by_office(text: str) -> str | None:
    if _PRESIDES_DEPARTEMENT.search(text):
        return "elu_departemental"
    if _PRESIDES.search(text):
        return "president_epci"
    return "maire" if _LEADS_COMMUNE.search(text) else None


def _role_alone(doc: Doc, titles: list[Span]) -> str | None:
    """« adjointe à la culture », sent in answer to « quelle est votre fonction ? »."""
    words = [token for token in doc if not (token.is_punct or token.is_space)]
    if len(titles) != 1 or len(words) > _ALONE_WORDS or "?" in doc.text:
        return None
    if _is_vague(titles[0]):
        return None
    opens = all(token.i >= titles[0].start for token in words[:1])
    return titles[0].label_ if opens and titles[0].label_ != OTHER_TITLE else None


def _forms(tokens: Iterable[object]) -> str:
    forms = " ".join(str(getattr(token, "norm_", "")) for token in tokens)
    return f"{forms} " if forms else ""
