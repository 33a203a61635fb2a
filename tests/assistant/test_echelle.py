"""Whom a question is asked for, and references as people write them: tables of French sentences."""

import pytest

from assistant.echelle import publics_said
from assistant.references import find_reference, is_reference

EPCI = "epci"
VILLAGE = "commune_rurale"


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("et pour une intercommunalité ?", EPCI),
        ("et à l'échelle intercommunale ?", EPCI),
        ("nous sommes une communauté de communes de 12 000 habitants", EPCI),
        ("des exemples dans d'autres intercommunalités", EPCI),
        ("Est-ce obligatoire dans un village ? et pour une agglo ?", EPCI),
        ("d'autres villages l'ont fait ?", VILLAGE),
        ("et pour le département ?", "departement"),
        ("au niveau régional, que peut-on faire ?", "region"),
        ("et dans une grande ville ?", "ville"),
    ],
)
def test_the_kind_of_collectivite_asked_for_is_heard(text: str, public: str) -> None:
    assert publics_said(text)[:1] == (public,)


@pytest.mark.parametrize(
    "text",
    [
        "notre intercommunalité a refusé",
        "dans le département du Gers",
        "la maison de la région",
        "Je suis maire d'une commune de 900 habitants",
    ],
)
def test_a_collectivite_of_the_story_asks_for_nobody(text: str) -> None:
    assert publics_said(text) == ()


@pytest.mark.parametrize(
    "text", ["OR-2026-7K3FQ2", "or 2026 7k3fq2", "ma demande OR2026-7k3fq2, où en est-elle ?"]
)
def test_a_reference_is_read_however_it_is_written(text: str) -> None:
    assert find_reference(text) == "OR-2026-7K3FQ2"


@pytest.mark.parametrize(
    "text", ["OR-2026-7K3FQ2.", "T-2026-0001", "réf. OR-26-ABC12", "n° D-42-17"]
)
def test_a_reference_alone_asks_where_a_request_stands(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text", ["loi n° 2014-173", "RN 124", "covid-19", "le 12-03-2026", "06 12 34 56 78", "OR"]
)
def test_other_numbers_are_no_reference(text: str) -> None:
    assert not is_reference(text)
