"""The date promised to an élu overseas: real communes, real days, the same words on both sides."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from api.tickets.clock import waited_days
from api.tickets.models import Ticket
from assistant.business_days import Promise, promise_to, working_days_since
from assistant.ports import Demande
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.calendrier import HEXAGONE, calendrier_of
from knowledge.territoires.loader import load_territoires
from tests.api.console import enter
from tests.api.test_clock import Desk, paris
from tests.api.tickets import KEY
from tests.conftest import Chat, Service

Run = Callable[[Any], Awaitable[Any]]
SAINT_DENIS, PAPEETE, NOUMEA = "97411", "98735", "98818"
CAYENNE, SAINT_PIERRE, STRASBOURG = "97302", "97502", "67482"
NUKU_HIVA = "98731"
UVEA = "98613"
AUTUMN, SUMMER = paris(24, 10), paris(7, 10, month=7)
PARIS_DAY = "vendredi 27 novembre 2026"


@pytest.fixture(scope="module")
def territoires() -> TerritoireBase:
    return load_territoires()


def place(base: TerritoireBase, code: str) -> dict[str, Any]:
    """A territory as a request keeps it."""
    found = base.resolve(code)
    assert found is not None
    return {
        "type": found.type,
        "code": found.code,
        "nom": found.nom,
        "departement": found.departement,
    }


@pytest.mark.parametrize(
    ("code", "asked", "told"),
    [
        (STRASBOURG, AUTUMN, PARIS_DAY),
        (SAINT_DENIS, AUTUMN, f"{PARIS_DAY} à 21 h, heure de La Réunion (18 h à Paris)"),
        (CAYENNE, AUTUMN, f"{PARIS_DAY} à 14 h, heure de Guyane (18 h à Paris)"),
        (
            SAINT_PIERRE,
            AUTUMN,
            f"{PARIS_DAY} à 14 h, heure de Saint-Pierre-et-Miquelon (18 h à Paris)",
        ),
        (PAPEETE, AUTUMN, f"{PARIS_DAY} à 7 h, heure de Tahiti (18 h à Paris)"),
        (NUKU_HIVA, AUTUMN, f"{PARIS_DAY} à 7 h 30, heure des Marquises (18 h à Paris)"),
        (
            NOUMEA,
            AUTUMN,
            f"samedi 28 novembre 2026 à 4 h, heure de Nouvelle-Calédonie ({PARIS_DAY} à 18 h"
            " à Paris)",
        ),
        (
            UVEA,
            AUTUMN,
            f"samedi 28 novembre 2026 à 5 h, heure de Wallis-et-Futuna ({PARIS_DAY} à 18 h à"
            " Paris)",
        ),
        (
            SAINT_DENIS,
            SUMMER,
            "vendredi 10 juillet 2026 à 20 h, heure de La Réunion (18 h à Paris)",
        ),
        (
            SAINT_PIERRE,  # its clocks change two weeks before those of Paris
            datetime(2027, 3, 16, 10, tzinfo=HEXAGONE.zone),
            "vendredi 19 mars 2027 à 15 h, heure de Saint-Pierre-et-Miquelon (18 h à Paris)",
        ),
    ],
)
def test_the_date_is_said_on_the_clock_of_the_elu(
    territoires: TerritoireBase, code: str, asked: datetime, told: str
) -> None:
    words = promise_to(place(territoires, code), asked).words
    assert words.replace("\u00a0", " ") == told


@pytest.mark.parametrize(
    ("code", "asked", "due", "holiday"),
    [
        (STRASBOURG, date(2027, 3, 23), date(2027, 3, 26), "Vendredi saint"),
        (SAINT_DENIS, date(2027, 12, 15), date(2027, 12, 20), "Abolition de l’esclavage"),
        (CAYENNE, date(2026, 6, 5), date(2026, 6, 10), "Abolition de l’esclavage"),
        (NOUMEA, date(2026, 9, 21), date(2026, 9, 24), "Fête de la Citoyenneté"),
        (PAPEETE, date(2026, 3, 2), date(2026, 3, 5), "Arrivée de l’Évangile"),
    ],
)
def test_a_holiday_of_the_elu_gives_the_cellule_no_respite(
    territoires: TerritoireBase, code: str, asked: date, due: date, holiday: str
) -> None:
    at = datetime(asked.year, asked.month, asked.day, 10, tzinfo=HEXAGONE.zone)
    there, known = promise_to(place(territoires, code), at), calendrier_of(place(territoires, code))
    assert HEXAGONE.today(there.due) == due
    assert there.due == promise_to(None, at).due
    assert known.own_holiday(due) == holiday
    assert not known.is_working_day(due)


def test_the_national_holidays_are_those_of_everyone(territoires: TerritoireBase) -> None:
    for code in (SAINT_DENIS, PAPEETE, NOUMEA, CAYENNE, SAINT_PIERRE, STRASBOURG):
        known = calendrier_of(place(territoires, code))
        assert not known.is_working_day(date(2026, 11, 11))
        assert known.own_holiday(date(2026, 11, 11)) is None


def test_a_message_of_the_evening_overseas_counts_from_the_day_the_cellule_gets_it() -> None:
    tahiti = {"type": "commune", "code": PAPEETE}
    evening = datetime(2026, 11, 23, 20, tzinfo=ZoneInfo("Pacific/Tahiti"))  # Tuesday, in Paris
    assert promise_to(tahiti, evening) == promise_to(tahiti, AUTUMN)
    noumea = {"type": "commune", "code": NOUMEA}
    early = datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("Pacific/Noumea"))  # still Monday, in Paris
    assert promise_to(noumea, early).day == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("type_", "code", "clock"),
    [
        ("region", "04", "Indian/Reunion"),
        ("region", "44", "Europe/Paris"),
        ("departement", "988", "Pacific/Noumea"),
        ("commune", "98719", "Pacific/Gambier"),
        ("commune", "97801", "America/Marigot"),
        ("commune", "2A004", "Europe/Paris"),
    ],
)
def test_the_clock_is_that_of_the_code(type_: str, code: str, clock: str) -> None:
    assert calendrier_of({"type": type_, "code": code}).zone.key == clock


def test_every_place_overseas_has_its_calendar(territoires: TerritoireBase) -> None:
    """But Clipperton, where nobody lives."""
    overseas = [each for each in territoires if (each.departement or "").startswith(("97", "98"))]
    left = {each.code for each in overseas if calendrier_of(place_of(each)) is HEXAGONE}
    assert left == {"989", "98901"}
    assert calendrier_of(None) is HEXAGONE


def place_of(each: Any) -> dict[str, Any]:
    return {"type": each.type, "code": each.code, "departement": each.departement}


@pytest.mark.parametrize(
    ("code", "since", "now", "days"),
    [
        (CAYENNE, paris(9, 15, month=6), paris(12, 15, month=6), 2),  # the 10th is theirs
        (STRASBOURG, paris(9, 15, month=6), paris(12, 15, month=6), 3),
        (STRASBOURG, paris(2, 15, month=4), paris(7, 15, month=4), 1),  # Good Friday, Easter Monday
        (NOUMEA, paris(23, 1, month=9), paris(23, 23, month=9), 0),  # already the 24th there
        (PAPEETE, paris(27, 15), paris(27, 17), 0),
    ],
)
def test_waiting_for_the_elu_is_counted_in_their_own_days(
    territoires: TerritoireBase, code: str, since: datetime, now: datetime, days: int
) -> None:
    known = place(territoires, code)
    assert working_days_since(since, now, calendrier_of(known)) == days
    assert waited_days(Ticket(waiting_since=since, territoire=known), now) == days


async def test_the_day_kept_follows_the_time_given_back(
    database_url: str, territoires: TerritoireBase
) -> None:
    desk = Desk(database_url)
    noumea = Demande(
        besoin="Comment associer les quartiers nord au budget ?",
        courriel="mairie@exemple.fr",
        territoire=place(territoires, NOUMEA),
    )
    ticket = await desk.open(noumea)
    assert ticket.first_reply_due_at == paris(27, 18)
    assert ticket.expected_reply_by == date(2026, 11, 28)
    await desk.move("en_cours")
    await desk.move("en_attente_elu")
    desk.now = paris(25, 10)
    ticket = await desk.move("en_cours")
    assert ticket.first_reply_due_at == paris(30, 18)  # one working day of the cellule
    assert ticket.expected_reply_by == date(2026, 12, 1)


@pytest.fixture
def sophie(service: Service) -> Iterator[httpx2.Client]:
    with enter(service, "Sophie Calendrier", "conseiller") as client:
        yield client


async def test_both_sides_read_the_same_date(
    service: Service, client: httpx2.Client, sophie: httpx2.Client
) -> None:
    chat = Chat.open(client, territoire_code=NOUMEA)
    greeting = "\n".join(each.get("text", "") for each in chat.greeting)
    assert "heure de Nouvelle-Calédonie" in greeting
    form = {
        "besoin": "Comment associer les quartiers nord au budget ?",
        "courriel": "mairie.noumea@exemple.fr",
        "territoire_code": NOUMEA,
        "consentement": True,
        "envoyer": True,
    }
    turn = client.post(f"{chat.path}/handover", json=form, headers=chat.headers).json()
    told = next(each for each in turn["messages"] if each["type"] == "ticket")
    words = told["expected_reply_text"]
    assert "heure de Nouvelle-Calédonie" in words
    assert any(words in each.get("text", "") for each in turn["messages"])
    read = client.get(f"/api/v1/tickets/{told['reference']}", headers=KEY).json()
    due = datetime.fromisoformat(read["first_reply_due_at"])
    assert (
        words
        == read["expected_reply_text"]
        == Promise(due, calendrier_of(read["territoire"])).words
    )
    assert read["expected_reply_by"] == told["expected_reply_by"]
    assert read["timezone"] == "Pacific/Noumea"
    page = sophie.get(f"/console/demandes/{told['reference']}").text
    assert f"Réponse promise pour le {words}" in page
    assert "heure de Nouvelle-Calédonie</dd>" in page
    modele = sophie.get(f"/console/demandes/{told['reference']}?modele=accuse").text
    assert f"au plus tard le {words}." in modele
