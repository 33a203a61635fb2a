"""The kind of help that a message describes without naming it."""

import pytest

from nlu.besoins import (
    CUES,
    NeedReader,
    contradicts,
    load_need_examples,
    load_or_train_needs,
)
from nlu.encoder import shared_encoder
from nlu.intents import load_or_train
from nlu.intents_examples import load_examples, sentence_key
from nlu.intents_gate import load_witnesses
from tests.nlu.test_pipeline import _MODELS


@pytest.fixture(scope="module")
def needs() -> NeedReader:
    return load_or_train_needs(shared_encoder(), models=_MODELS)


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        (
            "Il nous faudrait deux ou trois rendez-vous en visio avec d’autres mairies qui sont"
            " passées par là, pour démêler notre histoire de place du marché.",
            "decrit_ateliers",
        ),
        (
            "chaque service fait sa petite concertation dans son coin, je voudrai quon revoie tout"
            " de fond en comble et que ca tienne jusqu'a la fin du mandat",
            "decrit_parcours",
        ),
        (
            "Avec les trois maires de la vallée, on aimerait traiter le sujet de l’eau d’un même"
            " pas, chacun repartant avec son plan.",
            "decrit_projet_partage",
        ),
        (
            "Ma secrétaire de mairie vient d’être titularisée : auprès de qui l’inscrire pour sa"
            " formation d’intégration ?",
            "decrit_formation",
        ),
    ],
)
def test_what_is_described_is_told(needs: NeedReader, text: str, cue: str) -> None:
    assert needs.cues(text) == (cue,)


@pytest.mark.parametrize(
    "text",
    [
        "Comment animer une réunion publique sur le plan d’urbanisme ?",
        "Avez-vous un modèle de charte de la participation ?",
        "Quel est le seuil pour un référendum local ?",
    ],
)
def test_what_only_wants_records_describes_nothing(needs: NeedReader, text: str) -> None:
    assert needs.cues(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Merci beaucoup, bonne journée",
        "Pour votre information, nos ateliers ANCT se sont terminés mardi, tout s’est bien passé.",
        "je reviens vers vous la semaine prochaine, mon maire est absent",
    ],
)
def test_what_asks_for_nothing_is_heard_so(needs: NeedReader, text: str) -> None:
    assert needs.cues(text) == ("rien_demande",)


@pytest.mark.parametrize(
    "text",
    [
        "Notre entreprise vend des abris de bus, à qui envoyer notre catalogue ?",
        "L’agent d’entretien peut-il cumuler son poste avec une micro-entreprise ?",
        "Quels sont les délais de la DETR pour refaire le toit de la salle des fêtes ?",
    ],
)
def test_what_is_foreign_to_participation_is_heard_so(needs: NeedReader, text: str) -> None:
    assert needs.cues(text) == ("hors_domaine",)


@pytest.mark.parametrize(
    ("kind", "intent", "expected"),
    [
        ("formation", "hors_sujet", True),
        ("humain", "remercier", True),
        ("hors_sujet", "question_juridique", True),
        ("formation", "demander_accompagnement", False),
        ("hors_sujet", "hors_sujet", False),
        ("autre", "hors_sujet", False),
        ("rien", "demander_accompagnement", True),
        ("rien", "remercier", False),
        (None, "hors_sujet", False),
    ],
)
def test_two_readings_that_cannot_both_be_right_contradict(
    kind: str | None, intent: str, expected: bool
) -> None:
    assert contradicts(kind, intent) is expected


def test_a_training_asked_for_yet_taken_as_off_topic_is_a_contradiction(needs: NeedReader) -> None:
    said = "Mon secrétaire de mairie voudrait suivre un stage du CNFPT"
    intent = load_or_train(shared_encoder(), models=_MODELS).rank(said)[0].intent
    assert (needs.kind(said), intent) == ("formation", "hors_sujet")
    assert contradicts(needs.kind(said), intent)


def test_each_kind_is_taught_by_enough_sentences_once() -> None:
    taught = [example for example in load_need_examples() if example.intent in CUES]
    counts = {kind: sum(example.intent == kind for example in taught) for kind in CUES}
    assert min(counts.values()) >= 30, counts
    keys = [sentence_key(example.text) for example in taught]
    assert len(set(keys)) == len(keys)


def test_no_witness_sentence_is_taught() -> None:
    witnesses = {sentence_key(each.text) for each in load_witnesses()}
    own = {sentence_key(each.text) for each in load_need_examples()}
    shared = {sentence_key(each.text) for each in load_examples()}
    assert not witnesses & (own - shared)
