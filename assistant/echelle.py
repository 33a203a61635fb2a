"""The kind of collectivité that a question is asked for: « et pour une intercommunalité ? »."""

import re

from nlu.text import words

_EPCI = ("epci", "metropole")
_VILLAGE = ("commune_rurale", "petite_ville")
# Whoever the question is asked for: « pour une agglo », « nous sommes un village ».
_FOR = r"(?:pour|(?:nous |on )?(?:sommes|est)|c est) (?:une?|des|les?|la|l|notre|nos)?"
# Or what it takes as examples: « dans d'autres intercommunalités », never « dans le département ».
_AMONG = r"(?:dans|chez|de|d) (?:une|un|des|d)?(?: ?autres)?"
_KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        _EPCI,
        r"(?:intercommunalites?|intercos?|epci|com ?com|agglos?|agglomerations?|metropoles?|cc"
        r"|communautes? (?:de communes|d agglomeration|urbaine))",
    ),
    (_EPCI, r"groupements? de communes"),
    (_VILLAGE, r"(?:petites? communes?|(?:petits? )?villages?|communes? rurales?|bourgs?)"),
    (("ville",), r"(?:grandes? villes?|villes? moyennes?)"),
    (("departement",), r"(?:departements?|conseils? departementa(?:l|ux))"),
    (("region",), r"(?:regions?|conseils? regiona(?:l|ux))"),
)
_LEVELS: tuple[tuple[tuple[str, ...], str], ...] = (
    (_EPCI, r"(?:intercommunal\w*|communautaire|agglo\w*|epci)"),
    (("departement",), r"departement\w*"),
    (("region",), r"region\w*"),
)
_PATTERNS = (
    *((publics, re.compile(rf"\b(?:{_FOR}|{_AMONG}) ?{kind}\b")) for publics, kind in _KINDS),
    *(
        (publics, re.compile(rf"\b(?:echelle|echelon|niveau) (?:(?:de )?(?:l |la |du ))?{level}\b"))
        for publics, level in _LEVELS
    ),
)


def publics_said(text: str) -> tuple[str, ...]:
    """Return the « publics » of the records that a question is asked for, as said last.

    Empty when it names none: « notre intercommunalité a refusé » tells a story.
    """
    said = " ".join(words(text))
    found = [
        (match.start(), publics)
        for publics, pattern in _PATTERNS
        for match in pattern.finditer(said)
    ]
    return max(found)[1] if found else ()
