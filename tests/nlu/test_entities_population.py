"""The population that a message gives: real sentences, and the traps."""

import pytest

from nlu.entities.numbers import parse_number
from nlu.entities.population import find_population
from nlu.text import FoldedText

SAID = [
    ("des villages de 400 habitants comme le nôtre, comme nous", 400),
    ("un bourg de deux à trois mille habitants", 2_000),
    ("Je suis maire d'une commune de 900 habitants près d'Auch", 900),
    ("commune de 900 hab.", 900),
    ("village de 900hab dans le Gers", 900),
    ("on est une ville de 18.000 hab", 18_000),
    ("Une ville de notre taille (6 500 hab.) a-t-elle des exemples à suivre ?", 6_500),
    ("Nous sommes une cité de 12 000 âmes.", 12_000),
    ("le département compte 1,2 million d'habitants", 1_200_000),
    ("notre métropole de 1.2 millions d'habitants", 1_200_000),
    ("je suis dans une commune de 500, comment faire ?", 500),
    ("commune de 500", 500),
    ("Y a-t-il un village de moins de 500 habitants qui a fait quelque chose de simple ?", 500),
    ("une commune d'un peu plus de 2 000 habitants", 2_000),
    ("Nous avons entre 2 000 et 3 000 habitants.", 2_000),
    ("une commune de 2 000 à 3 000 habitants", 2_000),
    ("mille deux cents habitants chez nous", 1_200),
    ("un bourg de deux mille cinq cents habitants", 2_500),
    ("quatre-vingt-dix habitants à l'année", 90),
    ("cest 3500 hbts ici", 3_500),
    ("6k habitants environ", 6_000),
    ("une agglo de 74 k hab", 74_000),
    ("Est-ce qu'un conseil de quartier est obligatoire chez nous ? On est 23 000.", 23_000),
    ("nous sommes à peu près 1 100, dans le village", 1_100),
    ("Population : 1 254", 1_254),
    ("nombre d'habitants : 640", 640),
    ("Est-ce que notre commune de 2 900 habitants peut encore entrer dans le programme ?", 2_900),
    ("intercommunalité de 18 000 habitants sans informaticien", 18_000),
    ("notre commune rurale de montagne compte 310 habitants", 310),
    ("Combien je touche d'indemnité comme maire d'une commune de 1 200 habitants ?", 1_200),
    ("communauté d'agglomération de 74 000 habitants regroupant 31 communes", 74_000),
    ("commune de 4 500 habitants, 2 400 inscrits, budget de 30 000 €", 4_500),
    ("Notre commune de 900 habitants est dans une communauté de communes de 12 000 habitants", 900),
    ("La commune voisine de 5 000 habitants l'a fait, nous on est 800 habitants", 800),
    ("Montaud, 1 100 habitants, a un café citoyen ; chez nous c'est 3 000 habitants", 3_000),
    ("un hameau de 8 habitants", 8),
    ("Une ville de 100 000 habitants", 100_000),
    ("je suis élue d'un village de 45 habitants", 45),
    ("commune de 800 personnes", 800),
    ("on est 1 200 habitans", 1_200),
    ("nous sommes 1 350 sur la commune", 1_350),
    ("village de trois cent vingt âmes", 320),
    ("notre village de 300 habitants ont répondu présent", 300),
]

NOT_SAID = [
    "Des exemples de démarches dans des communes de 1 500 habitants ?",
    "des communes touristiques de deux à trois mille habitants",
    "on est 2 400 inscrits",
    "Des habitants ont déposé une pétition avec 300 signatures",
    "on voudrait faire un budget participatif mais on a que 8000 euros",
    "les jeunes de 14 ans peuvent voter ?",
    "nous sommes 4 communes",
    "La loi de 2002 oblige les communes de plus de 80 000 habitants",
    "Est-ce obligatoire à partir de 1 000 habitants ?",
    "quel est le seuil de 3 500 habitants ?",
    "les villes de moins de 1 000 habitants ont-elles des aides ?",
    "l'article L2143-9 du CGCT",
    "un panel de 50 habitants",
    "on veut tirer au sort 30 habitants",
    "300 habitants ont répondu au questionnaire",
    "40 habitants sont venus à la réunion",
    "5 euros par habitant",
    "120 habitants/km2",
    "Auch, 32000",
    "les élections de 2026",
    "notre conseil de 2024 a été renouvelé",
    "10 % des habitants",
    "deux habitants m'ont écrit",
    "je suis maire de la commune de Montaud depuis 2014",
    "un budget de 900 000 €",
    "INSEE 32013",
    "il y a un projet de 12 éoliennes",
    "mon numéro est le 06 12 34 56 78",
    "On est 3.",
    "la charte de 2021",
    "900",
    "les habitants 2 par 2",
    "un quartier de 3 000 habitants",
    "",
]


@pytest.mark.parametrize(("sentence", "expected"), SAID)
def test_population_is_read_where_the_message_says_it(sentence: str, expected: int) -> None:
    mention = find_population(FoldedText.of(sentence))
    assert mention is not None
    assert mention.value == expected
    assert any(char.isalnum() for char in sentence[mention.start : mention.end])


@pytest.mark.parametrize("sentence", NOT_SAID)
def test_other_numbers_are_no_population(sentence: str) -> None:
    assert find_population(FoldedText.of(sentence)) is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("900", 900), ("environ 1 200", 1_200), ("mille deux cents", 1_200), ("On est 650.", 650)],
)
def test_a_bare_number_is_a_population_when_it_answers_the_question(
    answer: str, expected: int
) -> None:
    mention = find_population(FoldedText.of(answer), is_answer=True)
    assert mention is not None
    assert mention.value == expected


def test_a_range_keeps_its_second_bound() -> None:
    mention = find_population(FoldedText.of("entre 2 000 et 3 000 habitants"))
    assert mention is not None
    assert (mention.value, mention.upper) == (2_000, 3_000)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("zero", 0),
        ("vingt et un", 21),
        ("soixante-dix", 70),
        ("soixante et onze", 71),
        ("quatre-vingts", 80),
        ("quatre-vingt-dix-neuf", 99),
        ("deux cent trois", 203),
        ("mille", 1_000),
        ("trois mille quatre cent douze", 3_412),
        ("un million deux cent mille", 1_200_000),
        ("1,200", 1_200),
        ("2 400", 2_400),
        ("2,5k", 2_500),
        ("12 mille", 12_000),
        ("1,25", None),
        ("chaise", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_french_writes_them(written: str, expected: int | None) -> None:
    assert parse_number(written) == expected
