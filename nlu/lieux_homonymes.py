"""Settle homonyms by what the message, then the conversation, says of the place."""

from dataclasses import dataclass, replace
from itertools import pairwise

from nlu.lieux_gazetteer import Gazetteer, Place, ept_of
from nlu.lieux_mentions import NEAR, Hit, key_of
from nlu.lieux_texte import Phrase
from nlu.lieux_vocabulaire import ARTICLES, LINKS, word_set

# How far, in words, a département may stand from the commune that it only makes precise.
QUALIFIER_DISTANCE = 8
# What may stand between a commune and what tells it from its homonyms: « celle de la Nièvre ».
_TO_QUALIFIER = LINKS | word_set("celle celui dans cote")
# What may stand between a short name and the whole one.
_RECALLING = word_set("enfin ou plutot pardon soit pour etre precis c est a dire autrement dit")
# Élus round their population, and censuses age; a homonym this much larger or smaller is another.
_SAME_SIZE = 1.15
_OTHER_SIZE = 1.5
# How far a place cited as an example may stand from what it makes precise.
BESIDE = 2


@dataclass(frozen=True, slots=True)
class Context:
    """What an earlier turn told, a département, an EPCI or an EPT; and the population said now."""

    departement: str | None = None
    epci: str | None = None
    population: int | None = None


def share_examples(phrase: Phrase, hits: list[Hit]) -> list[Hit]:
    """Cite as one example a commune and what makes it precise: « Clamecy, celle de la Nièvre »."""
    shared = list(hits)
    for rank, (hit, other) in enumerate(pairwise(hits)):
        if hit.example != other.example and _makes_precise(phrase, hit, other):
            shared[rank] = replace(hit, example=True)
            shared[rank + 1] = replace(other, example=True)
    return shared


def _makes_precise(phrase: Phrase, hit: Hit, other: Hit) -> bool:
    """Tell whether a département or a région that holds the commune follows it at once."""
    wide = hit.kind == "commune" and other.kind in ("departement", "region")
    between = {phrase.word(index) for index in range(hit.end, other.start)}
    return (
        wide
        and phrase.same_sentence(hit.start, other.start)
        and between <= _TO_QUALIFIER
        and any(holds(each, place) for each in other.places for place in hit.places)
    )


def settle(hits: list[Hit], context: Context) -> list[Hit]:
    """Narrow each homonym by the other mentions, the nearest first, then by the context."""
    return [_settle_one(hit, hits, context) if len(hit.places) > 1 else hit for hit in hits]


def _settle_one(hit: Hit, hits: list[Hit], context: Context) -> Hit:
    places = hit.places
    others = [each for each in hits if each is not hit and _is_about(hit, each)]
    for other in sorted(others, key=lambda each: _distance(hit, each)):
        places = _narrow(places, other)
    for other in hits:
        places = _exclude(places, other) if other.rejected else places
    if len(places) > 1 and context.epci:
        places = tuple(p for p in places if context.epci in (p.epci, ept_of(p))) or places
    if len(places) > 1 and context.departement:
        places = tuple(p for p in places if p.departement == context.departement) or places
    if len(places) > 1 and context.population and not hit.example:
        places = _of_population(places, context.population)
    return replace(hit, places=places)


def heed_departement(phrase: Phrase, gazetteer: Gazetteer, hits: list[Hit]) -> list[Hit]:
    """Believe the département said right after: « Le Lamentin, en Guadeloupe » is « Lamentin ».

    A commune that no namesake stands for there is not the one meant: it is dropped.
    """
    kept: list[Hit] = []
    for rank, hit in enumerate(hits):
        other = hits[rank + 1] if rank + 1 < len(hits) else None
        if other is None or not _is_denied_by(phrase, hit, other):
            kept.append(hit)
        elif there := _namesakes(phrase, gazetteer, hit, other):
            kept.append(replace(hit, places=there))
        elif _is_apposed(phrase, hit, other):
            kept.append(hit)
    return kept


def heed_whole_name(phrase: Phrase, hits: list[Hit]) -> list[Hit]:
    """Believe the whole name said right after: « Lons, enfin Lons-le-Saunier »."""
    heeded = list(hits)
    for rank, (hit, other) in enumerate(pairwise(hits)):
        between = {phrase.word(index) for index in range(hit.end, other.start)}
        near = phrase.same_sentence(hit.start, other.start) and between <= _RECALLING
        whole = key_of(phrase, other.start, other.end)
        if (
            near
            and hit.kind == other.kind == "commune"
            and whole.startswith(f"{key_of(phrase, hit.start, hit.end)} ")
        ):
            heeded[rank] = replace(hit, places=other.places)
    return heeded


def _is_denied_by(phrase: Phrase, hit: Hit, other: Hit) -> bool:
    """Tell whether a département follows, which holds none of the communes of this name."""
    if hit.kind != "commune" or other.kind != "departement":
        return False
    between = [phrase.word(index) for index in range(hit.end, other.start)]
    led = between[:1] in (["en"], ["dans"]) and "," in phrase.gap(hit.end)
    inside = "(" in phrase.gap(hit.end) and not between
    near = (led or inside or _is_apposed(phrase, hit, other)) and set(between) <= _TO_QUALIFIER
    return (
        near
        and phrase.same_sentence(hit.start, other.start)
        and not any(holds(each, place) for each in other.places for place in hit.places)
    )


def _is_apposed(phrase: Phrase, hit: Hit, other: Hit) -> bool:
    """« Mont-Dore, Nouvelle-Calédonie »; in a list of places, it denies nothing."""
    return hit.end == other.start and phrase.gap(other.start).strip() == ","


def _namesakes(phrase: Phrase, gazetteer: Gazetteer, hit: Hit, other: Hit) -> tuple[Place, ...]:
    key = key_of(phrase, hit.start, hit.end)
    bare = key.partition(" ")[2] if phrase.word(hit.start) in ARTICLES else key
    found = (*gazetteer.communes.get(bare, ()), *gazetteer.articled.get(bare, ()))
    there = (p for p in found if any(holds(each, p) for each in other.places))
    return tuple(dict.fromkeys(there))


def _of_population(places: tuple[Place, ...], said: int) -> tuple[Place, ...]:
    """Keep the only commune of the population said, when no other is anywhere near it."""
    gaps = sorted(((_gap(place, said), place) for place in places), key=lambda each: each[0])
    (closest, found), (second, _) = gaps[:2]
    return (found,) if closest <= _SAME_SIZE and second >= _OTHER_SIZE else places


def _gap(place: Place, said: int) -> float:
    """Return how many times larger or smaller a commune is than said: 1 when it is the same."""
    if not place.population:
        return float("inf")
    return max(place.population / said, said / place.population)


def _is_about(hit: Hit, other: Hit) -> bool:
    """Tell whether a mention may settle: what is cited as an example says nothing of one's own."""
    cited = other.example and not hit.example and _distance(hit, other) > BESIDE
    return not other.rejected and not cited


def _narrow(places: tuple[Place, ...], other: Hit) -> tuple[Place, ...]:
    if len(places) == 1 or not _may_settle(other):
        return places
    return tuple(p for p in places if any(holds(each, p) for each in other.places)) or places


def _exclude(places: tuple[Place, ...], rejected: Hit) -> tuple[Place, ...]:
    """Drop the homonyms that the élu sets aside: « Saint-Denis, pas celui de La Réunion »."""
    if len(places) == 1 or rejected.kind not in ("departement", "region"):
        return places
    return tuple(p for p in places if not any(holds(r, p) for r in rejected.places)) or places


def _may_settle(other: Hit) -> bool:
    return other.kind != "commune" or bool(other.places[0].codes_postaux)


def holds(container: Place, place: Place) -> bool:
    """Tell whether a territory holds another, or is the same."""
    keys = {
        "departement": (place.departement,),
        "region": (place.region,),
        "epci": (place.epci, ept_of(place)),
        "commune": (place.code,),
    }
    return container.code in keys[container.type]


def drop_qualifiers(phrase: Phrase, hits: list[Hit]) -> list[Hit]:
    """Drop the départements, régions and postal codes that only make another mention precise."""
    kept = []
    for rank, hit in enumerate(hits):
        first = max(0, rank - QUALIFIER_DISTANCE - 1)
        around = (*hits[first:rank], *hits[rank + 1 : rank + QUALIFIER_DISTANCE + 2])
        if not any(_qualifies(phrase, hit, each) for each in around if not each.rejected):
            kept.append(hit)
    return kept


def _qualifies(phrase: Phrase, hit: Hit, other: Hit) -> bool:
    if (other.example and not hit.example) or other.score == NEAR:
        return False
    if phrase.word(hit.start)[0].isdigit() and hit.kind == "commune":
        named = not phrase.word(other.start)[0].isdigit() and other.kind == "commune"
        return named and _distance(hit, other) <= QUALIFIER_DISTANCE
    rank = {"commune": 0, "epci": 1, "departement": 2, "region": 3}
    if hit.kind not in ("departement", "region") or rank[other.kind] >= rank[hit.kind]:
        return False
    near = _distance(hit, other) <= QUALIFIER_DISTANCE and phrase.same_sentence(
        hit.start, other.start
    )
    return near and all(holds(hit.places[0], place) for place in other.places)


def _distance(hit: Hit, other: Hit) -> int:
    return max(other.start - hit.end, hit.start - other.end, 0)
