"""Personal data in a message: spotted to warn the élu, to mask, or to prefill a request.

Nothing here is ever logged. When two readings overlap, the one found first in `_FINDERS` stands.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import phonenumbers

from nlu.text import fold
from nlu.understanding import PersonalDatum

COURRIEL = "courriel"
TELEPHONE = "telephone"
ADRESSE = "adresse"
NOM = "nom"
NUMERO_SECURITE_SOCIALE = "numero_securite_sociale"
IBAN = "iban"
DATE_NAISSANCE = "date_naissance"

_Span = tuple[int, int]
_OUTRE_MER = ("GP", "RE", "MQ", "GF", "YT", "PM", "NC", "PF", "WF")

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?(?:@|\(?(?:arobase|arobas|at)\)? |\[at\]|\(at\)) ?"
    r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,24}(?!\w)",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w+.,-])(?:(?:\+|00)\d{1,3}[ .-]?(?:\(0\)[ .-]?)?|0)"
    r"\d(?:[ .-]{0,2}\d){4,11}(?![\w-]|[.,]\d)"
)
_NIR = re.compile(
    r"(?<!\d)[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?"
    r"\d{3} ?\d{3}(?: ?\d{2})?(?!\d)",
    re.IGNORECASE,
)
_IBAN = re.compile(
    r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)", re.IGNORECASE
)
_MONTHS = (
    "janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre"
)
_BIRTH = re.compile(
    r"\b(?:n[ée]e?s? (?:le|en)|date de naissance|naissance|ddn)\s*:?\s*(?:le )?"
    rf"(?P<value>\d{{1,2}}\s?[/.-]\s?\d{{1,2}}\s?[/.-]\s?\d{{2,4}}"
    rf"|\d{{1,2}}(?:er)? (?:{_MONTHS}) \d{{4}}"
    r"|(?:19|20)\d{2})(?!\d)",
    re.IGNORECASE,
)
_STREET = (
    r"(?i:rue|avenue|av\.|boulevard|bd|bld|chemin|impasse|all[ée]es?|route|rte|quai|cours|square|"
    r"place(?! (?:de |du )?(?:parking|stationnement|libre|assise|disponible|en |au |pour))|"
    r"ruelle|sentier|passage|r[ée]sidence|lotissement|faubourg|mont[ée]e|esplanade|promenade|venelle)"
)
_LINK = r"(?:de |du |des |d['’]|la |le |les |l['’]|à |aux? |en |sur |sous )"
_CAPITAL = r"[A-ZÉÈÊÀÂÎÏÔÛÇ]"
_TOWN = rf"{_CAPITAL}[\w'’-]*(?: {_LINK}{{0,2}}{_CAPITAL}[\w'’-]*){{0,4}}"
_ADDRESS = re.compile(
    rf"(?<![\w.,/-])\d{{1,4}} ?(?:bis|ter|quater)?,? {_STREET} "
    rf"(?:{_LINK}{{1,3}}[^\W\d_]|{_CAPITAL})[\w'’.-]*"
    rf"(?: {_LINK}{{0,2}}{_CAPITAL}[\w'’-]*){{0,4}}"
    rf"(?:,? ?(?:[-–] )?\d{{5}}(?: {_TOWN})?)?"
)
_NAME_WORD = r"[A-ZÉÈÊÀÂÎÏÔÛÇ][\w'’]+(?:-[A-ZÉÈÊÀÂÎÏÔÛÇ][\w'’]+)*"
_PARTICLE = r"(?:(?:de|du|des|le|la|d['’]|de la|von|van|ben|el|al) ?)"
_FULL_NAME = rf"{_NAME_WORD}(?:[ ]{_PARTICLE}?{_NAME_WORD}){{0,3}}"
_CIVILITY_NAME = re.compile(
    rf"(?<!\w)(?:M\.|MM\.|Mr\.?|Mme\.?|Mlle|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|Me|Ma[iî]tre|Dr|"
    rf"[Dd]octeur)\s(?P<value>(?:{_PARTICLE})?{_FULL_NAME})"
)
_INTRODUCED = re.compile(rf"(?i:\bmon nom (?:est|c['’]est))\s*(?P<value>{_FULL_NAME})")
_ANNOUNCED = re.compile(
    r"(?:\bje m['’ ]?appell?e|\bje me nomme|\bmon nom ?:|"
    r"\b(?:nom|pr[ée]nom)s? ?:|\bnom (?:et|/) pr[ée]nom ?:)\s*"
    r"(?P<value>[^\W\d_][\w'’-]+(?:\s(?!(?:et|je|maire|adjointe?|suis|de la mairie|du|conseill\w+|"
    r"habitant\w*|à|a|pour|mais|qui|mon|ma|tel|depuis|chez|dgs|agente?)\b)[^\W\d_][\w'’-]*){0,3})",
    re.IGNORECASE,
)
_I_AM_NAME = re.compile(
    rf"\b[Jj]e suis (?P<value>{_NAME_WORD} {_PARTICLE}?{_NAME_WORD})(?=\s*(?:,|\.|$|\())"
)
_SIGNATURE = re.compile(
    rf"\b(?:[Cc]ordialement|[Bb]ien à vous|[Rr]espectueusement|[Mm]erci d['’]avance)\s*[,.!\n]?\s*"
    rf"(?P<value>{_NAME_WORD} {_PARTICLE}?{_NAME_WORD})(?=\s*(?:,|\.|$|\n|\())"
)
_PARTICLES = frozenset({"de", "du", "des", "le", "la", "les", "l", "d", "von", "van", "ben"})
_NOT_NAMES = frozenset(
    {
        *("maire", "mairesse", "mairie", "adjoint", "adjointe", "president", "presidente", "elu"),
        *("elue", "prefet", "prefete", "sous", "vice", "conseiller", "conseillere", "depute"),
        *("deputee", "senateur", "senatrice", "ministre", "directeur", "directrice", "dgs"),
        *("secretaire", "agent", "agente", "habitant", "habitante", "citoyen", "citoyenne"),
        *("commune", "ville", "village", "bonjour", "merci", "je", "tu", "il", "elle", "nous"),
        *("vous", "on", "un", "une", "en", "pas", "plus", "tres", "content", "contente", "perdu"),
        *("perdue", "desole", "desolee", "tout", "toute", "ce", "cette", "mes", "mon", "ma"),
        *("ancien", "ancienne", "nouveau", "nouvelle", "premier", "premiere", "general", "tous"),
        *("generale", "robot", "orientation", "territoires", "anct", "mme", "monsieur", "madame"),
    }
)


def find_personal_data(text: str) -> tuple[PersonalDatum, ...]:
    """Return what identifies a person, in reading order, without overlap."""
    found: list[PersonalDatum] = []
    for kind, finder in _FINDERS:
        for start, end in finder(text):
            if all(end <= datum.start or datum.end <= start for datum in found):
                found.append(PersonalDatum(kind, text[start:end], start, end))
    return tuple(sorted(found, key=lambda datum: datum.start))


def find_bare_name(text: str) -> PersonalDatum | None:
    """Return the name of a message that is nothing else, in answer to « à quel nom ? »."""
    match = re.fullmatch(
        rf"\W*(?P<value>{_NAME_WORD}(?: {_PARTICLE}?{_NAME_WORD}){{1,3}})\W*", text
    )
    if not match or not _is_name(match["value"]):
        return None
    return PersonalDatum(NOM, match["value"], *match.span("value"))


def mask(text: str, data: Iterable[PersonalDatum]) -> str:
    """Replace each datum by its kind in brackets, as in « [courriel] »."""
    for datum in sorted(data, key=lambda datum: datum.start, reverse=True):
        text = f"{text[: datum.start]}[{datum.kind}]{text[datum.end :]}"
    return text


def _emails(text: str) -> Iterator[_Span]:
    yield from (match.span() for match in _EMAIL.finditer(text))


def _phones(text: str) -> Iterator[_Span]:
    yield from (match.span() for match in _PHONE.finditer(text) if _is_phone(match.group()))


def _is_phone(written: str) -> bool:
    """Valid in metropolitan France or overseas; abroad, with its country code."""
    return parse_telephone(written) is not None


def parse_telephone(written: str) -> phonenumbers.PhoneNumber | None:
    """Return the number as understood in metropolitan France, else overseas; None when it is none.

    A ten-digit mobile number is accepted even in a range not yet opened to subscribers: ranges
    open (and some, 06 39 98, are reserved for examples), and refusing one would leave an élu
    without an answer.
    """
    for region in ("FR", *_OUTRE_MER):
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or _is_french_mobile(number):
            return number
    return None


def _is_french_mobile(number: phonenumbers.PhoneNumber) -> bool:
    national = str(number.national_number)
    return number.country_code == _FRANCE and len(national) == _NATIONAL and national[0] in "67"


_FRANCE = 33
_NATIONAL = 9


def _social_security_numbers(text: str) -> Iterator[_Span]:
    for match in _NIR.finditer(text):
        compact = match.group().replace(" ", "").upper()
        if len(compact) == _NIR_LENGTH or _has_nir_key(compact):
            yield match.span()


_NIR_LENGTH = 13


def _has_nir_key(compact: str) -> bool:
    """The last two digits are 97 minus the rest modulo 97; Corsica counts as 19 and 18."""
    digits = compact[:_NIR_LENGTH].replace("2A", "19").replace("2B", "18")
    return digits.isdigit() and 97 - int(digits) % 97 == int(compact[_NIR_LENGTH:])


def _ibans(text: str) -> Iterator[_Span]:
    yield from (match.span() for match in _IBAN.finditer(text) if _has_iban_key(match.group()))


def _has_iban_key(written: str) -> bool:
    """ISO 7064: moved and read with A = 10 … Z = 35, the whole is 1 modulo 97."""
    compact = written.replace(" ", "").upper()
    moved = compact[4:] + compact[:4]
    return moved.isascii() and int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def _birth_dates(text: str) -> Iterator[_Span]:
    yield from (match.span("value") for match in _BIRTH.finditer(text))


def _addresses(text: str) -> Iterator[_Span]:
    yield from (match.span() for match in _ADDRESS.finditer(text))


def _names(text: str) -> Iterator[_Span]:
    for pattern in (_ANNOUNCED, _INTRODUCED, _CIVILITY_NAME, _I_AM_NAME, _SIGNATURE):
        for match in pattern.finditer(text):
            if _is_name(match["value"]):
                yield match.span("value")


def _is_name(value: str) -> bool:
    words = [word for word in re.split(r"[\s'-]+", fold(value)) if word not in _PARTICLES]
    return bool(words) and words[0] not in _NOT_NAMES


_FINDERS: tuple[tuple[str, Callable[[str], Iterator[_Span]]], ...] = (
    (IBAN, _ibans),
    (COURRIEL, _emails),
    (NUMERO_SECURITE_SOCIALE, _social_security_numbers),
    (TELEPHONE, _phones),
    (DATE_NAISSANCE, _birth_dates),
    (ADRESSE, _addresses),
    (NOM, _names),
)
