"""Nobody waits in silence: each reminder is sent to someone, or seen in the console."""

import threading
from datetime import date, timedelta
from typing import Any

import httpx2
import psycopg
import pytest

from api.database import connect
from api.mail.delivery import SendMail
from api.tickets.clock import load_delais
from api.tickets.relances import unheard
from api.tickets.reminders import REMIND, Remind
from api.tickets.repository import TicketRepository
from api.tickets.routing import load_aiguillage
from tests.api.console import submit
from tests.api.equipes import at, person
from tests.api.receiver import wait_for
from tests.api.staff import add, send_away
from tests.api.test_clock import Desk, desk, history, paris  # noqa: F401
from tests.api.test_mail import SENDER, Mailbox, mailbox  # noqa: F401
from tests.api.tickets import KEY, create, path
from tests.conftest import Chat, Service

# After closing time of the third, fifth, sixth and seventh working days.
STEPS = (paris(27, 19), paris(1, 19, 12), paris(2, 19, 12), paris(3, 19, 12))


async def climb(desk: Desk, box: Mailbox) -> list[tuple[str, str]]:  # noqa: F811
    """Let each step of the ladder come, with the shipped table; return who got which mail."""
    with psycopg.connect(desk.url) as connection:
        found = connection.execute("SELECT payload FROM job WHERE kind = %s", (REMIND,))
        ((payload,),) = found.fetchall()
    for step, moment in enumerate(STEPS):
        desk.now = moment
        await desk.run(
            lambda session, step=step: Remind(load_aiguillage(), now=lambda: desk.now)(  # type: ignore[misc]
                session, {**payload, "step": step}
            )
        )
    await send_all(desk, box)
    return [(str(each["To"].addresses[0].addr_spec), str(each["Subject"])) for each in box.mails]


async def send_all(desk: Desk, box: Mailbox) -> None:  # noqa: F811
    """Hand every mail over to the mail server."""
    send = SendMail(server=box.server, sender=SENDER, public_url="https://orientation.exemple.fr")
    with psycopg.connect(desk.url) as connection:
        query = "SELECT id FROM mail WHERE status = 'en_attente' ORDER BY created_at, recipient"
        waiting = [row[0] for row in connection.execute(query)]
    for each in waiting:
        await desk.run(lambda session, each=each: send(session, {"mail": each}))  # type: ignore[misc]


async def hold(desk: Desk, assignee: str | None, **changes: Any) -> str:  # noqa: F811
    """Open a request that this advisor holds; return its reference."""
    ticket = await desk.open()

    async def give(session: Any) -> None:
        found = await TicketRepository(session).by_id(ticket.id, lock=True)
        assert found is not None
        found.assignee = assignee
        for name, value in changes.items():
            setattr(found, name, value)

    await desk.run(give)
    return ticket.reference


async def test_the_ladder_of_the_shipped_table_reaches_the_advisor_the_responsable_and_the_elu(
    desk: Desk,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
) -> None:
    add(desk.url, "Nadia", "cellule")
    add(desk.url, "Karim", "cellule")
    add(desk.url, "Sofia", role="responsable")
    add(desk.url, "Rédac", role="redacteur")
    reference = await hold(desk, "Nadia")
    assert await climb(desk, mailbox) == [
        ("nadia@exemple.fr", f"Demande {reference}\u00a0: une réponse est attendue"),
        ("nadia@exemple.fr", f"Demande {reference}\u00a0: une réponse est attendue"),
        ("sofia@exemple.fr", f"Demande {reference}\u00a0: sans réponse malgré deux rappels"),
        ("elu@exemple.fr", f"Votre demande {reference}\u00a0: des nouvelles"),
    ]
    assert history(desk.url) == [(each.a, each.jours) for each in load_delais().rappels]
    text = mailbox.mails[0].get_body(("plain",))
    assert text is not None
    assert "Elle est prise en charge par Nadia." in text.get_content()
    assert "conseil citoyen" not in text.get_content()


async def test_without_an_advisor_each_of_the_team_is_told_or_their_delegate(
    desk: Desk,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
) -> None:
    for nom in ("Inès", "Karim", "Nadia"):
        add(desk.url, nom, "cellule")
    add(desk.url, "Paul", "base")
    send_away(desk.url, "Inès", date(2026, 11, 20), date(2026, 12, 31))
    send_away(desk.url, "Karim", date(2026, 11, 20), date(2026, 12, 31), "Paul")
    await hold(desk, None)
    told = [to for to, subject in await climb(desk, mailbox) if "attendue" in subject]
    assert sorted(set(told)) == ["nadia@exemple.fr", "paul@exemple.fr"]
    assert len(told) == 4


@pytest.mark.parametrize("team", ["cellule", None])
async def test_who_is_in_every_team_is_told_when_a_team_has_nobody(
    desk: Desk,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
    team: str | None,
) -> None:
    add(desk.url, "Mehdi")
    add(desk.url, "Sofia", "base", role="responsable")
    await hold(desk, None, team=team)
    told = [to for to, _ in await climb(desk, mailbox)]
    assert told == [*["mehdi@exemple.fr"] * 2, "sofia@exemple.fr", "elu@exemple.fr"]


@pytest.mark.parametrize("why", ["away", "closed", "partner"])
async def test_an_advisor_who_cannot_be_told_leaves_it_to_the_team(
    desk: Desk,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
    why: str,
) -> None:
    add(desk.url, "Nadia", "cellule")
    add(desk.url, "Karim", "cellule")
    if why == "away":
        send_away(desk.url, "Nadia", date(2026, 11, 20), date(2026, 12, 31))
    with psycopg.connect(desk.url, autocommit=True) as connection:
        if why != "away":
            connection.execute("UPDATE compte SET disabled_at = now() WHERE nom = 'Nadia'")
    await hold(desk, "Outil partenaire" if why == "partner" else "Nadia")
    assert [to for to, subject in await climb(desk, mailbox) if "attendue" in subject] == [
        "karim@exemple.fr"
    ] * 2


async def missed(desk: Desk) -> list[str]:  # noqa: F811
    """Who could not be reminded of the request."""

    async def read(session: Any) -> list[str]:
        ticket = await TicketRepository(session).by_reference(desk.reference)
        assert ticket is not None
        return (await unheard(session, [ticket])).get(ticket.id, [])

    found: list[str] = await desk.run(read)
    return found


async def test_a_step_that_nobody_hears_is_known_until_the_answer(
    desk: Desk,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
) -> None:
    await hold(desk, None, courriel=None, telephone="+33 5 62 00 00 00")
    assert await missed(desk) == []
    assert await climb(desk, mailbox) == []
    assert await missed(desk) == ["conseiller", "responsable", "elu"]
    await desk.answer()
    assert await missed(desk) == []


async def test_a_mail_that_the_server_refused_was_not_heard(
    desk: Desk,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
) -> None:
    add(desk.url, "Nadia", "cellule")
    add(desk.url, "Sofia", role="responsable")
    await hold(desk, "Nadia")
    mailbox.answers = ["550 Inconnu ici", "550 Inconnu ici"]
    assert len(await climb(desk, mailbox)) == 2
    assert await missed(desk) == ["conseiller"]


async def late(service: Service, reference: str, step: int) -> None:
    """Let a step of the ladder of a request of the running service come, ten days later."""
    database = connect(service.database_url)
    async with database.sessions.begin() as session:
        ticket = await TicketRepository(session).by_reference(reference)
        assert ticket is not None
        then = ticket.first_reply_due_at + timedelta(days=10)
        await Remind(load_aiguillage(), now=lambda: then)(
            session, {"ticket": ticket.id, "step": step}
        )
    await database.close()


async def test_who_left_only_a_telephone_reads_it_in_their_conversation_at_once(
    chat: Chat, service: Service
) -> None:
    body = {"besoin": "Un appui pour le lavoir d’Eauze", "telephone": "+33 5 62 00 00 00"}
    made = chat.client.post("/api/v1/tickets", json=body, headers=chat.headers)
    reference = made.json()["reference"]
    received: list[str] = []

    def listen() -> None:
        with (
            httpx2.Client(base_url=service.url, timeout=30) as own,
            own.stream("GET", f"{chat.path}/events", headers=chat.headers) as stream,
        ):
            for line in stream.iter_lines():
                received.append(line)
                if "excuser" in line:
                    return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    wait_for(lambda: ": ok" in received)
    await late(service, reference, step=3)
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert "event: ticket" in received
    history = chat.client.get(chat.path, headers=chat.headers).json()["messages"]
    turn = history[-1]["turn"]
    assert (turn["reference"], turn["status"]) == (reference, "nouveau")
    (said,) = turn["messages"]
    assert said["type"] == "text"
    assert said["text"].startswith(f"Votre demande {reference} n’a pas encore été prise en charge.")
    with psycopg.connect(service.database_url) as connection:
        (changes,) = connection.execute(
            "SELECT e.changes FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id"
            " WHERE t.reference = %s AND e.kind = 'reminder'",
            (reference,),
        ).fetchone() or ({},)
    assert changes == {
        "to": "elu",
        "working_days": 7,
        "mailed": False,
        "in_conversation": True,
    }


async def test_the_console_says_that_a_request_is_to_be_taken_up_again(
    client: httpx2.Client, service: Service
) -> None:
    ticket = create(client, besoin="Le sentier des meules de Lectoure s’éboule.")
    with person(service, "Solène", "responsable") as solene:
        queue = {"q": ticket["reference"], "vue": "toutes"}
        assert "À relancer" not in solene.client.get("/console/demandes", params=queue).text
        await late(service, ticket["reference"], step=2)

        # This service has no mail server: the mail is written, and can only be read.
        wait_for(lambda: "À relancer" in solene.client.get(at(ticket)).text)
        shown = solene.client.get(at(ticket)).text
        assert "aucun responsable n’a pu être prévenu" in shown
        assert "À relancer" in solene.client.get("/console/demandes", params=queue).text
        # Taking it up tells the élu nothing: it stays to be taken up again until it is answered.
        assert submit(solene.client, at(ticket), f"{at(ticket)}/prendre").status_code == 303
        mine = {**queue, "conseiller": "moi"}
        assert "À relancer" in solene.client.get("/console/demandes", params=mine).text
        client.post(path(ticket, "/messages"), json={"body": "Voici."}, headers=KEY)
        answered = solene.client.get("/console/demandes", params=mine).text
        assert ticket["reference"] in answered
        assert "À relancer" not in answered
