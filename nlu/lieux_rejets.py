"""Places that the élu sets aside: « pas Cahors », « plutôt que Brest », « sauf à Lille »."""

import re
from dataclasses import replace

from nlu.lieux_homonymes import holds
from nlu.lieux_mentions import Hit, continues
from nlu.lieux_texte import Phrase
from nlu.lieux_vocabulaire import LINKS, NEGATED_VERBS, word_set

_ROLE = (
    r"(?:maire|adjointe?|elue?s?|conseillere?|presidente?|habitante?|citoyenne?|citoyen|agente?)"
)
_NOUN = (
    r"(?:exemples?|experiences?|cas|modele|demarches?|methode|projets?|villes?|communes?|villages?"
    r"|mairies?|departements?|regions?|agglo|agglomeration|metropole|communaute|interco|territoires?"
    r"|habitants|cote)"
)
_DONE = r"(?: (?:menee?s?|conduite?s?|faite?s?|lancee?s?|tentee?s?))?"
_LINK = r"(?:a|au|aux|en|dans|chez|sur|vers|avec|pour|par|de|d|du|des|la|le|les|l|toute?s?|tous)"
# What may stand between « pas » and the name: « pas celui du », « pas ce qu'a fait », « pas à ».
_LEAD = (
    rf"(?: (?:{_LINK}|c(?:elui|elle|eux|elles)|ce qu(?:e|i)?(?: \w+){{0,4}}"
    rf"|(?:l|le|la|les)(?: grande?s?| petite?s?)? {_NOUN}{_DONE}))*"
)
_EXCEPTED = re.compile(
    r"(?:^|[ ,(])(?:sauf|hormis|excepte|hors|a part|a l exception|a l exclusion)"
    rf"{_LEAD}\Z"
)
_INSTEAD = re.compile(
    r"(?:^|[ ,(])(?:plutot qu(?:e)?|au lieu|et non(?: pas)?|mais non|contrairement|a la difference"
    rf"|a l inverse){_LEAD}\Z"
)
_SET_AGAINST = re.compile(
    r"(?:^|[,(] ?|\b(?:et|mais|ou|donc|oui|non),? )(?:surtout |certainement )?"
    rf"(?:non )?pas(?: du tout| vraiment| plus)?(?P<lead>(?: {_ROLE})?{_LEAD})\Z"
)
_NOT_AT = re.compile(
    r"(?:, non(?= (?:a|au|aux|en|de|d|du|des|dans|celui|celle) ?)|\( non|(?:^|\W)ni"
    rf"|(?:^|\W)(?:oubliez|remplace[rz]|laissez tomber)|plus entendre parler){_LEAD}\Z"
)
_NO_LONGER = re.compile(
    r"(?:\bn(?:e)? (?P<verb>\S+) plus|(?:, |\bet )(?:non )?plus"
    rf"(?= (?:a|au|aux|en|dans|{_ROLE})\b))(?: {_ROLE})?{_LEAD}\Z"
)
_NEGATED = re.compile(
    r"(?P<verb>\S+) pas(?: du tout| vraiment| plus| encore| dit| parle| cite)?"
    rf"(?P<lead>(?: {_ROLE})?{_LEAD}(?: {_ROLE})?{_LEAD})\Z"
)
_NOT_LIKE = re.compile(
    rf"\bni (?:faire )?comme{_LEAD}\Z|"
    r"(?P<before>\S+ )?\bpas (?:(?:du tout|exactement) )?comme"
    rf"{_LEAD}\Z|\b(?:veu\w*|voul\w*|voudr\w*|souhait\w*|faut|faudrait) (?:surtout )?pas"
    rf"(?: \w+){{0,2}} (?:comme|ressembler|copier|imiter|devenir){_LEAD}\Z"
)
_AFTER = re.compile(r"(?:excepte|exclue?s?|non compris)\Z")
_NOT_HERE = re.compile(
    r"(?:\w+ ){0,6}?(?:c est|ce n est|n est) pas (?:chez nous|nous|notre commune|ma commune)\b"
)
_ONLY = re.compile(r"(?:seulement|uniquement)\b")
_OTHER_ROLE = re.compile(
    rf"mais (?:juste |simplement |seulement )?(?:(?:une?|sa|son|la|le|l|simple) )*{_ROLE}\b"
)
_ROLE_BEFORE = re.compile(rf"\b{_ROLE}(?: ,)?(?: et| mais)?,? pas{_LEAD} ?{_ROLE}{_LEAD}\Z")
# « pourquoi pas », « est-ce pas », « n'oubliez pas » set nothing aside.
_ASKING = frozenset({"pourquoi", "ce", "oubliez", "oublie", "oublions"})
_SAID = frozenset({"dit", "ecrit", "tape", "pas"})
_ANSWERING = re.compile(r"^(?:(?:nous|moi|chez nous|ici|non),? )?(?:c est|il s agit de)\Z")
_ALTERNATIVES = 3
_AND = word_set("et ou ni")
_BETWEEN = LINKS | word_set("celui celle ceux celles dans plutot pas")
_NEAR_NEGATION = 8


def mark_rejected(phrase: Phrase, hits: list[Hit]) -> list[Hit]:
    """Tell, of hits in text order, those that the élu sets aside."""
    marked: list[Hit] = []
    excepting = False
    for rank, hit in enumerate(hits):
        excepting = _is_excepted(phrase, hit) or (excepting and continues(phrase, hits, rank))
        rejected = (
            excepting
            or _is_denied(phrase, hit)
            or _is_set_against(phrase, hits, rank)
            or _is_elsewhere(phrase, hit)
            or _gives_way(phrase, hits, rank)
            or _is_doubted(phrase, hits, rank)
            or (bool(marked) and marked[-1].rejected and _follows(phrase, marked[-1], hit))
        )
        marked.append(replace(hit, rejected=rejected))
    return marked


def _is_excepted(phrase: Phrase, hit: Hit) -> bool:
    """« sauf Brest », « Brest excepté », « Brest non »."""
    left = phrase.left_marked(hit.start)
    refused = phrase.right(hit.end) == "non" and not phrase.gap(hit.end).strip()
    return bool(_EXCEPTED.search(left) or _AFTER.match(phrase.right(hit.end))) or refused


def _is_set_against(phrase: Phrase, hits: list[Hit], rank: int) -> bool:
    """« on est à Lavelanet pas à Lavelanet-de-Comminges »."""
    if not rank or not phrase.same_sentence(hits[rank - 1].start, hits[rank].start):
        return False
    between = _between(phrase, hits[rank - 1], hits[rank])
    return between[:1] == ["pas"] and set(between[1:]) <= _BETWEEN


def _is_elsewhere(phrase: Phrase, hit: Hit) -> bool:
    """« Nice, c'est pas chez nous »."""
    return bool(_NOT_HERE.match(phrase.right(hit.end, 10)))


def _is_denied(phrase: Phrase, hit: Hit) -> bool:
    left = phrase.left_marked(hit.start)
    if _INSTEAD.search(left) or _NOT_AT.search(left) or _is_not_like(left):
        return True
    right = phrase.right(hit.end)
    if _ONLY.match(right) or _ROLE_BEFORE.search(left):
        return False
    if _SET_AGAINST.search(left) or _is_no_longer(left):
        return True
    match = _NEGATED.search(left)
    return match is not None and _is_negated(match["verb"], match["lead"], right)


def _is_negated(verb: str, lead: str, right: str) -> bool:
    """« je ne suis pas à Cahors »; « pourquoi pas Cahors » asks, « pas maire mais élue » keeps."""
    if verb in _ASKING or (re.search(_ROLE, lead) and _OTHER_ROLE.match(right)):
        return False
    return not lead or verb in NEGATED_VERBS


def _is_no_longer(left: str) -> bool:
    """« je ne suis plus à Cahors », « à Figeac et plus à Cahors »."""
    match = _NO_LONGER.search(left)
    return match is not None and (match["verb"] is None or match["verb"] in NEGATED_VERBS)


def _is_not_like(left: str) -> bool:
    match = _NOT_LIKE.search(left)
    return match is not None and (match["before"] or "").strip() not in _ASKING


def _gives_way(phrase: Phrase, hits: list[Hit], rank: int) -> bool:
    """« pas d'exemple à Figeac mais à Cahors », « plutôt Cahors que Figeac »."""
    hit = hits[rank]
    if rank + 1 < len(hits) and phrase.same_sentence(hit.start, hits[rank + 1].start):
        between = _between(phrase, hit, hits[rank + 1])
        corrected = _SAID & set(phrase.left(hit.start, _NEAR_NEGATION).split())
        if corrected and between[:1] == ["mais"] and set(between[1:]) <= _BETWEEN | {"c", "est"}:
            return True
    if not rank or not phrase.same_sentence(hits[rank - 1].start, hit.start):
        return False
    between = _between(phrase, hits[rank - 1], hit)
    preferred = {"plutot", "mieux"} & set(phrase.left(hits[rank - 1].start, 3).split())
    return bool(preferred) and between[:1] in (["que"], ["qu"]) and set(between[1:]) <= _BETWEEN


def _is_doubted(phrase: Phrase, hits: list[Hit], rank: int) -> bool:
    """« Chalon ou Châlons ? Nous, c'est Chalon-sur-Saône »: the answer follows the doubt."""
    hit = hits[rank]
    answers = [each for each in hits[rank + 1 :] if not phrase.same_sentence(hit.start, each.start)]
    if not answers or not _ANSWERING.search(phrase.left_marked(answers[0].start)):
        return False
    asked = [each for each in hits if phrase.same_sentence(hit.start, each.start)]
    if not 1 < len(asked) <= _ALTERNATIVES or hits.index(answers[0]) != hits.index(asked[-1]) + 1:
        return False
    named = {index for each in asked for index in range(each.start, each.end)}
    sentence = [i for i in range(len(phrase)) if phrase.same_sentence(hit.start, i)]
    others = [phrase.word(index) for index in sentence if index not in named]
    return others == ["ou"] and "?" in phrase.gap(sentence[-1] + 1)


def _follows(phrase: Phrase, rejected: Hit, hit: Hit) -> bool:
    """Tell whether a mention shares the fate of the one before: « ni à Figeac », « du Lot »."""
    between = _between(phrase, rejected, hit)
    if not phrase.same_sentence(rejected.start, hit.start) or not set(between) <= _BETWEEN | _AND:
        return False
    if set(between) & _AND:
        return True
    held = any(holds(place, each) for place in hit.places for each in rejected.places)
    return (
        held and "," not in phrase.gap(hit.start) and bool(between or "(" in phrase.gap(hit.start))
    )


def _between(phrase: Phrase, first: Hit, second: Hit) -> list[str]:
    return [phrase.word(index) for index in range(first.end, second.start)]
