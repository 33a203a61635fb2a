"""What the tests of received mails share: a reply, the address that leads to a request."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import psycopg

from api.courrier.adresse import ReplyBox, sign_address
from api.database import connect
from api.links import link_secret
from tests.api.tickets import KEY
from tests.conftest import Service

DOOR = "/api/v1/mails/entrants"
RFC822 = {**KEY, "Content-Type": "message/rfc822"}
BOX = ReplyBox("reponse", "exemple.fr")


def mail(text: str = "Bonjour", **headers: str) -> EmailMessage:
    """A reply as a program of today writes it; `_` stands for `-` in the names of headers."""
    message = EmailMessage(policy=SMTP)
    given = {"From": "Éloïse Lefèvre <mairie@exemple.fr>", "Subject": "Re: Réponse"} | headers
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


async def address_of(service: Service, reference: str) -> str:
    """Return the address that a mail about a request bears."""
    with psycopg.connect(service.database_url) as connection:
        row = connection.execute("SELECT id FROM ticket WHERE reference = %s", (reference,))
        (number,) = row.fetchone() or (0,)
    database = connect(service.database_url)
    async with database.sessions.begin() as session:
        secret = await link_secret(session)
    await database.close()
    until = datetime.now(UTC) + timedelta(days=3)
    return BOX.address(sign_address(secret, number, expires_at=until)).addr_spec
