"""Figures of the staff: places, delays and satisfaction; drawn, in a table, in a file."""

import csv
import io
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import httpx2
import psycopg
import pytest

from api.statistiques.lieux import SIZES, group_places, size_of
from api.statistiques.present import texts
from assistant.business_days import CELLULE
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.lookup import find_territoire
from knowledge.territoires.territoire import Territoire
from tests.api.console import enter
from tests.api.redaction import words
from tests.api.test_satisfaction import move, page_of, solve
from tests.api.tickets import KEY, create
from tests.conftest import Service

STAFF = "/console/statistiques"
PAGES = (STAFF, f"{STAFF}/delais", f"{STAFF}/satisfaction")
BASE = load_territoires()
_SVG = re.compile(r"<svg\b.*?</svg>", re.S)


def find(kind: str, code: str) -> Territoire | None:
    return find_territoire(BASE, kind, code)


@pytest.fixture(scope="module")
def rose(service: Service) -> Iterator[httpx2.Client]:
    with enter(service, f"Rose {secrets.token_hex(4)}", "responsable") as browser:
        yield browser


def rows_of(browser: httpx2.Client, address: str, **query: str) -> list[list[str]]:
    """The lines of a file, its heading first."""
    answer = browser.get(f"{address}.csv", params=query)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


def row_of(browser: httpx2.Client, address: str, name: str, **query: str) -> list[str]:
    """The cells of a value, after its name; none when it is not there."""
    found = (row for row in rows_of(browser, address, **query) if row[1] == name)
    return next(found, ["", "", "0"])[2:]


def change(service: Service, ticket: dict[str, Any], assignments: str, *values: object) -> None:
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        done = connection.execute(
            f"UPDATE ticket SET {assignments} WHERE reference = %s",  # noqa: S608 - ours
            (*values, ticket["reference"]),
        )
        assert done.rowcount == 1


def themed(service: Service, theme: str, tickets: list[dict[str, Any]]) -> None:
    """Give requests a theme that no other test counts."""
    for each in tickets:
        change(service, each, "themes = ARRAY[%s]", theme)


@pytest.mark.parametrize(
    ("population", "size"),
    [
        (0, "moins_de_500"),
        (499, "moins_de_500"),
        (500, "de_500_a_1999"),
        (2_000, "de_2000_a_3499"),
        (3_500, "de_3500_a_9999"),
        (49_999, "de_10000_a_49999"),
        (50_000, "a_partir_de_50000"),
        (None, None),
    ],
)
def test_a_commune_has_the_size_of_its_inhabitants(
    population: int | None, size: str | None
) -> None:
    auch = BASE.get("commune", "32013")
    assert size_of(replace(auch, population=population)) == size


def test_each_place_has_its_region_its_epci_and_its_size() -> None:
    auch = find("commune", "32013")
    assert auch is not None
    assert auch.epci is not None
    places = ["commune:32013", f"epci:{auch.epci}", "departement:32", "region:76", "commune:0000X"]
    assert group_places(find, "regions", places) == dict.fromkeys(places[:4], "76")
    assert group_places(find, "epci", places) == dict.fromkeys(places[:2], auch.epci)
    sizes = group_places(find, "tailles", places)
    assert sizes.pop("commune:32013") == "de_10000_a_49999"
    assert set(sizes.values()) == {"autre_territoire"}
    assert set(texts()["tailles"]) == set(SIZES)


def test_every_commune_has_a_size_and_a_region() -> None:
    communes = [each for each in BASE if each.type == "commune"]
    assert all(each.region for each in communes)
    assert all(size_of(each) in SIZES for each in communes if each.population is not None)


def test_requests_are_counted_by_region_epci_and_size(
    client: httpx2.Client, rose: httpx2.Client
) -> None:
    auch = find("commune", "32013")
    assert auch is not None
    assert auch.epci is not None
    epci = find("epci", auch.epci)
    assert epci is not None
    names = ("Occitanie", epci.nom, texts()["tailles"]["de_10000_a_49999"])
    before = [int(row_of(rose, STAFF, each)[0]) for each in names]
    for _ in range(2):
        create(client, territoire_code="32013")
    create(client, territoire_code=epci.code)  # of the region and of the EPCI, of no size
    after = [int(row_of(rose, STAFF, each)[0]) for each in names]
    assert [b - a for a, b in zip(before, after, strict=True)] == [3, 3, 2]
    titles = ("Par région", "Par intercommunalité", "Par taille de commune")
    for address in PAGES[:2]:
        page = words(rose.get(address))
        for each in (*titles, *names):
            assert " ".join(each.split()) in page, (address, each)


def shift(
    service: Service, ticket: dict[str, Any], *, replied: int | None, done: int, back: int = 30
) -> None:
    """Put a request so many days back: answered and done days after, due after 2 and 8."""
    start = f"now() - interval '{back:d} days'"
    change(
        service,
        ticket,
        f"created_at = {start}, first_reply_due_at = {start} + interval '2 days',"
        f" resolution_due_at = {start} + interval '8 days',"
        f" first_reply_at = {start} + make_interval(days => %s)",
        replied,
    )
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            f"UPDATE ticket_event SET created_at = {start}"  # noqa: S608 - ours
            " + make_interval(days => CASE changes->'status'->>1 WHEN 'clos' THEN %s ELSE %s END)"
            " WHERE ticket_id = (SELECT id FROM ticket WHERE reference = %s)",
            (done + 2, done, ticket["reference"]),
        )


def test_delays_are_counted_to_the_answer_and_to_the_end(
    client: httpx2.Client, service: Service, rose: httpx2.Client
) -> None:
    theme = f"lavoirs {secrets.token_hex(4)}"
    made = [create(client) for _ in range(3)]
    for each in made[:2]:
        solve(client, each)
    move(client, made[0], "clos")  # it was done before: closing it is not when it ended
    themed(service, theme, made)
    shift(service, made[0], replied=1, done=3)
    shift(service, made[1], replied=5, done=20)
    shift(service, made[2], replied=None, done=0)
    found = row_of(rose, f"{STAFF}/delais", theme.capitalize())
    assert found == ["3", "2", "3,0", "4,6", "33", "2", "11,5", "18,3", "33"]
    # Taken up again, a request has not ended any more: its new due date is to come.
    move(client, made[1], "en_cours")
    again = row_of(rose, f"{STAFF}/delais", theme.capitalize())
    assert again[5:] == ["1", "3,0", "3,0", "50"]
    past = {"depuis": "2020-01-01", "jusqu_a": "2020-12-31"}
    assert row_of(rose, f"{STAFF}/delais", theme.capitalize(), **past) == ["0"]
    heading, whole, *_ = rows_of(rose, f"{STAFF}/delais")
    assert len(heading) == len(whole) == 11
    assert whole[0] == "Ensemble"


def test_delays_are_those_of_a_region_of_an_epci_and_of_a_size(
    client: httpx2.Client, service: Service, rose: httpx2.Client
) -> None:
    auch = find("commune", "32013")
    assert auch is not None
    epci = find("epci", auch.epci or "")
    assert epci is not None
    made = [create(client, territoire_code="32013") for _ in range(2)]
    for each in made:
        solve(client, each)
    made.append(create(client, territoire_code=epci.code))  # nobody answered it
    for each, (replied, done) in zip(made, ((1, 3), (5, 20), (None, 0)), strict=True):
        shift(service, each, replied=replied, done=done, back=200)
    then = datetime.now(CELLULE.zone).date() - timedelta(days=200)  # a day that nobody else counts
    period = {
        "depuis": (then - timedelta(days=1)).isoformat(),
        "jusqu_a": (then + timedelta(days=1)).isoformat(),
    }
    address = f"{STAFF}/delais"
    ended = ["2", "11,5", "18,3"]
    both = ["3", "2", "3,0", "4,6", "33", *ended, "33"]
    assert row_of(rose, address, "Occitanie", **period) == both
    assert row_of(rose, address, epci.nom, **period) == both
    size = row_of(rose, address, texts()["tailles"]["de_10000_a_49999"], **period)
    assert size == ["2", "2", "3,0", "4,6", "50", *ended, "50"]


def test_opinions_are_counted_by_theme_and_by_orientation(
    client: httpx2.Client, service: Service, rose: httpx2.Client
) -> None:
    theme = f"moulins {secrets.token_hex(4)}"
    made = [create(client) for _ in range(6)]
    for each in made:
        solve(client, each)
    themed(service, theme, made)
    notes = ("oui", "oui", "oui", "en_partie", "non")
    for ticket, note in zip(made, notes, strict=False):
        said = client.post(page_of(client, ticket), data={"note": note, "raison": "Voilà."})
        assert said.status_code == 200
        if note == "en_partie":
            assert row_of(rose, f"{STAFF}/satisfaction", theme.capitalize())[-1] == ""
    found = row_of(rose, f"{STAFF}/satisfaction", theme.capitalize())
    assert found == ["6", "5", "3", "1", "1", "60"]
    page = rose.get(f"{STAFF}/satisfaction").text
    line = page[page.index(theme.capitalize()) :].partition("</tr>")[0]
    drawn = ElementTree.fromstring(_SVG.findall(line)[0])  # noqa: S314 - ours
    widths = [(each.get("class"), each.get("x"), each.get("width")) for each in drawn]
    assert widths == [
        ("avis-oui", "0.0", "60.0"),
        ("avis-en_partie", "60.0", "20.0"),
        ("avis-non", "80.0", "20.0"),
    ]
    routes = [row for row in rows_of(rose, f"{STAFF}/satisfaction") if row[0] == "Par orientation"]
    assert sum(int(row[2]) for row in routes) >= 6
    assert "Voilà" not in page


def test_a_theme_is_no_markup_and_no_formula(
    client: httpx2.Client, service: Service, rose: httpx2.Client
) -> None:
    mark = secrets.token_hex(4)
    theme = f"=HYPERLINK({mark})<script>alert({mark})</script>\"'&"
    ticket = create(client)
    solve(client, ticket)
    themed(service, theme, [ticket])
    for address in PAGES:
        page = rose.get(address).text
        assert f"<script>alert({mark})" not in page
        assert f"&lt;script&gt;alert({mark})" in page
        drawings = _SVG.findall(page)
        assert drawings, address
        for each in drawings:
            ElementTree.fromstring(each)  # noqa: S314 - ours: it would raise
        cells = [row[1] for row in rows_of(rose, address) if mark in row[1]]
        assert cells == [f"'{theme}"]


@pytest.mark.parametrize("address", PAGES)
def test_a_period_that_is_none_is_told(rose: httpx2.Client, address: str) -> None:
    wrong = rose.get(address, params={"depuis": "hier"})
    assert wrong.status_code == 422
    assert "Cette période n’est pas lisible" in wrong.text
    kept = {"depuis": "2025-01-01", "jusqu_a": "2025-06-30"}
    page = rose.get(address, params=kept).text
    for other in PAGES:
        assert f"{other}?depuis=2025-01-01&amp;jusqu_a=2025-06-30" in page


@pytest.mark.parametrize("address", [*PAGES, *(f"{each}.csv" for each in PAGES)])
def test_figures_are_not_for_every_role(service: Service, address: str) -> None:
    with enter(service, f"Karim {secrets.token_hex(4)}", "redacteur") as karim:
        assert karim.get(address).status_code == 403


def test_an_api_key_reads_the_same_numbers(client: httpx2.Client, rose: httpx2.Client) -> None:
    total = client.get("/api/v1/statistics/satisfaction", headers=KEY).json()["total"]
    shown = rows_of(rose, f"{STAFF}/satisfaction")[1]
    assert [int(each) for each in shown[2:4]] == [total["demandes"], total["reponses"]]
