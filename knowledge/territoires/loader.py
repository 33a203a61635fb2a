"""Read the TSV files of the project into a base of territories (see `data/SOURCE.md`)."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.territoire import Territoire

DATA_DIR = Path(__file__).parent / "data"

Row = dict[str, str]
Key = tuple[str, str]


def load_territoires(folder: Path = DATA_DIR) -> TerritoireBase:
    """Build the base from the files of a folder; every code stays text."""
    regions = {row["code"]: row for row in _rows(folder, "regions")}
    departements = {row["code"]: row for row in _rows(folder, "departements")}
    communes = list(_rows(folder, "communes"))
    region_of = {code: row["region"] for code, row in departements.items()}
    alias, former = _alias(folder, communes)
    territoires = [
        *_regions(regions.values(), _populations(communes, region_of)),
        *_departements(departements.values(), _populations(communes, {})),
        *_epci(_rows(folder, "epci"), region_of),
        *(_commune(row, region_of) for row in communes),
    ]
    return TerritoireBase(_with_alias(territoires, alias), former)


def _rows(folder: Path, name: str) -> Iterator[Row]:
    with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)


def _populations(communes: Iterable[Row], group_of: dict[str, str]) -> dict[str, int]:
    """Add up the communes by département, or by what `group_of` makes of the département."""
    totals: dict[str, int] = {}
    for row in communes:
        group = group_of.get(row["departement"], row["departement"])
        totals[group] = totals.get(group, 0) + int(row["population"] or 0)
    return totals


def _regions(rows: Iterable[Row], populations: dict[str, int]) -> Iterator[Territoire]:
    for row in rows:
        yield Territoire(
            type="region",
            code=row["code"],
            nom=row["nom"],
            region=row["code"],
            population=populations.get(row["code"]),
            chef_lieu=row["chef_lieu"] or None,
        )


def _departements(rows: Iterable[Row], populations: dict[str, int]) -> Iterator[Territoire]:
    for row in rows:
        yield Territoire(
            type="departement",
            code=row["code"],
            nom=row["nom"],
            departement=row["code"],
            region=row["region"],
            population=populations.get(row["code"]),
            chef_lieu=row["chef_lieu"] or None,
        )


def _epci(rows: Iterable[Row], region_of: dict[str, str]) -> Iterator[Territoire]:
    for row in rows:
        departement = row["departements"].split(" ")[0]
        yield Territoire(
            type="epci",
            code=row["code"],
            nom=row["nom"],
            nature=row["nature"],
            departement=departement,
            region=region_of[departement],
            population=int(row["population"]),
        )


def _commune(row: Row, region_of: dict[str, str]) -> Territoire:
    return Territoire(
        type="commune",
        code=row["code"],
        nom=row["nom"],
        departement=row["departement"],
        region=region_of[row["departement"]],
        epci=row["epci"] or None,
        ept=row["ept"] or None,
        population=int(row["population"]) if row["population"] else None,
        codes_postaux=tuple(row["codes_postaux"].split()),
    )


def _alias(folder: Path, communes: Iterable[Row]) -> tuple[dict[Key, list[str]], dict[str, str]]:
    """Collect the other names and codes of each territory, and the former INSEE codes."""
    current = {row["code"] for row in communes}
    alias: dict[Key, list[str]] = {}
    former: dict[str, str] = {}
    for name in ("communes_anciennes", "arrondissements"):
        for row in _rows(folder, name):
            alias.setdefault(("commune", row["commune"]), []).append(row["nom"])
            former.setdefault(row["code"], row["commune"])
    for row in communes:
        former |= dict.fromkeys(row["anciens_codes"].split(), row["code"])
    # A commune déléguée may keep the code of the current commune: that one stays a key.
    former = {code: commune for code, commune in former.items() if code not in current}
    for code, commune in former.items():
        alias.setdefault(("commune", commune), []).append(code)
    for row in _rows(folder, "alias"):
        alias.setdefault((row["type"], row["code"]), []).append(row["alias"])
    return alias, former


def _with_alias(
    territoires: Iterable[Territoire], alias: dict[Key, list[str]]
) -> Iterator[Territoire]:
    for each in territoires:
        others = alias.get((each.type, each.code))
        yield replace(each, alias=tuple(dict.fromkeys(others))) if others else each
