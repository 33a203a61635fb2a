"""The figures of the requests: what the staff count, what everyone may read."""

import csv
import io
import re
import secrets
from dataclasses import replace
from datetime import date

import httpx2
import pytest

from api.statistiques.figures import Ligne, publishable, rounded
from api.statistiques.impact import Indicateur, Mesures, Part, matrix
from api.statistiques.pages import published_period
from api.widget.exploitant import Accessibilite
from tests.api.console import enter
from tests.api.redaction import words
from tests.api.tickets import KEY, create, path
from tests.conftest import Service

STAFF = "/console/statistiques"


@pytest.mark.parametrize(
    ("counts", "shown", "hidden", "others"),
    [
        ([13, 8], [15, 10], 0, None),
        ([12, 4], [10], 1, None),  # one small line is not found again among « Autres »
        ([12, 4, 4], [10], 2, 10),
        ([12, 2, 1], [10], 2, None),
        ([4], [], 1, None),
        ([], [], 0, None),
    ],
)
def test_a_small_count_is_never_published_alone(
    counts: list[int], shown: list[int], hidden: int, others: int | None
) -> None:
    found = publishable([Ligne(str(n), each, each, 1.0) for n, each in enumerate(counts)])
    assert [each.demandes for each in found.lignes] == shown
    assert (found.cachees, found.autres) == (hidden, others)
    assert all(each.jours is None for each in found.lignes)


@pytest.mark.parametrize(
    ("number", "told"), [(0, None), (4, None), (5, 10), (14, 10), (16, 20), (234, 230)]
)
def test_a_total_gives_no_small_line_away(number: int, told: int | None) -> None:
    assert rounded(number) == told


def test_two_tables_subtracted_find_no_small_line() -> None:
    months = publishable([Ligne("2026-10", 7), Ligne("2026-09", 9)])
    places = publishable([Ligne("32", 14), Ligne("65", 2)])
    total = sum(each.demandes for each in months.lignes)
    assert total - sum(each.demandes for each in places.lignes) != 2


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 29), date(2025, 11, 1), date(2026, 10, 31)),
        (date(2026, 1, 1), date(2025, 1, 1), date(2025, 12, 31)),
        (date(2028, 3, 31), date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_the_month_that_runs_is_not_published(today: date, first: date, last: date) -> None:
    # Read before and after one request, it would tell its theme, its department and its route.
    found = published_period(today)
    assert (found.depuis, found.jusqu_a) == (first, last)


def counted(client: httpx2.Client, value: str, **query: str) -> list[str]:
    """The cells of a value, as the file of the staff tells them."""
    answer = client.get(f"{STAFF}.csv", params=query)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";")
    return next((row[2:] for row in rows if row[1] == value), ["0", "0", ""])


def test_the_staff_count_requests_answers_and_delays(
    client: httpx2.Client, service: Service
) -> None:
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as claire:
        before = [int(each) for each in counted(claire, "Bénévolat")[:2]]
        mail = f"mairie.{secrets.token_hex(4)}@exemple.fr"
        made = [create(client, themes=["bénévolat"], courriel=mail) for _ in range(3)]
        sent = {"body": "Voici.", "visibility": "public"}
        client.post(path(made[0], "/messages"), json=sent, headers=KEY)
        # Merged, it counts once.
        merged = client.post(
            path(made[2], "/merge"),
            json={"reference": made[1]["reference"]},
            headers=KEY | {"If-Match": "*"},
        )
        assert merged.status_code == 200, merged.text
        after = counted(claire, "Bénévolat")
        assert [int(each) for each in after[:2]] == [before[0] + 2, before[1] + 1]
        assert after[2] == "0,0"
        # Split off with an answer older than itself, a request waited no time, never less.
        (message,) = client.get(path(made[0]), headers=KEY).json()["messages"]
        split = client.post(
            path(made[0], "/split"),
            json={"besoin": "Autre sujet", "reason": "Deux", "messages": [message["id"]]},
            headers=KEY | {"If-Match": "*"},
        )
        assert split.status_code == 201, split.text
        assert counted(claire, "Bénévolat")[2] == "0,0"
        assert counted(claire, "Bénévolat", depuis="2020-01-01", jusqu_a="2020-12-31")[0] == "0"
        page = claire.get(STAFF)
        assert "Bénévolat" in page.text
        assert "Gers (32)" in page.text
        wrong = claire.get(STAFF, params={"depuis": "2026-12-31", "jusqu_a": "2026-01-01"})
        assert wrong.status_code == 422
        assert "Cette période n’est pas lisible" in wrong.text
    with enter(service, f"Karim {secrets.token_hex(4)}", "redacteur") as karim:
        assert karim.get(STAFF).status_code == 403


def test_everyone_reads_what_tells_nobody(client: httpx2.Client, service: Service) -> None:
    create(client, territoire_code="97608", themes=["eau"])
    page = words(client.get("/statistiques"))
    assert "une valeur de moins de 5" in page.lower()
    assert "Délai médian" not in page
    file = client.get("/statistiques.csv")
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["Tableau", "Valeur", "Demandes"]
    assert all(row[2] == "moins de 5" or int(row[2]) % 5 == 0 for row in rows[1:])
    assert not any("Mayotte" in row[1] for row in rows)


MEASURED = Mesures(
    demandes=234,
    conversations=1_204,
    collectivites=87,
    departements=12,
    tous_departements=105,
    satisfaction=Part(31, 42),
    avis_assistant=Part(3, 9),
    delai=Part(190, 201),
    sans_conseiller=Part(970, 1_204),
)


def matrix_of(measures: Mesures, audit: Accessibilite | None = None) -> dict[str, Indicateur]:
    """The lines of the matrix, by name."""
    questions = matrix(measures, audit or Accessibilite(), "du 1er au 30")
    return {line.nom: line for each in questions for line in each.indicateurs}


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_matrix_tells_what_is_measured_and_what_nobody_measures() -> None:
    lines = matrix_of(MEASURED)
    told = {name: plain(line.valeur) for name, line in lines.items() if line.mesure}
    assert told == {
        "Couverture du territoire": "12 départements sur 105",
        "Collectivités servies": "environ 90",
        "Conversations avec l’assistant": "environ 1 200",
        "Demandes à un conseiller": "environ 230",
        "Satisfaction après la réponse d’un conseiller": "environ 75 %, sur environ 40 réponses",
        "Réponses de l’assistant jugées utiles": "Trop peu de réponses pour être publié",
        "Premières réponses dans le délai promis": "environ 95 %, sur environ 200 demandes",
        "Conversations sans demande à un conseiller": (
            "environ 80 %, sur environ 1 200 conversations"
        ),
    }
    silent = [line for line in lines.values() if not line.mesure]
    assert len(silent) == len(lines) - len(told) == 5
    assert {(plain(line.valeur), line.periode) for line in silent} == {("Donnée non mesurée", "")}
    assert all(line.definition for line in lines.values())


@pytest.mark.parametrize(
    ("few", "told"),
    [
        (Part(1, 4), "Trop peu de réponses pour être publié"),
        (Part(4, 9), "Trop peu de réponses pour être publié"),
        (Part(1, 10), "environ 10 %, sur environ 10 réponses"),
        (Part(1, 14), "environ 5 %, sur environ 10 réponses"),
        (Part(3, 87), "environ 5 %, sur environ 90 réponses"),
        (Part(2, 104), "environ 0 %, sur environ 100 réponses"),
        (Part(133, 134), "environ 100 %, sur environ 130 réponses"),
    ],
    ids=lambda each: f"{each.nombre} sur {each.total}" if isinstance(each, Part) else "",
)
def test_the_matrix_shows_no_handful_of_people(few: Part, told: str) -> None:
    lines = matrix_of(Mesures(4, 3, 2, 0, 105, few, few, few, few))
    values = [plain(line.valeur) for line in lines.values()]
    assert not any(re.search(r"\b[1-4] ?%|environ [1-4]\b", each) for each in values)
    shares = [int(each) for value in values for each in re.findall(r"(\d+) ?%", value)]
    assert len(shares) == (4 if "%" in told else 0)
    assert all(each % 5 == 0 for each in shares)
    assert plain(lines["Satisfaction après la réponse d’un conseiller"].valeur) == told
    assert lines["Demandes à un conseiller"].valeur == "moins de 5"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0 département sur 105"),
        (1, "1 département sur 105"),
        (2, "2 départements sur 105"),
    ],
)
def test_departements_are_counted_in_french(number: int, told: str) -> None:
    line = matrix_of(replace(MEASURED, departements=number))["Couverture du territoire"]
    assert plain(line.valeur) == told


def test_an_audit_is_told_with_its_date() -> None:
    audit = Accessibilite(
        niveau="partielle", taux=78, audit_le=date(2026, 9, 14), auditeur="Cabinet d’audit"
    )
    line = matrix_of(MEASURED, audit)["Accessibilité numérique"]
    assert (plain(line.valeur), line.periode) == (
        "78 % des critères",
        "audit du 14/09/2026",
    )


def test_everyone_reads_the_matrix_and_takes_it_as_a_file(client: httpx2.Client) -> None:
    page = words(client.get("/statistiques"))
    for each in ("Est-il utilisable ?", "A-t-il un impact ?", "Est-il efficient ?"):
        assert each in page
    assert "Donnée non mesurée" in page
    file = client.get("/statistiques/impact.csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["Question", "Indicateur", "Valeur", "Période", "Définition"]
    assert len(rows) == 14
    assert all(row[2] and row[4] for row in rows[1:])
