"""Absences: who stands in, what comes back, what is refused; requests given at once."""

import asyncio
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from api.database import Database, connect
from api.equipes.relais import absents_on
from api.tickets.aiguillage import Aiguillage
from api.tickets.desk import TicketDesk
from api.tickets.models import Ticket
from api.tickets.reminders import Remind
from api.tickets.routing import load_aiguillage
from api.tickets.service import TicketService
from assistant.business_days import CELLULE
from assistant.ports import Demande
from tests.api.console import submit
from tests.api.equipes import ABSENCES, Person, at, create_for, day, patch, person, today
from tests.api.staff import add, send_away
from tests.api.tickets import KEY, path
from tests.conftest import Service

DEMANDE = Demande(besoin="Créer un conseil des jeunes à Auch.", courriel="elu@exemple.fr")
TABLE = """
equipes:
  - {id: cellule, nom: "Cellule", attribution: moins_charge, courriel: cellule@exemple.fr}
  - {id: base, nom: "Base", attribution: moins_charge}
  - {id: outre-mer, nom: "Outre-mer"}
regles:
  - {id: base, rang: 10, si: {besoins: [contribution]}, alors: base, motif: "La base.",
     exemples: [{besoin: contribution, attendu: base}]}
  - {id: outre-mer, rang: 20, si: {departements: ["974"]}, alors: outre-mer, motif: "Décalage.",
     exemples: [{departement: "974", attendu: outre-mer}]}
  - {id: tout, rang: 90, si: {}, alors: cellule, motif: "Le reste.",
     exemples: [{attendu: cellule}]}
"""


@pytest.fixture
def paul(service: Service) -> Iterator[Person]:
    """An advisor of the team « base »."""
    with person(service, "Paul", teams=["base"]) as paul:
        yield paul


@pytest.fixture
def claire(service: Service) -> Iterator[Person]:
    """An advisor of the team « cellule »."""
    with person(service, "Claire", teams=["cellule"]) as claire:
        yield claire


def own(someone: Person, **asked: str) -> str:
    """What someone finds in the queue."""
    shown = someone.client.get("/console/demandes", params={"conseiller": "moi", **asked})
    assert shown.status_code == 200
    return shown.text


def end(someone: Person) -> httpx2.Response:
    """Put an end to the only absence that someone may end."""
    page = someone.client.get(ABSENCES).text
    found = re.findall(r'action="(/console/absences/\d+/retirer)"', page)
    assert len(found) == 1, page
    return submit(someone.client, ABSENCES, found[0])


def test_the_delegate_finds_and_treats_the_requests_until_the_return(
    client: httpx2.Client, service: Service, claire: Person, paul: Person
) -> None:
    ticket = create_for(client, "cellule", besoin=f"Tirage au sort {secrets.token_hex(4)} à Auch")
    patch(client, ticket, assignee=claire.nom)
    reference = ticket["reference"]
    assert paul.client.get(at(ticket)).status_code == 403
    assert claire.away(delegue=paul.nom).headers["location"] == f"{ABSENCES}?fait=declaree"
    assert f"Vous remplacez {claire.nom} jusqu’au" in paul.client.get(ABSENCES).text
    shown = own(paul)
    assert reference in shown
    assert f"Confiée à {paul.nom} jusqu’au" in shown
    page = paul.client.get(at(ticket))
    assert f"{paul.nom} s’occupe de ses demandes." in page.text
    fields = dict(re.findall(r'type="hidden" name="(version|cle)" value="([^"]*)"', page.text))
    answered = submit(
        paul.client, at(ticket), at(ticket, "/repondre"), corps="Voici un exemple.", **fields
    )
    assert answered.headers["location"].endswith("?fait=repondu")
    kept = client.get(path(ticket), headers=KEY).json()
    assert kept["assignee"] == claire.nom
    assert kept["messages"][0]["author"] == paul.nom

    assert end(claire).headers["location"] == f"{ABSENCES}?fait=retiree"
    assert paul.client.get(at(ticket)).status_code == 403
    assert reference not in own(paul)
    assert reference in own(claire)
    assert "Confiée à" not in own(claire)


def test_without_a_delegate_the_team_sees_the_requests_and_may_take_them(
    client: httpx2.Client, service: Service, claire: Person, paul: Person
) -> None:
    word = secrets.token_hex(6)
    kept, taken = (create_for(client, "cellule", besoin=f"Atelier {word}") for _ in range(2))
    for each in (kept, taken):
        patch(client, each, assignee=claire.nom)
    claire.away()
    with person(service, "Inès", teams=["cellule"]) as ines:
        shown = own(ines, conseiller="personne", q=word)
        assert kept["reference"] in shown
        assert taken["reference"] in shown
        assert shown.count("Conseiller absent jusqu’au") == 2
        page = ines.client.get(at(taken)).text
        assert "vous pouvez prendre celle-ci en charge" in page
        claimed = submit(ines.client, at(taken), at(taken, "/prendre"))
        assert claimed.headers["location"].endswith("?fait=prise")
        assert taken["reference"] not in own(ines, conseiller="personne", q=word)
        event = client.get(path(taken, "/events"), headers=KEY).json()["items"][-1]
        assert event["changes"]["assignee"] == [claire.nom, ines.nom]
    assert paul.client.get(at(kept)).status_code == 403
    end(claire)
    assert kept["reference"] in own(claire)
    assert kept["reference"] not in own(claire, conseiller="personne", q=word)


def test_nothing_is_given_to_who_is_away(
    client: httpx2.Client, service: Service, claire: Person, paul: Person
) -> None:
    ticket = create_for(client, "cellule")
    claire.away(delegue=paul.nom)
    refused = patch(client, ticket, assignee=claire.nom)
    assert refused.status_code == 409
    assert f"{claire.nom} est en absence jusqu’au" in refused.json()["detail"]
    assert f"({paul.nom})" in refused.json()["detail"]
    with person(service, "Inès", teams=["cellule"]) as ines:
        page = ines.client.get(at(ticket)).text
        assert f'<option value="{claire.nom}"' not in page
        version = re.findall(r'name="version" value="(\d+)"', page)[0]
        fields = {"version": version, "conseiller": claire.nom, "priorite": "normale"}
        told = submit(ines.client, at(ticket), at(ticket, "/classer"), **fields)
    assert told.status_code == 409
    assert f"{paul.nom} s’occupe de ses demandes." in told.text
    assert client.get(path(ticket), headers=KEY).json()["assignee"] is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"du": "demain", "au": ""}, "Choisissez le premier et le dernier jour"),
        ({"du": day(4), "au": day(1)}, "vient avant le premier"),
        ({"du": day(-9), "au": day(-1)}, "déjà finie"),
        ({"delegue": "Personne"}, "«\xa0Personne\xa0» ne désigne aucun compte"),
    ],
)
def test_a_wrong_absence_is_refused_and_what_was_typed_is_kept(
    claire: Person, fields: dict[str, str], told: str
) -> None:
    refused = claire.away(**fields)
    assert refused.status_code == 422
    assert told in refused.text
    if fields.get("du", "").startswith("2"):
        assert f'value="{fields["du"]}"' in refused.text
    assert f"absence de {claire.nom}" not in claire.client.get(ABSENCES).text


def test_a_delegate_must_be_there(service: Service, claire: Person, paul: Person) -> None:
    assert "se remplace soi-même" in claire.away(delegue=claire.nom).text
    with person(service, "Rachid", "redacteur") as rachid:
        assert "ne traite pas de demandes" in claire.away(delegue=rachid.nom).text
    with person(service, "Zoé") as zoe:
        pass
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("UPDATE compte SET disabled_at = now() WHERE nom = %s", (zoe.nom,))
    assert f"Le compte de {zoe.nom} est fermé" in claire.away(delegue=zoe.nom).text
    with person(service, "Sofia", "responsable") as sofia:
        assert "ne peut pas recevoir de demande" in sofia.away(pour=zoe.nom).text

    assert paul.away(du=day(2), au=day(5)).status_code == 303
    away = claire.away(du=day(0), au=day(3), delegue=paul.nom)
    assert f"{paul.nom} est en absence du" in away.text
    assert claire.away(du=day(0), au=day(1), delegue=paul.nom).status_code == 303
    twice = claire.away(du=day(1), au=day(2))
    assert "est déjà déclarée" in twice.text


def test_two_people_do_not_stand_in_for_each_other(
    service: Service, claire: Person, paul: Person
) -> None:
    assert claire.away(delegue=paul.nom).status_code == 303
    loop = paul.away(du=day(1), au=day(6), delegue=claire.nom)
    assert loop.status_code == 422
    assert "vous ne pouvez pas vous remplacer l’un l’autre" in loop.text
    assert paul.away(du=day(4), au=day(6), delegue=claire.nom).status_code == 303


def test_a_delegate_who_leaves_passes_on(
    client: httpx2.Client, service: Service, claire: Person, paul: Person
) -> None:
    ticket = create_for(client, "cellule")
    patch(client, ticket, assignee=claire.nom)
    claire.away(delegue=paul.nom)
    with person(service, "Karim", teams=["base"]) as karim:
        paul.away(delegue=karim.nom)
        assert karim.client.get(at(ticket)).status_code == 200
        assert paul.client.get(at(ticket)).status_code == 403
        assert f"(pas disponible\xa0: {karim.nom})" in claire.client.get(ABSENCES).text


def test_only_a_responsable_speaks_for_someone_else(
    client: httpx2.Client, service: Service, claire: Person, paul: Person
) -> None:
    refused = paul.away(pour=claire.nom)
    assert refused.status_code == 403
    assert "Seul un responsable" in refused.text
    with person(service, "Sofia", "responsable") as sofia:
        made = sofia.away(pour=claire.nom, delegue=paul.nom)
        assert made.status_code == 303
        ended = re.search(
            rf'action="([^"]+)">[^\n]*absence de {claire.nom}', sofia.client.get(ABSENCES).text
        )
        assert ended is not None
        assert submit(paul.client, ABSENCES, ended[1]).status_code == 403
        assert submit(sofia.client, ABSENCES, ended[1]).status_code == 303
        assert "a mis fin à une absence" in sofia.client.get("/console/comptes").text
        unknown = submit(sofia.client, ABSENCES, f"{ABSENCES}/99999999999/retirer")
        assert unknown.status_code == 404


@pytest.fixture
def table(tmp_path: Path) -> Aiguillage:
    """A table where two teams have their requests given at once."""
    file = tmp_path / "aiguillage.yml"
    file.write_text(TABLE, encoding="utf-8")
    return load_aiguillage(file)


async def make(database: Database, table: Aiguillage, **changes: Any) -> Ticket:
    """Create a ticket, in a transaction of its own."""
    demande = Demande(**{"besoin": DEMANDE.besoin, "courriel": DEMANDE.courriel, **changes})
    async with database.sessions.begin() as session:
        return await TicketService(session, aiguillage=table).create(demande)


async def test_eight_requests_at_once_are_shared_by_who_is_there(
    database_url: str, table: Aiguillage
) -> None:
    for nom in ("Claire", "Inès", "Karim"):
        add(database_url, nom, "cellule")
    add(database_url, "Mehdi")  # in no team: in all of them
    add(database_url, "Paul", "base")
    add(database_url, "Sofia", role="responsable")
    add(database_url, "Anne", "cellule")
    send_away(database_url, "Anne", today(), today())
    database = connect(database_url)
    made = await asyncio.gather(*(make(database, table) for _ in range(8)))
    held = sorted(str(each.assignee) for each in made)
    assert held == sorted(["Claire", "Inès", "Karim", "Mehdi"] * 2)
    assert {each.status for each in made} == {"nouveau"}
    async with database.sessions.begin() as session:
        events = await TicketService(session).events(made[0])
        assert [(each.kind, each.actor) for each in events] == [
            ("created", "conversation"),
            ("assigned", "service"),
        ]
        assert events[1].changes == {"assignee": [None, made[0].assignee]}
    await database.close()


async def test_the_least_busy_is_served_then_who_waited_the_longest(
    database_url: str, table: Aiguillage
) -> None:
    for nom in ("Claire", "Inès"):
        add(database_url, nom, "cellule")
    database = connect(database_url)
    order = [(await make(database, table)).assignee for _ in range(3)]
    assert order == ["Claire", "Inès", "Claire"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE ticket SET status = 'clos' WHERE assignee = 'Claire'")
    assert (await make(database, table)).assignee == "Claire"  # none open, against one
    assert (await make(database, table)).assignee == "Inès"  # one each: served before her
    await database.close()


async def test_a_team_that_lets_its_advisors_choose_or_where_nobody_is_there_waits(
    database_url: str, table: Aiguillage
) -> None:
    add(database_url, "Claire", "cellule", "outre-mer")
    send_away(database_url, "Claire", today() - timedelta(days=2), today())
    database = connect(database_url)
    assert (await make(database, table)).assignee is None
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE compte_absence SET retiree_le = now()")
    assert (await make(database, table)).assignee == "Claire"
    island = {"territoire": {"type": "commune", "code": "97411", "departement": "974"}}
    free = await make(database, table, **island)
    assert (free.team, free.assignee) == ("outre-mer", None)
    await database.close()


async def test_a_request_that_changes_team_is_given_there(
    database_url: str, table: Aiguillage
) -> None:
    add(database_url, "Paul", "base")
    database = connect(database_url)
    made = await make(database, table)
    assert made.assignee is None
    async with database.sessions.begin() as session:
        ticket = await TicketService(session).get(made.reference, lock=True)
        assert ticket is not None
        await TicketDesk(session, aiguillage=table).change(
            ticket, {"team": "base"}, actor="Sofia", version=ticket.version, reason="Une fiche."
        )
        assert ticket.assignee == "Paul"
        kinds = [each.kind for each in await TicketService(session).events(ticket)]
    assert kinds == ["created", "rerouted", "assigned"]
    await database.close()


async def test_reminders_go_to_the_delegate_while_someone_is_away(
    database_url: str, table: Aiguillage
) -> None:
    for nom in ("Claire", "Paul"):
        add(database_url, nom, "outre-mer")
    now = datetime(2026, 12, 9, 17, 30, tzinfo=UTC)  # a Wednesday, after closing
    database = connect(database_url)
    sent = datetime(2026, 12, 4, 9, tzinfo=UTC)
    async with database.sessions.begin() as session:
        ticket = await TicketService(session, aiguillage=table, now=lambda: sent).create(DEMANDE)
        ticket.assignee = "Claire"
    send_away(database_url, "Claire", date(2026, 12, 8), date(2026, 12, 10), "Paul")
    for moment in (now, now + timedelta(days=2)):
        async with database.sessions.begin() as session:
            remind = Remind(table, now=lambda moment=moment: moment)  # type: ignore[misc]
            await remind(session, {"ticket": ticket.id, "step": 0})
    async with database.sessions.begin() as session:
        events = await TicketService(session).events(ticket)
    await database.close()
    with psycopg.connect(database_url) as connection:
        letters = connection.execute("SELECT recipient FROM mail ORDER BY created_at").fetchall()
    assert letters == [("paul@exemple.fr",), ("claire@exemple.fr",)]
    told = [each.changes.get("delegate") for each in events if each.kind == "reminder"]
    assert told == ["Paul", None]


async def test_a_loop_leads_to_nobody_and_a_closed_account_stands_in_for_nobody(
    database_url: str,
) -> None:
    for nom in ("Anne", "Claire", "Paul", "Zoé"):
        add(database_url, nom)
    when = CELLULE.today(datetime.now(UTC))
    send_away(database_url, "Anne", when, when, "Claire")
    send_away(database_url, "Claire", when, when, "Anne")
    send_away(database_url, "Paul", when, when, "Zoé")
    database = connect(database_url)
    async with database.sessions.begin() as session:
        before = await absents_on(session, when)
        assert before.relayed_by("Zoé") == ("Paul",)
        assert sorted(before.alone) == ["Anne", "Claire"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE compte SET disabled_at = now() WHERE nom = 'Zoé'")
    async with database.sessions.begin() as session:
        after = await absents_on(session, when)
        assert sorted(after.alone) == ["Anne", "Claire", "Paul"]
    await database.close()
