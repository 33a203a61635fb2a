"""The role of the person who writes: only when they say it of themselves.

« Le maire décide tout seul et moi je suis conseiller » says conseiller: a title counts when it
follows words such as « je suis » or « en tant que », opens the message, or is the message.
"""

import re
from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from nlu.entities import roles_contexte as contexte
from nlu.entities import roles_phrases as phrases
from nlu.entities.patterns import keep_most_specific
from nlu.text import FoldedText, fold
from nlu.understanding import TerritoireMention

SPANS_KEY = "roles"
OTHER_TITLE = "autre"
"""Label of the titles that the contract has no role for (député, ancien maire…)."""

_PRESIDENT = "president"
"""Label of « président » alone: what is presided tells the role."""
_PRESIDED_BEFORE = re.compile(
    r"\b(?P<departement>conseil departemental|departement)|"
    r"(?P<epci>communaute|com com|comcom|agglo\w*|intercommunalite|interco|metropole|epci|petr)\b"
)
_DEPUTED = re.compile(r"(?:chargee?|deleguee?|en charge) [^.,;!?]{0,50}$")
_PRESIDED = {"epci": "president_epci", "departement": "elu_departemental", "region": OTHER_TITLE}
_CLOSINGS = frozenset({"cordialement", "vous", "avance", "merci", "respectueusement"})
_LEAST_NAME = 2
_ALONE_WORDS = 6
_WINDOW = 20
"""Words read on each side of a title."""
_UNMISTAKABLE_LENGTH = 3
"""Titles of three words or more, such as « chargée de mission », need no word after them."""


_SALUTATION_WORDS = 10
_CIVILITIES = frozenset({"madame", "monsieur", "mesdames", "messieurs", "mme", "mr", "m"})
_DEAR = frozenset({"cher", "chere", "chers", "cheres"})
_HELLO = frozenset({"bonjour", "bonsoir", "salut", "hello", "coucou", "a", "tous", "toutes", "et"})
_PAUSES = frozenset({",", "!", ":", ";", ".", "\n"})
_TO_PLACE = frozenset(
    {"a", "au", "aux", "de", "d", "d'", "du", "l", "l'", "la", "le", "en", "dans"}
)
_HEADER = frozenset(
    {"ici", "commune", "ville", "village", "mairie", "dpt", "dept", "departement", "petite"}
    | {"hab", "hab.", "habitants", "ames", "une", "un", "depuis", "environ", "cp", "pres", "et"}
)
"""What goes with the place and the population that a message opens with."""
_LEAST_WORD = 6
"""Letters from which a plural before a full stop is no abbreviation."""
_MAX_NAME = 4
_MAX_BEFORE = 40
"""Letters between what is presided and « vice-président », said after it."""
_MAX_LINK = 9
"""Letters between « président » and the name of what is presided: « de la », « d' »."""


def find_role(
    doc: Doc,
    territoires: Iterable[TerritoireMention] = (),
    *,
    places: Iterable[tuple[int, int]] = (),
) -> str | None:
    """Return the role of the contract that the writer takes, the first if several, or None.

    `territoires`: those found in the message; « présidente de Grand Poitiers » leads an EPCI.
    `places`: every part of the text read as a place; a title may come after the one that opens.
    """
    titles = _titles(doc, territoires)
    starts = frozenset(span.start for span, _ in titles)
    body = _place_end(doc, _salutation_end(doc), tuple(places), starts)
    spoken = [label for span, label in titles if span.start >= body and _is_spoken(span, body)]
    if spoken:
        return next((label for label in spoken if label != OTHER_TITLE), None)
    return _role_by_office(FoldedText.of(doc.text).text) or _role_alone(doc, titles)


def _titles(doc: Doc, territoires: Iterable[TerritoireMention]) -> list[tuple[Span, str]]:
    spans = keep_most_specific(list(doc.spans[SPANS_KEY]))
    known = tuple(territoires)
    named = [(span, _label(span, known)) for span in spans]
    kept = [(span, label) for span, label in named if label]
    return sorted(kept, key=lambda title: (title[0].start, title[1]))


def _label(span: Span, territoires: Iterable[TerritoireMention]) -> str:
    if span.label_ != _PRESIDENT:
        return span.label_
    known = tuple(territoires)
    after = (each for each in known if each.start >= span.end_char)
    led = next((each for each in after if _is_led(span, each)), None)
    if led:
        return _PRESIDED.get(led.type, "")
    before = _forms(span.doc[max(0, span.start - _WINDOW) : span.start])
    body = _PRESIDED_BEFORE.search(before) if contexte.CHOSEN.search(before) else None
    if body:
        return _PRESIDED.get(str(body.lastgroup), "")
    if contexte.OF_SOMETHING.match(_forms(span.doc[span.end : span.end + _WINDOW])):
        return ""
    reach = span.start_char - _MAX_BEFORE
    near = (e for e in known if reach <= e.start < span.start_char and e.type == "epci")
    return next((_PRESIDED[each.type] for each in near), "")


def _is_led(span: Span, territoire: TerritoireMention) -> bool:
    """« présidente de Grand Poitiers », « vice-président chargé de l'eau à Redon Agglo »."""
    between = span.doc.text[span.end_char : territoire.start]
    return len(between) < _MAX_LINK or bool(_DEPUTED.fullmatch(fold(between).strip()))


def _salutation_end(doc: Doc) -> int:
    """Return where the message begins: « Monsieur le Préfet, … » names its addressee."""
    start = 0
    while (end := _one_salutation(doc, start)) > start:
        start = end
    return start


def _place_end(
    doc: Doc, body: int, places: Iterable[tuple[int, int]], titles: frozenset[int]
) -> int:
    """Return where the message goes on after « Die (26150), » or « Lure, en Haute-Saône, »."""
    at, named, end = body, False, body
    while at < len(doc):
        token = doc[at]
        if named and at in titles:
            return at
        placed = any(start <= token.idx < stop for start, stop in places)
        heads = _is_filling(token) or token.norm_ in _TO_PLACE | _PAUSES | _HEADER
        if not placed and not heads:
            break
        named, at = named or placed or token.text[:1].isdigit(), at + 1
        if named and token.norm_ in _PAUSES and not placed:
            end = at
    return end


def _is_filling(token: Token) -> bool:
    return token.is_punct or token.is_space or token.like_num


def _one_salutation(doc: Doc, start: int) -> int:
    at = start
    while at < len(doc) and (doc[at].norm_ in _HELLO or doc[at].is_punct or doc[at].is_space):
        at += 1
    if not _is_vocative(doc, at):
        return start
    for token in doc[at : at + _SALUTATION_WORDS]:
        if token.norm_ in _PAUSES and token.i + 1 < len(doc):
            return token.i + 1
    return start


def _is_vocative(doc: Doc, at: int) -> bool:
    if at + 1 >= len(doc):
        return False
    first, second = doc[at].norm_, doc[at + 1].norm_
    return first in _DEAR or (first in _CIVILITIES and second in {"le", "la", "l", "les", ","})


def _is_spoken(span: Span, body: int) -> bool:
    before = _forms(span.doc[max(body, span.start - _WINDOW) : span.start])
    after = _forms(span.doc[span.end : span.end + _WINDOW])
    if contexte.ONE_OF_THEM.match(after):
        return not _is_vague(span)
    if _is_several(span[0]):
        return bool(contexte.WE_ARE_SEVERAL.search(before))
    if contexte.NEGATED.search(before) or contexte.PAST.match(after):
        return False
    if _is_said(before, after) or _follows_own_name(span, body, after):
        return True
    return _opens(span, body, before, after) or (not _is_vague(span) and _stands(span, body))


def _is_said(before: str, after: str) -> bool:
    """« je suis maire », « la mairesse, c'est moi », « un citoyen comme moi »."""
    if contexte.CUE.search(before) or contexte.SELF.match(after) or _is_signature(before, after):
        return True
    if after.startswith("depuis ") and contexte.SINCE.search(before):
        return True
    return bool(contexte.CLAUSE_START.search(before) and contexte.IT_IS_ME.match(after))


def _stands(span: Span, body: int) -> bool:
    return phrases.heads_its_clause(span, body) or phrases.signs(span, body)


def _is_several(token: Token) -> bool:
    """« les élus et les agents »: nobody is several; « cons. dép. » is one."""
    cut = len(token) < _LEAST_WORD and token.i + 1 < len(token.doc) and token.nbor().text == "."
    return token.norm_ != token.lemma_ and token.norm_.endswith("s") and not cut


def _is_signature(before: str, after: str) -> bool:
    return bool(contexte.SIGNED.search(before) and contexte.SIGNATURE_END.fullmatch(after))


def _follows_own_name(span: Span, body: int, after: str) -> bool:
    """« Jean Dupont, maire de Foix, je… », at the start or as a signature; not « M. Dupont, … »."""
    at = span.start - 1
    if at <= body or span.doc[at].norm_ not in _PAUSES or _is_vague(span):
        return False
    first = at
    while first > body and at - first < _MAX_NAME and _is_name(span.doc[first - 1]):
        first -= 1
    if at - first < _LEAST_NAME or not _is_sentence_start(span.doc, first, body):
        return False
    return bool(contexte.WRITES_ON.match(after) and not contexte.OTHER_ACTS.match(after))


def _is_name(token: Token) -> bool:
    letters = token.text.rstrip("-") if token.is_title else ""
    named = letters.isalpha() or letters.endswith(".")
    return named and token.norm_ not in _CIVILITIES | _HELLO


def _is_sentence_start(doc: Doc, at: int, body: int) -> bool:
    if at == body:
        return True
    before = doc[at - 1]
    greeted = _CLOSINGS | _HELLO
    return before.norm_ in _PAUSES and (before.norm_ != "," or doc[at - 2].norm_ in greeted)


def _opens(span: Span, body: int, before: str, after: str) -> bool:
    if span.start - body >= _WINDOW or not contexte.OPENING.match(before.replace("c est ", "")):
        return False
    if contexte.IN_PERSON.search(before):
        said = contexte.OF_A_PLACE.match(after) or contexte.WRITES_TO_YOU.match(after)
        return bool(said or (before.endswith(("ici le ", "ici la ")) and after.startswith(",")))
    if _is_vague(span):
        return bool(contexte.OF_A_PLACE.match(after) and contexte.SPEAKS_NEXT.match(after))
    return _opens_as_writer(span, before, after)


def _opens_as_writer(span: Span, before: str, after: str) -> bool:
    if len(span) < _UNMISTAKABLE_LENGTH and not contexte.AFTER_OPENING.match(after):
        return False
    if contexte.CIVILITY.search(before):
        is_addressee = contexte.GREETED.search(before) and contexte.ADDRESSED.match(after)
        return not (is_addressee or contexte.THIRD_PERSON_VERB.match(after))
    return not contexte.THIRD_PERSON_ARTICLE.search(before) or _is_plain_opening(before, after)


def _is_vague(span: Span) -> bool:
    """« un conseiller » alone is the human that the élu asks for."""
    return len(span) == 1 and span[0].norm_.startswith("conseill")


def _is_plain_opening(before: str, after: str) -> bool:
    """« Bonjour, une adjointe de Foix, je cherche… »: the article stays, then comes « je »."""
    is_indefinite = before.rstrip().endswith(("un", "une", "l"))
    writes = re.search(r", (?:je|j|nous|on)\b", after)
    return bool(is_indefinite and writes and not contexte.THIRD_PERSON_VERB.match(after))


def _role_by_office(text: str) -> str | None:
    return next((role for role, pattern in contexte.OFFICES if pattern.search(text)), None)


def _role_alone(doc: Doc, titles: list[tuple[Span, str]]) -> str | None:
    """« adjointe à la culture », sent in answer to « quelle est votre fonction ? »."""
    words = [token for token in doc if not (token.is_punct or token.is_space)]
    if len(titles) != 1 or len(words) > _ALONE_WORDS or "?" in doc.text:
        return None
    span, label = titles[0]
    opens = all(token.i >= span.start for token in words[:1])
    return label if opens and label != OTHER_TITLE and not _is_vague(span) else None


def _forms(tokens: Iterable[object]) -> str:
    forms = " ".join(str(getattr(token, "norm_", "")) for token in tokens)
    return f"{forms} " if forms else ""
