"""Recognise the territories of a message: never one that the élu did not mean.

The gazetteer is handed over as data; a name that several territories bear is left ambiguous unless
the message or the conversation settles it. Spans are offsets in the élu's own text.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nlu import lieux_contexte as contexte
from nlu.lieux_codes import find_codes
from nlu.lieux_communes import find_communes
from nlu.lieux_departements import find_departements
from nlu.lieux_flou import Speller
from nlu.lieux_flou_departements import DepartementSpeller
from nlu.lieux_flou_noms import CompoundSpeller
from nlu.lieux_gazetteer import Place, build_gazetteer
from nlu.lieux_homonymes import (
    Context,
    drop_qualifiers,
    heed_departement,
    heed_whole_name,
    settle,
    share_examples,
)
from nlu.lieux_intercommunalites import find_epci
from nlu.lieux_mentions import NEAR, Hit, continues, without_overlaps
from nlu.lieux_rejets import mark_rejected
from nlu.lieux_texte import Phrase, read_phrase
from nlu.lieux_vocabulaire import ARTICLES
from nlu.understanding import Ambiguite, Candidat, TerritoireMention

__all__ = ["LieuFinder", "LieuxTrouves", "Place"]


MIN_RIVAL_POPULATION = 5_000


@dataclass(frozen=True, slots=True)
class LieuxTrouves:
    """What a message says of territories.

    `territoires` are sure, the élu's own before those cited as examples; `spans` are all the parts
    of the text that were read as places, numbers and qualifiers included, as (start, end).
    """

    territoires: tuple[TerritoireMention, ...] = ()
    ambiguites: tuple[Ambiguite, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


class LieuFinder:
    """Finds territories in French messages; safe to share between threads once built."""

    def __init__(self, lieux: Iterable[Place]) -> None:
        self._gazetteer = build_gazetteer(lieux)
        self._speller = Speller(self._gazetteer)
        self._compound_speller = CompoundSpeller(self._gazetteer)
        self._departement_speller = DepartementSpeller(self._gazetteer)

    def find(
        self,
        text: str,
        *,
        context_departement: str | None = None,
        context_epci: str | None = None,
        population: int | None = None,
    ) -> LieuxTrouves:
        """Find the territories of a message; the context only settles homonyms.

        `population` is what the message says of the élu's own commune.
        """
        phrase = read_phrase(text)
        if not len(phrase):
            return LieuxTrouves()
        hits = [_read_context(phrase, hit) for hit in self._find_hits(phrase)]
        hits = mark_rejected(phrase, _spread_examples(phrase, hits))
        spans = tuple(_span(phrase, hit) for hit in hits)
        settled = settle(hits, Context(context_departement, context_epci, population))
        meant = [hit for hit in drop_qualifiers(phrase, settled) if not hit.rejected]
        return LieuxTrouves(
            territoires=_territoires(phrase, meant),
            ambiguites=tuple(_ambiguite(phrase, hit) for hit in _once(meant)),
            spans=spans,
        )

    def _find_hits(self, phrase: Phrase) -> list[Hit]:
        codes = list(find_codes(phrase, self._gazetteer))
        wide = list(find_departements(phrase, self._gazetteer))
        epci = list(find_epci(phrase, self._gazetteer))
        communes = _without_articles(
            phrase, list(find_communes(phrase, self._gazetteer, [*codes, *wide])), wide
        )
        compounds = [
            *self._compound_speller.find(phrase),
            *self._departement_speller.find_compounds(phrase),
        ]
        hits = without_overlaps(
            [*epci, *_with_homonyms(wide, communes), *communes, *codes, *compounds]
        )
        hits += self._departement_speller.find(phrase, hits)
        hits += self._speller.find(phrase, hits)
        hits = sorted(hits, key=lambda hit: hit.start)
        return heed_whole_name(phrase, heed_departement(phrase, self._gazetteer, hits))


def _without_articles(phrase: Phrase, communes: list[Hit], wide: list[Hit]) -> list[Hit]:
    """Prefer « la Creuse » the département to « La Creuse », a village that bears its name."""
    return [
        hit
        for hit in communes
        if phrase.word(hit.start) not in ARTICLES
        or not any(each.end == hit.end and each.start == hit.start + 1 for each in wide)
    ]


def _with_homonyms(wide: list[Hit], communes: list[Hit]) -> list[Hit]:
    """Give a département that stands alone (« Vienne ») the commune of the same name as rival."""
    merged = []
    for hit in wide:
        same = [each for each in communes if (each.start, each.end) == (hit.start, hit.end)]
        alone = hit.start == 0 and bool(same) and hit.kind == "departement"
        rivals = same[0].places if alone else ()
        famous = tuple(place for place in rivals if (place.population or 0) >= MIN_RIVAL_POPULATION)
        merged.append(replace(hit, places=(*hit.places, *famous)))
    return merged


def _read_context(phrase: Phrase, hit: Hit) -> Hit:
    near = contexte.is_near(phrase, hit.start)
    return replace(
        hit,
        score=min(hit.score, NEAR) if near else hit.score,
        example=contexte.is_example(phrase, hit.start, hit.end),
    )


def _spread_examples(phrase: Phrase, hits: list[Hit]) -> list[Hit]:
    """Extend an example to the list that it opens: « comme à Auch, Cahors ou Figeac »."""
    hits = share_examples(phrase, hits)
    spread: list[Hit] = []
    for rank, hit in enumerate(hits):
        previous = spread[-1] if spread else None
        listed = previous is not None and previous.example and continues(phrase, hits, rank)
        spread.append(replace(hit, example=True) if listed else hit)
    return spread


def _territoires(phrase: Phrase, hits: list[Hit]) -> tuple[TerritoireMention, ...]:
    mentions: dict[tuple[str, str], TerritoireMention] = {}
    for hit in hits:
        if len(hit.places) == 1:
            mention = _mention(phrase, hit, hit.places[0])
            known = mentions.get((mention.type, mention.code))
            if known is None or (known.is_example and not mention.is_example):
                mentions[mention.type, mention.code] = mention
    return tuple(sorted(mentions.values(), key=lambda each: (each.is_example, each.start)))


def _once(hits: list[Hit]) -> list[Hit]:
    """Keep one of the ambiguous hits that have the same candidates."""
    kept: dict[tuple[str, ...], Hit] = {}
    for hit in hits:
        if len(hit.places) > 1:
            kept.setdefault(tuple(place.code for place in hit.places), hit)
    return list(kept.values())


def _mention(phrase: Phrase, hit: Hit, place: Place) -> TerritoireMention:
    start, end = _span(phrase, hit)
    return TerritoireMention(
        type=place.type,
        code=place.code,
        nom=place.nom,
        score=hit.score,
        start=start,
        end=end,
        departement=place.departement,
        is_example=hit.example,
    )


def _ambiguite(phrase: Phrase, hit: Hit) -> Ambiguite:
    start, end = _span(phrase, hit)
    ordered = sorted(hit.places, key=lambda place: -(place.population or 0))
    candidats = tuple(
        Candidat(
            type=place.type,
            code=place.code,
            nom=place.nom,
            departement=place.departement,
            population=place.population,
        )
        for place in ordered
    )
    return Ambiguite(mention=phrase.text[start:end], start=start, end=end, candidats=candidats)


def _span(phrase: Phrase, hit: Hit) -> tuple[int, int]:
    return phrase.tokens[hit.start].start, phrase.tokens[hit.end - 1].end
