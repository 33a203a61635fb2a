"""A whole set of rules as files: those of the product, some of them rewritten by staff."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from knowledge.orientation.check import References, check_regles
from knowledge.orientation.loader import REGLES_DIR, load_regles
from knowledge.orientation.problemes import Probleme
from knowledge.orientation.regle import Regle

Fichiers = Mapping[str, str]
"""Text of each file, by its name: `ateliers.yml`."""


def shipped_files(directory: Path = REGLES_DIR) -> dict[str, str]:
    """Return the files of the product, by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.yml"))}


def whole_set(rewritten: Fichiers) -> dict[str, str]:
    """Return the files in use: those of the product, but for the rewritten ones.

    A file that the product no longer has is left aside.
    """
    shipped = shipped_files()
    return shipped | {name: text for name, text in rewritten.items() if name in shipped}


def read_set(rewritten: Fichiers) -> tuple[Regle, ...]:
    """Return the rules in use, sorted by rank. Raises ReglesInvalides."""
    with _laid_out(rewritten) as directory:
        return load_regles(directory)


def check_set(rewritten: Fichiers, references: References) -> list[Probleme]:
    """Return what is wrong in the set, as `orientation regles check` does, worst first."""
    with _laid_out(rewritten) as directory:
        return check_regles(directory, references)


@contextmanager
def _laid_out(rewritten: Fichiers) -> Iterator[Path]:
    """Write the set in a folder for the time of a reading: one reader of rules for all."""
    with TemporaryDirectory() as place:
        directory = Path(place) / REGLES_DIR.name
        directory.mkdir()
        for name, text in whole_set(rewritten).items():
            (directory / name).write_text(text, encoding="utf-8")
        yield directory
