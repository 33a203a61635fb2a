"""How long a training asked for from the console takes, comparison and gate included.

    python -m bench.training [--model-dir .donnees/modeles]

Twenty sentences are added to those of the product; the model is compared with the shipped one, as
the job of the console does it, in a process of its own. Nothing is kept.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from api.entrainement.entraineur import Ordre
from api.entrainement.job import run_process
from api.entrainement.porte import load_porte, refusals
from nlu.understanding import INTENTS

_PLACES = ("Guéret", "Ussel", "Nérac", "Mende")


def sentences() -> tuple[tuple[str, str], ...]:
    """Return one sentence for each intent, that no file holds."""
    return tuple(
        (f"essai de mesure {number} : {intent.replace('_', ' ')} à {_PLACES[number % 4]}", intent)
        for number, intent in enumerate(INTENTS)
    )


async def _told(share: float) -> None:
    sys.stderr.write(f"\r{share:.0%} ")


def measure(models: Path) -> dict[str, Any]:
    """Train once and return the seconds spent, and what the gate would say."""
    with tempfile.TemporaryDirectory() as folder:
        order = Ordre(modele=1, dossier=Path(folder), modeles_livres=models, ajoutees=sentences())
        load, start = os.getloadavg()[0], time.perf_counter()
        result = asyncio.run(run_process(order, _told))
        wall = time.perf_counter() - start
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "secondes": round(wall, 1),
        "secondes_de_processeur": round(spent.ru_utime + spent.ru_stime, 1),
        "coeurs": os.cpu_count(),
        "charge_au_debut": round(load, 1),
        "phrases": result["phrases"],
        "temoins": result["rapport"]["temoins"],
        "refus_de_la_porte": len(refusals(load_porte(), result["rapport"])),
    }


def main() -> None:
    """Print the measure as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model-dir", type=Path, default=Path(".donnees/modeles"))
    found = measure(parser.parse_args().model_dir.resolve())
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
