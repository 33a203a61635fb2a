"""What stands around a name: is it a place, a person, a street; is it the élu's own, or a model."""

import re

from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_texte import Phrase

_LINK = r"(?: (?:de|d|du|des|la|le|les|l))*"
_HERE = (
    r"(?: (?:a|au|aux|en|dans|chez|sur|de|d|du|des|par|qu|que|ce|qui|se|s|est|fait|font|il|ils|elle"
    r"|on|l|ont|a|celle|celui|ceux|la|le|les|ville|village|commune|exemple|passe"
    r"|faite?|notamment|aussi|deja|chez))*"
)
_EXAMPLE_BEFORE = re.compile(
    r"\b(?:(?:a l image|a l instar|l exemple|le modele|a la maniere|a la facon|le cas"
    rf"|l experience|d experience)(?: (?:de|d|du|des|la|le|les|l|ville|commune))*\Z)"
    r"|\b(?:par exemple|exemple(?= a| au| aux| de| d)|ex|inspir\w+"
    r"|(?:on a|j ai|nous avons|avons|ai) (?:bien |deja )?(?:vu|lu|entendu|appris|visite|rencontre)"
    r"(?: parler)?"
    r"|tel(?:le)?s? qu(?:e)?|notamment"
    r"|comment (?:a|ont|font|fait|faisait)(?: bien| pu)?(?: fait| faire| procede| reussi)?"
    r"(?: les elus| les maires| la mairie| la ville| la commune)?"
    r"|qu (?:a|ont) fait(?: les elus| la mairie| la ville)?|ce que (?:fait|font)|apprendre"
    r"|ce qu (?:a|ont) (?:mis en place|lance)"
    rf"|comme(?! maire| adjoint| elu| conseill| commune de| ville de)){_HERE}\Z"
)
_EXAMPLE_AFTER = re.compile(
    r"c (?:est|etait) (?:bien|super|genial|formidable)\b"
    r"|(?:l|le|y) (?:a|ont|fait|font) (?:deja )?(?:fait|reussi|lance)\b|par exemple\b"
    r"|(?:ils|elles) (?:ont|font)\b"
    r"|(?:nous|m|me|n) (?:a |ont )?(?:interess|inspir|plai|sedui|attir)\w*"
)
_NEAR = re.compile(
    r"\b(?:pres|proche|proches|cote|loin|environs|alentours|autour|voisine?s?|banlieue|peripherie"
    rf"|limitrophe){_LINK}\Z"
)
_BETWEEN_TWO = re.compile(r"\bentre(?: \w+){1,4} et\Z|\bentre\Z")
_NAMED = re.compile(
    r"\b(?:m appelle|(?<!pour )nom(?: de (?:famille|jeune fille|naissance))?(?: est| c est)?"
    r"|prenom(?: est)?)\Z"
)
_AT = frozenset({"a", "depuis", "vers", "entre", "sur"})
_SAINTS = frozenset({"saint", "sainte", "st", "ste"})
_NAMES = frozenset({"nom", "prenom"})
_TWINNED = re.compile(r"\bjumel\w*(?: \w+){0,3} avec(?: \w+){0,4}\Z")
_ABROAD = re.compile(r"(?:en|au|aux|a|du|de l) (\w+)")
# What has its verb right after it: « on voulon », « vs gardié ».
_SUBJECTS = vocabulaire.word_set("je j on nous vous il elle ils elles tu ne n")
_BEFORE_PRONOUNS = vocabulaire.word_set("chez a pour avec entre de et par sur")
_PAUSE = re.compile(r"[,(]")
_ONE = frozenset({"un", "une", "deux", "quelques", "plusieurs"})
_FLOODS = re.compile(r"\b(?:debord|inond|crue|en crue|sort de son lit)")
_RIVER_ARTICLES = frozenset({"le", "la", "l"})
_FLOWS = re.compile(
    r"(?:\w+ ){0,3}?(?:debord|inond|coul|serpent|en crue|sort de son lit|montee? de \d)"
)
# « Thiers voulait que »: who once thought and wrote, where a town would act today.
_THINKERS = vocabulaire.word_set(
    "thiers turenne richelieu montesquieu vauban descartes colbert rohan sully persan"
)
_THOUGHT = re.compile(
    r"(?:voulait|disait|ecrivait|pensait|affirmait|croyait|avait (?:dit|ecrit))\b"
)
# Newspapers and associations, with their capital: « Le Progrès de Lyon », « les Amis de Cluny ».
_TITLED = vocabulaire.word_set("amis progres depeche voix courrier echo gazette telegramme presse")
_MAX_ROLE_DISTANCE = 6
_OF = vocabulaire.DE | {"la", "le", "les", "l"}
_OF_OR_ON = vocabulaire.LINKS | {"sur"}
_MAX_LINKS = 4


def has_role(phrase: Phrase, start: int) -> bool:
    """Tell whether a person's role leads to the name: « maire de », « conseillère déléguée à »."""
    return _leads(phrase, start, vocabulaire.ROLES)


def has_place_noun(phrase: Phrase, start: int) -> bool:
    """Tell whether « commune de », « ville de », « habitants d' » or a role leads to the name."""
    return _leads(phrase, start, vocabulaire.PLACES | vocabulaire.ROLES)


def _leads(phrase: Phrase, start: int, nouns: frozenset[str]) -> bool:
    index = start - 1
    links = 0
    while index >= max(0, start - _MAX_ROLE_DISTANCE) and phrase.same_sentence(index, start):
        word = phrase.word(index)
        if not links and _PAUSE.search(phrase.gap(index + 1)) and word not in vocabulaire.ROLES:
            return False  # « 900 habitants, Creuse »
        if word in nouns and (links or phrase.is_capital(start)):
            return True
        if word not in vocabulaire.LINKS and word not in vocabulaire.QUALIFIERS:
            return False
        links += word in vocabulaire.LINKS
        index -= 1
    return False


def preposition(phrase: Phrase, start: int) -> str:
    """Return the preposition right before a name, without its article, or an empty string."""
    if start == 0 or phrase.starts_sentence(start):
        return ""
    word = phrase.word(start - 1)
    before = phrase.word(start - 2)
    if word in {"la", "le", "les", "l"} and not phrase.starts_sentence(start - 1):
        word = before
    known = vocabulaire.LOCATIVES | vocabulaire.DE | {"en", "dans"}
    return word if word in known else ""


def is_blocked(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether the name is part of something else than a place of the élu."""
    return (
        is_compound(phrase, start, end)
        or is_person(phrase, start, end)
        or is_organisation(phrase, start)
        or is_expression(phrase, start, end)
        or is_brand(phrase, start, end)
        or is_abroad(phrase, start, end)
        or is_verb(phrase, start, end)
        or is_room(phrase, start)
        or is_counted(phrase, start)
    )


def is_counted(phrase: Phrase, start: int) -> bool:
    """Tell whether the name is a thing's: « un bordeaux et une Vichy », never « une Cahors »."""
    return phrase.word(start - 1) in _ONE and phrase.word(start - 2) not in vocabulaire.QUANTITIES


def is_room(phrase: Phrase, start: int) -> bool:
    """Tell whether a building bears the name: « le cinéma Paris », not « gymnase Paris »."""
    return (
        phrase.word(start - 1) in vocabulaire.NAMED_THINGS
        and phrase.word(start - 2) in vocabulaire.ARTICLES
        and phrase.gap(start) == " "
    )


def is_verb(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether a word in lower case follows its subject: « on voulon », « ils vienne »."""
    follows = end == start + 1 and phrase.word(start - 1) in _SUBJECTS
    return (
        follows
        and phrase.gap(start) == " "
        and not phrase.is_capital(start)
        and phrase.word(start - 2) not in _BEFORE_PRONOUNS
    )


def is_abroad(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether a country follows, « Vienne, en Autriche », or a twinning leads to the name."""
    match = _ABROAD.match(phrase.right(end))
    if match and match[1] in vocabulaire.COUNTRIES_ABROAD and phrase.is_capital(start):
        return True
    left = phrase.left(start)
    return "jumel" in left and bool(_TWINNED.search(left))


def is_title(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether a room or a phrase bears the name: « salle Bretagne », « aube nouvelle »."""
    followed = end == start + 1 and phrase.word(end) in vocabulaire.FOLLOWED_BY.get(
        phrase.word(start), ()
    )
    joined = start > 0 and phrase.joined(start - 1, end)
    return followed or (joined and phrase.word(start - 1) in vocabulaire.NAMED_THINGS)


def is_expression(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether the name ends a fixed expression: « gare de Lyon »."""
    words = f"{phrase.left(start)} {phrase.word(end - 1)}"
    return words.strip().endswith(vocabulaire.EXPRESSIONS)


def is_brand(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether the word is a brand or a common word by what is said beside it."""
    articled = end - start > 1 and phrase.word(start) in vocabulaire.ARTICLES
    name = phrase.word(start + articled)
    if end - start > 1 + articled:
        return False
    if phrase.word(end) in vocabulaire.FOLLOWED_BY.get(name, ()):
        return True
    if phrase.word(start - 1) in vocabulaire.MODELS and phrase.gap(start) == " ":
        return True
    signs = vocabulaire.BRANDS.get(name, frozenset())
    if has_place_noun(phrase, start) or preposition(phrase, start) in _AT:
        return False
    return not signs.isdisjoint(phrase.words)


def heads_proper_name(phrase: Phrase, end: int) -> bool:
    """Tell whether a capitalised word follows at once: « Pau Casals », « Paris Habitat »."""
    if end >= len(phrase) or phrase.gap(end) != " " or not phrase.tokens[end].raw.isalpha():
        return False
    known = phrase.word(end) in vocabulaire.TITLES | vocabulaire.LINKS | vocabulaire.LOCATIVES
    return phrase.is_capital(end) and not known


def is_compound(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether a hyphen or a slash binds the name to another word."""
    before = phrase.gap(start) if start else ""
    if phrase.word(start - 1) == "grand" and before.strip(" ") in ("", "-"):
        return True
    after = phrase.gap(end)
    binds_next = end < len(phrase) and after in ("-", "/", "@", "_")
    return before in ("-", "/", "@", "_", ".") or (
        binds_next and not phrase.word(end).isdigit() and phrase.word(end) not in ("ci", "la")
    )


def is_person(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether the name is a person's: after a civility, a first name, or an unknown name."""
    if _is_surname_elsewhere(phrase, start, end) or _is_introduced(phrase, start, end):
        return True
    if start == 0 or phrase.gap(start).strip() not in ("", "."):
        return _is_first_name(phrase, start, end)
    before = phrase.word(start - 1)
    initial = len(before) == 1 and before.isalpha() and "." in phrase.gap(start)
    first_name = before in vocabulaire.FIRST_NAMES and phrase.word(start - 2) not in _SAINTS
    if initial or before in vocabulaire.CIVILITIES or first_name:
        return True
    if phrase.starts_sentence(start):
        return False
    if _NAMED.search(phrase.left(start)):
        return True
    if phrase.word(start - 2) in vocabulaire.CIVILITIES and phrase.is_capital(start - 1):
        return True
    return _follows_proper_name(phrase, start - 1) or _is_first_name(phrase, start, end)


def _is_introduced(phrase: Phrase, start: int, end: int) -> bool:
    """« Nom : Vienne », « Me Gisors » (its capital tells the pronoun), « Thiers voulait que »."""
    if phrase.word(start) in _THINKERS and _THOUGHT.match(phrase.right(end)):
        return True
    before, gap = phrase.word(start - 1), phrase.gap(start).strip()
    if gap == ":":
        return before in _NAMES and phrase.word(start - 2) not in vocabulaire.PLACES
    return before == "me" and not gap and phrase.is_capital(start - 1)


def _is_surname_elsewhere(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether a first name stands before the same word elsewhere: « Nérac, Anne Nérac »."""
    word = phrase.word(start)
    if end != start + 1 or phrase.words.count(word) == 1 or preposition(phrase, start):
        return False
    others = (i for i in range(1, len(phrase)) if i != start and phrase.word(i) == word)
    return any(
        phrase.word(i - 1) in vocabulaire.FIRST_NAMES and phrase.is_capital(i - 1) for i in others
    )


def _follows_proper_name(phrase: Phrase, index: int) -> bool:
    """Tell whether the word is an unknown proper name, as in « Centre Pompidou Metz »."""
    word, raw = phrase.word(index), phrase.tokens[index].raw
    known = word in vocabulaire.TITLES or word in vocabulaire.LINKS | vocabulaire.LOCATIVES
    nouns = vocabulaire.PLACES | vocabulaire.ROLES | vocabulaire.QUALIFIERS
    if known or word in nouns or raw.isupper() or not raw.isalpha():
        return False
    return phrase.is_capital(index) and not phrase.starts_sentence(index)


def _is_first_name(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether a first name such as « Nancy » is followed by what may be a surname."""
    return (
        end == start + 1
        and phrase.word(start) in vocabulaire.FIRST_NAMES
        and phrase.is_capital(end)
        and not phrase.gap(end).strip()
        and not preposition(phrase, start)
    )


def is_organisation(phrase: Phrase, start: int) -> bool:
    """Tell whether a street or an organisation bears the name: « rue de », « université de »."""
    index = start - 1
    links = 0
    while links < _MAX_LINKS and phrase.word(index) in _OF:
        links += 1
        index -= 1
    if index < 0 or not phrase.same_sentence(index, start) or _PAUSE.search(phrase.gap(start)):
        return False  # « Rue (Somme) »
    word = phrase.word(index)
    if word in vocabulaire.ORGANISATION_QUALIFIERS:
        head = index - 2 if phrase.word(index - 1) in vocabulaire.DE else index - 1
        return phrase.word(head) in vocabulaire.ORGANISATIONS
    if word in vocabulaire.STREETS:
        return links > 0 or phrase.is_capital(start)
    if word in vocabulaire.LOCAL:
        return False
    if word == "pays" or (word in _TITLED and phrase.is_capital(index)):
        return links > 0
    return word in vocabulaire.ORGANISATIONS or word in vocabulaire.DELICACIES


def is_river(phrase: Phrase, start: int) -> bool:
    """Tell whether the name of a département is here that of its river."""
    if _PAUSE.search(phrase.gap(start)):
        return False  # « Rives (Isère) »
    index = start - 1
    while index >= max(0, start - _MAX_LINKS) and phrase.word(index) in _OF_OR_ON:
        index -= 1
    flows = bool(_FLOWS.match(phrase.right(start + 1)))
    if phrase.word(start - 1) in _RIVER_ARTICLES and phrase.word(start - 2) not in {"dans", "de"}:
        flows = flows or bool(_FLOODS.search(phrase.left(start, 12)))
    return flows or (index >= 0 and phrase.word(index) in vocabulaire.RIVERS)


def is_example(phrase: Phrase, start: int, end: int) -> bool:
    """Tell whether the élu cites the place as a model rather than speaks of their own."""
    return bool(
        _EXAMPLE_BEFORE.search(phrase.left(start)) or _EXAMPLE_AFTER.match(phrase.right(end))
    )


def is_near(phrase: Phrase, start: int) -> bool:
    """Tell whether the place is only said to be close: « près d'Auch »."""
    left = phrase.left(start)
    return bool(_NEAR.search(left) or _BETWEEN_TWO.search(left))
