"""How long a publication takes to be found, and a withdrawal to be hidden, by another process.

    python -m bench.freshness --url http://127.0.0.1:8001 --other http://127.0.0.1:8002 \\
        --writer KEY --reviewer KEY

Two services share one base; keys carry the roles `redacteur` and `relecteur`.
"""

import argparse
import itertools
import json
import sys
import time
from statistics import median

import httpx2

ROOT = "/api/v1/resources"
_SENTENCE = (
    "La commune réunit les habitants, écoute leurs propositions et dit ce qu'elle en retient. "
)
_runs = itertools.count(int(time.time()))


def draft() -> dict[str, object]:
    """Return a complete text, different at each call."""
    number = next(_runs)
    return {
        "type": "outil",
        "title": f"Mesure de fraîcheur numéro {number}",
        "summary": f"Une fiche de mesure ({number}) : elle est publiée, cherchée par un autre "
        "processus, puis retirée ; elle ne dit rien d'utile à un élu et ne reste pas en ligne.",
        "body": _SENTENCE * 4 + str(number),
        "themes": ["concertation"],
        "sources": [{"nom": "Exemple", "url": f"https://exemple.fr/mesure-{number}"}],
        "questions": [f"Première question {number} ?", f"Autre {number} ?", f"Encore {number} ?"],
    }


def wait_for(client: httpx2.Client, resource_id: str, *, status: int, since: float) -> float:
    """Return the seconds until a resource answers so."""
    while client.get(f"{ROOT}/{resource_id}").status_code != status:
        time.sleep(0.002)
    return time.perf_counter() - since


def measure(arguments: argparse.Namespace) -> dict[str, object]:
    """Publish and withdraw, and time what the other process shows."""
    shown: list[float] = []
    hidden: list[float] = []

    def client(url: str, key: str = "") -> httpx2.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx2.Client(base_url=url, headers=headers, timeout=30)

    with (
        client(arguments.url, arguments.writer) as writer,
        client(arguments.url, arguments.reviewer) as reviewer,
        client(arguments.other) as other,
    ):
        for _ in range(arguments.rounds):
            id_ = writer.post(ROOT, json=draft()).raise_for_status().json()["id"]
            writer.post(f"{ROOT}/{id_}/submit").raise_for_status()
            reviewer.post(f"{ROOT}/{id_}/publish").raise_for_status()
            shown.append(wait_for(other, id_, status=200, since=time.perf_counter()))
            reviewer.post(f"{ROOT}/{id_}/archive").raise_for_status()
            hidden.append(wait_for(other, id_, status=404, since=time.perf_counter()))
    return {
        "rounds": arguments.rounds,
        **{
            f"{name}_{figure}_ms": round(1000 * value)
            for name, times in (("published", shown), ("withdrawn", hidden))
            for figure, value in (("median", median(times)), ("max", max(times)))
        },
    }


def main() -> None:
    """Print the times as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--url", "--other", "--writer", "--reviewer"):
        parser.add_argument(name, required=True)
    parser.add_argument("--rounds", type=int, default=20)
    sys.stdout.write(json.dumps(measure(parser.parse_args())) + "\n")


if __name__ == "__main__":
    main()
