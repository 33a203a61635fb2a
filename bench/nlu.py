"""Time to understand a message, on one core; what it does of hostile texts; memory; loading.

    python -m bench.nlu [--messages 300]

The baseline, in the same run on the same sentences: tf-idf and a logistic regression alone, which
tell an intent and nothing else.
"""

import argparse
import csv
import io
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from api.bootstrap import build_understander
from api.settings import Settings
from bench.turns import percentile, sentences
from knowledge.territoires.loader import load_territoires
from nlu.encoder import UseEncoder
from nlu.intents_examples import load_examples

ROOT = Path(__file__).parent.parent
SHORT, LONG = 30, 250
_LETTER = 4_000
_MIB = 1024**2
_HOSTILE_RUNS = 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=300)
    options = parser.parse_args()
    _use_one_core()
    process = psutil.Process()
    before = process.memory_info().rss
    start = time.perf_counter()
    settings = Settings(data_dir=ROOT / ".donnees")
    understander = build_understander(settings, UseEncoder(), load_territoires())
    understander.understand("Bonjour, je suis maire d'Auch.")
    loaded, size = time.perf_counter() - start, (process.memory_info().rss - before) / _MIB
    say(f"chargement {loaded:.1f} s, mémoire {size:.0f} Mio (modèle entraîné s'il manquait)")
    short, long = messages(SHORT, options.messages), messages(LONG, options.messages)
    baseline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10, max_iter=300)
    )
    examples = load_examples()
    baseline.fit([each.text for each in examples], [each.intent for each in examples])
    for words, texts in ((SHORT, short), (LONG, long)):
        report(f"référence tf-idf, {words} mots", timed(lambda t: baseline.predict([t]), texts))
        report(f"compréhension, {words} mots", timed(understander.understand, texts))
    say("textes hostiles :")
    for name, text in hostile():
        understood = understander.understand(text)
        times = timed(understander.understand, [text] * _HOSTILE_RUNS)
        report(f"  {name} (confiance {understood.confidence:.2f})", times)


def _use_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def messages(words: int, count: int) -> list[str]:
    """Return messages of about this many words, made of witness sentences one after the other."""
    draw = random.Random(words)  # noqa: S311 - no secret here
    pool = sentences(2_000)
    made = []
    for _ in range(count):
        text: list[str] = []
        while len(text) < words:
            text += draw.choice(pool).split()
        made.append(" ".join(text[:words]))
    return made


def hostile() -> Iterator[tuple[str, str]]:
    """Yield texts that no élu sends on purpose."""
    letter = " ".join(messages(700, 1))
    yield "lettre de 4 000 caractères", letter[:_LETTER]
    yield "300 émojis", "🎉😀🇫🇷" * 100
    yield "une lettre répétée 4 000 fois", "a" * _LETTER
    yield "marques de droite à gauche", "\u202e\u200fbudget\u202c participatif\u2067 " * 120
    yield "CSV collé", _pasted_csv()
    yield "des nombres seulement", " ".join(str(n * 7919 % 99_999) for n in range(600))[:_LETTER]
    yield "tirets et apostrophes", "l'-d'-" * 600
    yield "un nom de commune répété", "Saint-Denis " * 330


def _pasted_csv() -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["commune", "code", "population", "adresse"])
    for place in list(load_territoires())[2_000:2_090]:
        writer.writerow([place.nom, place.code, place.population, "1 place de la Mairie"])
    return stream.getvalue()[:_LETTER]


def timed(action: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Return the milliseconds of each call."""
    times = []
    for text in texts:
        start = time.perf_counter()
        action(text)
        times.append((time.perf_counter() - start) * 1000)
    return times


def report(name: str, times: Sequence[float]) -> None:
    """Print one line."""
    p50, p95, p99 = statistics.median(times), percentile(times, 0.95), percentile(times, 0.99)
    say(f"{name:<58} p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms")


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
