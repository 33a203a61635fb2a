"""The evaluation of intents, on files written as Rasa writes them."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from nlu.confusion import confusion_svg
from nlu.evaluation import evaluate
from nlu.rasa_yaml import InvalidNluFileError, plain, read_examples
from nlu.understanding import IntentScore

FILE = """version: "3.1"
nlu:
- intent: saluer
  examples: |
    - bonjour
    - bonsoir à tous
- intent: demander_methode/budget
  examples:
    - text: "comment faire un budget participatif à [Auch](commune) ?"
    - "par où commencer à [Saint-Denis]{"
- synonym: Auch
  examples: |
    - auch
"""


class ByLength:
    """Short sentences greet, long ones ask."""

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        name = "saluer" if len(text) < 10 else "demander_methode"
        return (IntentScore(name, 0.75), IntentScore("hors_sujet", 0.25))


def test_reads_blocks_lists_annotations_and_sub_intents(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(FILE, encoding="utf-8")
    examples = read_examples(path)
    assert [(each.intent, each.text) for each in examples][:3] == [
        ("saluer", "bonjour"),
        ("saluer", "bonsoir à tous"),
        ("demander_methode", "comment faire un budget participatif à Auch ?"),
    ]
    assert len(examples) == 4


def test_figures_are_those_that_one_counts_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(FILE, encoding="utf-8")
    report = evaluate(ByLength(), read_examples(path))
    assert report.sentences == 4
    assert report.accuracy == 0.75
    assert report.intents["saluer"].recall == 0.5
    assert report.confusions == (("saluer", "demander_methode", 1),)
    assert report.calibration_error == pytest.approx(0.0)


@pytest.mark.parametrize("content", ["", "nlu: 3", "nlu: []", "version: [", "a: b"])
def test_what_is_not_rasa_nlu_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "faux.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidNluFileError):
        read_examples(path)


def test_json_annotations_are_reduced_to_their_text() -> None:
    assert plain('aller à [Auch]{"entity": "commune", "role": "siège"}') == "aller à Auch"


def test_the_confusion_matrix_is_a_readable_svg(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(FILE, encoding="utf-8")
    drawn = confusion_svg(evaluate(ByLength(), read_examples(path)))
    svg = ElementTree.fromstring(drawn)  # noqa: S314 - our own drawing
    texts = [each.text for each in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert svg.get("role") == "img"
    assert {"saluer", "demander_methode"} <= set(texts)
    # One of two greetings is taken for a question; both questions are found.
    assert sorted(text for text in texts if text and text.isdigit()) == ["1", "1", "2"]
