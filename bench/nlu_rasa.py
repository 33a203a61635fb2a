"""Side by side with Rasa's own French pipeline, trained on the same files.

    python -m bench.nlu_rasa [--epochs 10] [--per-intent 100]

WhitespaceTokenizer, RegexFeaturizer and RegexEntityExtractor over the same communes,
CountVectors of words and of pieces of words, DIET, EntitySynonymMapper; both read the witness
sentences, which train neither. Minutes long: it is not part of `make bench`.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil
import yaml
from sklearn.metrics import accuracy_score, f1_score

from bench.turns import percentile
from knowledge.territoires.loader import load_territoires
from nlu.encoder import UseEncoder
from nlu.intents import train
from nlu.intents_examples import IntentExample, load_examples
from nlu.intents_gate import load_witnesses
from nlu.lieux import LieuFinder
from nlu.pipeline import Understander

ROOT = Path(__file__).parent.parent
_SIDE = Path(__file__).parent / "rasa_nlu_side.py"
_LEAST_NAME = 4
_SEED = 20261124


def pipeline(epochs: int) -> dict[str, object]:
    """Return the configuration of Rasa's pipeline."""
    return {
        "recipe": "default.v1",
        "assistant_id": "bench",
        "language": "fr",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexEntityExtractor", "use_lookup_tables": True, "use_regexes": False},
            {"name": "CountVectorsFeaturizer"},
            {
                "name": "CountVectorsFeaturizer",
                "analyzer": "char_wb",
                "min_ngram": 1,
                "max_ngram": 4,
            },
            {
                "name": "DIETClassifier",
                "epochs": epochs,
                "random_seed": _SEED,
                # Communes are read by the gazetteer: trained on intents alone, DIET is faster.
                "entity_recognition": False,
            },
            {"name": "EntitySynonymMapper"},
        ],
        "policies": [],
    }


def write_training(folder: Path, examples: Sequence[IntentExample], epochs: int) -> None:
    """Write what Rasa trains on: the same sentences, communes annotated, the same names."""
    places = tuple(load_territoires())
    finder = LieuFinder(places)
    by_intent: dict[str, list[str]] = {}
    for example in examples:
        by_intent.setdefault(example.intent, []).append(_annotated(example.text, finder))
    names = sorted({p.nom for p in places if p.type == "commune" and len(p.nom) >= _LEAST_NAME})
    entries: list[dict[str, str]] = [
        {"intent": intent, "examples": _block(texts)} for intent, texts in by_intent.items()
    ]
    entries.append({"lookup": "commune", "examples": _block(names)})
    (folder / "nlu.yml").write_text(
        yaml.safe_dump({"version": "3.1", "nlu": entries}, allow_unicode=True, width=10**6),
        encoding="utf-8",
    )
    (folder / "config.yml").write_text(yaml.safe_dump(pipeline(epochs)), encoding="utf-8")


def _annotated(text: str, finder: LieuFinder) -> str:
    if set("[](){}|") & set(text):
        return " ".join(text.translate(str.maketrans("[](){}|", "       ")).split())
    for each in sorted(finder.find(text).territoires, key=lambda mention: -mention.start):
        if each.type == "commune" and text[each.start : each.end].isprintable():
            text = f"{text[: each.start]}[{text[each.start : each.end]}](commune){text[each.end :]}"
    return " ".join(text.split())


def chosen(examples: Sequence[IntentExample], per_intent: int) -> list[IntentExample]:
    """Draw as many sentences of each intent, or keep them all: DIET takes minutes a pass."""
    if not per_intent:
        return list(examples)
    mixed = random.Random(_SEED).sample(list(examples), len(examples))  # noqa: S311 - no secret
    seen: Counter[str] = Counter()
    kept = []
    for example in mixed:
        seen[example.intent] += 1
        if seen[example.intent] <= per_intent:
            kept.append(example)
    return kept


def _block(lines: Sequence[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def run_rasa(folder: Path) -> dict[str, object]:
    """Train and read with Rasa's interpreter; return its report."""
    python = os.environ.get("ORIENTATION_RASA_PYTHON", str(ROOT / ".venv-rasa" / "bin" / "python"))
    subprocess.run([python, str(_SIDE), str(folder)], check=True)  # noqa: S603 - our own script
    report: dict[str, object] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return report


def say(name: str, expected: Sequence[str], found: Sequence[str], times: Sequence[float]) -> None:
    """Print the figures of one side."""
    f1 = f1_score(expected, found, average="macro", zero_division=0.0)
    print(  # noqa: T201 - a benchmark prints
        f"{name:<14} exactitude {accuracy_score(expected, found):.3f}  macro-F1 {f1:.3f}"
        f"  p50 {percentile(times, 0.5):6.1f} ms  p95 {percentile(times, 0.95):6.1f} ms"
    )


def measure_ours(examples: Sequence[IntentExample], witnesses: Sequence[IntentExample]) -> None:
    """Train ours on the same sentences, read the witnesses through the whole understanding."""
    start = time.perf_counter()
    classifier = train(examples, UseEncoder())
    trained = time.perf_counter() - start
    start = time.perf_counter()
    understander = Understander.build(lieux=load_territoires(), classifier=classifier)
    understander.understand(witnesses[0].text)
    loaded = time.perf_counter() - start
    found, times = [], []
    for each in witnesses:
        start = time.perf_counter()
        found.append(understander.understand(each.text).intent)
        times.append((time.perf_counter() - start) * 1000)
    say("Orientation", [each.intent for each in witnesses], found, times)
    memory = psutil.Process().memory_info().rss / 1024**2
    print(  # noqa: T201 - a benchmark prints
        f"  entraînement {trained:.0f} s, chargement {loaded:.1f} s, mémoire {memory:.0f} Mio"
        " (entraînement compris)"
    )


def main() -> None:
    """Measure both sides and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--per-intent", type=int, default=0, help="0: every sentence")
    options = parser.parse_args()
    examples, witnesses = chosen(load_examples(), options.per_intent), load_witnesses()
    print(f"{len(examples)} phrases d'entraînement, {len(witnesses)} phrases d'essai")  # noqa: T201
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        write_training(folder, examples, options.epochs)
        texts = [each.text for each in witnesses]
        (folder / "sentences.json").write_text(json.dumps(texts), encoding="utf-8")
        report = run_rasa(folder)
    answers: list[list[object]] = report["answers"]  # type: ignore[assignment]
    say(
        f"Rasa, {options.epochs} passes",
        [each.intent for each in witnesses],
        [str(answer[0]) for answer in answers],
        [float(str(answer[3])) for answer in answers],
    )
    print(  # noqa: T201 - a benchmark prints
        f"  entraînement {report['trained_s']:.0f} s, chargement {report['loaded_s']:.1f} s,"
        f" mémoire {report['peak_mib']:.0f} Mio, modèle {report['model_mib']:.0f} Mio"
    )
    measure_ours(examples, witnesses)


if __name__ == "__main__":
    main()
