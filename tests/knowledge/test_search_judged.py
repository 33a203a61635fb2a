"""Judged questions: read with clear refusals, counted by hand, compared before a publication."""

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.resources.content import parse_content
from knowledge.resources.lint import read_folder
from knowledge.resources.resource import Resource, ResourceState, ResourceType
from knowledge.search.engine import ResourceIndex, SearchEngine
from knowledge.search.gate import PublicationGate
from knowledge.search.judged import (
    Asked,
    JudgedFileError,
    JudgedQuestion,
    Outcome,
    ask,
    compare,
    read_judged,
    report,
    still_judged,
)
from nlu.encoder import UseEncoder
from tests.knowledge.resources_examples import CONTENT_DIR

BALADE = "outil-diagnostic-en-marchant"
ANTENNE = "cadre-legal-antenne-relais-information"


def _question(text: str, *answers: str) -> JudgedQuestion:
    return JudgedQuestion(
        question=text,
        registre="courant",
        pertinents=dict.fromkeys(answers, 3),
        sans_reponse=not answers,
    )


MARCHE = _question("Comment relever avec les habitants ce qui gêne les piétons ?", BALADE)
ANTENNE_4G = _question("Que devons-nous afficher avant la pose d'une antenne 4G ?", ANTENNE)
PERMIS = _question("Sous quel délai faut-il instruire un permis de construire ?")


@pytest.fixture(scope="module")
def records() -> dict[str, Resource]:
    """The published tools, and the record about antennas."""
    found = (parse_content(each.text) for each in read_folder(CONTENT_DIR))
    return {
        each.id: each
        for each in found
        if each.state is ResourceState.PUBLIE
        and (each.type is ResourceType.OUTIL or each.id == ANTENNE)
    }


@pytest.fixture(scope="module")
def encoder() -> UseEncoder:
    return UseEncoder()


def _index(records: dict[str, Resource], encoder: UseEncoder) -> ResourceIndex:
    return ResourceIndex.build(list(records.values()), encoder=encoder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rien: du tout", "une liste de questions est attendue"),
        ("- [", "fichier illisible"),
        ("- question: trop court", "n° 1, registre"),
        (
            "- question: Une question assez longue\n  registre: sms\n",
            "soit « pertinents », soit « sans_reponse »",
        ),
        (
            "- question: Une question assez longue\n  registre: sms\n  pertinents: {outil-x: 2}\n",
            "aucune ressource notée 3",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "questions.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(JudgedFileError, match=said):
        read_judged(file)


def test_the_report_counts_ranks_and_honesty() -> None:
    figures = report(
        [
            Outcome(MARCHE, rank=1, answered=True),
            Outcome(MARCHE, rank=4, answered=True),
            Outcome(MARCHE, rank=2, answered=False),
            Outcome(PERMIS, rank=0, answered=False),
            Outcome(PERMIS, rank=0, answered=True),
            Outcome(PERMIS, rank=0, answered=True, sure=False),
        ]
    )
    assert (figures.questions, figures.unanswerable) == (3, 3)
    assert figures.success_at_1 == pytest.approx(1 / 3)
    assert figures.success_at_3 == pytest.approx(2 / 3)
    assert figures.mrr_at_10 == pytest.approx((1 + 1 / 4 + 1 / 2) / 3)
    assert figures.refused == pytest.approx(1 / 3)
    assert figures.honest == pytest.approx(1 / 3)
    assert figures.cautious == pytest.approx(2 / 3)


def test_a_question_is_gained_or_lost_by_what_the_elu_gets() -> None:
    before = [Outcome(MARCHE, 4, answered=True), Outcome(PERMIS, 0, answered=False)]
    after = [Outcome(MARCHE, 2, answered=True), Outcome(PERMIS, 0, answered=True)]
    effect = compare(before, after)
    assert effect.gained == (MARCHE,)
    assert effect.lost == (PERMIS,)


def test_a_question_whose_resources_have_left_is_no_longer_asked() -> None:
    assert still_judged([MARCHE, ANTENNE_4G, PERMIS], {ANTENNE}) == (ANTENNE_4G, PERMIS)


def test_real_records_answer_their_questions(
    records: dict[str, Resource], encoder: UseEncoder
) -> None:
    outcomes = ask(
        _index(records, encoder),
        (MARCHE, ANTENNE_4G, PERMIS),
        find_territoire=lambda _ref: None,
        understand=lambda text: Asked(off_topic=0.9 if text == PERMIS.question else 0.0),
    )
    assert [each.right for each in outcomes] == [True, True, True]


def test_the_gate_shows_what_a_publication_gains_and_loses(
    records: dict[str, Resource], encoder: UseEncoder
) -> None:
    without = {id_: each for id_, each in records.items() if id_ != BALADE}
    asked: list[str] = []

    def understand(text: str) -> Asked:
        asked.append(text)
        return Asked()

    # Named by its neighbour too, the question stays judged while its own record is a draft.
    marche = MARCHE.model_copy(update={"pertinents": {BALADE: 3, "outil-budget-absent": 2}})
    kept = MARCHE.model_copy(update={"pertinents": {BALADE: 3, ANTENNE: 2}})
    gate = PublicationGate(
        SearchEngine(_index(without, encoder)),
        (marche, kept, ANTENNE_4G, PERMIS),
        find_territoire=lambda _ref: None,
        understand=understand,
    )
    published = gate.effect(_index(records, encoder))
    assert published.gained == (kept,)
    assert published.lost == ()
    assert (published.before.success_at_3, published.after.success_at_3) == (0.5, 1.0)
    emptied = replace(
        records[ANTENNE], title="Prêt de la salle", summary="Une salle.", body="Clés.", questions=()
    )
    broken = gate.effect(_index({**without, ANTENNE: emptied}, encoder))
    assert broken.lost == (ANTENNE_4G,)
    assert sorted(asked) == sorted({kept.question, ANTENNE_4G.question, PERMIS.question})
