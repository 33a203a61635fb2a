"""How many collectivités act together, the élu's own included."""

import re
from collections import Counter

from nlu.entities.numbers import NUMBER_WORDS, parse_number
from nlu.text import FoldedText, fold

MAX_TOGETHER = 50
"""Beyond, the figure counts members of an intercommunalité, not partners of a project."""

_PLUS = re.compile(r" ?\+ ?")
_COUNT = rf"(?P<count>\d{{1,2}}|{NUMBER_WORDS})"
_KIND = (
    r"(?:communes?|villages?|villes?|collectivites?|intercommunalites?|intercos?|epci|"
    r"com ?coms?|communautes? de communes|mairies?|municipalites?|departements?|territoires|"
    r"agglos?|agglomerations|metropoles?|cc|cd|dpts?|equipes municipales)"
)
_ADJECTIVE = r"(?:(?:petites?|autres?|grandes?|belles?|nouvelles?) )?"
_GROUP = rf"{_ADJECTIVE}{_KIND}\b"

_WITH_OTHERS = re.compile(
    r"\b(?:avec|et|plus|rejoindre|associer|s'associer a|se joindre a|rejoints? par|aupres de|"
    rf"aux cotes de) (?:les |nos |mes |ces )?{_COUNT} (?:autres? )?{_GROUP}"
    r"(?P<rest>[^.;!?]{0,30})"
)
_OTHERS = re.compile(
    rf"\b{_COUNT} (?:autres? )?(?:{_GROUP}|maires)(?: [\w'-]+){{0,3}}? et "
    r"(?P<rest>nous|moi|la notre|la mienne|notre commune|ma commune)\b"
)
_NEIGHBOURS = re.compile(
    rf"\bavec (?:(?:mes|nos|les|leurs) )?{_COUNT} (?:voisine?s|(?:autres|collegues) maires|"
    r"maires (?:voisins|alentour|du (?:canton|secteur|coin)))\b(?P<rest>)"
)
_US_AND = re.compile(
    r"\b(?:nous|moi|(?:ma|notre) (?:commune|ville|village|mairie|interco\w*|com ?com|agglo\w*)) "
    rf"et {_COUNT} autres\b(?! (?:elus?|adjointe?s|collegues|personnes|agente?s|conseill\w+))"
    r"(?P<rest>)"
)
_NEIGHBOUR_AND = re.compile(
    r"\b(?:la|une|notre) (?:commune|ville|mairie|com ?com|communaute de communes) "
    rf"(?:voisine|limitrophe|d['a]? ?a cote|da cote|a cote) et {_COUNT} autres?\b"
)
"""« la commune d'à côté et deux autres »: three with us to count."""
_TWO_OF_US = re.compile(
    r"\bavec (?:ma|notre) (?:commune|ville|mairie|com ?com|communaute de communes)"
    r" (?:voisine|limitrophe|d['a]? ?a cote|da cote|a cote)\b"
    r"|\b(?:juste|rien que|qu'a|a) nous deux\b"
)
"""« avec ma commune voisine », and nobody else counted."""
_NEXT_DOOR = re.compile(r"\b(?:voisine?|a cote|limitrophe|nous|moi|la notre|la mienne)\b")
"""« avec une commune de la Drôme » cites a commune; « avec une commune voisine » joins it."""
_WE_ARE = re.compile(
    rf"\b(?:nous sommes|on est|sommes|on serait|nous serions|nous voulons|a|groupe de|"
    rf"collectif de|regroupement de|alliance de|reunir|reunissant|associant|entre|nos|ces|les|pour|"
    rf"projet (?:commun|partage) (?:a|de|entre)) {_COUNT} {_GROUP}"
)
_PLAIN = re.compile(rf"\b{_COUNT} {_GROUP}")
_JOINTLY = re.compile(
    rf"\bnous (?:sommes|serions) (?:a )?{_COUNT}(?= (?:a|dans|sur|pour|ensemble)\b|\W*$)"
)

_AMONG_US = re.compile(
    r"\b(?:porter|mener|monter|faire|travailler|avancer|agir|lancer|regrouper|reflechir|construire|"
    rf"batir|engager)(?: (?!a\b)[\w']+){{0,2}} a {_COUNT}\b"
    r"(?! (?:ans?|heures?|mois|jours?|semaines?|euros?|collegues|agents|elus|personnes|mains)\b)"
)
_SEVERAL = re.compile(
    r"\b(?:communes|villages|villes|collectivites|departements|intercommunalites|intercos|"
    r"communautes|agglos|agglomerations|metropoles|maires|mairies|territoires)\b"
)
"""« le porter à quatre » counts collectivités only where several are spoken of."""

_ONE_MORE = re.compile(
    rf" ?(?:,|et|plus) (?:{_COUNT}|le|la|l'|notre|leur) ?"
    rf"(?:{_GROUP}|region|petr|pays|parc|syndicat)"
)
"""« trois communes et le département »: what comes after counts too."""

_MEMBERS = re.compile(
    r"\b(?:dont|regroupant|regroupe|compte|comptant|composee? de|comprend|comprenant|rassemble|"
    r"rassemblant|reunit|constituee? de|forte? de|(?:communaute|interco|intercommunalite|agglo|"
    r"agglomeration|epci|metropole|com ?com|petr|cc|ca|pays|syndicat|canton|territoire)"
    r"(?: [\w'-]+){0,6}? (?:de|a|avec)|parmi|sur|dans|des exemples? (?:de|dans)|"
    r"(?:issue?|nee?) de|fusion de|fusionner|cite[rz]?|citer|montrer|trouver|indiquer|visiter|"
    r"ses|leurs|com ?com|interco|agglo|cc|comparer|exemples? de|retours? de|experiences? de|"
    r"une des|l'une des)"
    r"(?: (?:les|nos|ses))? $"
)
_MEMBERS_AFTER = re.compile(
    r" (?:membres?|de (?:la|l'|notre) (?:communaute|interco|agglo|epci|com|metropole|petr)|"
    r"du (?:departement|canton|petr|territoire|secteur)|l'ont|ont (?:deja|fait|mene|experimente)|"
    r"qui (?:l'ont|ont))"
)
_WILL = (
    r"(?:veulent|voulons|voudraient|souhaitent|souhaiteraient|aimeraient|desirent|envisagent|"
    r"s'unissent|se regroupent|partagent|cherchent a|(?:sont|seraient) (?:pret|partant)e?s)\b"
)
_OF_THE_AREA = re.compile(
    r"\b(?:canton|secteur|departement|pays|syndicat|territoire|bassin|vallee)(?: [\w'-]+){0,3} $"
)
_WILLING_THERE = re.compile(rf" qui {_WILL}")
_WILLING_FROM_THERE = re.compile(
    rf" (?:du|de mon|de notre) (?:departement|canton|territoire|secteur)(?: qui)? {_WILL}"
)
"""« mon canton compte cinq communes qui voudraient… »: these act, the others are only there."""
_BARE = re.compile(
    rf"\W*(?:(?:nous sommes|on est|on sera|nous serons|oui|a) )*{_COUNT}\b[^,;]{{0,20}}"
)
_BY_OURSELVES = re.compile(
    r"\b(?:(?:sommes|est|suis|serions|commune|ville|collectivite|,) ?toute?s? seule?s?|"
    r"(?:1|une) seule (?:commune|collectivite|ville|intercommunalite)|"
    r"(?:rien|juste) que (?:notre|ma) (?:commune|collectivite|ville))\b"
)
"""« le maire décide tout seul » says nothing of partners: the verb before it is not « être »."""
_ALONE = re.compile(
    r"\W*(?:non )?\W*(?:(?:je suis|nous sommes|on est|juste|que) )*(?:seule?s?|nous)\W*"
)


_MEASURED = (
    r"(?! ?(?:ans?|annees?|heures?|h|mois|jours?|semaines?|euros?|fois|km|kilometres?|metres?|"
    r"personnes|habitants|jeunes|enfants|eleves|agente?s?|elue?s?|collegues|associations?|soirs?|"
    r"pages?|services?|reunions?|ateliers?|seances?|sujets?|points?|axes?|priorites?|projets?|"
    r"etapes?|questions?|themes?|saisons?|hivers?|etes?|millions?|mille|cents?|%|pour cent)\b)"
)
_ALL_OF_US = re.compile(
    r"\b(?:a|nous|ns|tou[ts]?s? (?:les )?|toutes les|les|nos|mes|ces|pour|entre|est|etait|etions|"
    rf"sommes|serions|serait|groupe de) {_COUNT}\b{_MEASURED}"
)
_WHO_ACT = re.compile(
    rf"\b{_COUNT} (?:autres )?{_ADJECTIVE}(?:maires|presidente?s|vice-presidente?s|conseils|"
    r"assemblees|executifs|adjointe?s|bourgs|ccas|cantons|regions|iles|partenaires|voisine?s|"
    r"structures|pt?ite?s communes|comunes?|mairie)\b"
)
"""Who acts for each collectivité, counted where it is plain that several act together."""

_WITH = re.compile(
    r"\b(?:avec|rejoindre|aux cotes de|aux cotes des|rejoints? par)"
    r"(?: (?:(?:les|la|le|nos|mes|ses) )?(?:maires?|communes?|villes?|villages?|elus?|equipes?|"
    r"collegues?|voisine?s?|agglomerations?|communautes?)(?: voisine?s?)?)?"
    r"(?: (?:de|d|du|des|la|le))*[ ']*$"
)


def joins_us(text: str, start: int) -> bool:
    """Tell whether the place named at `start` joins the élu: « avec Auch et Condom, nous… »."""
    return bool(_WITH.search(fold(text[:start])))


def count_those_who_act(message: FoldedText) -> int | None:
    """Return how many they are when the whole message tells of collectivités acting together.

    « à trois », « tous les quatre », « cinq maires » count then, and the figure said most often
    is kept: a message that tells of nothing of the kind must not be asked.
    """
    text = _PLUS.sub(" plus ", message.text)
    counts = Counter(
        count
        for pattern in (_WHO_ACT, _ALL_OF_US)
        for match in pattern.finditer(text)
        if (count := parse_number(match["count"])) is not None and 1 < count <= MAX_TOGETHER
    )
    return counts.most_common(1)[0][0] if counts else None


def find_nombre_collectivites(message: FoldedText, *, is_answer: bool = False) -> int | None:
    """Return how many collectivités act together; « avec deux communes voisines » makes three.

    « plusieurs communes » gives no number. The members that an intercommunalité has are not
    partners. `is_answer`: the message answers « combien êtes-vous ? », a bare number counts.
    """
    text = _PLUS.sub(" plus ", message.text)
    for read in (_count_with_others, _count_of_us, _count_plain):
        count = read(text)
        if count is not None and 1 < count <= MAX_TOGETHER:
            return count
    if _TWO_OF_US.search(text):
        return 2
    if _BY_OURSELVES.search(text):
        return 1
    return _read_answer(text) if is_answer else None


def _count_with_others(text: str) -> int | None:
    next_door = _NEIGHBOUR_AND.search(text)
    if next_door:
        return (parse_number(next_door["count"]) or 0) + 2
    for pattern in (_WITH_OTHERS, _OTHERS, _NEIGHBOURS, _US_AND):
        for match in pattern.finditer(text):
            count = parse_number(match["count"]) or 0
            if count == 1 and not _NEXT_DOOR.search(match["rest"]):
                continue
            if _are_partners(text, match) and not _counts_us(text, match):
                return count + 1
    return None


def _counts_us(text: str, match: re.Match[str]) -> bool:
    """« nous sommes trois communes voisines », « 2 communes et 1 département »: we are in."""
    before = text[: match.start("count")]
    if re.search(r"\b(?:sommes|est|serait|serions|nos|ces|les|entre|,|nous) $", before[-25:]):
        return True
    return bool(_PLAIN.search(text, 0, match.start()))


def _count_of_us(text: str) -> int | None:
    return _first_sum(text, (_WE_ARE, _JOINTLY))


def _count_plain(text: str) -> int | None:
    patterns = (_PLAIN, _AMONG_US) if _SEVERAL.search(text) else (_PLAIN,)
    return _first_sum(text, patterns)


def _first_sum(text: str, patterns: tuple[re.Pattern[str], ...]) -> int | None:
    """Return the first count, with those that follow it in the same list."""
    matches = [m for pattern in patterns for m in pattern.finditer(text) if _are_partners(text, m)]
    if not matches:
        return None
    total, end = parse_number(matches[0]["count"]) or 0, matches[0].end()
    while total and (more := _ONE_MORE.match(text, end)):
        total, end = total + (parse_number(more["count"] or "un") or 0), more.end()
    return total


def _are_partners(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start("count") - 80) : match.start("count")]
    end = match.start("rest") if "rest" in match.re.groupindex else match.end()
    there = _OF_THE_AREA.search(before) and _WILLING_THERE.match(text, end)
    if there or _WILLING_FROM_THERE.match(text, end):
        return True
    return not (_MEMBERS.search(before) or _MEMBERS_AFTER.match(text, end))


def _read_answer(text: str) -> int | None:
    if _ALONE.fullmatch(text):
        return 1
    match = _BARE.fullmatch(text)
    count = parse_number(match["count"]) if match else None
    return count if count is not None and 0 < count <= MAX_TOGETHER else None
