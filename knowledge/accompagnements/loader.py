"""Read the territories already accompanied (see `data/SOURCE.md`)."""

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import cast

from knowledge.accompagnements.accompagnement import Accompagnement, Dispositif
from knowledge.territoires.territoire import TerritoireType

DATA_FILE = Path(__file__).parent / "data" / "accompagnements.tsv"
SOURCE_NAME = "ANCT, données ouvertes « engagement citoyen »"
SOURCE_URL = "https://github.com/anct-carto/engagement-citoyen"
SOURCE_DATE = date(2025, 12, 23)
SOURCE_LICENCE = "Licence Ouverte 2.0"


@cache
def load_accompagnements(path: Path = DATA_FILE) -> tuple[Accompagnement, ...]:
    """Return every line of the file; codes stay text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Accompagnement(
                type=cast("TerritoireType", row["type"]),
                code=row["code"],
                dispositif=cast("Dispositif", row["dispositif"]),
                periode=row["periode"],
                theme=row["theme"],
                url=row["url"],
            )
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        )
