"""Turn the open data file of the ANCT into the compact file of the project.

`python scripts/build_accompagnements.py territoires_accompagnes.csv`: rows that name no current
territory are told and left out, repeated rows are kept once, régions are told from départements.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from knowledge.accompagnements.loader import DATA_FILE
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.lookup import find_territoire

_DISPOSITIFS = {
    "CCO": "cellule",
    "PATDE": "parcours",
    "PPTDE": "projet_partage",
    "AI": "ateliers",
}
_HEADER = ("type", "code", "dispositif", "periode", "theme", "url")
Row = tuple[str, ...]


def compact(rows: Iterator[dict[str, str]], base: TerritoireBase) -> Iterator[Row]:
    """Yield the rows whose territory exists today, with its current code."""
    for row in rows:
        kind, code = row["echelon"].strip(), row["codgeo"].strip()
        found = base.resolve(code) if kind == "commune" else find_territoire(base, kind, code)
        if found is None:
            sys.stdout.write(f"left out: {row['id_engcit']} {kind} {code} {row['libgeo']}\n")
            continue
        texts = (" ".join(row[name].split()) for name in ("periode", "projet_partage", "url"))
        yield (found.type, found.code, _DISPOSITIFS[row["Dispositif"].strip()], *texts)


def main(source: Path) -> None:
    """Write the compact file."""
    with source.open(encoding="utf-8-sig", newline="") as stream:
        kept = sorted(set(compact(iter(csv.DictReader(stream)), load_territoires())))
    lines = ["\t".join(each) for each in (_HEADER, *kept)]
    DATA_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(kept)} rows\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
