"""A new classifier is let in only if the witness sentences do not lose by it."""

import json
from pathlib import Path

import pytest

from nlu.encoder import UseEncoder
from nlu.intents import training_fingerprint
from nlu.intents_examples import IntentExample, load_examples
from nlu.intents_gate import (
    GateOutcome,
    load_witnesses,
    model_path,
    read_record,
    train_through_gate,
)

INTENTS = ("saluer", "remercier", "suivre_demande", "question_financement")
WITNESSES = tuple(each for each in load_witnesses() if each.intent in INTENTS)


@pytest.fixture(scope="module")
def encoder() -> UseEncoder:
    return UseEncoder()


@pytest.fixture(scope="module")
def right() -> list[IntentExample]:
    """Eighty real sentences of four intents: enough to tell them apart, quick to learn."""
    chosen: list[IntentExample] = []
    for intent in INTENTS:
        chosen += [each for each in load_examples() if each.intent == intent][:80]
    return chosen


def swapped(examples: list[IntentExample]) -> list[IntentExample]:
    """The same sentences, thanks labelled as greetings: a colleague's slip."""
    wrong = {"saluer": "remercier", "remercier": "saluer"}
    return [IntentExample(each.text, wrong.get(each.intent, each.intent)) for each in examples]


def through(models: Path, encoder: UseEncoder, examples: list[IntentExample]) -> GateOutcome:
    return train_through_gate(models, encoder, examples=examples, witnesses=WITNESSES)


def test_first_model_is_kept_with_what_it_comes_from(
    tmp_path: Path, encoder: UseEncoder, right: list[IntentExample]
) -> None:
    shares: list[float] = []
    outcome = train_through_gate(
        tmp_path, encoder, examples=right, witnesses=WITNESSES, advance=shares.append
    )
    path = model_path(tmp_path, training_fingerprint(right, encoder))
    assert outcome.accepted
    assert not outcome.unchanged
    assert outcome.before is None
    assert path.exists()
    assert read_record(path) == outcome.record
    assert outcome.record.phrases == len(right)
    assert outcome.record.macro_f1 > 0.8
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_nothing_is_trained_again_when_nothing_changed(
    tmp_path: Path, encoder: UseEncoder, right: list[IntentExample]
) -> None:
    first = through(tmp_path, encoder, right)
    again = through(tmp_path, encoder, right)
    assert again.unchanged
    assert again.record == first.record


def test_worse_model_is_refused_and_names_what_it_loses(
    tmp_path: Path, encoder: UseEncoder, right: list[IntentExample]
) -> None:
    good = through(tmp_path, encoder, right)
    outcome = through(tmp_path, encoder, swapped(right))
    refused = model_path(tmp_path, training_fingerprint(swapped(right), encoder))
    assert not outcome.accepted
    assert outcome.before == pytest.approx(good.record.macro_f1, abs=1e-4)
    assert not refused.exists()
    assert read_record(refused) is None
    assert len(outcome.lost) > len(outcome.gained)
    assert set(outcome.lost) <= {each.text for each in WITNESSES}
    assert len(list(tmp_path.glob("*.joblib"))) == 1


def test_better_model_replaces_and_names_what_it_gains(
    tmp_path: Path, encoder: UseEncoder, right: list[IntentExample]
) -> None:
    through(tmp_path, encoder, swapped(right))
    outcome = through(tmp_path, encoder, right)
    assert outcome.accepted
    assert outcome.gained
    assert model_path(tmp_path, training_fingerprint(right, encoder)).exists()


def test_record_that_cannot_be_read_is_no_record(tmp_path: Path) -> None:
    model = tmp_path / "intentions-0123456789abcdef.joblib"
    model.with_suffix(".json").write_text("{", encoding="utf-8")
    assert read_record(model) is None
    model.with_suffix(".json").write_text(json.dumps({"phrases": 3}), encoding="utf-8")
    assert read_record(model) is None


def test_witnesses_cover_every_intent() -> None:
    intents = {each.intent for each in load_examples()}
    witnesses = load_witnesses()
    assert {each.intent for each in witnesses} == intents
    assert len(witnesses) >= 600
