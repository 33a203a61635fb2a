"""How many collectivités act together: real sentences, and the counts that say nothing of it."""

import pytest

from nlu.entities.collectivites import find_nombre_collectivites, joins_us
from nlu.text import FoldedText

TOGETHER = [
    ("Trois collectivités voisines veulent travailler ensemble", 3),
    ("Notre syndicat et cinq communes riveraines", 6),
    ("Deux agglomérations et un département veulent une convention citoyenne", 3),
    ("Nous sommes trois communes voisines et on aimerait travailler ensemble", 3),
    ("nous sommes 4 communes", 4),
    ("avec deux communes voisines", 3),
    ("On est cinq collectivités à vouloir monter un projet commun", 5),
    ("à trois communes", 3),
    ("entre quatre villages", 4),
    ("ma commune et deux autres communes", 3),
    ("la commune et trois communes voisines", 4),
    ("projet partagé entre 3 communes et le département", 4),
    ("avec une commune voisine", 2),
    ("deux communes voisines et nous", 3),
    ("Nos deux communes veulent fusionner leurs conseils", 2),
    ("nous sommes trois à vouloir", 3),
    ("quatre collectivités sont prêtes à s'engager", 4),
    ("on aimerait s'associer à deux communes voisines", 3),
    ("2 communautés de communes et 1 département", 3),
    ("un groupe de 5 communes rurales", 5),
    ("Avec mes deux voisins, nous voulons un centre de santé", 3),
    ("nos quatre communes", 4),
    ("la commune d'à côté et deux autres", 4),
    ("la commune voisine et une autre veulent se lancer", 3),
    ("ma commune et deux autres sont partantes", 3),
    ("trois maires du canton et moi", 4),
    ("avec deux autres maires nous réfléchissons", 3),
    ("entre deux départements et une métropole", 3),
    ("3 cd + 1 cc motivés", 4),
    ("d'autres départements ? nous aimerions le porter à quatre", 4),
    ("se regrouper à trois, nos communes sont d'accord", 3),
    ("Mon canton compte cinq communes qui voudraient un travail collectif", 5),
    ("quatre communes du canton veulent agir", 4),
    ("deux intercommunalités veulent travailler ensemble", 2),
]

NOT_TOGETHER = [
    "une visioconférence avec une commune de la Drôme",
    "nous mettre en relation avec une collectivité qui l'a fait",
    "Pouvez-vous me citer trois collectivités exemplaires ?",
    "Notre pays souhaite fédérer ses douze communes",
    "dans notre com com 32 communes",
    "Commune nouvelle issue de quatre villages",
    "une commune voisine, Mirande",
    "plusieurs communes",
    "communauté d'agglomération de 74 000 habitants regroupant 31 communes",
    "une interco de 14 communes",
    "notre communauté de communes compte 22 communes",
    "je cherche des exemples dans trois communes",
    "deux communes l'ont fait",
    "les 12 communes de la communauté",
    "commune de 900 habitants",
    "en 2026",
    "une commune",
    "EPCI de 12 communes, dont deux communes littorales",
    "Trois maires sont d'accord",
    "mon canton compte vingt communes",
    "je travaille à trois avec deux collègues",
    "nos communes veulent travailler à trois ans",
    "notre commune et deux autres élus",
    "",
]


@pytest.mark.parametrize(("sentence", "count"), TOGETHER)
def test_collectivites_that_act_together_are_counted(sentence: str, count: int) -> None:
    assert find_nombre_collectivites(FoldedText.of(sentence)) == count


@pytest.mark.parametrize("sentence", NOT_TOGETHER)
def test_other_counts_say_nothing_of_it(sentence: str) -> None:
    assert find_nombre_collectivites(FoldedText.of(sentence)) is None


@pytest.mark.parametrize(
    ("before", "joined"),
    [
        ("Avec les maires de ", True),
        ("Nous voulons agir avec ", True),
        ("avec la commune voisine de ", True),
        ("Les maires de ", False),
        ("Nous comparons ", False),
        ("avec les habitants de nos quartiers, ", False),
    ],
)
def test_a_place_joins_the_elu_after_with(before: str, joined: bool) -> None:
    assert joins_us(f"{before}Condom", len(before)) is joined


@pytest.mark.parametrize(
    ("answer", "count"),
    [("3", 3), ("trois", 3), ("nous sommes quatre", 4), ("juste nous", 1), ("seuls", 1)],
)
def test_a_bare_number_counts_when_it_answers_the_question(answer: str, count: int) -> None:
    assert find_nombre_collectivites(FoldedText.of(answer), is_answer=True) == count
