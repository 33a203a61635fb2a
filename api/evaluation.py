"""The evaluation commands: the product's own search and classifier on any data."""

from pathlib import Path
from typing import Any

from api.bootstrap import load_classifier
from api.settings import Settings
from knowledge.search.evaluation import run_beir
from nlu.encoder import UseEncoder
from nlu.evaluation import NluReport, evaluate
from nlu.intents import train
from nlu.rasa_yaml import read_examples


def measure_search(corpus: Path, queries: Path, qrels: Path) -> dict[str, Any]:
    """Run the product's search on a BEIR corpus, without touching the product's base."""
    return run_beir(corpus, queries, qrels, UseEncoder()).as_dict()


def measure_nlu(settings: Settings, file: Path, train_file: Path | None) -> NluReport:
    """Run the product's classifier on labelled sentences, trained on `train_file` if given."""
    encoder = UseEncoder()
    classifier = (
        train(read_examples(train_file), encoder)
        if train_file
        else load_classifier(settings, encoder)
    )
    return evaluate(classifier, read_examples(file))
