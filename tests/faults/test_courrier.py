"""A worker killed while it empties the mailbox: no mail is lost, none doubled."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg

from api.courrier.adresse import sign_address
from api.courrier.releve import COLLECT
from api.database import connect
from api.jobs.repository import JobRepository
from api.links import link_secret
from api.tickets.service import TicketService
from assistant.ports import Demande
from tests.api.boite import imap_server, new_folder
from tests.api.courrier import BOX, mail
from tests.api.receiver import wait_for
from tests.conftest import ROOT

MAILS = 16


@contextmanager
def worker(database_url: str, imap_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `orientation worker`, killed without warning at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "worker"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "ORIENTATION_MAIL_FROM": "Orientation <orientation@exemple.fr>",
            "ORIENTATION_MAIL_REPLY_TO": "reponse@exemple.fr",
            "ORIENTATION_IMAP_URL": imap_url,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)


async def test_killed_at_any_moment_each_mail_is_in_its_request_once(database_url: str) -> None:
    database = connect(database_url)
    async with database.sessions.begin() as session:
        ticket = await TicketService(session).create(
            Demande(besoin="Un appui", courriel="mairie@exemple.fr")
        )
        await session.flush()
        until = datetime.now(UTC) + timedelta(days=1)
        token = sign_address(await link_secret(session), ticket.id, expires_at=until)
        await JobRepository(session).add(COLLECT, {}, dedupe=COLLECT)
    await database.close()
    wanted = [f"Message {number}" for number in range(MAILS)]
    with imap_server() as imap:
        folder = new_folder(imap)
        to = BOX.address(token).addr_spec
        folder.deliver(*(bytes(mail(each, To=to)) for each in wanted))
        with worker(database_url, folder.url):  # dies between its rounds, or within the second
            wait_for(lambda: folder.counts()[1] > 0)
        with worker(database_url, folder.url):
            wait_for(lambda: folder.counts() == (0, MAILS))
    with psycopg.connect(database_url) as connection:
        bodies = connection.execute("SELECT body FROM ticket_message").fetchall()
    assert sorted(body for (body,) in bodies) == sorted(wanted)
