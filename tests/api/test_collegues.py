"""Advisors between themselves: mentions in notes, who else is on the page, what is known nearby."""

import secrets
from collections.abc import Iterator

import httpx2
import psycopg
import pytest

from api.collegues.mentions import MentionUnknown, find_mentions
from tests.api.console import enter, submit
from tests.api.test_console import at, hidden, listed, read, reply, words
from tests.api.tickets import KEY, create
from tests.conftest import Service

NOMS = ["Claire Martin", "Claire Dupré", "Jean-Noël Le Bihan", "Paul Martin", "Paul Martinez"]


@pytest.mark.parametrize(
    ("body", "cited"),
    [
        ("@Claire Martin, peux-tu relire ?", ("Claire Martin",)),
        ("Vu avec @claire dupre et @Paul Martinez.", ("Claire Dupré", "Paul Martinez")),
        ("@Jean-Noël le connaît ; @Jean-Noël Le Bihan aussi", ("Jean-Noël Le Bihan",)),
        ("Écrire à mairie@exemple.fr, ou à claire.martin@exemple.fr.", ()),
        ("Voir https://social.exemple.fr/@mairie.", ()),
        ("Rendez-vous @ la mairie.", ()),
    ],
)
def test_a_note_cites_colleagues(body: str, cited: tuple[str, ...]) -> None:
    assert find_mentions(body, NOMS) == cited


@pytest.mark.parametrize("body", ["@Claire, tu en penses quoi ?", "Voir @Zoé", "@Paul Martinet"])
def test_a_name_that_fits_nobody_or_several_is_refused(body: str) -> None:
    with pytest.raises(MentionUnknown):
        find_mentions(body, NOMS)


@pytest.fixture
def noms() -> tuple[str, str]:
    """Two names that no other test uses."""
    return f"Claire {secrets.token_hex(4)}", f"Paul {secrets.token_hex(4)}"


@pytest.fixture
def claire(service: Service, noms: tuple[str, str]) -> Iterator[httpx2.Client]:
    """The browser of an advisor."""
    with enter(service, noms[0], "conseiller") as client:
        yield client


@pytest.fixture
def paul(service: Service, noms: tuple[str, str]) -> Iterator[httpx2.Client]:
    """The browser of another advisor."""
    with enter(service, noms[1], "conseiller") as client:
        yield client


def test_a_cited_colleague_sees_it_until_they_read(
    client: httpx2.Client, claire: httpx2.Client, paul: httpx2.Client, noms: tuple[str, str]
) -> None:
    ticket = create(client)
    view = "/console/demandes?vue=ou_je_suis_cite"
    assert listed(paul.get(view)) == []
    note = f"@{noms[1].upper()} : connais-tu ce conseil de développement ?"
    assert reply(claire, ticket, corps=note, visibilite="internal").status_code == 303
    shown = paul.get(view)
    assert listed(shown) == [ticket["reference"]]
    assert "Où je suis cité 1 non lues" in words(shown)
    assert "Un collègue vous cite" in words(shown)
    assert listed(claire.get(view)) == []
    # A page left open reads itself again: nobody has read anything, nobody has come.
    assert f"Prévient {noms[1]}." in words(paul.get(at(ticket, "/vif")))
    assert "Où je suis cité 1 non lues" in words(paul.get(view))
    assert f"{noms[1]} consulte aussi" not in words(claire.get(at(ticket)))
    assert f"Prévient {noms[1]}." in words(paul.get(at(ticket)))
    after = paul.get(view)
    assert listed(after) == [ticket["reference"]]
    assert "Où je suis cité 0 non lues" in words(after)
    assert "Un collègue vous cite" not in words(after)


def test_a_note_that_cites_nobody_known_is_kept_in_the_form(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    ticket = create(client)
    refused = reply(claire, ticket, corps="@Zébulon, à toi.", visibilite="internal")
    assert refused.status_code == 422
    assert "« @Zébulon » ne désigne personne" in words(refused)
    assert ">@Zébulon, à toi.</textarea>" in refused.text
    assert read(client, ticket)["messages"] == []


def test_an_answer_to_the_elu_cites_nobody(
    client: httpx2.Client, claire: httpx2.Client, paul: httpx2.Client, noms: tuple[str, str]
) -> None:
    ticket = create(client)
    assert reply(claire, ticket, corps=f"Bonjour, @{noms[1]} vous répondra.").status_code == 303
    assert listed(paul.get("/console/demandes?vue=ou_je_suis_cite")) == []


def test_someone_else_on_the_page_is_told(
    client: httpx2.Client,
    service: Service,
    claire: httpx2.Client,
    paul: httpx2.Client,
    noms: tuple[str, str],
) -> None:
    ticket = create(client)
    first = claire.get(at(ticket))
    assert "consulte aussi" not in first.text
    assert f"{noms[0]} consulte aussi cette demande." in words(paul.get(at(ticket)))
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("UPDATE ticket_presence SET seen_at = now() - interval '2 minutes'")
    later = words(paul.get(at(ticket)))
    assert "consulte aussi" not in later
    assert f"{noms[0]} a ouvert cette demande" in later


def beat(client: httpx2.Client, ticket: dict[str, object], **fields: str) -> httpx2.Response:
    shown = client.get(at(ticket))
    data = {"csrf": hidden(shown, "csrf"), "version": hidden(shown, "version"), **fields}
    return client.post(at(ticket, "/presence"), data=data)


def test_an_open_page_tells_who_comes_who_leaves_and_what_changes(
    client: httpx2.Client, claire: httpx2.Client, paul: httpx2.Client, noms: tuple[str, str]
) -> None:
    ticket = create(client)
    first = beat(claire, ticket).json()
    assert first["avis"] == []
    assert beat(claire, ticket).json() == first, "nothing changed"
    paul.get(at(ticket))
    told = beat(claire, ticket).json()["avis"]
    assert [each.partition(" consulte")[0] for each in told] == [noms[1]]
    assert beat(paul, ticket, depart="1").status_code == 204
    assert beat(claire, ticket).json() == first
    states = {first["etat"]}
    submit(paul, at(ticket), at(ticket, "/prendre"))
    states.add(beat(claire, ticket).json()["etat"])
    for visibility in ("public", "internal"):
        body = {"body": "Voici.", "visibility": visibility}
        client.post(f"/api/v1/tickets/{ticket['reference']}/messages", json=body, headers=KEY)
        states.add(beat(claire, ticket).json()["etat"])
    assert len(states) == 4
    assert claire.post(at(ticket, "/presence"), data={}).status_code == 403


def test_the_beat_of_an_open_page_leaves_no_line_in_the_access_log(
    client: httpx2.Client, service: Service, claire: httpx2.Client
) -> None:
    ticket = create(client)
    shown = claire.get(at(ticket))
    data = {"csrf": hidden(shown, "csrf"), "version": "1"}
    count = "SELECT count(*) FROM acces_journal WHERE reference = %s"
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        before = connection.execute(count, (ticket["reference"],)).fetchone()
        assert claire.post(at(ticket, "/presence"), data=data).status_code == 200
        assert connection.execute(count, (ticket["reference"],)).fetchone() == before


def test_what_the_agency_already_did_there_is_shown(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    bourg_en_bresse = create(client, territoire_code="01053")
    shown = words(claire.get(at(bourg_en_bresse)))
    assert "Déjà accompagné par l’Agence nationale de la cohésion des territoires" in shown
    assert "Rien de connu dans les données ouvertes." not in shown
    assert "Projet partagé « Accueil et intégration des réfugiés » (2024-2025)" in shown
    none = words(claire.get(at(create(client, territoire_code=None))))
    assert "Rien de connu dans les données ouvertes." in none
