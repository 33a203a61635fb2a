"""Reads French numbers, in digits or in words, from folded text."""

import re

_UNITS = (
    *("zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    *("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"),
)
_VALUES: dict[str, int] = {word: value for value, word in enumerate(_UNITS)} | {
    "une": 1,
    "vingt": 20,
    "vingts": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "huitante": 80,
    "nonante": 90,
}
_MULTIPLIERS = {"cent": 100, "cents": 100, "mille": 1_000, "million": 1_000_000}
_MULTIPLIERS["millions"] = _MULTIPLIERS["million"]
_SUFFIXES = {"k": 1_000, "m": 1_000_000, **_MULTIPLIERS}

_WORD = "|".join(sorted((*_VALUES, *_MULTIPLIERS), key=len, reverse=True))
NUMBER_WORDS = rf"(?:{_WORD})(?:(?: et |[ -])(?:{_WORD}))*"
"""Pattern of a number in words: « mille deux cents », « vingt et un »."""

_GROUPED = r"\d{1,3}(?:[ .'][0-9]{3})+(?!\d)"
NUMBER_DIGITS = rf"(?:{_GROUPED}|\d+(?:[.,]\d+)?)(?: ?(?:k|m(?= d')|mille|millions?)(?![a-z0-9]))?"
"""Pattern of a number in digits: « 2 400 », « 18.000 », « 6k », « 1,2 million »."""

NUMBER = rf"(?<![\w.,'/-])(?:{NUMBER_DIGITS}|{NUMBER_WORDS})(?![\d])"

_DIGITS = re.compile(
    rf"(?P<whole>{_GROUPED}|\d+)(?:[.,](?P<decimals>\d+))? ?(?P<suffix>[a-z]*)", re.ASCII
)
_MAX_DIGITS = 12


def parse_number(text: str) -> int | None:
    """Return the whole number that this folded text writes, or None if it writes none.

    >>> [parse_number(text) for text in ("18.000", "6k", "1,2 million", "mille deux cents")]
    [18000, 6000, 1200000, 1200]
    """
    match = _DIGITS.fullmatch(text.strip())
    if match:
        return _from_digits(match)
    return _from_words(re.findall(r"[a-z]+", text))


def _from_digits(match: re.Match[str]) -> int | None:
    whole = re.sub(r"\D", "", match["whole"])
    decimals, suffix = match["decimals"] or "", match["suffix"]
    if suffix not in {"", *_SUFFIXES} or len(whole) > _MAX_DIGITS:
        return None
    if not suffix:
        # Nobody counts thousandths of inhabitants: « 1,200 » groups thousands the English way.
        return int(whole + decimals) if len(decimals) in {0, 3} else None
    scaled = int(whole + decimals) * _SUFFIXES[suffix]
    return scaled // int(10 ** len(decimals))


def _from_words(words: list[str]) -> int | None:
    total = current = 0
    for word in words:
        if word == "et":
            continue
        if word not in _VALUES and word not in _MULTIPLIERS:
            return None
        total, current = _add_word(word, total, current)
    return total + current if words else None


def _add_word(word: str, total: int, current: int) -> tuple[int, int]:
    if word in {"cent", "cents"}:
        return total, max(current, 1) * 100
    if word in _MULTIPLIERS:
        return total + max(current, 1) * _MULTIPLIERS[word], 0
    if word in {"vingt", "vingts"} and current % 100 == _VALUES["quatre"]:
        return total, current - 4 + 80
    return total, current + _VALUES[word]
