"""The population that the élu gives for the territory: only what the message says.

Choices, where French leaves one:

- « une commune de moins de 500 habitants » (singular, so a commune in view) gives the bound, 500;
- « les communes de plus de 1 000 habitants », « à partir de 1 000 habitants », « le seuil de
  3 500 habitants » are legal thresholds: nobody's population;
- « entre 2 000 et 3 000 habitants » gives the first bound, a figure that was said, rather than a
  middle that was not; the second bound is kept apart;
- « des communes de 1 500 habitants » describes others, unless « comme la nôtre » follows;
- « 300 habitants ont signé » counts people, not a territory.
"""

import re
from dataclasses import dataclass

from nlu.entities.numbers import NUMBER, NUMBER_DIGITS, parse_number
from nlu.text import FoldedText


@dataclass(frozen=True, slots=True)
class PopulationMention:
    """A population with its place in the élu's text; `upper` is the second bound of a range."""

    value: int
    start: int
    end: int
    upper: int | None = None
    is_own: bool = False
    is_other: bool = False


_MIN, _MAX = 1, 100_000_000
_MIN_WITHOUT_PLACE = 20
_SAME_ORDER = 100
_YEARS = range(1900, 2101)

_UNIT = (
    r"(?:h?abitante?s?|h?abitans?|habitats|habts?|habs?|hbt?s?|ames|administre(?:e)?s|"
    r"citoyens|personnes)(?![a-z])\.?"
)
_PLACE = (
    r"(?:communes?|villages?|villes?|bourgs?|bourgades?|hameaux?|cites?|municipalites?|"
    r"collectivites?|territoires?|intercommunalites?|intercos?|interco|agglos?|agglomerations?|"
    r"communautes?(?: de communes| d'agglomeration| urbaine)?|com ?com|comcom|metropoles?|"
    r"departements?|epci|petr|cc|ca|cu|ile|population)"
)
_PLACE_QUALIFIERS = r"(?: (?!de\b)[a-z'-]+){0,3}?"
_APPROX = (
    r"(?:environ |a peu pres |quelques? |pres de |presque |a peine |autour de |"
    r"dans les |plus ou moins |~ ?|≈ ?|moins de |plus de |un peu (?:plus|moins) de |"
    r"seulement |tout juste |de |d'environ |que |les |: ?|entre )"
)
_RANGE = rf"(?P<low>{NUMBER})(?:(?: {{0,2}}(?:et|a|ou|-) {{0,2}})(?P<high>{NUMBER}))?"

_WITH_UNIT = re.compile(rf"{_RANGE}(?: et quelques)? ?(?:d')?(?P<unit>{_UNIT})")
_PLACE_ALONE = re.compile(
    rf"\b{_PLACE}{_PLACE_QUALIFIERS} (?:de|d'environ|d'a peine|a) {_APPROX}?"
    rf"(?P<low>{NUMBER_DIGITS})"
    r"(?= *(?:$|[,;:!?)\n]|\.(?!\d)|(?:qui|et|dans|en|pres|a|au|avec|comment|on|je|nous|pour|sans|"
    r"ou|mais|est|peut|j|c|il|elle|proche|situee?|loin)\b))"
)
_WE_ARE = re.compile(
    r"\b(?:on est|on y est|nous y sommes|nous sommes|on fait|sommes|on compte|nous comptons)"
    r" (?:quoi |euh )*"
    rf"{_APPROX}{{0,2}}"
    rf"(?P<low>{NUMBER_DIGITS}|{NUMBER}(?<=cents)|{NUMBER}(?<=mille))"
    r"(?= *(?:$|[,;:!?)\n]|\.(?!\d)|(?:ici|chez nous|dans (?:le|la|ma|notre)|"
    r"sur (?:la|ma|notre) commune|a l'annee|toute l'annee|l[ '](?:hiver|ete)|en hiver|hors saison"
    r"|permanents|au village|au total|en tout|aussi"
    r"|a (?!(?:la|l|son|ce|cette|peu)\b|\w+(?:er|ir|oir|dre|tre|ire|vre)\b)[a-z]\w*)\b))"
)
_OF_THEM = re.compile(
    r"\bhabitants\b[^!]{0,120}\b(?:la notre|la mienne|nous|on|(?:ma|notre|la) commune)\b"
    rf"[^.;!?]{{0,20}}\ben (?:compte|a|avons|comptons|recense) {_APPROX}?(?P<low>{NUMBER_DIGITS})"
)
"""« Le seuil de 3 500 habitants vaut-il pour la nôtre, qui en compte 3 512 ? »"""
_LABEL = re.compile(
    r"\b(?:nombre d'habitants|nb d'hab(?:itants)?|habitants|"
    r"population(?: municipale| totale| insee)?|dernier recensement)"
    rf" ?(?:[:=]|est de|de|d'environ|:? ?environ)? {{0,2}}(?P<low>{NUMBER_DIGITS})"
    r"(?! ?(?:%|€|euros?|ans|km|[/-]\d))"
)
_BARE = re.compile(
    rf"\W*(?:(?:on est|nous sommes|c'est|oui|alors) )?{_APPROX}{{0,2}}(?P<low>{NUMBER})\W*"
)

_THRESHOLD = re.compile(
    r"(?:\b(?:communes|villes|villages|epci|intercommunalites|collectivites|agglomerations|territoires"
    r"|departements|celles|ceux)\b[^,.;!?]{0,25}(?:plus|moins|au-dela|au-dessus|au-dessous|partir|"
    r"entre|jusqu)[^,.;!?]{0,6}"
    r"|\b(?:seuils?|a partir|au-dela|au dela|au-dessus|au dessus|en-dessous|en dessous|jusqu'a"
    r"|barre|minimum|limite|obligatoires?|tranche)(?: (?:de|des|d'un|du|legal|a|aux?))*"
    r"(?: communes| villes| epci)?(?: de)?(?: plus de| moins de)?) ?$"
)
_PEOPLE_BEFORE = re.compile(
    r"\b(?:panels?|groupes?|tir(?:er|ons?|age|es|e)(?: au sort)?|sort|assemblees?|comites?|jurys?|"
    r"reuni(?:r|on|ons|s|t)?|mobiliser?|invit(?:er|e|es|ons)|avec|par|contre|petition|signatures|"
    r"(?:nous|on) (?:etions|etait)|atelier|convention|echantillon|conseil|collectif|interroger?|"
    r"reponses de|venus?|seulement)"
    r"(?: (?:de|d'une|d'un|des|nos|que|environ|les|au sort))* ?$"
)
_PEOPLE_AFTER = re.compile(
    r" ?(?:/|par (?:km|hectare|medecin)|au km|a l'hectare|"
    r"(?:(?:du|de ce|de notre) (?:hameau|quartier|lotissement|immeuble) )?"
    r"(?:ont|sont|etaient|avaient|viennent|volontaires|tires|presents?|inscrits|concernes|"
    r"participants?|participent|signataires|interroges|mobilises|engages|sur \d|max|maximum|"
    r"par (?:session|groupe|atelier|table|an)|se sont|veulent|demandent|autour de)\b)"
)
_OTHERS_BEFORE = re.compile(
    r"\b(?:communes|villages|villes|bourgs|collectivites|intercommunalites|agglomerations|epci|"
    r"quartiers?|lotissements?|residences?|rues?)"
    rf"{_PLACE_QUALIFIERS} (?:de|d'|a) ?{_APPROX}*$"
)
_OURS_BEFORE = re.compile(r"(?:^|[.;!?\n]) ?nos $")
"""« Nos 1 528 habitants sont las »: all of them, at the head of a sentence."""
_LIKE_OURS = re.compile(r"[^.;!?]{0,20}\bcomme (?:la notre|la mienne|nous|chez nous|moi)\b")
_OWN = re.compile(
    r"\b(?:notre|nos|ma|mon|nous|on|je|j'ai|chez nous|moi|maire|adjointe?|elue?|suis|sommes|ici)\b"
)
_HEARD = re.compile(r"\b(?:j'ai|on a|nous avons) (?:lu|vu|entendu|appris)\b")
_OTHER = re.compile(
    r"\b(?:a l'exemple|comme a|exemples?|voisine?s?|voisin|d'autres|autres?|celle de|a cote de|"
    r"qu'a|communaute|agglo|agglomeration|interco|intercommunalite|com ?com|comcom|metropole|epci|"
    r"departement|prefecture)\b"
)
_MONEY = re.compile(
    r"\b(?:budgets?|couts?|montants?|depenses?|recettes?|dettes?|investissements?|enveloppes?"
    r"|subventions?|dotations?|emprunts?|prix|tarifs?|amendes?|loyers?|salaires?)\b"
)
_CLAUSE_BREAK = re.compile(r"[.;!?\n]|, ")
_OWN_REACH = 60


def find_populations(message: FoldedText) -> tuple[PopulationMention, ...]:
    """Return every population that the message gives to a territory, in reading order."""
    text = message.text
    matches = [m for m in _WITH_UNIT.finditer(text) if _is_territory_count(text, m)]
    taken = [m.span() for m in matches]
    for pattern in (_PLACE_ALONE, _WE_ARE, _LABEL, _OF_THEM):
        for match in pattern.finditer(text):
            if (
                _is_plausible_alone(match)
                and not _is_money(text, match)
                and not _overlaps(match.span(), taken)
            ):
                matches.append(match)
                taken.append(match.span())
    mentions = (_mention(message, match) for match in sorted(matches, key=lambda m: m.start()))
    return tuple(mention for mention in mentions if mention)


def find_population(message: FoldedText, *, is_answer: bool = False) -> PopulationMention | None:
    """Return the élu's own population, if the message gives one.

    `is_answer`: the message answers « combien d'habitants ? », so that a bare number counts.
    """
    mentions = find_populations(message)
    if mentions:
        return max(mentions, key=lambda m: (m.is_own and not m.is_other, not m.is_other, m.is_own))
    bare = _BARE.fullmatch(message.text) if is_answer else None
    return _mention(message, bare) if bare else None


def _is_territory_count(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 90) : match.start()]
    if _THRESHOLD.search(before):
        return False
    if _OURS_BEFORE.search(before):
        return _is_enough(match)
    if _OTHERS_BEFORE.search(before):
        return bool(_LIKE_OURS.match(text, match.end()))
    if re.search(rf"\b{_PLACE}{_PLACE_QUALIFIERS} (?:de|d'|a|compte|:) ?{_APPROX}*$", before):
        return True
    if re.match(r"personnes|citoyens", match["unit"]) or not _is_enough(match):
        return False
    return not (_PEOPLE_BEFORE.search(before) or _PEOPLE_AFTER.match(text, match.end()))


def _is_plausible_alone(match: re.Match[str]) -> bool:
    looks_like_year = match["low"].isdigit() and int(match["low"]) in _YEARS
    return _is_enough(match) and not looks_like_year


def _is_money(text: str, match: re.Match[str]) -> bool:
    """« le budget de la commune est de 1,2 million »."""
    return bool(_MONEY.search(_clause_before(text, match.start("low"))))


def _is_enough(match: re.Match[str]) -> bool:
    """« deux habitants nous ont écrit » counts people: no French reader takes it for a village."""
    return (parse_number(match["low"]) or 0) >= _MIN_WITHOUT_PLACE


def _mention(message: FoldedText, match: re.Match[str]) -> PopulationMention | None:
    groups = match.groupdict()
    value, high = parse_number(groups["low"]), groups.get("high")
    upper = parse_number(high) if high else None
    if value and upper and value < upper / _SAME_ORDER and groups["high"].endswith("mille"):
        value *= 1_000  # « deux à trois mille »
    if value is None or not _MIN <= value <= _MAX:
        return None
    if upper is not None and upper <= value:
        upper = None
    start, end = message.span(match.start("low"), match.end())
    clause = _clause_before(message.text, match.start("low"))
    return PopulationMention(
        value,
        start,
        end,
        upper,
        bool(_OWN.search(clause)),
        bool(_OTHER.search(clause) or _HEARD.search(clause)),
    )


def _clause_before(text: str, position: int) -> str:
    window = text[max(0, position - _OWN_REACH) : position]
    return _CLAUSE_BREAK.split(window)[-1]


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)
