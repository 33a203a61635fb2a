"""Messages with their route: read with clear refusals, counted by hand."""

from pathlib import Path

import pytest

from knowledge.orientation.mesure import Lived, MessagesIllisibles, Part, read_messages, report
from knowledge.orientation.vocabulaire import ROUTES, Route
from nlu.besoins import load_need_examples
from nlu.intents_examples import sentence_key

TESTS = Path(__file__).parent.parent
ATELIER = """profil: maire_village
messages:
  - id: v-1
    route: ateliers
    accepte: [conseiller]
    style: sms
    profil: maire_village
    pourquoi: "demande un atelier"
    texte: "g 2h jeudi pr 1 atelier c possible ?"
  - id: v-2
    route: conseiller
    style: courant
    profil: maire_village
    pourquoi: "veut une personne"
    texte: "Passez-moi quelqu'un, s'il vous plaît."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reglage_maire_village.yml").write_text(ATELIER, encoding="utf-8")
    return tmp_path


def lived(folder: Path, first: Route, reached: Route, *, which: int = 0, turns: int = 1) -> Lived:
    message = read_messages(folder)[which]
    return Lived(message, first=first, reached=reached, turns=turns, human=first == "conseiller")


def test_a_route_as_defensible_counts_and_the_matrix_says_so(folder: Path) -> None:
    figures = report([lived(folder, "ressources", "conseiller", turns=3)])
    assert (figures.accuracy, figures.first_turn_accuracy) == (1.0, 0.0)
    assert figures.matrix == {"ateliers": {"ateliers": 1}}
    assert figures.median_turns == 3


def test_the_figures_are_told_by_route_style_and_profile(folder: Path) -> None:
    figures = report(
        [
            lived(folder, "ateliers", "ateliers"),
            lived(folder, "aucune", "aucune", which=1),
        ]
    )
    assert figures.accuracy == 0.5
    assert figures.human_when_must == 0.0
    assert figures.routes == {"ateliers": Part(1, 1, 1.0), "conseiller": Part(1, 0, 0.0)}
    assert figures.styles["sms"].accuracy == 1.0
    assert figures.profils == {"maire_village": Part(2, 1, 0.5)}
    assert figures.matrix["conseiller"] == {"aucune": 1}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (ATELIER.replace("route: ateliers", "route: atelier"), "route"),
        (ATELIER.replace("v-2", "v-1"), "v-1"),
        (ATELIER.replace("style: sms", "style: texto"), "style"),
        ("profil: maire_village\nmessages: [", "reglage_maire_village.yml"),
    ],
)
def test_a_wrong_file_is_refused_and_named(folder: Path, written: str, told: str) -> None:
    (folder / "reglage_maire_village.yml").write_text(written, encoding="utf-8")
    with pytest.raises(MessagesIllisibles, match=told):
        read_messages(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MessagesIllisibles, match="aucun message"):
        read_messages(tmp_path)


@pytest.mark.parametrize(
    ("folder", "count", "profiles"),
    [("phrases_orientation", 300, (4, 4)), ("phrases_orientation_2", 540, (6, 6))],
)
def test_each_set_is_wide_and_its_halves_share_no_profile(
    folder: str, count: int, profiles: tuple[int, int]
) -> None:
    messages = read_messages(TESTS / folder)
    halves = [
        {
            each.profil
            for path in (TESTS / folder).glob(f"{name}_*.yml")
            for each in read_messages(path)
        }
        for name in ("reglage", "tenu_a_l_ecart")
    ]
    assert len(messages) == count
    assert {each.route for each in messages} == set(ROUTES)
    assert sum(bool(each.accepte) for each in messages) <= 45
    assert sum(each.style == "lettre" for each in messages) >= 15
    assert (len(halves[0]), len(halves[1])) == profiles
    assert not halves[0] & halves[1]


def test_no_message_of_the_sets_is_taught() -> None:
    taught = {sentence_key(each.text) for each in load_need_examples()}
    measured = {
        sentence_key(each.texte)
        for folder in ("phrases_orientation", "phrases_orientation_2")
        for each in read_messages(TESTS / folder)
        if each.route != "aucune"  # « Merci ! »
    }
    assert not taught & measured
