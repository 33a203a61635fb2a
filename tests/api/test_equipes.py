"""Teams: whose requests an advisor may open, and what is refused, said and written."""

import re
import secrets
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy import select

from api.database import connect
from api.droits.equipes import Reach
from api.droits.matrix import load_matrix
from api.equipes.relais import Absents, Relais
from api.tickets.models import Ticket
from api.tickets.repository import TicketRepository
from api.tickets.service import TicketService
from assistant.ports import Demande
from tests.api.console import csrf, submit
from tests.api.equipes import Person, at, create_for, patch, person
from tests.api.tickets import KEY, create, path
from tests.conftest import Service

REFUSED = "suivie par l’équipe «\xa0Cellule de conseil et d’orientation\xa0»"


@pytest.fixture
def karim(service: Service) -> Iterator[Person]:
    """An advisor of the team « base » alone."""
    with person(service, "Karim", teams=["base"]) as karim:
        yield karim


def queue(someone: Person, **asked: str) -> str:
    """The page of the queue."""
    shown = someone.client.get("/console/demandes", params={"vue": "toutes", **asked})
    assert shown.status_code == 200, shown.text
    return shown.text


def test_the_queue_and_the_search_hold_ones_teams_and_the_common_queue(
    client: httpx2.Client, karim: Person
) -> None:
    word = secrets.token_hex(6)
    told = {"besoin": f"Question {word} d’un maire du Gers"}
    cellule = create_for(client, "cellule", **told)["reference"]
    base = create_for(client, "base", **told)["reference"]
    common = create_for(client, None, **told)["reference"]
    shown = queue(karim, q=word)
    assert base in shown
    assert common in shown
    assert cellule not in shown
    assert "2 demandes" in shown
    assert "<span>Base de ressources</span>" in shown
    assert "<span>file commune</span>" in shown
    waiting = queue(karim, vue="file_commune", q=word)
    assert common in waiting
    assert base not in waiting


@pytest.mark.parametrize(
    "line", sorted(each for each in load_matrix().routes if "/console/demandes/{reference}" in each)
)
def test_every_page_of_another_teams_request_is_refused(
    client: httpx2.Client, karim: Person, line: str
) -> None:
    action = load_matrix().actions[load_matrix().routes[line]]
    assert action.equipe, f"{line} : « equipe » manque dans api/droits/droits.yml"
    if not action.allows("conseiller"):
        return
    ticket = create_for(client, "cellule")
    method, _, template = line.partition(" ")
    address = re.sub(r"\{(?!reference)[^}]+\}", "1", template)
    data = None
    if method == "POST":
        data = {"csrf": csrf(karim.client.get("/console/", follow_redirects=True))}
    answer = karim.client.request(method, address.format(**ticket), data=data)
    assert answer.status_code == 403
    assert REFUSED in answer.text
    assert ticket["besoin"] not in answer.text


def accesses(service: Service, ticket: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What the access log holds of a ticket, the API's key aside."""
    with psycopg.connect(service.database_url) as connection:
        return connection.execute(
            "SELECT who, action FROM acces_journal WHERE reference = %s AND who LIKE 'compte:%%'"
            " ORDER BY id",
            (ticket["reference"],),
        ).fetchall()


def test_a_refusal_is_written_and_nothing_typed_is_lost(
    client: httpx2.Client, service: Service, karim: Person
) -> None:
    ticket = create_for(client, "base")
    shown = karim.client.get(at(ticket))
    fields = {"csrf": csrf(shown), "corps": "Bonjour, voici trois exemples.", "version": "2"}
    patch(client, ticket, team="cellule", reason="Une question de méthode.")
    refused = karim.client.post(at(ticket, "/repondre"), data=fields)
    assert refused.status_code == 403
    assert "Rien n’a été envoyé." in refused.text
    assert REFUSED in refused.text
    assert "Bonjour, voici trois exemples.</textarea>" in refused.text
    assert client.get(path(ticket), headers=KEY).json()["messages"] == []
    who = f"compte:{karim.nom}"
    assert accesses(service, ticket) == [(who, "lire_demande"), (who, "demande_refusee")]
    closed = create_for(client, "cellule")
    assert karim.client.get(at(closed)).status_code == 403
    with person(service, "Sofia", "responsable", ["base"]) as sofia:
        page = sofia.client.get(at(closed))
        assert page.status_code == 200
        assert f"{karim.nom} a ouvert" not in page.text
        log = sofia.client.get("/console/journal?reference=" + ticket["reference"]).text
    assert "s’est vu refuser une demande d’une autre équipe" in log


def test_who_is_in_no_team_and_who_holds_the_request_may_act(
    client: httpx2.Client, service: Service, karim: Person
) -> None:
    ticket = create_for(client, "cellule")
    with person(service, "Inès") as ines:
        assert ines.client.get(at(ticket)).status_code == 200
    assert karim.client.get(at(ticket)).status_code == 403
    patch(client, ticket, assignee=karim.nom)
    assert karim.client.get(at(ticket)).status_code == 200
    noted = submit(karim.client, at(ticket), at(ticket, "/etat"), etat="en_cours")
    assert noted.headers["location"].endswith("?fait=etat")
    assert ticket["reference"] in queue(karim, q=ticket["reference"])


async def test_the_rule_says_the_same_of_a_request_and_of_the_queue(database_url: str) -> None:
    absents = Absents({"Anne": Relais("Anne", date(2026, 12, 1), "Karim")})
    mine = Reach("Karim", frozenset({"base", "dissoute"}), absents)
    everything = Reach("Sofia", None, absents)
    database = connect(database_url)
    async with database.sessions.begin() as session:
        for team in (None, "base", "cellule", "dissoute"):
            for assignee in (None, "Karim", "Anne", "Zoé"):
                made = await TicketService(session).create(
                    Demande(besoin="Un appui", telephone="1")
                )
                made.team, made.assignee = team, assignee
        await session.flush()
        assert await TicketRepository(session).teams() == ["base", "cellule", "dissoute"]
        tickets = (await session.scalars(select(Ticket))).all()
        for reach in (mine, everything):
            found = await session.scalars(select(Ticket).where(reach.condition))
            covered = {each.id for each in tickets if reach.covers(each.team, each.assignee)}
            assert {each.id for each in found} == covered
        kept_out = [each for each in tickets if not mine.covers(each.team, each.assignee)]
        assert {(each.team, each.assignee) for each in kept_out} == {
            ("cellule", None),
            ("cellule", "Zoé"),
        }
    await database.close()


def test_a_request_of_a_team_that_is_no_more_is_everyones(
    client: httpx2.Client, service: Service, karim: Person
) -> None:
    ticket = create_for(client, "cellule")
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE ticket SET team = 'dissoute' WHERE reference = %s", (ticket["reference"],)
        )
    assert karim.client.get(at(ticket)).status_code == 200
    assert ticket["reference"] in queue(karim, q=ticket["reference"])
    with (
        person(service, "Léa", teams=["dissoute"]) as lea,
        person(service, "Sofia", "responsable") as sofia,
    ):
        assert lea.client.get(at(create_for(client, "cellule"))).status_code == 403
        assert "dissoute (n’existe plus)" in sofia.client.get("/console/comptes").text


def test_another_teams_request_cannot_be_reached_through_ones_own(
    client: httpx2.Client, karim: Person
) -> None:
    address = f"mairie.{secrets.token_hex(4)}@exemple.fr"
    mine = create_for(client, "base", courriel=address)
    theirs = create_for(client, "cellule", courriel=address)
    where = at(mine, "/rapprocher")
    page = karim.client.get(where)
    assert theirs["reference"] not in page.text
    version = client.get(path(mine), headers=KEY).json()["version"]
    for gesture in ("reunir", "lier"):
        refused = submit(
            karim.client,
            where,
            at(mine, f"/{gesture}"),
            autre=theirs["reference"],
            version=version,
        )
        assert refused.status_code == 403
        assert REFUSED in refused.text
    assert client.get(path(theirs), headers=KEY).json()["linked"] == []
    territory = karim.client.get("/console/territoires/epci:200023620")
    assert mine["reference"] in territory.text
    assert theirs["reference"] not in territory.text


def test_a_colleague_of_another_team_is_not_called_where_they_cannot_come(
    client: httpx2.Client, service: Service, karim: Person
) -> None:
    ticket = create_for(client, "cellule")
    with person(service, "Inès") as ines:
        page = ines.client.get(at(ticket)).text
        assert f"<li>@{karim.nom}</li>" not in page
        note = {"corps": f"@{karim.nom} qu’en pensez-vous ?", "visibilite": "internal"}
        version = {"version": re.findall(r'name="version" value="(\d+)"', page)[0]}
        refused = submit(ines.client, at(ticket), at(ticket, "/repondre"), **note, **version)
        assert refused.status_code == 422
        assert f"{karim.nom} n’est pas de l’équipe de cette demande" in refused.text
        assert "qu’en pensez-vous ?</textarea>" in refused.text


def test_a_request_goes_to_another_team_with_a_reason_and_waits_there(
    client: httpx2.Client, service: Service, karim: Person
) -> None:
    ticket = create_for(client, "base")

    def entrust(**fields: str) -> httpx2.Response:
        version = str(client.get(path(ticket), headers=KEY).json()["version"])
        return submit(karim.client, at(ticket), at(ticket, "/confier"), version=version, **fields)

    assert "Dites pourquoi" in entrust(equipe="cellule", motif="").text
    assert "ne fait pas partie de la liste" in entrust(equipe="sport", motif="Essai").text
    gone = entrust(equipe="cellule", motif="Une question de méthode.")
    assert gone.headers["location"] == "/console/demandes?avis=partie"
    told = karim.client.get(gone.headers["location"]).text
    assert "Cette demande est maintenant celle d’une autre équipe" in told
    event = client.get(path(ticket, "/events"), headers=KEY).json()["items"][-1]
    assert (event["kind"], event["actor"]) == ("rerouted", karim.nom)
    assert event["changes"]["team"] == ["base", "cellule"]
    assert event["changes"]["reason"] == "Une question de méthode."
    with person(service, "Claire", teams=["cellule"]) as claire:
        shown = claire.client.get(at(ticket)).text
        assert "Équipe\xa0: Cellule de conseil et d’orientation" in shown
        assert "Une question de méthode." in shown
        version = re.findall(r'name="version" value="(\d+)"', shown)[0]
        fields = {"equipe": "", "motif": "Personne ne sait.", "version": version}
        submit(claire.client, at(ticket), at(ticket, "/confier"), **fields)
        assert ticket["reference"] in queue(claire, vue="file_commune", q=ticket["reference"])
    assert ticket["reference"] in queue(karim, vue="file_commune", q=ticket["reference"])


def teams_of(service: Service, nom: str) -> list[str]:
    """The teams of an account."""
    with psycopg.connect(service.database_url) as connection:
        found = connection.execute(
            "SELECT equipe FROM compte_equipe JOIN compte ON compte.id = compte_id"
            " WHERE nom = %s ORDER BY equipe",
            (nom,),
        )
        return [row[0] for row in found]


def courriel_of(service: Service, nom: str) -> str:
    """The address of an account."""
    with psycopg.connect(service.database_url) as connection:
        row = connection.execute("SELECT courriel FROM compte WHERE nom = %s", (nom,)).fetchone()
        assert row is not None
        return str(row[0])


def test_a_responsable_says_who_is_in_which_team(
    client: httpx2.Client, service: Service, karim: Person
) -> None:
    ticket = create_for(client, "cellule")
    assert karim.client.get(at(ticket)).status_code == 403
    with person(service, "Sofia", "responsable") as sofia:

        def say(*equipes: str, courriel: str) -> httpx2.Response:
            comptes = "/console/comptes"
            return submit(
                sofia.client, comptes, f"{comptes}/equipes", courriel=courriel, equipes=equipes
            )

        address = courriel_of(service, karim.nom)
        both = say("base", "cellule", courriel=address)
        assert f"Les équipes de {karim.nom} sont enregistrées." in both.text
        assert teams_of(service, karim.nom) == ["base", "cellule"]
        assert karim.client.get(at(ticket)).status_code == 200
        unknown = say("base", "sport", courriel=address)
        assert unknown.status_code == 422
        assert "Une de ces équipes n’existe pas" in unknown.text
        assert teams_of(service, karim.nom) == ["base", "cellule"]
        say(courriel=address)
        assert teams_of(service, karim.nom) == []
        assert "ne désigne aucun compte" in say("base", courriel="personne@exemple.fr").text
        with person(service, "Rachid", "redacteur") as rachid:
            refused = say("base", courriel=courriel_of(service, rachid.nom))
        assert "ne peut pas recevoir de demande" in refused.text
        assert "a changé les équipes" in sofia.client.get("/console/comptes").text


def test_a_partners_key_keeps_all_its_requests(client: httpx2.Client) -> None:
    ticket = create(client)
    assert ticket["team"] == "cellule"
    assert client.get(path(ticket), headers=KEY).status_code == 200
    assert client.post(path(ticket, "/claim"), headers=KEY).status_code == 200
