"""The unseen sentences of tests/phrases, through the whole understanding.

They were written apart from the training sentences, by another author. The figures are printed
(`pytest -s tests/nlu/test_phrases.py`); the thresholds below only keep them from falling.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.bootstrap import build_understander
from api.settings import ROOT, Settings
from knowledge.territoires.loader import load_territoires
from nlu.encoder import UseEncoder
from nlu.evaluation import evaluate
from nlu.intents_examples import IntentExample
from nlu.text import fold
from nlu.understanding import IntentScore, Understanding

PHRASES = ROOT / "tests" / "phrases"


@dataclass(frozen=True)
class Case:
    """A sentence, what it should give, and what was understood."""

    intent: str
    expected: dict[str, Any]
    got: Understanding


class AlreadyRanked:
    """Gives back what the pipeline understood, for the report."""

    def __init__(self, cases: list[Case]) -> None:
        self._by_text = {case.got.text: case.got for case in cases}

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        got = self._by_text[text]
        return (IntentScore(got.intent, got.confidence), *got.alternatives)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    understander = build_understander(
        Settings(data_dir=ROOT / ".donnees"), UseEncoder(), load_territoires()
    )
    return [
        Case(document["intention"], phrase, understander.understand(phrase["texte"]))
        for path in sorted(Path(PHRASES).glob("*.yml"))
        for document in [yaml.safe_load(path.read_text(encoding="utf-8"))]
        for phrase in document["phrases"]
    ]


def test_intents(cases: list[Case]) -> None:
    report = evaluate(
        AlreadyRanked(cases), [IntentExample(case.got.text, case.intent) for case in cases]
    )
    print(  # noqa: T201 - a figure to report
        f"\nintentions : exactitude {report.accuracy:.3f}, macro-F1 {report.macro_f1:.3f},"
        f" erreur de calibration {report.calibration_error:.3f}, {report.sentences} phrases"
    )
    assert report.macro_f1 >= 0.90


def test_territoires_are_exact_and_none_is_invented(cases: list[Case]) -> None:
    wrong, invented = [], []
    for case in cases:
        wanted = set(case.expected.get("territoires") or [])
        allowed = wanted | set(case.expected.get("admis") or [])
        found = {f"{each.type}:{each.code}" for each in case.got.territoires}
        if not wanted <= found <= allowed:
            wrong.append(case.got.text)
        named = {each for each in found - allowed if each.startswith("commune:")}
        if named:
            invented.append((case.got.text, named))
    exact = 1 - len(wrong) / len(cases)
    print(  # noqa: T201 - a figure to report
        f"\nterritoires : {exact:.3f} exacts, {len(invented)} inventé(s), {len(cases)} phrases"
    )
    assert exact >= 0.97, wrong
    assert not invented


def test_ambiguous_names_are_asked(cases: list[Case]) -> None:
    asked, missed = 0, []
    for case in cases:
        mentions = {fold(each.mention) for each in case.got.ambiguites}
        for name in case.expected.get("ambigu") or []:
            asked += fold(name) in mentions
            if fold(name) not in mentions:
                missed.append((name, case.got.text))
    assert asked >= 8 * len(missed), missed


@pytest.mark.parametrize("field", ["population", "role"])
def test_population_and_role_are_what_is_said(cases: list[Case], field: str) -> None:
    wrong = [
        case.got.text for case in cases if getattr(case.got, field) != case.expected.get(field)
    ]
    assert len(wrong) <= 0.01 * len(cases), wrong


def test_themes_are_all_found(cases: list[Case]) -> None:
    missed = [
        case.got.text
        for case in cases
        if not set(case.expected.get("themes") or []) <= set(case.got.themes)
    ]
    assert len(missed) <= 0.02 * len(cases), missed
