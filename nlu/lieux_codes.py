"""Postal codes, INSEE codes and numbers of départements, told from quantities and dates."""

import re
from collections.abc import Iterator

from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_gazetteer import Gazetteer
from nlu.lieux_mentions import PLAIN, SURE, Hit, key_of
from nlu.lieux_texte import Phrase, name_words

MAX_NAME_WORDS = 6
_OVERSEAS_LENGTH = 3

_FIVE = re.compile(r"(?:\d{2}|2[ab])\d{3}\Z")
_NUMBER = re.compile(r"(?:\d{2}|2[ab]|97\d|98[678])\Z")
_POSTAL_CUE = re.compile(r"\b(?:code postal|cp|postal)(?: est)?(?: le)?\Z")
_INSEE_CUE = re.compile(r"\binsee(?: est)?(?: le)?\Z")
_NUMBERED = re.compile(r"\bdepartement(?: numero| n| no| est le)\Z")
_DEPARTEMENT_CUE = re.compile(
    r"\b(?:departement|dept|dpt|dep)(?: numero| n| no| c est le| est le)?\Z|\bdans le\Z"
)
# « dans 62 » without an article may be a delay, « dans 15 » (minutes), unless it closes the clause.
_IN = re.compile(r"\bdans\Z")
_IN_CORSICA = re.compile(r"\b(?:dans|en)\Z")
_OF = re.compile(r"(?P<owner>\S+) (?:du|de|dans le)\Z")
_THE = re.compile(r"(?:^| )(?:le|au|du|en)\Z")
# From this number on, « du 62 » or « dans 62 » cannot be a day of the month, nor a short delay.
_BEYOND_DATES = 32
# « Le 39 nous doit »: a body, for no day acts.
_SUBJECT = re.compile(r"^le\Z")
_ACTS = re.compile(r"(?:nous|vous|leur)? ?(?:doit|finance|subventionne|verse|refuse|soutient)\b")
_AND = re.compile(r"(?:et|ou|ni)(?: dans| du| de)?(?: le)?")


def find_codes(phrase: Phrase, gazetteer: Gazetteer) -> Iterator[Hit]:
    """Yield the codes that the message holds."""
    previous: Hit | None = None
    for index, token in enumerate(phrase.tokens):
        if not token.folded[0].isdigit():
            continue
        if _FIVE.match(token.folded):
            yield from _five_characters(phrase, gazetteer, index)
        elif _NUMBER.match(token.folded):
            hit = _departement_number(phrase, gazetteer, index, previous)
            if hit:
                previous = hit
                yield hit


def _five_characters(phrase: Phrase, gazetteer: Gazetteer, index: int) -> Iterator[Hit]:
    code = phrase.word(index).upper()
    left = phrase.left(index)
    insee = gazetteer.insee.get(code)
    postal = gazetteer.postal.get(code, ())
    cued = _POSTAL_CUE.search(left) or _INSEE_CUE.search(left)
    if not cued and _is_quantity(phrase, index):
        return
    if insee and (_INSEE_CUE.search(left) or not postal):
        if _INSEE_CUE.search(left) or not code.endswith("00"):
            yield Hit(index, index + 1, (insee,), SURE)
    elif postal and (not code.endswith("00") or _has_postal_cue(phrase, gazetteer, index)):
        yield Hit(index, index + 1, postal, PLAIN)


def _has_postal_cue(phrase: Phrase, gazetteer: Gazetteer, index: int) -> bool:
    """Tell whether a round number is a postal code: said so, alone, or beside its commune."""
    left = phrase.left(index)
    if _POSTAL_CUE.search(left) or re.search(r"\bdans le\Z", left):
        return True
    others = (token.folded for token in phrase.tokens if token is not phrase.tokens[index])
    if all(word in vocabulaire.FILLERS for word in others):
        return True
    places = gazetteer.postal[phrase.word(index).upper()]
    names = {word for place in places for word in _names(place.nom)}
    near = {phrase.tokens[i].norm for i in range(max(0, index - 3), min(len(phrase), index + 4))}
    return bool(names & near)


def _names(name: str) -> set[str]:
    return {word for word in name_words(name) if word not in vocabulaire.LINKS}


def _departement_number(
    phrase: Phrase, gazetteer: Gazetteer, index: int, previous: Hit | None
) -> Hit | None:
    place = gazetteer.by_key.get(("departement", phrase.word(index).upper()))
    left = phrase.left(index)
    if place is None or (_is_quantity(phrase, index) and not _NUMBERED.search(left)):
        return None
    if (
        _DEPARTEMENT_CUE.search(left)
        or _is_owned(phrase, index, left)
        or _is_unmistakable(phrase, index, left)
        or in_parentheses(phrase, index)
        or _follows_commune(phrase, gazetteer, index)
        or _is_listed(phrase, index, previous)
    ):
        return Hit(index, index + 1, (place,), SURE)
    return None


def _is_owned(phrase: Phrase, index: int, left: str) -> bool:
    """« une élue du 12 », « les communes du 93 », not « la réunion du 12 »."""
    match = _OF.search(left)
    if match is None or match["owner"] not in vocabulaire.OWNERS:
        return False
    dated = _is_date(phrase.word(index), left[: match.start()].split(), match["owner"])
    return not dated and not _is_range(phrase, index)


def _is_date(number: str, before: list[str], owner: str) -> bool:
    """« le forum citoyen du 12 » has a date; « la rencontre des élus du 12 » has a département.

    `before` holds the words before the owner, « citoyen » or « élus ».
    """
    late = not number.isdigit() or int(number) >= _BEYOND_DATES
    if late or owner.startswith("departement"):
        return False
    *others, last = ["", *before]
    dated = vocabulaire.DATED
    return last in dated or (last not in vocabulaire.LINKS and not dated.isdisjoint(others[-1:]))


def _is_unmistakable(phrase: Phrase, index: int, left: str) -> bool:
    """« au 974 », « dans 62 » before a pause: neither a day, nor a delay, nor a count."""
    word = phrase.word(index)
    if len(word) == _OVERSEAS_LENGTH and word.isdigit():
        return bool(_THE.search(left)) and _closes(phrase, index)
    if not word.isdigit():  # « en 2A »: no year has a letter
        return bool(_IN_CORSICA.search(left)) and _closes(phrase, index)
    large = int(word) >= _BEYOND_DATES
    if large and _SUBJECT.search(left) and _ACTS.match(phrase.right(index + 1)):
        return True
    return large and bool(_IN.search(left)) and _closes(phrase, index)


def _closes(phrase: Phrase, index: int) -> bool:
    """Tell whether the number ends its clause, so that it counts nothing."""
    after = phrase.word(index + 1)
    pause = index + 1 == len(phrase) or phrase.starts_sentence(index + 1)
    return pause or "," in phrase.gap(index + 1) or after in vocabulaire.CLOSING


def _is_listed(phrase: Phrase, index: int, previous: Hit | None) -> bool:
    """« dans le 59 et le 62 »."""
    if previous is None or not phrase.same_sentence(previous.start, index):
        return False
    between = " ".join(phrase.word(i) for i in range(previous.end, index))
    return bool(_AND.fullmatch(between))


def _is_range(phrase: Phrase, index: int) -> bool:
    return phrase.word(index + 1) in {"au", "a"} and phrase.word(index + 2).isdigit()


def _follows_commune(phrase: Phrase, gazetteer: Gazetteer, index: int) -> bool:
    """Tell whether the number is that of the commune just before it: « Montreuil 93 »."""
    code = phrase.word(index).upper()
    for start in range(max(0, index - MAX_NAME_WORDS), index):
        places = gazetteer.communes.get(key_of(phrase, start, index), ())
        if phrase.joined(start, index) and any(place.departement == code for place in places):
            return True
    return False


def in_parentheses(phrase: Phrase, index: int) -> bool:
    """Tell whether a word stands alone between parentheses."""
    return "(" in phrase.gap(index) and ")" in phrase.gap(index + 1)


def _is_quantity(phrase: Phrase, index: int) -> bool:
    """Tell whether a number counts, dates or numbers something else than a place."""
    before, after = phrase.word(index - 1), phrase.word(index + 1)
    gap_before, gap_after = phrase.gap(index), phrase.gap(index + 1)
    if before.isdigit() and gap_before.strip() in ("", ".", ",", "-", "/"):
        return True
    if after.isdigit() and gap_after.strip(" ") in ("", ".", ",", "/", ":") and gap_after:
        # A postal code follows, or the inhabitants: « dans le 70, 7500 hab ».
        peopled = gap_after == ", " and phrase.word(index + 2).startswith("hab")
        return not (peopled or len(after) == 5)  # noqa: PLR2004
    if gap_after == "-" and after.isdigit():
        return True
    if any(sign in gap_after for sign in "€%°$") or re.match(r"-[^ ]", gap_after):
        return True
    counted = vocabulaire.MONTHS_AND_UNITS | vocabulaire.STREETS
    near = gap_after.strip() == "" and after in counted
    return near or before in vocabulaire.QUANTITIES
