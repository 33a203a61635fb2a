"""Why a resource is proposed, in a few French words (`data/pourquoi.yml`)."""

import math
from functools import cache
from typing import Any

import yaml

from knowledge.resources.resource import Resource, french_today
from knowledge.search.places import LEVELS, NATIONAL_REF, Nearness, territoire_chain
from knowledge.search.query import SearchQuery
from knowledge.search.synonyms import DATA
from knowledge.territoires.territoire import Territoire, TerritoireContext

COMPARABLE_RATIO = 2.0
_NARROW_SPACE = "\u202f"


def explain(
    resource: Resource,
    territoires: tuple[Territoire, ...],
    population: int | None,
    query: SearchQuery,
) -> str:
    """Return the reason that means most to the one who asks, and whether it is to be checked."""
    reason = _reason(resource, territoires, population, query)
    if resource.review_on is None or resource.review_on > french_today():
        return reason
    return _fill("a_verifier", raison=reason, date=f"{resource.review_on:%d/%m/%Y}")


def _reason(
    resource: Resource,
    territoires: tuple[Territoire, ...],
    population: int | None,
    query: SearchQuery,
) -> str:
    near = _nearest(territoires, query.territoire) if query.territoire else None
    if near and query.territoire:
        return _explain_near(*near, population=population, territoire=query.territoire)
    if NATIONAL_REF in resource.territoires or not territoires:
        return str(_texts()["national"][resource.type.value])
    if _is_comparable(population, query.inhabitants):
        return _fill("taille_comparable", population=format_number(population or 0))
    return _explain_place(territoires, population)


def format_number(number: int) -> str:
    """Write a number as French does: 1 100, with a space that never breaks."""
    return f"{number:,}".replace(",", _NARROW_SPACE)


def _nearest(
    territoires: tuple[Territoire, ...], own: TerritoireContext
) -> tuple[Territoire, Nearness] | None:
    chain = territoire_chain(own)
    levels = [
        (LEVELS[level], each)
        for each in territoires
        for level, code in territoire_chain(each).items()
        if chain.get(level) == code
    ]
    if not levels:
        return None
    nearness, territoire = max(levels, key=lambda found: found[0])
    return territoire, nearness


def _explain_near(
    near: Territoire, nearness: Nearness, *, population: int | None, territoire: TerritoireContext
) -> str:
    if territoire_chain(territoire).get(near.type) == near.code:
        key = "meme_commune" if near.type == "commune" else f"couvre_{near.type}"
        return _fill(key)
    where = _texts()["ou"][nearness.name.lower()]
    if population is None:
        return _fill(f"{near.type}_proche", ou=where)
    return _fill(f"{near.type}_proche_peuplee", ou=where, population=format_number(population))


def _explain_place(territoires: tuple[Territoire, ...], population: int | None) -> str:
    name = _name(territoires[0])
    if len(territoires) > 1:
        return _fill("plusieurs_lieux", nom=name, nombre=str(len(territoires)))
    if population is None:
        return _fill("lieu", nom=name)
    return _fill("lieu_peuple", nom=name, population=format_number(population))


def _name(territoire: Territoire) -> str:
    if territoire.type == "commune" and territoire.departement:
        return f"{territoire.nom} ({territoire.departement})"
    return territoire.nom


def _is_comparable(population: int | None, inhabitants: int | None) -> bool:
    if not population or not inhabitants:
        return False
    return abs(math.log(population / inhabitants)) <= math.log(COMPARABLE_RATIO)


def _fill(key: str, **facts: str) -> str:
    return str(_texts()[key]).format_map(facts)


@cache
def _texts() -> dict[str, Any]:
    raw = (DATA / "pourquoi.yml").read_bytes()
    texts: dict[str, Any] = yaml.load(raw, Loader=yaml.BaseLoader)  # noqa: S506
    return texts
