"""Partner systems are told what happens: signed, tried again, never to our own network."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import httpx2
import psycopg
import pytest

from api.database import connect
from api.jobs.worker import Worker
from api.tickets.desk import TicketDesk
from api.tickets.service import TicketService
from api.webhooks.delivery import DeliverWebhook
from api.webhooks.models import Webhook
from api.webhooks.repository import DELIVER, WebhookRepository
from api.webhooks.signing import new_secret
from api.webhooks.targets import TargetRefused, check_target, is_public
from assistant.ports import Demande
from tests.api.receiver import Receiver, receiving, wait_for
from tests.conftest import API_KEY, ROOT

# The waits between the ten attempts: about three days.
WAITS = [
    *(timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=2), timedelta(hours=6), timedelta(hours=12), timedelta(hours=24)),
    timedelta(hours=30),
]
LOOPBACK = (ip_network("127.0.0.0/8"),)
DEMANDE = Demande(besoin="Comment relancer notre conseil citoyen ?", courriel="m@exemple.fr")
SECRET = new_secret()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


async def register(database_url: str, url: str) -> None:
    database = connect(database_url)
    async with database.sessions.begin() as session:
        events = ["ticket.created", "ticket.updated", "ticket.message"]
        row = Webhook(id="w", url=url, secret=SECRET, events=events, created_by="essai")
        await WebhookRepository(session).add(row)
    await database.close()


async def live_a_ticket(database_url: str) -> str:
    """A ticket is made, claimed and answered, in three transactions."""
    database = connect(database_url)
    async with database.sessions.begin() as session:
        reference = (await TicketService(session).create(DEMANDE)).reference
    for act in ("claim", "write"):
        async with database.sessions.begin() as session:
            ticket = await TicketService(session).get(reference, lock=True)
            assert ticket is not None
            desk = TicketDesk(session)
            if act == "claim":
                await desk.claim(ticket, actor="a.martin")
            else:
                await desk.write(ticket, body="Jeudi ?", visibility="public", actor="a.martin")
    await database.close()
    return reference


def launch_worker(database_url: str) -> subprocess.Popen[bytes]:
    """Start `orientation worker` in its own process."""
    return subprocess.Popen(
        [sys.executable, "-m", "api", "worker"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "ORIENTATION_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        },
    )


def deliveries(database_url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT event_id, status, jsonb_array_length(attempts) FROM webhook_delivery"
            " ORDER BY created_at, event_id"
        ).fetchall()


def worker_of(database_url: str, **options: Any) -> Worker:
    options = {"allowed": LOOPBACK, "delays": (timedelta(),) * 3, **options}
    return Worker(database_url, {DELIVER: DeliverWebhook(**options)})


async def work_until(worker: Worker, condition: Any) -> None:
    worker.start()
    try:
        await asyncio.to_thread(wait_for, condition)
    finally:
        await worker.stop()


async def test_each_event_is_told_signed_without_personal_data(
    database_url: str, receiver: Receiver
) -> None:
    await register(database_url, receiver.url)
    reference = await live_a_ticket(database_url)
    await work_until(worker_of(database_url), lambda: len(receiver.received) == 3)
    told = {each.event["type"]: each for each in receiver.received}
    assert set(told) == {"ticket.created", "ticket.updated", "ticket.message"}
    for each in told.values():
        assert each.is_signed_by(SECRET)
        assert not each.is_signed_by(new_secret())
        assert each.event["id"] == each.headers["webhook-id"]
        assert each.event["data"]["ticket"]["reference"] == reference
        assert b"exemple.fr" not in each.body
        assert b"conseil citoyen" not in each.body
    assert told["ticket.updated"].event["data"]["changes"]["status"] == ["nouveau", "en_cours"]


async def test_nothing_is_told_of_what_was_not_kept(database_url: str, receiver: Receiver) -> None:
    await register(database_url, receiver.url)
    database = connect(database_url)
    async with database.sessions() as session:
        await TicketService(session).create(DEMANDE)
        await session.rollback()
    await database.close()
    assert deliveries(database_url) == []


async def test_a_receiver_that_fails_is_tried_again_with_the_same_id(
    database_url: str, receiver: Receiver
) -> None:
    receiver.answers = [500, 302]
    await register(database_url, receiver.url)
    database = connect(database_url)
    async with database.sessions.begin() as session:
        await TicketService(session).create(DEMANDE)
    await database.close()
    await work_until(worker_of(database_url), lambda: deliveries(database_url)[0][1] == "remis")
    assert len(receiver.received) == 3
    assert len(set(receiver.ids())) == 1
    assert deliveries(database_url)[0][2] == 3


async def test_a_receiver_that_always_fails_is_given_up_and_logged(
    database_url: str, receiver: Receiver
) -> None:
    receiver.answers = [503] * 20
    await register(database_url, receiver.url)
    await live_a_ticket(database_url)
    await work_until(
        worker_of(database_url),
        lambda: [row[1:] for row in deliveries(database_url)] == [("abandonne", 4)] * 3,
    )


async def test_a_private_address_is_refused_at_sending_too(
    database_url: str, receiver: Receiver
) -> None:
    await register(database_url, receiver.url)
    await live_a_ticket(database_url)
    await work_until(
        worker_of(database_url, allowed=()),
        lambda: all(row[1] == "abandonne" for row in deliveries(database_url)),
    )
    assert receiver.received == []


async def test_killed_while_sending_the_worker_leaves_everything_to_the_next(
    database_url: str, receiver: Receiver
) -> None:
    receiver.hang = threading.Event()
    await register(database_url, receiver.url)
    await live_a_ticket(database_url)
    first = launch_worker(database_url)
    await asyncio.to_thread(wait_for, lambda: len(receiver.received) >= 3, seconds=60)
    first.send_signal(signal.SIGKILL)
    first.wait()
    receiver.hang.set()
    receiver.hang = None
    before = set(receiver.ids())
    assert {row[1] for row in deliveries(database_url)} == {"en_attente"}
    second = launch_worker(database_url)
    try:
        await asyncio.to_thread(
            wait_for,
            lambda: {row[1] for row in deliveries(database_url)} == {"remis"},
            seconds=60,
        )
    finally:
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=20) == 0
    assert set(receiver.ids()) == before == {row[0] for row in deliveries(database_url)}


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1"),
        *("::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        *("224.0.0.1", "255.255.255.255"),
    ],
)
def test_our_own_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1/", "https://localhost/", "https://127.1/", "https://2130706433/"),
        *("https://[::1]/", "http://93.184.216.34/", "ftp://93.184.216.34/", "file:///etc/hosts"),
        *("https://nom:passe@93.184.216.34/", "https:///sans-nom", "https://inconnu.invalid/"),
    ],
)
async def test_a_wrong_target_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused):
        await check_target(url)


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    target = await check_target("http://localhost:8099/ici", allowed=(*LOOPBACK, ip_network("::1")))
    assert target.url.host == "localhost"
    assert target.host_header == "localhost:8099"
    assert target.pinned_url.host in ("127.0.0.1", "::1")


def test_a_partner_subscribes_reads_the_log_and_asks_again(
    client: httpx2.Client, receiver: Receiver
) -> None:
    key = {"Authorization": f"Bearer {API_KEY}"}
    refused = client.post("/api/v1/webhooks", json={"url": "http://10.0.0.1/"}, headers=key)
    assert refused.status_code == 422
    assert "https" in refused.json()["detail"]
    wanted = {"url": receiver.url, "events": ["ticket.created"]}
    made = client.post("/api/v1/webhooks", json=wanted, headers=key)
    assert made.status_code == 201
    place = made.headers["location"]
    listed = client.get("/api/v1/webhooks", headers=key).json()["items"]
    assert all("secret" not in each for each in listed)
    body = {"besoin": "Un appui", "courriel": "m@exemple.fr"}
    client.post("/api/v1/tickets", json=body, headers=key)
    wait_for(lambda: len(receiver.received) == 1)
    assert receiver.received[0].is_signed_by(made.json()["secret"])
    wait_for(lambda: bool(log_of(client, place, key, status="remis")))
    (line,) = log_of(client, place, key)
    assert line["event"] == "ticket.created"
    assert [each["status"] for each in line["attempts"]] == [200]
    again = client.post(f"{place}/deliveries/{line['id']}/replay", headers=key)
    assert again.status_code == 202
    wait_for(lambda: receiver.ids() == [line["event_id"]] * 2)
    assert client.post(f"{place}/deliveries/inconnu/replay", headers=key).status_code == 404
    assert client.get("/api/v1/webhooks").status_code == 401
    assert client.delete(place, headers=key).status_code == 204
    assert client.get(f"{place}/deliveries", headers=key).status_code == 404


def log_of(
    client: httpx2.Client, place: str, key: dict[str, str], **criteria: str
) -> list[dict[str, Any]]:
    """The delivery log of a webhook."""
    read = client.get(f"{place}/deliveries", params=criteria, headers=key)
    items: list[dict[str, Any]] = read.json()["items"]
    return items


async def test_a_receiver_that_fails_is_tried_again_later_and_later_then_given_up(
    database_url: str, receiver: Receiver
) -> None:
    await register(database_url, receiver.url)
    await live_a_ticket(database_url)
    receiver.answers = [500] * 20
    deliver = DeliverWebhook(allowed=LOOPBACK)  # with the waits of the service itself
    database = connect(database_url)
    with psycopg.connect(database_url) as connection:
        (delivery,) = connection.execute(
            "SELECT id FROM webhook_delivery ORDER BY created_at, id LIMIT 1"
        ).fetchone() or ("",)
    waits: list[timedelta] = []
    while True:
        before = datetime.now(UTC)
        async with database.sessions.begin() as session:
            again = await deliver(session, {"delivery": delivery})
        if again is None:
            break
        wait = WAITS[len(waits)]
        assert before + wait <= again <= datetime.now(UTC) + wait
        waits.append(wait)
    await database.close()
    assert waits == WAITS
    assert waits == sorted(waits)
    assert len(receiver.received) == len(WAITS) + 1
    assert len(set(receiver.ids())) == 1
    with psycopg.connect(database_url) as connection:
        state = connection.execute(
            "SELECT status, tries, next_attempt_at FROM webhook_delivery WHERE id = %s", (delivery,)
        ).fetchone()
    assert state == ("abandonne", 10, None)
