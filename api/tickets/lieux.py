"""Where a ticket comes from, as the routing table reads it: its commune, and all that holds it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.lookup import find_territoire

# The lists of the table that name places, and what each of them holds.
ECHELONS = {
    "regions": "region",
    "departements": "departement",
    "epci": "epci",
    "communes": "commune",
}


@dataclass(frozen=True, slots=True)
class Lieu:
    """The places that a ticket is in, by the names of the table's lists."""

    regions: frozenset[str] = frozenset()
    departements: frozenset[str] = frozenset()
    epci: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lieux:
    """What a table needs to know of the territories: nothing, when it only names départements."""

    region_of: Mapping[str, str] = field(default_factory=dict)
    epci_of: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, territoire: Mapping[str, Any] | None, departement: str | None) -> Lieu:
        """Return the places of a ticket. Of an EPCI, the département is its main one."""
        type_, code = (territoire or {}).get("type"), str((territoire or {}).get("code", ""))
        within = code if type_ == "departement" else departement
        region = code if type_ == "region" else self.region_of.get(within or "")
        sirens = frozenset([code]) if type_ == "epci" else self.epci_of.get(code, frozenset())
        return Lieu(
            regions=_only(region),
            departements=_only(within),
            epci=sirens if type_ in ("epci", "commune") else frozenset(),
            communes=_only(code if type_ == "commune" else None),
        )


def _only(code: str | None) -> frozenset[str]:
    return frozenset([code]) if code else frozenset()


def lieux_of(base: TerritoireBase, sirens: Iterable[str]) -> Lieux:
    """Keep of the territories what a table that names these EPCI needs."""
    epci_of: dict[str, set[str]] = {}
    for siren in sirens:
        for commune in base.members(siren):
            epci_of.setdefault(commune.code, set()).add(siren)
    return Lieux(
        {each.code: each.region for each in base if each.type == "departement" and each.region},
        {code: frozenset(found) for code, found in epci_of.items()},
    )


def unknown_codes(
    base: TerritoireBase, named: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, str]]:
    """Yield each list and each of its codes that is not a current territory's."""
    for name, codes in named.items():
        for code in codes:
            if find_territoire(base, ECHELONS[name], code) is None:
                yield name, code
