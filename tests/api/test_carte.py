"""The map of the requests: each département has its square, and the numbers are in the table."""

import csv
import io
import re
import secrets

import httpx2
import pytest

from api.carte.cartogram import Palier, load_grille, shade_of, share_out
from knowledge.territoires.loader import load_territoires
from tests.api.console import enter
from tests.api.redaction import words
from tests.api.tickets import KEY, create, path
from tests.conftest import Service

MAP = "/console/territoires/carte"
PLACES = {each.code: (each.colonne, each.ligne) for each in load_grille().cases}


def test_each_departement_has_one_square_and_no_other_shares_it() -> None:
    known = {each.code for each in load_territoires() if each.type == "departement"}
    assert set(PLACES) == known
    assert len(load_grille().cases) == len(known)
    assert len(set(PLACES.values())) == len(known)


@pytest.mark.parametrize(
    ("north", "south"),
    [("59", "80"), ("80", "75"), ("75", "45"), ("45", "18"), ("63", "12"), ("67", "68")],
)
def test_what_is_north_is_above(north: str, south: str) -> None:
    assert PLACES[north][1] < PLACES[south][1]


@pytest.mark.parametrize(
    ("west", "east"),
    [("29", "35"), ("35", "72"), ("33", "24"), ("64", "32"), ("32", "31"), ("13", "06")],
)
def test_what_is_west_is_on_the_left(west: str, east: str) -> None:
    assert PLACES[west][0] < PLACES[east][0]


NEIGHBOURS = {
    "32": ("31", "40", "47", "64", "65"),
    "75": ("92", "93", "94"),
    "35": ("22", "50", "53", "56"),
    "67": ("57", "68"),
    "2A": ("2B",),
}


@pytest.mark.parametrize("code", NEIGHBOURS)
def test_neighbours_touch(code: str) -> None:
    column, line = PLACES[code]
    for other in NEIGHBOURS[code]:
        assert max(abs(PLACES[other][0] - column), abs(PLACES[other][1] - line)) == 1, other


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], []),
        ([1], [(1, 1)]),
        ([3, 1], [(1, 1), (2, 2), (3, 3)]),
        ([100, 2], [(1, 25), (26, 50), (51, 75), (76, 100)]),
        ([6], [(1, 2), (3, 3), (4, 5), (6, 6)]),
    ],
)
def test_shades_cover_every_count_once(counts: list[int], expected: list[tuple[int, int]]) -> None:
    shades = share_out({str(n): each for n, each in enumerate(counts)})
    assert [(each.bas, each.haut) for each in shades] == expected
    assert [shade_of(n, shades) for n in range(1, max(counts, default=0) + 1)] == sorted(
        each.rang for each in shades for _ in range(each.bas, each.haut + 1)
    )
    assert shade_of(0, shades) == 0
    assert all(isinstance(each, Palier) for each in shades)


def counted(client: httpx2.Client, code: str, **query: str) -> list[str]:
    """The line of a département in the file."""
    answer = client.get(f"{MAP}.csv", params=query)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";")
    return next((row for row in rows if row[1] == code), ["", code, "", "", "0", "0", "", "0"])


def test_requests_are_counted_where_they_come_from(client: httpx2.Client, service: Service) -> None:
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as claire:
        before = counted(claire, "987", theme="eau")
        mail = f"mairie.{secrets.token_hex(4)}@exemple.fr"
        made = [
            create(client, territoire_code=code, themes=["eau"], courriel=mail)
            for code in ("98735", "98735", "98735", "98729")
        ]
        create(client, territoire_code="98735", themes=["culture"])
        create(client, territoire_code=None, themes=["eau"])
        client.post(
            path(made[1], "/merge"),
            json={"reference": made[0]["reference"]},
            headers=KEY | {"If-Match": "*"},
        )
        after = counted(claire, "987", theme="eau")
        assert after[:4] == ["Polynésie française", "987", "Polynésie française", "278786"]
        assert int(after[4]) == int(before[4]) + 3  # merged, one counts once
        assert int(after[7]) >= 2
        assert counted(claire, "", theme="eau")[0] == "Territoire non précisé"
        assert counted(claire, "987", depuis="2020-01-01", jusqu_a="2020-12-31")[4] == "0"
        page = claire.get(MAP, params={"theme": "eau"})
        assert page.status_code == 200
        told = re.search(r"<title>(Polynésie française \(987\).*?)</title>", page.text)
        assert told is not None
        assert "demandes" in told[1]
        assert 'role="img" aria-labelledby="carte-titre carte-dit"' in page.text
        assert "departement=987&amp;theme=eau" in page.text
        assert mail not in page.text


@pytest.mark.parametrize(
    "query", [{"theme": "licornes"}, {"depuis": "hier"}, {"jusqu_a": "1999-01-01"}]
)
def test_what_is_not_known_is_told(service: Service, query: dict[str, str]) -> None:
    with enter(service, f"Paul {secrets.token_hex(4)}", "responsable") as paul:
        wrong = paul.get(MAP, params=query)
        assert wrong.status_code == 422
        assert "voici les douze derniers mois" in words(wrong)
