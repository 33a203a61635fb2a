"""A territory of France as the administration codes it: frozen data, no behaviour."""

from dataclasses import dataclass
from typing import Literal

TerritoireType = Literal["commune", "epci", "departement", "region"]


@dataclass(frozen=True, slots=True)
class Territoire:
    """A commune, an intercommunality, a département or a région.

    `(type, code)` is the key: INSEE code, or SIREN for an EPCI or an EPT; département and région
    codes overlap. `nature` tells kinds of one type apart: CC, CA, CU, METRO or EPT. `departement`
    of an EPCI is the one where most of its inhabitants live. `population` is the municipal
    population, in inhabitants. `alias` holds other names and former INSEE codes that lead here:
    communes déléguées and associées, arrondissements, names of use. A Métropole du Grand Paris
    commune has both an `epci` and an `ept`.
    """

    type: TerritoireType
    code: str
    nom: str
    nature: str | None = None
    departement: str | None = None
    region: str | None = None
    epci: str | None = None
    ept: str | None = None
    population: int | None = None
    codes_postaux: tuple[str, ...] = ()
    chef_lieu: str | None = None
    alias: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TerritoireContext:
    """What the search and the orientation rules need to know of the élu's territory."""

    type: TerritoireType
    code: str
    nom: str
    departement: str | None = None
    region: str | None = None
    epci: str | None = None
    population: int | None = None


def to_context(territoire: Territoire) -> TerritoireContext:
    """Keep of a territory what compares it with others."""
    return TerritoireContext(
        type=territoire.type,
        code=territoire.code,
        nom=territoire.nom,
        departement=territoire.departement,
        region=territoire.region,
        epci=territoire.epci,
        population=territoire.population,
    )
