"""Tickets that are merged, split, linked: nothing is lost, everything can be undone."""

import secrets
from typing import Any

import httpx2
import psycopg
import pytest

from tests.api.courrier import DOOR, RFC822, address_of, mail
from tests.api.receiver import receiving, wait_for
from tests.api.tickets import KEY, create, path
from tests.conftest import Chat, Service


def read(client: httpx2.Client, ticket: dict[str, Any]) -> dict[str, Any]:
    """The ticket as the API tells it."""
    body: dict[str, Any] = client.get(path(ticket), headers=KEY).json()
    return body


def say(client: httpx2.Client, ticket: dict[str, Any], body: str, **kind: str) -> str:
    """Write a message; return its id."""
    sent = client.post(path(ticket, "/messages"), json={"body": body, **kind}, headers=KEY)
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


def act(
    client: httpx2.Client,
    ticket: dict[str, Any],
    gesture: str,
    *,
    version: int | str | None = "*",
    **body: Any,
) -> httpx2.Response:
    """Merge, split or link, from the version that was read."""
    etag = version if version == "*" else f'"{version}"'
    match = {} if version is None else {"If-Match": str(etag)}
    return client.post(path(ticket, f"/{gesture}"), json=body, headers=KEY | match)


def pair(client: httpx2.Client) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two tickets of the same élu, by their address."""
    address = f"mairie.{secrets.token_hex(4)}@exemple.fr"
    one, other = (create(client, courriel=address, besoin=f"Question {n}") for n in range(2))
    return one, other


def ask(chat: Chat, besoin: str) -> dict[str, Any]:
    """A ticket of a conversation."""
    made = chat.client.post(
        "/api/v1/tickets",
        json={"besoin": besoin, "courriel": "mairie@exemple.fr"},
        headers=chat.headers,
    )
    assert made.status_code == 201, made.text
    body: dict[str, Any] = made.json()
    return body


def test_a_merged_ticket_says_where_it_went_and_loses_nothing(client: httpx2.Client) -> None:
    old, new = pair(client)
    first, second = say(client, old, "Première réponse."), say(client, new, "Seconde réponse.")
    version = read(client, new)["version"]
    answer = act(client, new, "merge", reference=old["reference"], version=version)
    assert answer.status_code == 200, answer.text
    gone, kept = read(client, new), read(client, old)
    assert (gone["status"], gone["merged_into"]) == ("clos", old["reference"])
    assert kept["merged"] == [new["reference"]]
    assert [each["id"] for each in kept["messages"]] == [first, second]
    kinds = [each["kind"] for each in kept["events"]]
    assert kinds.count("created") == 2
    assert {"merged", "received"} <= set(kinds)
    assert [each["id"] for each in gone["messages"]] == [second]

    undone = act(client, new, "unmerge", reference=old["reference"])
    assert undone.status_code == 200, undone.text
    back, alone = read(client, new), read(client, old)
    assert (back["status"], back["merged_into"]) == ("nouveau", None)
    assert [each["id"] for each in alone["messages"]] == [first]
    again = act(client, new, "unmerge", reference=old["reference"])
    assert (again.status_code, "pas, ou plus, réunie" in again.json()["detail"]) == (409, True)


def test_each_ticket_has_its_own_promise_again_once_taken_apart(
    client: httpx2.Client, service: Service
) -> None:
    old, new = pair(client)
    with psycopg.connect(service.database_url) as connection:
        connection.execute(
            "UPDATE ticket SET first_reply_due_at = first_reply_due_at + interval '9 days',"
            " expected_reply_by = expected_reply_by + 9 WHERE reference = %s",
            (old["reference"],),
        )

    def promises() -> list[tuple[Any, ...]]:
        with psycopg.connect(service.database_url) as connection:
            return connection.execute(
                "SELECT first_reply_due_at, expected_reply_by, resolution_due_at FROM ticket"
                " WHERE reference = ANY(%s) ORDER BY id",
                ([old["reference"], new["reference"]],),
            ).fetchall()

    before = promises()
    assert act(client, new, "merge", reference=old["reference"]).status_code == 200
    assert promises()[0][:2] == before[1][:2]  # the earliest of both
    assert act(client, new, "unmerge", reference=old["reference"]).status_code == 200
    assert promises() == before


def test_the_access_log_names_both_tickets(client: httpx2.Client, service: Service) -> None:
    old, new = pair(client)
    gestures = ("merge", "unmerge", "links")
    for gesture in gestures:
        assert act(client, new, gesture, reference=old["reference"].lower()).status_code == 200
    with psycopg.connect(service.database_url) as connection:
        written = connection.execute(
            "SELECT reference FROM acces_journal WHERE action = 'traiter_demande'"
            " AND reference = ANY(%s) ORDER BY id",
            ([old["reference"], new["reference"]],),
        ).fetchall()
    assert [row[0] for row in written] == [new["reference"], old["reference"]] * len(gestures)


def test_what_was_read_too_long_ago_is_refused(client: httpx2.Client) -> None:
    old, new = pair(client)
    stale = read(client, new)["version"]
    client.post(path(new, "/claim"), headers=KEY)
    for gesture, body in (
        ("merge", {"reference": old["reference"]}),
        ("links", {"reference": old["reference"]}),
        ("split", {"besoin": "Autre sujet", "reason": "Deux sujets"}),
    ):
        assert act(client, new, gesture, version=stale, **body).status_code == 412, gesture
        assert act(client, new, gesture, version=None, **body).status_code == 428, gesture
    assert read(client, new)["merged_into"] is None


def test_only_the_tickets_of_one_person_are_merged(client: httpx2.Client) -> None:
    old, new = pair(client)
    other = create(client, courriel=f"autre.{secrets.token_hex(4)}@exemple.fr")
    refusals = [
        (new, other, "ne viennent pas de la même personne"),
        (new, new, "C’est la même demande"),
        (new, {"reference": "OR-2026-AAAAAA"}, "Aucune demande ne porte cette référence"),
    ]
    for ticket, into, why in refusals:
        refused = act(client, ticket, "merge", reference=into["reference"])
        assert refused.status_code in (409, 422)
        assert why in refused.json()["detail"]
    assert act(client, new, "merge", reference=old["reference"]).status_code == 200
    third = create(client, courriel=read(client, old)["contact"]["courriel"])
    for ticket, into in ((third, new), (old, third), (new, third)):
        refused = act(client, ticket, "merge", reference=into["reference"])
        assert refused.status_code == 409, refused.text


def test_nothing_is_done_on_a_ticket_that_goes_on_elsewhere(client: httpx2.Client) -> None:
    old, new = pair(client)
    act(client, new, "merge", reference=old["reference"])
    match = KEY | {"If-Match": "*"}
    for refused in (
        client.post(path(new, "/claim"), headers=KEY),
        client.patch(path(new), json={"priority": "haute"}, headers=match),
        client.post(path(new, "/messages"), json={"body": "Bonjour"}, headers=KEY),
        act(client, new, "split", besoin="Autre", reason="Deux sujets"),
    ):
        assert refused.status_code == 409
        assert refused.json()["merged_into"] == old["reference"]


def test_the_elu_keeps_both_references_and_reads_every_answer(
    client: httpx2.Client, chat: Chat
) -> None:
    other = Chat.open(client)
    mine, theirs = ask(chat, "Qui entretient le lavoir ?"), ask(other, "Et le lavoir du haut ?")
    act(client, theirs, "merge", reference=mine["reference"])
    history = client.get(other.path, headers=other.headers).json()
    assert history["ticket"] == {"reference": theirs["reference"], "status": "nouveau"}
    told = [each["turn"]["messages"] for each in history["messages"] if each["author"] == "systeme"]
    assert f"à votre demande {mine['reference']}" in told[-1][0]["text"]
    say(client, mine, "La commune, par convention.")
    for each in (chat, other):
        said = client.get(each.path, headers=each.headers).json()["messages"]
        assert said[-1]["text"] == "La commune, par convention."
    client.patch(path(mine), json={"status": "en_cours"}, headers=KEY | {"If-Match": "*"})
    client.patch(path(mine), json={"status": "en_attente_elu"}, headers=KEY | {"If-Match": "*"})
    followed = other.say(f"Où en est ma demande {theirs['reference']} ?")
    assert followed["ticket"]["reference"] == theirs["reference"]
    assert read(client, mine)["status"] == "en_cours"  # whoever waited has been written to
    said = client.get(path(mine, "/transcript"), headers=KEY).json()["since"]
    assert any("Où en est ma demande" in (each["text"] or "") for each in said)


async def test_a_mail_sent_to_a_merged_ticket_joins_the_one_where_it_goes_on(
    client: httpx2.Client, service: Service
) -> None:
    old, new = pair(client)
    to = await address_of(service, new["reference"])
    act(client, new, "merge", reference=old["reference"])
    written = bytes(mail("Voici la convention.", From="mairie@exemple.fr", To=to))
    assert client.post(DOOR, content=written, headers=RFC822).status_code == 201
    assert [each["body"] for each in read(client, old)["messages"]] == ["Voici la convention."]
    assert read(client, new)["messages"] == []


def test_an_answered_ticket_reopens_for_the_one_that_joins_it(client: httpx2.Client) -> None:
    old, new = pair(client)
    for status in ("en_cours", "resolu"):
        client.patch(path(old), json={"status": status}, headers=KEY | {"If-Match": "*"})
    act(client, new, "merge", reference=old["reference"])
    assert read(client, old)["status"] == "en_cours"


@pytest.mark.parametrize("taken_up", [False, True])
def test_what_the_merge_alone_reopened_closes_again(client: httpx2.Client, taken_up: bool) -> None:
    done, other = pair(client)
    say(client, done, "Voici la réponse.", visibility="public")
    for status in ("en_cours", "resolu", "clos"):
        headers = {**KEY, "If-Match": "*"}
        client.patch(path(done), json={"status": status}, headers=headers)
    assert act(client, other, "merge", reference=done["reference"]).status_code == 200
    assert read(client, done)["status"] == "en_cours"
    if taken_up:
        say(client, done, "Je reprends votre demande.", visibility="public")
    undone = act(client, other, "unmerge", reference=done["reference"])
    assert undone.status_code == 200, undone.text
    alone = read(client, done)
    assert alone["status"] == ("en_cours" if taken_up else "clos")
    assert read(client, other)["status"] == "nouveau"
    released = [each["changes"] for each in alone["events"] if each["kind"] == "released"]
    expected = {} if taken_up else {"status": ["en_cours", "clos"]}
    assert released == [{"merged": [other["reference"], None], **expected}]


@pytest.mark.parametrize("where", ["kept", "merged"])
def test_what_the_elu_has_spoken_of_since_is_not_closed_again(
    client: httpx2.Client, chat: Chat, where: str
) -> None:
    other = Chat.open(client)
    done, merged = ask(chat, "Qui paie le four à pain ?"), ask(other, "Et le pressoir ?")
    for status in ("en_cours", "resolu", "clos"):
        client.patch(path(done), json={"status": status}, headers=KEY | {"If-Match": "*"})
    assert act(client, merged, "merge", reference=done["reference"]).status_code == 200
    (chat if where == "kept" else other).say("Bonjour, la convention est arrivée ce matin.")
    assert act(client, merged, "unmerge", reference=done["reference"]).status_code == 200
    assert read(client, done)["status"] == "en_cours"


def test_a_second_subject_gets_its_own_ticket(client: httpx2.Client) -> None:
    ticket, _ = pair(client)
    kept = say(client, ticket, "Pour le lavoir, une convention.")
    moved = say(client, ticket, "Pour le conseil des jeunes, voyez Auch.")
    note = say(client, ticket, "Demander à Paul.", visibility="internal")
    made = act(
        client,
        ticket,
        "split",
        besoin="Quel statut donner au conseil des jeunes ?",
        messages=[moved, note],
        reason="Deux sujets",
    )
    assert made.status_code == 201, made.text
    new = read(client, made.json())
    assert new["besoin"] == "Quel statut donner au conseil des jeunes ?"
    assert new["contact"] == read(client, ticket)["contact"]
    assert [each["id"] for each in new["messages"]] == [moved, note]
    assert new["first_reply_at"] is not None
    assert [each["id"] for each in read(client, ticket)["messages"]] == [kept]
    told = {each["kind"]: each["changes"] for each in read(client, ticket)["events"]}
    assert told["split"] == {"split_into": [None, new["reference"]], "reason": "Deux sujets"}
    stolen = act(client, new, "split", besoin="Autre", messages=[kept], reason="Par erreur")
    assert stolen.status_code == 409
    assert act(client, ticket, "split", besoin="Autre", reason=" ").status_code == 422
    # Merging undoes it.
    assert act(client, new, "merge", reference=ticket["reference"]).status_code == 200
    whole = [each["id"] for each in read(client, ticket)["messages"]]
    assert whole == [kept, moved, note]


def test_linked_tickets_name_each_other_until_they_are_not(client: httpx2.Client) -> None:
    one, other = create(client), create(client, courriel="autre@exemple.fr")
    for _ in range(2):
        assert act(client, one, "links", reference=other["reference"]).status_code == 200
    assert read(client, one)["linked"] == [other["reference"]]
    assert read(client, other)["linked"] == [one["reference"]]
    events = [each["kind"] for each in read(client, other)["events"]]
    assert events.count("linked") == 1
    gone = client.delete(path(other, f"/links/{one['reference']}"), headers=KEY | {"If-Match": "*"})
    assert gone.json()["linked"] == []
    assert read(client, one)["linked"] == []


def test_partners_are_told(client: httpx2.Client) -> None:
    old, new = pair(client)
    with receiving() as receiver:
        asked = {"url": receiver.url, "events": ["ticket.created", "ticket.updated"]}
        made = client.post("/api/v1/webhooks", json=asked, headers=KEY)
        assert made.status_code == 201, made.text
        act(client, new, "merge", reference=old["reference"])
        act(client, old, "split", besoin="Autre sujet", reason="Deux sujets")

        def mine() -> list[dict[str, Any]]:
            heard = [each.event["data"] for each in receiver.received]
            return [each["changes"] for each in heard if "changes" in each]

        wait_for(lambda: any("split_from" in each for each in mine()))
        assert any(each.get("merged_into") == [None, old["reference"]] for each in mine())
        assert any(each.get("merged") == [None, new["reference"]] for each in mine())
        assert not any("reason" in each for each in mine())
        client.delete(f"/api/v1/webhooks/{made.json()['id']}", headers=KEY)
