"""A public set of French intents, at 10, 30 and 100 examples each, against a plain classifier.

    python -m bench.nlu_public FILE.csv [FILE.csv …]

The files are not part of the project. Each has a header with `utterance` and `intent`; they are
put together, examples are drawn at random, and everything else is the test, over the intents that
have enough sentences for both. The baseline is tf-idf of words into a logistic regression.
"""

import argparse
import csv
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_pipeline

from nlu.encoder import UseEncoder
from nlu.intents import train
from nlu.intents_examples import IntentExample

SIZES = (10, 30, 100)
LEAST_TEST = 5
SEEDS = (1, 2, 3)

Scores = tuple[float, float]


def read(paths: Sequence[Path]) -> dict[str, list[str]]:
    """Return the sentences of each intent, each once."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["utterance"] not in found[row["intent"]]:
                    found[row["intent"]].append(row["utterance"])
    return found


def draw(
    sentences: dict[str, list[str]], size: int, seed: int
) -> tuple[list[IntentExample], list[IntentExample]]:
    """Return what trains and what tests, over the intents that have enough for both."""
    training, testing = [], []
    for intent, texts in sorted(sentences.items()):
        if len(texts) >= size + LEAST_TEST:
            mixed = random.Random(seed).sample(texts, len(texts))  # noqa: S311 - no secret here
            training += [IntentExample(text, intent) for text in mixed[:size]]
            testing += [IntentExample(text, intent) for text in mixed[size:]]
    return training, testing


def score(expected: Sequence[str], found: Sequence[str]) -> Scores:
    """Return accuracy and macro-F1."""
    return (
        float(accuracy_score(expected, found)),
        float(f1_score(expected, found, average="macro", zero_division=0.0)),
    )


def measure(training: list[IntentExample], testing: list[IntentExample]) -> tuple[Scores, Scores]:
    """Return the scores of the baseline, then ours."""
    expected = [each.intent for each in testing]
    plain = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=30, max_iter=300)
    )
    plain.fit([each.text for each in training], [each.intent for each in training])
    ours = train(training, UseEncoder())
    return (
        score(expected, list(plain.predict([each.text for each in testing]))),
        score(expected, [ours.rank(each.text)[0].intent for each in testing]),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    sentences = read(parser.parse_args().files)
    for size in SIZES:
        runs = [draw(sentences, size, seed) for seed in SEEDS]
        intents = {each.intent for each in runs[0][0]}
        if len(intents) < 2:  # noqa: PLR2004 - nothing to tell apart
            say(f"{size} exemples : pas assez de phrases dans ces fichiers")
            continue
        scores = [measure(*run) for run in runs]
        say(f"{size} exemples, {len(intents)} intentions, {len(runs[0][1])} phrases d'essai")
        for name, rank in (("tf-idf + régression", 0), ("Orientation", 1)):
            accuracy = statistics.mean(each[rank][0] for each in scores)
            f1 = statistics.mean(each[rank][1] for each in scores)
            say(f"  {name:<22} exactitude {accuracy:.3f}  macro-F1 {f1:.3f}")


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
