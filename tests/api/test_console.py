"""The advisors' console without JavaScript: the queue, a request from arrival to answer."""

import html
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import psycopg
import pytest

from api.console.modeles import load_modeles
from knowledge.search.extract import plain_text
from tests.api.console import csrf, enter, open_client, submit
from tests.api.receiver import wait_for
from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Chat, Service


@pytest.fixture
def claire(service: Service) -> Iterator[httpx2.Client]:
    """The browser of an advisor."""
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as client:
        yield client


@pytest.fixture
def paul(service: Service) -> Iterator[httpx2.Client]:
    """The browser of another advisor."""
    with enter(service, f"Paul {secrets.token_hex(4)}", "conseiller") as client:
        yield client


def at(ticket: dict[str, Any], tail: str = "") -> str:
    return f"/console/demandes/{ticket['reference']}{tail}"


def hidden(page: httpx2.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return found[1]


def reply(client: httpx2.Client, ticket: dict[str, Any], **fields: Any) -> httpx2.Response:
    """Open the page of a request and send its answer form."""
    shown = client.get(at(ticket))
    data = {name: hidden(shown, name) for name in ("csrf", "version", "cle")}
    return client.post(at(ticket, "/repondre"), data={**data, **fields})


def read(client: httpx2.Client, ticket: dict[str, Any]) -> dict[str, Any]:
    """The request as the API tells it."""
    body: dict[str, Any] = client.get(path(ticket), headers=KEY).json()
    return body


def listed(page: httpx2.Response) -> list[str]:
    """The references that a page of the queue lists, in its order."""
    return re.findall(r'href="/console/demandes/(OR-[0-9A-Z-]+)">', page.text)


def words(page: httpx2.Response) -> str:
    """The words of a page, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_the_queue_shows_what_is_late_first(
    client: httpx2.Client, service: Service, claire: httpx2.Client
) -> None:
    word = f"zonage{secrets.token_hex(4)}"
    new, late, waiting = (create(client, besoin=f"{word} {n}") for n in range(3))
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        past = (
            "UPDATE ticket SET first_reply_due_at = now() - interval '2 days' WHERE reference = %s"
        )
        connection.execute(past, (late["reference"],))
    for status in ("en_cours", "en_attente_elu"):
        headers = {**KEY, "If-Match": "*"}
        client.patch(path(waiting), json={"status": status}, headers=headers)

    def queue(**query: str) -> list[str]:
        return listed(claire.get("/console/demandes", params={"q": word, **query}))

    assert queue() == [late["reference"], new["reference"]]
    assert queue(vue="en_retard") == [late["reference"]]
    assert queue(vue="en_attente") == [waiting["reference"]]
    assert queue(vue="traitees") == []
    assert queue(vue="toutes") == [each["reference"] for each in (late, new, waiting)]
    shown = words(claire.get("/console/demandes", params={"q": word}))
    assert "2 demandes pour ces filtres." in shown
    assert "En retard" in shown


def test_the_queue_is_filtered(client: httpx2.Client, claire: httpx2.Client) -> None:
    word = f"halles{secrets.token_hex(4)}"
    auch = create(
        client, besoin=word, territoire_code="32013", themes=["jeunesse"], route="hors_champ"
    )
    other = create(client, besoin=word, territoire_code="29019")
    client.post(path(other, "/claim"), headers=KEY)
    client.patch(path(auch), json={"priority": "haute"}, headers={**KEY, "If-Match": "*"})

    def queue(**query: str) -> list[str]:
        return listed(claire.get("/console/demandes", params={"q": word, **query}))

    asked: list[dict[str, str]] = [
        {"theme": "jeunesse"},
        {"route": "hors_champ"},
        {"conseiller": "personne"},
        {"equipe": "cellule", "theme": "jeunesse"},
        {"departement": "32"},
        {"priorite": "haute"},
    ]
    for query in asked:
        assert queue(**query) == [auch["reference"]], query
    assert queue(conseiller="moi") == []
    submit(claire, at(auch), at(auch, "/prendre"))
    assert queue(conseiller="moi") == [auch["reference"]]
    assert claire.get("/console/demandes", params={"vue": "bidon"}).status_code == 422
    assert claire.get("/console/demandes", params={"suite": "bidon"}).status_code == 422


def test_the_queue_goes_on_from_page_to_page(client: httpx2.Client, claire: httpx2.Client) -> None:
    word = f"lavoir{secrets.token_hex(4)}"
    made = {create(client, besoin=f"{word} {n}")["reference"] for n in range(27)}
    first = claire.get("/console/demandes", params={"q": word})
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following is not None
    second = claire.get("/console/demandes" + html.unescape(following[1]))
    assert len(listed(first)) == 25
    assert len(listed(second)) == 2
    assert {*listed(first), *listed(second)} == made
    assert 'rel="next"' not in second.text


def test_the_page_tells_all_that_is_known(client: httpx2.Client, claire: httpx2.Client) -> None:
    chat = Chat.open(client)
    chat.say("Je suis maire, comment faire un budget participatif à Auch ?")
    made = client.post(
        "/api/v1/tickets",
        json={**BODY, "territoire_code": "32013", "nom": "Jeanne <b>Dupuy</b>"},
        headers=chat.headers,
    ).json()
    past = create(client, territoire_code="32013")
    page = claire.get(at(made))
    shown = words(page)
    assert "Jeanne &lt;b&gt;Dupuy" in page.text
    assert str(BODY["besoin"]) in shown
    assert "Je suis maire, comment faire un budget participatif à Auch ?" in shown
    assert "habitants" in shown
    assert "Gers" in shown
    assert past["reference"] in shown
    assert 'name="ressources"' in page.text


def test_an_answer_reaches_the_elu_once(client: httpx2.Client, claire: httpx2.Client) -> None:
    chat = Chat.open(client)
    made = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    shown = claire.get(at(made))
    data = {name: hidden(shown, name) for name in ("csrf", "version", "cle")}
    cited = re.search(r'name="ressources" value="([^"]+)"', shown.text)
    assert cited is not None
    data |= {"corps": "Bonjour,\r\nvoici une piste.", "ressources": cited[1], "etat": "resolu"}
    sent = [claire.post(at(made, "/repondre"), data=data) for _ in range(2)]
    assert [each.status_code for each in sent] == [303, 303]
    assert "Votre réponse est envoyée" in claire.get(sent[0].headers["location"]).text
    ticket = read(client, made)
    assert ticket["status"] == "resolu"
    assert ticket["assignee"].startswith("Claire")
    [message] = ticket["messages"]
    begin = (
        r"Bonjour,\nvoici une piste.\n\nRessources citées\u00a0:\n\n"
        r"• .+\n«\u00a0.+\u00a0»\nSource\u00a0: .+, https?://"
    )
    assert re.match(begin, message["body"])
    history = client.get(chat.path, headers=chat.headers).json()
    assert sum("voici une piste" in str(each) for each in history["messages"]) == 1


def test_an_answer_is_read_before_it_is_sent(client: httpx2.Client, claire: httpx2.Client) -> None:
    ticket = create(client)
    resource = hidden(claire.get(at(ticket)), "ressources")
    fields = {"corps": "Bonjour, voyez <ceci>.", "ressources": resource, "etat": "resolu"}
    shown = reply(claire, ticket, geste="apercu", **fields)
    assert shown.status_code == 200
    assert "Rien n’est encore envoyé." in words(shown)
    preview = shown.text[shown.text.index('id="t-apercu"') : shown.text.index('class="modeles"')]
    assert "Bonjour, voyez &lt;ceci&gt;." in preview
    quoted = re.search(r"«\u00a0(.+?)\u00a0»\s+Source\u00a0: ", html.unescape(preview))
    assert quoted is not None
    body = client.get(f"/api/v1/resources/{resource}").json()
    assert quoted[1] in plain_text(body["body"]) or quoted[1] == body["summary"]
    assert ">Bonjour, voyez &lt;ceci&gt;.</textarea>" in shown.text
    assert f'value="{resource}" checked' in shown.text
    assert '<option value="resolu" selected>' in shown.text
    assert read(client, ticket)["messages"] == []


def test_a_note_stays_between_advisors(client: httpx2.Client, claire: httpx2.Client) -> None:
    chat = Chat.open(client)
    made = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    sent = reply(claire, made, corps="À rappeler jeudi.", visibilite="internal", etat="resolu")
    assert sent.status_code == 303
    ticket = read(client, made)
    assert (ticket["status"], ticket["assignee"]) == ("nouveau", None)
    assert "À rappeler jeudi." in claire.get(at(made)).text
    assert "À rappeler jeudi." not in client.get(chat.path, headers=chat.headers).text


def test_of_two_who_take_a_request_one_gets_it(
    client: httpx2.Client, claire: httpx2.Client, paul: httpx2.Client
) -> None:
    ticket = create(client)
    with ThreadPoolExecutor(2) as both:
        taken = list(
            both.map(lambda each: submit(each, at(ticket), at(ticket, "/prendre")), (claire, paul))
        )
    assert sorted(each.status_code for each in taken) == [303, 409]
    loser = next(each for each in taken if each.status_code == 409)
    winner = read(client, ticket)["assignee"]
    assert f"{winner} a pris cette demande en charge juste avant vous." in words(loser)


def test_an_answer_written_meanwhile_is_shown_and_nothing_is_lost(
    client: httpx2.Client, claire: httpx2.Client, paul: httpx2.Client
) -> None:
    ticket = create(client)
    shown = claire.get(at(ticket))
    data = {name: hidden(shown, name) for name in ("csrf", "version", "cle")}
    reply(paul, ticket, corps="Paul répond le premier.")
    late = claire.post(at(ticket, "/repondre"), data={**data, "corps": "Claire écrivait."})
    assert late.status_code == 409
    assert "Cette demande a changé" in late.text
    assert "Paul répond le premier." in late.text
    assert ">Claire écrivait.</textarea>" in late.text
    assert len(read(client, ticket)["messages"]) == 1
    again = {name: hidden(late, name) for name in ("csrf", "version", "cle")}
    sent = claire.post(at(ticket, "/repondre"), data={**again, "corps": "Claire complète."})
    assert sent.status_code == 303
    assert len(read(client, ticket)["messages"]) == 2


def test_only_possible_statuses_are_offered_and_done(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    ticket = create(client)
    submit(claire, at(ticket), at(ticket, "/prendre"))
    shown = words(claire.get(at(ticket)))
    assert "Marquer comme résolue" in shown
    assert "Clore" not in shown
    refused = submit(claire, at(ticket), at(ticket, "/etat"), etat="clos")
    assert refused.status_code == 409
    assert "la demande est maintenant « En cours »" in words(refused)
    assert submit(claire, at(ticket), at(ticket, "/etat"), etat="bidon").status_code == 422
    assert submit(claire, at(ticket), at(ticket, "/etat"), etat="resolu").status_code == 303
    assert read(client, ticket)["status"] == "resolu"


def classify(client: httpx2.Client, ticket: dict[str, Any], **fields: Any) -> httpx2.Response:
    shown = client.get(at(ticket))
    data = {
        "csrf": csrf(shown),
        "version": hidden(shown, "version"),
        "conseiller": "",
        "priorite": "normale",
        "route": "conseiller",
        "themes": ["jeunesse", "eau"],
    }
    return client.post(at(ticket, "/classer"), data={**data, **fields})


def test_a_request_is_classified(client: httpx2.Client, claire: httpx2.Client) -> None:
    ticket = create(client)
    sent = classify(claire, ticket, priorite="urgente", conseiller="Paul", route="hors_champ")
    assert sent.status_code == 303
    now = read(client, ticket)
    assert (now["priority"], now["assignee"], now["route"]) == ("urgente", "Paul", "hors_champ")
    assert now["themes"] == ["jeunesse", "eau"]
    assert "priorité Normale → Urgente" in words(claire.get(at(ticket)))


@pytest.mark.parametrize(
    "wrong", [{"priorite": "folle"}, {"route": "lune"}, {"themes": ["pétanque"]}]
)
def test_a_choice_that_was_not_offered_is_refused(
    client: httpx2.Client, claire: httpx2.Client, wrong: dict[str, Any]
) -> None:
    ticket = create(client)
    assert classify(claire, ticket, **wrong).status_code == 422
    assert read(client, ticket)["version"] == ticket["version"]


def test_a_request_changes_team_with_a_reason(client: httpx2.Client, claire: httpx2.Client) -> None:
    ticket = create(client)
    where = at(ticket, "/confier")

    def send(**fields: str) -> httpx2.Response:
        version = hidden(claire.get(at(ticket)), "version")
        return submit(claire, at(ticket), where, version=version, **fields)

    assert "Dites pourquoi" in send(equipe="base").text
    assert send(equipe="lune", motif="x").status_code == 422
    assert send(equipe="base", motif="Fiche à corriger.").status_code == 303
    assert read(client, ticket)["team"] == "base"
    assert "« Fiche à corriger. »" in words(claire.get(at(ticket)))


@pytest.mark.parametrize("body", ["", "   ", "x" * 12_001])
def test_an_impossible_message_is_told(
    client: httpx2.Client, claire: httpx2.Client, body: str
) -> None:
    ticket = create(client)
    assert reply(claire, ticket, corps=body).status_code == 422
    assert read(client, ticket)["messages"] == []


@pytest.mark.parametrize("modele", [each.id for each in load_modeles()])
def test_a_canned_answer_is_filled_in(
    client: httpx2.Client, claire: httpx2.Client, modele: str
) -> None:
    ticket = create(client, nom="Jeanne Dupuy")
    page = claire.get(at(ticket), params={"modele": modele})
    area = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.S)
    assert area is not None
    assert area[1].startswith("Bonjour Jeanne Dupuy,")
    assert "Claire" in area[1]
    assert "{" not in area[1]


def test_an_unknown_request_is_a_page_that_says_so(claire: httpx2.Client) -> None:
    unknown = claire.get("/console/demandes/OR-2026-AAAAAA")
    assert unknown.status_code == 404
    assert unknown.headers["content-type"].startswith("text/html")
    assert "Introuvable" in unknown.text


def test_mails_are_followed_and_read_by_those_who_may(
    client: httpx2.Client, service: Service, claire: httpx2.Client
) -> None:
    ticket = create(client, courriel="mairie-des-courriels@exemple.fr")
    reply(claire, ticket, corps="Un mot secret pour vous.")
    query = {"reference": ticket["reference"]}
    wait_for(
        lambda: (
            client.get("/api/v1/mails", params=query, headers=KEY).json()["items"][0]["text"]
            is not None
        )
    )
    with enter(service, f"Sofia {secrets.token_hex(4)}", "responsable") as sofia:
        outbox = sofia.get("/console/courriels", params=query)
        assert "mairie-des-courriels@exemple.fr" in outbox.text
        link = re.search(r'href="(/console/demandes/[^"]+/courriels/[^"]+)"', outbox.text)
        assert link is not None
        assert "Un mot secret pour vous." in sofia.get(link[1]).text
    with enter(service, f"Aziz {secrets.token_hex(4)}", "admin_technique") as aziz:
        outbox = aziz.get("/console/courriels", params=query)
        assert ticket["reference"] in outbox.text
        assert "mairie-des-courriels" not in outbox.text
        assert aziz.get(link[1]).status_code == 403
        assert aziz.get(at(ticket)).status_code == 403


def test_pages_are_never_kept_by_the_browser(client: httpx2.Client, claire: httpx2.Client) -> None:
    for address in ("/console/demandes", at(create(client))):
        page = claire.get(address)
        assert page.headers["cache-control"] == "no-store"
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert all(' src="/console/fichiers/' in each for each in scripts)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert len(page.content) < 300_000


def test_the_request_to_the_login_comes_back_where_it_was(service: Service) -> None:
    with open_client(service) as nobody:
        led = nobody.get("/console/demandes?vue=en_retard&q=bourg")
        assert led.headers["location"].endswith(
            "/console/connexion?suite=/console/demandes%3Fvue%3Den_retard%26q%3Dbourg"
        )
