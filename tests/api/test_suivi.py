"""What the cellule started with a territory is noted, found again and forgotten in time."""

import csv
import io
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import psycopg
import pytest

from api.database import Database, connect
from api.retention import erase_old
from api.suivi.etapes import YEARLY, Etape, Suivi, review_day
from api.suivi.forms import NoteRefused, Typed, read_note
from api.suivi.repository import SuiviRepository
from api.tickets.repository import TicketRepository
from api.tickets.service import TicketService
from api.vie_privee import personne
from api.vie_privee.conservation import default_conservation
from assistant.business_days import CELLULE
from assistant.ports import Demande
from tests.api.console import enter, submit
from tests.api.redaction import words
from tests.api.tickets import create
from tests.conftest import Service

LIST = "/console/territoires"
TODAY = date(2026, 11, 29)
JEANNE = "jeanne.roux@exemple.fr"


@pytest.mark.parametrize(
    ("le", "asked", "etape", "expected"),
    [
        (TODAY, None, None, TODAY + YEARLY),
        (TODAY, None, Etape.PLAN, date(2027, 11, 29)),
        (TODAY, date(2027, 2, 1), Etape.PLAN, date(2027, 2, 1)),
        (TODAY, date(2027, 2, 1), Etape.TERMINE, None),
    ],
)
def test_a_territory_is_looked_at_again_within_a_year(
    le: date, asked: date | None, etape: Etape | None, expected: date | None
) -> None:
    assert review_day(le, asked, etape) == expected


@pytest.mark.parametrize(("a_revoir", "late"), [(TODAY, False), (date(2026, 11, 28), True)])
def test_it_is_late_the_day_after(a_revoir: date, late: bool) -> None:
    suivi = Suivi("commune", "32013", Etape.PLAN, TODAY, TODAY, a_revoir, 1)
    assert suivi.is_late(TODAY) is late


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ({}, "vide"),
        ({"texte": "x" * 4_001}, "long"),
        ({"texte": "Appel.", "le": "2026-11-30"}, "jour"),
        ({"texte": "Appel.", "le": "hier"}, "jour"),
        ({"texte": "Appel.", "a_revoir": "2020-01-01"}, "revoir"),
        ({"etape": "sieste"}, "choix"),
        ({"contact": "pigeon"}, "choix"),
        ({"texte": f"Écrire à {JEANNE}."}, "coordonnees"),
        ({"texte": "Rappeler au 06 39 98 12 34."}, "coordonnees"),
    ],
)
def test_what_a_note_cannot_hold_is_refused(typed: dict[str, str], key: str) -> None:
    with pytest.raises(NoteRefused) as refused:
        read_note(Typed(typed), today=TODAY)
    assert refused.value.key == key


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


async def write(database: Database, code: str, day: str, **facts: Any) -> None:
    fields = {"type": "commune", "auteur": "Claire", "a_revoir": None, **facts}
    async with database.sessions.begin() as session:
        await SuiviRepository(session).add(code=code, le=date.fromisoformat(day), **fields)


async def test_the_stage_is_that_of_the_last_note_that_says_one(database: Database) -> None:
    await write(database, "32013", "2026-01-10", etape="diagnostic")
    await write(database, "32013", "2026-06-01", etape="plan", a_revoir=date(2026, 9, 1))
    # Told late, what happened before changes neither the stage nor the review.
    await write(database, "32013", "2026-02-01", texte="Réunion publique.")
    await write(database, "32013", "2026-07-01", texte="Plan adopté.", a_revoir=date(2027, 7, 1))
    await write(database, "32107", "2026-07-01", texte="Premier appel.")
    await write(database, "32256", "2025-01-01", etape="bilan", a_revoir=date(2026, 1, 1))
    await write(database, "32256", "2025-02-01", etape="termine")
    async with database.sessions.begin() as session:
        found = {each.code: each for each in await SuiviRepository(session).all()}
    auch = found["32013"]
    assert (auch.etape, auch.depuis, auch.notes) == (Etape.PLAN, date(2026, 6, 1), 4)
    assert (auch.derniere, auch.a_revoir) == (date(2026, 7, 1), date(2027, 7, 1))
    assert (found["32107"].etape, found["32107"].depuis) == (Etape.CONTACT, None)
    assert (found["32256"].etape, found["32256"].a_revoir) == (Etape.TERMINE, None)


async def add_request(database: Database, besoin: str) -> str:
    async with database.sessions.begin() as session:
        ticket = await TicketService(session).create(
            Demande(
                besoin=besoin,
                nom="Jeanne Roux",
                courriel=JEANNE,
                territoire={"type": "commune", "code": "34164", "nom": "Montaud"},
            )
        )
        return ticket.reference


async def texts_of(database: Database) -> list[tuple[str | None, str | None, str | None]]:
    async with database.sessions.begin() as session:
        notes = await SuiviRepository(session).notes("commune", "34164")
        return [(each.texte, each.auteur, each.etape) for each in reversed(notes)]


async def test_whoever_is_erased_leaves_the_notes_and_the_stage_stays(database: Database) -> None:
    reference = await add_request(database, "Un café citoyen.")
    await write(
        database,
        "34164",
        "2026-10-01",
        etape="plan",
        texte="Madame le maire, Jeanne Roux, accepte le plan.",
        demande=reference,
    )
    await write(database, "34164", "2026-10-02", texte="Vu avec jeanne roux et le conseil.")
    await write(database, "34164", "2026-10-03", texte="Le conseil délibère lundi.")
    # Somebody else, of the same name, elsewhere.
    await write(database, "32013", "2026-10-03", texte="Jeanne Roux préfère le jeudi.")
    async with database.sessions.begin() as session:
        found = await personne.find(session, JEANNE.upper())
        told = await personne.export(session, found)
        assert [each["texte"][:6] for each in told["notes_de_suivi"]] == ["Madame", "Vu ave"]
        await personne.erase(session, found, erased="[effacé]")
    after = await texts_of(database)
    assert "roux" not in str(after).lower()
    assert after[0][1:] == ("Claire", "plan")
    assert after[2][0] == "Le conseil délibère lundi."
    async with database.sessions.begin() as session:
        (other,) = await SuiviRepository(session).notes("commune", "32013")
        assert other.texte == "Jeanne Roux préfère le jeudi."


async def test_notes_lose_their_words_at_their_term_and_contacts_before(
    database: Database,
) -> None:
    reference = await add_request(database, "Un café citoyen.")
    await write(database, "34164", "2026-10-01", texte="Vu avec Jeanne Roux.", demande=reference)
    await write(database, "34164", "2023-01-01", etape="bilan", texte="Bilan fait.", cle="c")
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            "UPDATE territoire_note SET at = now() - interval '40 months' WHERE cle = 'c'"
        )
        connection.execute(
            "UPDATE ticket SET status = 'clos', updated_at = now() - interval '13 months'"
        )
    async with database.sessions.begin() as session:
        counts = await erase_old(session, default_conservation(), erased="[effacé]")
    assert (counts["suivi"], counts["contacts"]) == (1, 1)
    assert await texts_of(database) == [
        (None, None, "bilan"),
        ("Vu avec [contact].", "Claire", None),
    ]
    async with database.sessions.begin() as session:
        again = await erase_old(session, default_conservation(), erased="[effacé]")
        assert again["suivi"] == 0
        assert await TicketRepository(session).by_reference(reference) is not None


async def test_a_request_never_closed_leaves_the_notes_with_its_person(database: Database) -> None:
    reference = await add_request(database, "Un café citoyen.")
    await write(database, "34164", "2026-10-01", texte="Vu avec Jeanne Roux.", demande=reference)
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("UPDATE ticket SET updated_at = now() - interval '37 months'")
    async with database.sessions.begin() as session:
        counts = await erase_old(session, default_conservation(), erased="[effacé]")
    assert (counts["demandes"], counts["contacts"]) == (1, 0)
    assert await texts_of(database) == [("Vu avec [contact].", "Claire", None)]


@pytest.fixture(scope="module")
def claire(service: Service) -> Iterator[httpx2.Client]:
    """An advisor."""
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as client:
        yield client


def note(client: httpx2.Client, place: str, **fields: str) -> httpx2.Response:
    """Add a note from the page of a territory."""
    return submit(client, f"{LIST}/{place}", f"{LIST}/{place}/notes", **fields)


def key_of(page: httpx2.Response) -> str:
    found = re.search(r'name="cle" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_a_note_is_read_on_the_territory_and_on_its_requests(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    ticket = create(client, territoire_code="15014")
    shown = claire.get(f"{LIST}/commune:15014?demande={ticket['reference']}")
    assert "Pas encore suivi" in shown.text
    assert f'value="{ticket["reference"]}" selected' in shown.text
    fields = {
        "cle": key_of(shown),
        "le": CELLULE.today(datetime.now(UTC)).isoformat(),
        "contact": "visio",
        "etape": "diagnostic",
        "texte": "Première rencontre <avec> l’équipe.",
        "demande": ticket["reference"],
    }
    done = note(claire, "commune:15014", **fields)
    assert done.status_code == 303
    note(claire, "commune:15014", **fields)  # sent twice, written once
    note(claire, "commune:15014", **{**fields, "texte": "Seconde, après retour en arrière."})
    page = claire.get(done.headers["Location"])
    told = words(page)
    assert "La note est ajoutée." in told
    assert told.count("Première rencontre <avec> l’équipe.") == 1
    for expected in (
        "Seconde, après",
        "Diagnostic",
        "Visioconférence",
        "À revoir le",
        ticket["reference"],
    ):
        assert expected in told
    request = words(claire.get(f"/console/demandes/{ticket['reference']}"))
    assert "Suivi par la cellule Diagnostic" in request
    assert "Première rencontre <avec> l’équipe." in request


def test_a_refused_note_is_given_back_whole(client: httpx2.Client, claire: httpx2.Client) -> None:
    other = create(client, territoire_code="32013")
    refused = note(claire, "commune:15014", texte="Appeler le 06 39 98 12 34.", etape="plan")
    assert refused.status_code == 422
    assert "Les coordonnées restent dans la demande" in words(refused)
    assert "Appeler le 06 39 98 12 34.</textarea>" in refused.text
    assert '<option value="plan" selected>' in refused.text
    wrong = note(claire, "commune:15014", texte="Bien.", demande=other["reference"])
    assert "Cette demande n’est pas de ce territoire." in words(wrong)


def test_a_mistake_is_withdrawn_by_its_author_and_its_trace_stays(
    service: Service, claire: httpx2.Client
) -> None:
    place = "epci:200023620"
    note(claire, place, texte="Notée par erreur.", etape="supervision")
    page = claire.get(f"{LIST}/{place}")
    (number,) = re.findall(r"/notes/(\d+)/retirer", page.text)
    with enter(service, f"Paul {secrets.token_hex(4)}", "conseiller") as paul:
        assert "/retirer" not in paul.get(f"{LIST}/{place}").text
        refused = submit(paul, f"{LIST}/{place}", f"{LIST}/{place}/notes/{number}/retirer")
        assert refused.status_code == 403
        assert "Seul l’auteur" in words(refused)
    elsewhere = f"{LIST}/commune:15014/notes/{number}/retirer"
    assert submit(claire, f"{LIST}/{place}", elsewhere).status_code == 404
    done = submit(claire, f"{LIST}/{place}", f"{LIST}/{place}/notes/{number}/retirer")
    after = words(claire.get(done.headers["Location"]))
    assert "Notée par erreur." not in after
    assert "Note retirée par Claire" in after
    assert "Pas encore suivi" in after


def rows(client: httpx2.Client, **query: str) -> list[list[str]]:
    answer = client.get(f"{LIST}.csv", params=query)
    assert answer.headers["cache-control"] == "no-store"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))[1:]


def test_the_list_tells_by_stage_what_is_late(service: Service, claire: httpx2.Client) -> None:
    last_year = (CELLULE.today(datetime.now(UTC)) - timedelta(days=400)).isoformat()
    note(claire, "commune:09122", texte="Bilan à faire.", etape="bilan", le=last_year)
    note(claire, "commune:09225", texte="Parcours lancé.", etape="parcours")
    note(claire, "commune:09032", texte="C’est fini.", etape="termine", le=last_year)
    page = words(claire.get(LIST, params={"departement": "09"}))
    assert "3 territoires suivis pour ces filtres, dont 1 en retard" in page
    assert page.index("Parcours 1") < page.index("Bilan 1 1 en retard") < page.index("Terminé 1")
    late = rows(claire, departement="09", retard="oui")
    assert [(row[2], row[5], row[9]) for row in late] == [("09122", "Bilan", "oui")]
    assert [row[2] for row in rows(claire, region="76", etape="parcours")] == ["09225"]
    assert "Bilan à faire." not in claire.get(f"{LIST}.csv").text
    wrong = claire.get(LIST, params={"etape": "sieste"})
    assert (wrong.status_code, "voici tous les territoires suivis" in wrong.text) == (422, True)


def test_any_territory_is_found_by_its_name(claire: httpx2.Client) -> None:
    found = claire.get(LIST, params={"q": "condom"})
    assert f'href="{LIST}/commune:32107"' in found.text
    assert "Aucun territoire ne s’appelle ainsi" in claire.get(LIST, params={"q": "zzzz"}).text


@pytest.mark.parametrize("place", ["commune:00000", "rien", "planete:32013", "commune:"])
def test_an_unknown_territory_is_a_page_not_found(claire: httpx2.Client, place: str) -> None:
    assert claire.get(f"{LIST}/{place}").status_code == 404


def test_reading_and_writing_are_in_the_access_log(service: Service) -> None:
    nom = f"Rose {secrets.token_hex(4)}"
    with enter(service, nom, "responsable") as rose:
        note(rose, "commune:2A004", texte="Appel.")
        found = rose.get("/console/journal", params={"reference": "commune:2A004", "qui": nom})
        assert "a écrit dans le suivi d’un territoire" in found.text
        assert "a lu le suivi des territoires" in found.text
    with enter(service, f"Karim {secrets.token_hex(4)}", "redacteur") as karim:
        assert karim.get(LIST).status_code == 403
        assert karim.get(f"{LIST}/commune:2A004").status_code == 403
