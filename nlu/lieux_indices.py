"""What leads to the name of a commune: a role, a preposition, a code beside, a list, a capital."""

import re
from dataclasses import dataclass

from nlu import lieux_contexte as contexte
from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_gazetteer import Place
from nlu.lieux_mentions import Hit
from nlu.lieux_texte import Phrase
from nlu.lieux_vocabulaire import word_set

# How many words may stand between a name and the département that makes it precise.
MAX_WORDS_AFTER = 3
MAX_WORDS_BEFORE = 2
# A name lost among more words than this is not all that a message says.
MAX_WHOLE = 40

_LISTING = word_set("et ou a au aux de d la le les l")
_CLOSING = frozenset({"et", "dans", "en", "on", "nous", "je"})
# What may stand between a name and its département or code: « Cahors, côté Lot ».
_TO_CODE = vocabulaire.LINKS | word_set("dans comme cote code postal cp")
_STANDING = re.compile(
    r"\b(?:(?:suis|sommes|habite|elue?|adjointe?|travaille|chez nous|chez moi) (?:a|aux?)"
    r"|(?:suis|sommes|viens|venons|originaire) (?:de|d))\Z"
)
# « c pas rodez, c espalion »: after what is denied, no capital is needed.
_DENYING = re.compile(r"\b(?:pas|non|pardon|erreur)\b.*\bc(?: est)?\Z")
_CORRECTING = re.compile(r"\bc est(?: bien| en fait| plutot)?\Z")
_QUARTER = re.compile(
    r"\b(?:le|au|du|ce|notre|leur|les|des|aux|nos) (?:quartiers?|hameaux?|lieu dit|residence|cite)"
    r"(?: (?:de|d|du|des|la|le|les|l))+\Z"
)
_LEADING = word_set("a de d pour vers chez entre depuis comme par sur avec")
_SUBJECTS = word_set("on nous je j les ils il elle c y des")
_HEADING = re.compile(r"\s*[,:(]")
_LOWER_HEADING = re.compile(r"\s*[:(]")
_PRESENTING = re.compile(
    r"(?:commune|ville|village|(?:sous )?prefecture|chef lieu)\b"
    r"|(?:[a-z]+ ){0,4}(?:environ |pres de )?\d+(?: \d+)*(?: (?:hab|habitants?|hbts?|ames))\b"
)
_CONTRASTING = re.compile(r"(?:et |mais )?(?:pas|non)(?: pas)?(?: (?:a|de|d|en|au|du))?(?= |$)")
_APPOSED = word_set("commune ville village bourg bourgade municipalite")
_VERBS = word_set(
    """
    a est veut va fait lance souhaite cherche organise prepare envisage reflechit travaille
    compte propose aimerait voudrait doit peut
    """
)
# What only a body does, in the third person: no ordinary word comes before it without an article.
_ACTS = re.compile(
    r"(?:veut|lance|souhaite|cherche|organise|prepare|envisage|reflechit|propose|aimerait|voudrait"
    r"|manque|hesite|consulte|accueille|finance|publie|s interroge|a t (?:elle|il)"
    r"|(?:va|peut|doit) t (?:elle|il)|(?:peut|doit|va|veut|souhaite) (?:elle|il))\b"
)
_TOPIC = re.compile(r"c (?:est|etait)\b|ca (?:a|va|existe|fait|marche)\b")
_ASKED = re.compile(
    r"\b(?:que|qu est ce que|comment|ce que) (?:fait|font|propose|a fait|gere|organise)\Z"
)
_PLACED = word_set("le la l les")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What leads to a name.

    `role`: « maire de »; `noun`: « commune de » or a role; `beside`: a code or a département that
    holds it; `whole`: nothing else in the message; `opens`: first of its sentence; `verb`: a verb
    of action follows; `listed`: goes on a list of communes; `hyphened`: typed with the hyphens of
    a name; `titled`: its article has a capital; `proper`: another proper name follows at once;
    `stands`: « je suis à », and no more; `led`: a preposition stands right before, without an
    article; `heads`: opens the sentence before a pause; `dwells`: « à Montmirail on veut »;
    `quarter`: « le quartier des Essarts »; `presented`: « Sens, 27 000 habitants »; `corrects`:
    « c pas rodez c espalion »; `colon`: a colon or a parenthesis follows;
    `contrasted`: « Gex, pas Gap »; `acts`: « Gourdon organise », « Bourg a-t-elle »; `asked`:
    « que fait nogaro »; `placed`: « Us, dans le Vexin »; `paired`: « Leucate ou Gruissan »;
    `topic`: « Saillans c'était bien ».
    """

    before: str
    role: bool
    noun: bool
    preposition: str
    beside: bool
    whole: bool
    capital: bool
    opens: bool
    verb: bool
    listed: bool
    hyphened: bool
    proper: bool
    stands: bool
    after_comma: bool
    before_de: bool
    titled: bool
    led: bool
    heads: bool
    dwells: bool
    quarter: bool
    presented: bool
    corrects: bool
    contrasted: bool
    colon: bool
    acts: bool
    placed: bool
    topic: bool
    asked: bool
    paired: bool

    @property
    def announced(self) -> bool:
        """Tell whether the name, as a title would, opens the message: « Orange : nous voulons »."""
        return self.heads and self.titled and self.colon

    @property
    def strong(self) -> bool:
        """Tell whether only a place can stand here."""
        return self.noun or self.beside or self.listed


def gather_evidence(
    phrase: Phrase,
    start: int,
    end: int,
    places: tuple[Place, ...],
    *,
    codes: list[Hit],
    previous: Hit | None,
) -> Evidence:
    """Read what stands around the words `start:end`; `previous` is the commune found before."""
    content = next((i for i in range(start, end) if phrase.word(i) not in vocabulaire.LINKS), start)
    opens = phrase.starts_sentence(start)
    return Evidence(
        before=phrase.word(start - 1),
        role=contexte.has_role(phrase, start),
        noun=contexte.has_place_noun(phrase, start) or _is_apposed(phrase, start, end),
        preposition=contexte.preposition(phrase, start),
        beside=any(is_beside(phrase, start, end, places, code) for code in codes),
        whole=is_whole(phrase, start, end),
        capital=phrase.is_capital(content),
        opens=opens,
        verb=phrase.word(end) in _VERBS,
        proper=contexte.heads_proper_name(phrase, end),
        stands=_stands(phrase, start, end),
        hyphened=any(phrase.gap(index) == "-" for index in range(start + 1, end)),
        after_comma="," in phrase.gap(start),
        before_de=phrase.word(end) in vocabulaire.DE,
        titled=phrase.is_capital(start),
        led=not opens and phrase.word(start - 1) in _LEADING,
        heads=opens and _heads(phrase, start, end),
        dwells=phrase.word(start - 1) in {"a", "au"} and phrase.word(end) in _SUBJECTS,
        quarter=bool(_QUARTER.search(phrase.left(start))),
        presented=opens and phrase.is_capital(start) and _is_presented(phrase, end),
        corrects=_ends(phrase, end) and bool(_DENYING.search(phrase.left(start))),
        contrasted=phrase.is_capital(start) and _is_contrasted(phrase, end),
        acts=opens and phrase.is_capital(start) and bool(_ACTS.match(phrase.right(end))),
        placed=opens and phrase.is_capital(start) and _is_placed(phrase, end),
        topic=opens and phrase.is_capital(start) and bool(_TOPIC.match(phrase.right(end))),
        asked=bool(_ASKED.search(phrase.left(start))),
        paired=phrase.is_capital(start) and _is_paired(phrase, end),
        colon=bool(_LOWER_HEADING.match(phrase.gap(end))),
        listed=phrase.is_capital(content) and _is_listed(phrase, start, previous),
    )


def is_beside(phrase: Phrase, start: int, end: int, places: tuple[Place, ...], code: Hit) -> bool:
    """Tell whether a code or a département that holds one of the places stands next to the name."""
    after, before = code.start - end, start - code.end
    if not (0 <= after <= MAX_WORDS_AFTER or 0 <= before <= MAX_WORDS_BEFORE):
        return False
    if not phrase.same_sentence(start, code.start):
        return False
    between = range(end, code.start) if code.start >= end else range(code.end, start)
    if any(phrase.word(i) not in _TO_CODE for i in between):
        return False
    codes = {(place.type, place.code) for place in code.places}
    return any(
        ("departement", place.departement) in codes
        or ("region", place.region) in codes
        or ("commune", place.code) in codes
        for place in places
    )


def _stands(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether the élu says where they are, and no more: « je suis à fontenay ».

    « c'est Le Vigan », with its capital, corrects a place; « c'est nice » names none.
    """
    closed = _ends(phrase, end) or phrase.word(end) in _CLOSING
    closed = closed or (phrase.is_capital(start) and "," in phrase.gap(end))
    left = phrase.left(start)
    corrects = phrase.is_capital(start) and bool(_CORRECTING.search(left))
    return closed and (corrects or bool(_STANDING.search(left)))


def _ends(phrase: Phrase, end: int) -> bool:
    return end == len(phrase) or phrase.starts_sentence(end)


def _is_presented(phrase: Phrase, end: int) -> bool:
    """Tell whether a pause, then its size or its rank follows: « Vienne, sous-préfecture de »."""
    if not _HEADING.match(phrase.gap(end)):
        return False
    # A colon opens a sentence: « Fontaine : 22 000 habitants ».
    right = phrase.right(end, 9) or " ".join(phrase.words[end : end + 4])
    return bool(_PRESENTING.match(right))


def _is_placed(phrase: Phrase, end: int) -> bool:
    """Tell whether a pause, then a country follow: « Us, dans le Vexin »."""
    inside = phrase.word(end) == "dans" and phrase.word(end + 1) in _PLACED
    return inside and bool(_HEADING.match(phrase.gap(end))) and phrase.is_capital(end + 2)


def _is_paired(phrase: Phrase, end: int) -> bool:
    """Tell whether another proper name goes with it at once: « Leucate ou Gruissan »."""
    joined = phrase.word(end) in {"et", "ou"} and phrase.gap(end) == " "
    after = end + 1 if joined else end
    listed = joined or (end < len(phrase) and phrase.gap(end) == ", ")
    return listed and phrase.is_capital(after) and phrase.word(after) not in vocabulaire.TITLES


def _is_contrasted(phrase: Phrase, end: int) -> bool:
    """Tell whether the name is set against another at once: « Florac et pas Floirac »."""
    if not (_HEADING.match(phrase.gap(end)) or phrase.word(end) == "et"):
        return False
    match = _CONTRASTING.match(phrase.right(end, 5))
    return match is not None and phrase.is_capital(end + len(match.group().split()))


def _is_apposed(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether pauses set the name beside a singular noun: « notre commune, Le Moule, »."""
    closed = _ends(phrase, end) or "," in phrase.gap(end)
    return (
        closed
        and phrase.is_capital(start)
        and phrase.word(start - 1) in _APPOSED
        and phrase.gap(start).strip() in {",", ":"}
    )


def _heads(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether a pause follows at once: « Beaujeu, Rhône », « breteuil : un conseil »."""
    proper = end == start + 1 and phrase.word(start) in vocabulaire.PROPER_TOWNS
    pause = _HEADING if proper or phrase.is_capital(start) else _LOWER_HEADING
    return end < len(phrase) and bool(pause.match(phrase.gap(end)))


def _is_listed(phrase: Phrase, start: int, previous: Hit | None) -> bool:
    """Tell whether the name goes on a list of communes: « Metz, Bourg-en-Bresse et Autun »."""
    if previous is None or previous.rejected or not phrase.same_sentence(previous.start, start):
        return False
    between = [phrase.word(index) for index in range(previous.end, start)]
    comma = not between and phrase.gap(start).strip() == ","
    return comma or (bool(between) and set(between) <= _LISTING and between[0] in {"et", "ou"})


def opens_with_verb(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether a capitalised name opens its sentence before a verb: « Grenoble veut »."""
    opens = phrase.starts_sentence(start) and phrase.is_capital(start)
    return opens and phrase.word(end) in _VERBS


def is_whole(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether the message says nothing else: « Je suis maire de Cahors, bonjour »."""
    if len(phrase) > MAX_WHOLE:
        return False
    others = (*phrase.tokens[:start], *phrase.tokens[end:])
    words = (word for each in others for word in each.folded.split())
    return all(word in vocabulaire.FILLERS or word.isdigit() for word in words)
