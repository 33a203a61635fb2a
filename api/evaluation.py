"""The evaluation commands: the product's own search and classifier on any data."""

from pathlib import Path
from typing import Any

from api.bootstrap import build_understander, find_reference, load_classifier
from api.prepare import CONTENT_DIR
from api.settings import Settings
from assistant.domaine import to_asked
from knowledge.resources.content import parse_content
from knowledge.resources.lint import read_folder
from knowledge.resources.resource import ResourceState, french_today
from knowledge.search.engine import ResourceIndex
from knowledge.search.evaluation import run_beir
from knowledge.search.judged import (
    JudgedReport,
    ask,
    load_witnesses,
    read_judged,
    report,
    still_judged,
)
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.territoire import Territoire
from nlu.encoder import UseEncoder
from nlu.evaluation import NluReport, evaluate
from nlu.intents import train
from nlu.rasa_yaml import read_examples
from nlu.text import words


def measure_search(corpus: Path, queries: Path, qrels: Path) -> dict[str, Any]:
    """Run the product's search on a BEIR corpus, without touching the product's base."""
    return run_beir(corpus, queries, qrels, UseEncoder()).as_dict()


def measure_judged(settings: Settings, file: Path | None) -> JudgedReport:
    """Ask judged questions (the witnesses without `file`) of the product's published content.

    The content files are read, not the database: the same figures for everyone.

    Raises:
        JudgedFileError: the file cannot be read.
    """
    questions = read_judged(file) if file else load_witnesses()
    encoder, territoires = UseEncoder(), load_territoires()
    understander = build_understander(settings, encoder, territoires)

    def find(reference: str) -> Territoire | None:
        return find_reference(territoires, reference)

    index = shipped_index(encoder, territoires)
    return report(
        ask(
            index,
            still_judged(questions, index.positions.keys()),
            find_territoire=find,
            understand=lambda text: to_asked(understander.understand(text)),
        )
    )


def shipped_index(encoder: UseEncoder, territoires: TerritoireBase) -> ResourceIndex:
    """Index the published content that the product ships, as it would be in service today."""
    today = french_today()
    found = (parse_content(each.text, file=each.path.name) for each in read_folder(CONTENT_DIR))
    visible = [
        each for each in found if each.state is ResourceState.PUBLIE and not each.is_expired(today)
    ]
    return ResourceIndex.build(
        visible,
        encoder=encoder,
        find_territoire=lambda reference: find_reference(territoires, reference),
        protected=frozenset(word for each in territoires for word in words(each.nom)),
    )


def measure_nlu(settings: Settings, file: Path, train_file: Path | None) -> NluReport:
    """Run the product's classifier on labelled sentences, trained on `train_file` if given."""
    encoder = UseEncoder()
    classifier = (
        train(read_examples(train_file), encoder)
        if train_file
        else load_classifier(settings, encoder)
    )
    return evaluate(classifier, read_examples(file))
