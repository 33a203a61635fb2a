"""Text folding, shared by understanding and search: all that others may borrow from nlu."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import filterfalse

from nlu.vocabulary import load_pictograms, load_sequences, load_sms

_INVISIBLE_CATEGORIES = frozenset({"Cf", "Co", "Cs", "Cn"})
_KEPT_CONTROLS = frozenset("\n\t")
_WITHOUT_KEPT_CONTROLS = str.maketrans(dict.fromkeys(_KEPT_CONTROLS))
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_MARKUP = re.compile(
    r"<(?P<code>script|style)\b[^<>]{0,300}>.*?</(?P=code)\s*>|<[/!]?[a-z][^<>]{0,300}>",
    re.IGNORECASE | re.DOTALL,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")


def strip_invisible(text: str) -> str:
    """Remove control, zero-width, private-use and lone-surrogate characters; keep line breaks.

    The result can always be encoded in UTF-8 and stored in PostgreSQL (no NUL, no surrogate).
    """
    if text.translate(_WITHOUT_KEPT_CONTROLS).isprintable():
        return text
    return "".join(
        char
        for char in text
        if char in _KEPT_CONTROLS
        or (
            unicodedata.category(char) not in _INVISIBLE_CATEGORIES
            and unicodedata.category(char) != "Cc"
        )
    )


def replace_surrogates(text: str) -> str:
    """Put U+FFFD in place of lone surrogates: every offset stays, and UTF-8 can encode it."""
    return _SURROGATE.sub("\ufffd", text)


def blank_markup(text: str) -> str:
    """Put spaces in place of HTML tags and of what a script holds: every offset stays.

    >>> blank_markup("<b>budget</b> x<3 <script>alert(1)</script>").split()
    ['budget', 'x<3']
    """
    if "<" not in text:
        return text
    return _MARKUP.sub(lambda match: " " * len(match.group()), text)


def strip_accents(text: str) -> str:
    """Replace accented letters and ligatures by their plain form, case kept."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(filterfalse(unicodedata.combining, decomposed))


def unify_punctuation(text: str) -> str:
    """Give typographic apostrophes and dashes their keyboard form."""
    return text.translate(_APOSTROPHES).translate(_DASHES)


def fold(text: str) -> str:
    """Lower-case, accent-free, plain apostrophes and dashes, single spaces.

    >>> fold("Cœur de l’Été")
    "coeur de l'ete"
    """
    return " ".join(strip_accents(unify_punctuation(text)).casefold().split())


def words(text: str) -> list[str]:
    """Return the folded words of a text, elided articles kept apart.

    >>> words("L’école d'Auch")
    ['l', 'ecole', 'd', 'auch']
    """
    return [part for match in _WORD.findall(fold(text)) for part in match.split("'") if part]


_REPEATED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_WRITTEN_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_LOST_APOSTROPHE = re.compile(
    r"(?<![\w'])((?:[cC](?= (?:est|était|etait)\b))|[jldnJLDN]|[qQ]u) ([aeiouyhéèêâîôœ])"
)
_SHORT = 4


def squeeze(word: str) -> str:
    """Reduce to one a letter typed three times or more; « www » and « III » are left alone.

    >>> squeeze("merciiii")
    'merci'
    """
    return word if len(set(word.casefold())) == 1 else _REPEATED.sub(r"\1", word)


def singular(word: str) -> str:
    """Remove the usual plural marks of a folded word: enough to compare, not a lemma.

    >>> [singular(word) for word in ("habitants", "municipaux", "niveaux", "bus")]
    ['habitant', 'municipal', 'niveau', 'bus']
    """
    if len(word) < _SHORT:
        return word
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux") and len(word) > _SHORT + 1:
        return word[:-3] + "al"
    return word[:-1] if word[-1] in "sx" and word[-2] not in "s" else word


def is_shouted(text: str) -> bool:
    """Tell whether a text of several words is written all in capitals."""
    return len(text.split()) > 1 and text.upper() == text and text.lower() != text


def normalize(text: str) -> str:
    """Write the text as it would be without haste: same words, accents and case kept.

    Invisible characters removed, apostrophes and dashes unified, repeated letters reduced,
    abbreviated forms and misheard runs of words (`nlu/data/vocabulaire/sms.yml`) written out,
    single spaces.
    A message made of « 👍 » alone becomes « oui ».

    >>> normalize("slt c possible 1 referendum pr la mairiiie ?")
    "salut c'est possible 1 referendum pour la mairie ?"
    """
    composed = unicodedata.normalize("NFC", strip_invisible(text))
    plain = " ".join(unify_punctuation(composed).split())
    plain = _LOST_APOSTROPHE.sub(r"\1'\2", plain)
    if not any(char.isalnum() for char in plain):
        said = [load_pictograms()[char] for char in plain if char in load_pictograms()]
        plain = " ".join(said) or plain
    shouted = is_shouted(plain)
    written = _WRITTEN_WORD.sub(lambda match: _write_out(match, shouted=shouted), plain)
    return _sequences().sub(lambda match: load_sequences()[match.group().lower()], written)


@cache
def _sequences() -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, load_sequences()), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])", re.IGNORECASE)


def _write_out(match: re.Match[str], *, shouted: bool) -> str:
    word = squeeze(match.group())
    is_sigle = len(word) > 1 and word.isupper() and not shouted
    if is_sigle or _follows_number(match):
        return word
    return load_sms().get(word.lower(), word)


def _follows_number(match: re.Match[str]) -> bool:
    """« 5 g », « 20 c » are measures, not « j'ai » or « c'est »."""
    before = match.string[: match.start()].rstrip()
    return len(match.group()) == 1 and before[-1:].isdigit()


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char.isspace():
        return " "
    return strip_accents(unify_punctuation(strip_invisible(char))).casefold()


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text that remembers where each of its characters comes from.

    Unlike `fold`, spaces are not merged. `offsets[i]` is the place in `original` of `text[i]`.
    """

    original: str
    text: str
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, original: str) -> "FoldedText":
        """Fold a text character by character."""
        pieces = [(piece, at) for at, char in enumerate(original) for piece in _fold_char(char)]
        return cls(original, "".join(p for p, _ in pieces), tuple(at for _, at in pieces))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original text of `text[start:end]`, which is not empty."""
        return self.offsets[start], self.offsets[end - 1] + 1
