"""The questions of the board by theme, territory and month: counted right, naming nobody."""

import csv
import io
import secrets
from collections.abc import Iterator

import httpx2
import psycopg
import pytest

from tests.api.console import enter
from tests.api.lacunes import BOARD, add_turn, put_on_board
from tests.api.redaction import words
from tests.conftest import Service

pytestmark = pytest.mark.rasa
CROSS = f"{BOARD}/croisement"
MONTH = "2024-03"
# Auch has an intercommunalité of its own; Saint-Clar, in the same département, is small.
PLACES = (("commune", "32013"), ("commune", "32013"), ("commune", "32370"), ("departement", "32"))


@pytest.fixture(scope="module")
def desk(service: Service) -> Iterator[httpx2.Client]:
    """A writer, and four questions of March 2024 that nobody answered."""
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        for place in PLACES:
            item = add_turn(
                service.database_url, f"Qui dore la cloche {secrets.token_hex(3)} ?", place=place
            )
            put_on_board(service.database_url, item, motif="sans_reponse")
            connection.execute(
                "UPDATE lacune SET at = '2024-03-15', themes = '{culture,jeunesse}',"
                " departement = '32' WHERE item_id = %s",
                (item,),
            )
    with enter(service, f"Compteuse {secrets.token_hex(3)}", "redacteur") as client:
        yield client


def counted(desk: httpx2.Client, **filters: str) -> dict[tuple[str, str], int]:
    """The file of March 2024: questions by theme and territory."""
    answer = desk.get(f"{CROSS}.csv", params={"mois": MONTH, **filters})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["Thème", "Code du territoire", "Territoire", "Mois", "Questions"]
    assert {row[3] for row in rows[1:]} <= {MONTH}
    return {(row[0], row[2]): int(row[4]) for row in rows[1:]}


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("region", {"Occitanie": 4}),
        ("departement", {"Gers (32)": 4}),
        (
            "commune",
            {
                "Auch, Gers (32)": 2,
                "communes de moins de 3 500 habitants, Gers (32)": 1,
                "territoire non précisé": 1,
            },
        ),
    ],
)
def test_the_questions_are_counted_at_each_level(
    desk: httpx2.Client, level: str, expected: dict[str, int]
) -> None:
    found = counted(desk, niveau=level)
    for theme in ("culture", "jeunesse"):
        assert {name: count for (known, name), count in found.items() if known == theme} == expected


def test_intercommunalites_gather_their_communes(desk: httpx2.Client) -> None:
    found = counted(desk, niveau="epci", theme="culture")
    assert {theme for theme, _ in found} == {"culture"}
    assert sum(found.values()) == 4
    assert found["culture", "territoire non précisé"] == 1
    (auch,) = [count for (_, name), count in found.items() if "Auch" in name]
    assert auch == 2


def test_a_region_holds_its_departements(desk: httpx2.Client) -> None:
    assert sum(counted(desk, region="76", theme="culture").values()) == 4
    assert counted(desk, region="53", theme="culture") == {}
    board = desk.get(BOARD, params={"region": "76", "mois": MONTH})
    assert "Occitanie (4)" in words(board)
    assert "Aucun sujet ne répond" in words(desk.get(BOARD, params={"region": "53", "mois": MONTH}))


def test_the_page_is_a_table_that_names_no_small_commune(desk: httpx2.Client) -> None:
    shown = desk.get(CROSS, params={"mois": MONTH, "niveau": "commune"})
    assert shown.status_code == 200
    text = words(shown)
    assert "mars 2024" in text
    assert "Culture Auch, Gers (32) 2 2" in text
    assert "Saint-Clar" not in shown.text
    assert f'href="{CROSS}.csv?' in shown.text
    assert desk.get(CROSS, params={"niveau": "quartier"}).status_code == 422


def test_a_theme_is_never_a_formula(desk: httpx2.Client, service: Service) -> None:
    item = add_turn(service.database_url, f"Qui dore le coq {secrets.token_hex(3)} ?")
    put_on_board(service.database_url, item, motif="sans_reponse")
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE lacune SET at = '2024-05-15', themes = %s WHERE item_id = %s",
            (["=1+1<b>"], item),
        )
    answer = desk.get(f"{CROSS}.csv", params={"mois": "2024-05"})
    assert "'=1+1<b>" in answer.text
    assert "<b>" not in desk.get(CROSS, params={"mois": "2024-05"}).text.replace("&lt;b&gt;", "")
