"""What must leave an advisor's answer before it can serve everyone: what tells who asked.

Nothing is removed here without being proposed: each removal has its reason, and the advisor keeps
or refuses it. When two of them overlap, the one found first stands.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from nlu.entities.personal_data import find_personal_data
from nlu.entities.population import find_populations
from nlu.text import FoldedText, fold

SMALL_COMMUNE = 3_500
"""Inhabitants below which the name of a commune tells who asked: a choice of prudence."""

POLITESSE, REFERENCE, CONTACT, AGENT = "politesse", "reference", "contact", "agent"
COMMUNE, POPULATION, CODE, VOISINE = "commune", "population", "code", "voisine"

_MIN_NAME = 3
_REFERENCE = re.compile(r"\bOR-\d{4}-[0-9A-Z]{6}\b", re.IGNORECASE)
_POLITE = re.compile(
    r"^[ \t]*(?:(?:bonjour|bonsoir|madame|monsieur|mesdames|ch[eè]re?)\b[^\n.?]{0,80}[,!]?"
    r"|(?:bien (?:cordialement|à vous)|cordialement|respectueusement|(?:avec )?(?:mes |nos )?"
    r"(?:sincères |respectueuses |meilleures )?salutations[^\n]{0,60}"
    r"|(?:je reste|nous restons)[^\n]{0,40} à votre disposition[^\n]{0,60})[,.!]?"
    # Then whoever signs, on the last line.
    r"(?:\s*\n[ \t]*[^\n]{1,60}(?=\s*\Z))?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
# A number of five, nine or fourteen digits that counts nothing: INSEE or postal code, SIREN, SIRET.
_COUNTED = r"\d|€|%|euros?\b|habitants?\b|élèves?\b|logements?\b|signatures?\b|personnes?\b"
_CODE = re.compile(
    r"(?<![\w€.,/-])(?:\d{3}[ \u00a0]?\d{3}[ \u00a0]?\d{3}(?:[ \u00a0]?\d{5})?|\d{5}|2[AB]\d{3})"
    rf"(?![\w/-]|[.,]\d|[ \u00a0\u202f]?(?:{_COUNTED}))"
)
# Parts of names that are words too: at the beginning of a sentence, they name nobody.
_ALSO_A_WORD = re.compile(
    "avril|beau|berger|blanc|bois|bon|boucher|brun|chevalier|clair|claire|fontaine|grand|jeune|mai"
    "|maire|marchand|meunier|moulin|noir|petit|pierre|prudence|roi|rose|roux|vieux"
)
_PARTICLES = frozenset({"des", "les", "del", "von", "van", "ben"})
_SENTENCE_ENDS = ".!?\n:;•-"
_SPACES = re.compile(r"[ \t]{2,}")
_BEFORE_STOP = re.compile(r"[ \t]+(?=[,.)\n]|$)", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of who asked and of who answered; `places` only names what identifies.

    `is_code` tells whether a number is the code of a territory or of a body; `villages` finds in a
    text the other communes whose name may tell who asked.
    """

    contacts: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    is_code: Callable[[str], bool] = lambda code: False
    villages: Callable[[str], Iterable[_Span]] = lambda text: ()


@dataclass(frozen=True, slots=True)
class Retrait:
    """A passage that it is proposed to remove, and why (`sorte`)."""

    sorte: str
    texte: str
    start: int
    end: int

    @property
    def cle(self) -> str:
        """What the form calls it."""
        return f"{self.start}-{self.end}"


def find_removals(text: str, known: Known) -> tuple[Retrait, ...]:
    """Return what it is proposed to remove from a text, in reading order, without overlap."""
    found: list[Retrait] = []
    for sorte, start, end in _readings(text, known):
        if all(end <= each.start or each.end <= start for each in found):
            found.append(Retrait(sorte, text[start:end], start, end))
    return tuple(sorted(found, key=lambda each: each.start))


def remove(text: str, removals: Iterable[Retrait], instead: Callable[[str], str]) -> str:
    """Return the text without these passages, each replaced by what `instead` says of its kind."""
    for each in sorted(removals, key=lambda each: each.start, reverse=True):
        text = f"{text[: each.start]}{instead(each.sorte)}{text[each.end :]}"
    text = _BEFORE_STOP.sub("", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def segments(text: str, removals: Sequence[Retrait]) -> list[tuple[str, Retrait | None]]:
    """Return the text cut where the proposals begin and end, to be shown with its marks."""
    pieces: list[tuple[str, Retrait | None]] = []
    reached = 0
    for each in removals:
        pieces += [(text[reached : each.start], None), (each.texte, each)]
        reached = each.end
    return [piece for piece in [*pieces, (text[reached:], None)] if piece[0]]


def _readings(text: str, known: Known) -> Iterator[tuple[str, int, int]]:
    yield from ((POLITESSE, *span) for span in _trimmed(text, _POLITE))
    yield from ((REFERENCE, *match.span()) for match in _REFERENCE.finditer(text))
    folded = FoldedText.of(text)
    yield from ((CONTACT, *span) for span in _people(folded, text, known.contacts))
    for span in _people(folded, text, known.agents):
        yield (POLITESSE if _is_signature(text, span) else AGENT, *span)
    for each in find_personal_data(text):
        written = text[each.start : each.end].rstrip(".,")
        yield each.kind, each.start, each.start + len(written)
    if known.places:
        yield from ((COMMUNE, *span) for span in _named(folded, known.places))
        yield from ((POPULATION, each.start, each.end) for each in find_populations(folded))
    yield from ((VOISINE, *span) for span in known.villages(text))
    for match in _CODE.finditer(text):
        if known.is_code(re.sub(r"\s", "", match.group())):
            yield (CODE, *match.span())


def _people(folded: FoldedText, text: str, names: Collection[str]) -> Iterator[_Span]:
    """Return where people are named: whole, however it is written; by a part of it, as a name is.

    >>> said = "Appelez Claire : c'est clair."
    >>> list(_people(FoldedText.of(said), said, ["Claire Petit"]))
    [(8, 14)]
    """
    yield from _named(folded, [each for each in names if not each.isalpha()])
    parts = {part for name in names if "@" not in name for part in name.split() if part.isalpha()}
    for span in _named(folded, sorted(parts - _PARTICLES)):
        if _is_said(text, span):
            yield span


def _is_said(text: str, span: _Span) -> bool:
    """Tell whether a word is written as a name: with a capital that no sentence explains."""
    start, end = span
    if not text[start].isupper():
        return False
    before = text[:start].rstrip(' \t\u00a0«"')
    begins = not before or before[-1] in _SENTENCE_ENDS
    return not begins or not _ALSO_A_WORD.fullmatch(fold(text[start:end]))


def _is_signature(text: str, span: _Span) -> bool:
    """Tell whether a name is alone on its line."""
    start, end = span
    before, after = text[:start].rpartition("\n")[2], text[end:].partition("\n")[0]
    return not f"{before}{after}".strip()


def _trimmed(text: str, pattern: re.Pattern[str]) -> Iterator[_Span]:
    for match in pattern.finditer(text):
        if match.group().strip():
            yield match.span()


def _named(folded: FoldedText, names: Collection[str]) -> Iterator[_Span]:
    """Return where these names are written, the longest first, whatever their accents and dashes.

    >>> list(_named(FoldedText.of("à St Clar"), ["Saint-Clar"]))
    [(2, 9)]
    """
    for name in sorted(names, key=len, reverse=True):
        words = re.split(r"[\s'’-]+", fold(name))
        if sum(map(len, words)) < _MIN_NAME:
            continue
        written = r"[\s'’-]+".join(_spelled(each) for each in words)
        for match in re.finditer(rf"(?<!\w){written}(?!\w)", folded.text):
            yield folded.span(*match.span())


def _spelled(word: str) -> str:
    short = {"saint": "(?:saint|st)\\.?", "sainte": "(?:sainte|ste)\\.?"}
    return short.get(word) or re.escape(word)
