"""Text folding shared by understanding and search: the only module of nlu that others may borrow."""

import re
import unicodedata

_INVISIBLE_CATEGORIES = frozenset({"Cf", "Co", "Cs", "Cn"})
_KEPT_CONTROLS = frozenset("\n\t")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")


def strip_invisible(text: str) -> str:
    """Remove control, zero-width, private-use and lone-surrogate characters; keep line breaks.

    The result can always be encoded in UTF-8 and stored in PostgreSQL (no NUL, no surrogate).
    """
    return "".join(
        char
        for char in text
        if char in _KEPT_CONTROLS
        or (
            unicodedata.category(char) not in _INVISIBLE_CATEGORIES
            and unicodedata.category(char) != "Cc"
        )
    )


def strip_accents(text: str) -> str:
    """Replace accented letters and ligatures by their plain form, case kept."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


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
