"""The weekly mails: a real mail server, Monday at 8, once, only when there is something to say."""

import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.headerregistry import Address
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest
from sqlalchemy import delete

from api.abonnements.links import stop_path
from api.abonnements.models import Genre
from api.abonnements.repository import AbonnementRepository
from api.abonnements.send import SEND_WEEKLY, PlanWeekly, SendWeekly, monday_of, next_monday
from api.comptes.models import Compte
from api.database import Database, connect
from api.equipes.models import Absence
from knowledge.resources import repository
from knowledge.resources.models import ResourceRow
from knowledge.resources.resource import Resource, ResourceState, ResourceType, Source
from tests.api.console import csrf, enter
from tests.api.test_mail import Mailbox, mailbox  # noqa: F401
from tests.conftest import Service

NOW = datetime(2026, 11, 30, 7, 5, tzinfo=UTC)  # Monday, 8:05 in Paris
SENDER = Address("Orientation", addr_spec="orientation@exemple.fr")
PUBLIC = "https://orientation.exemple.fr"
FACTOR = "/console/double-authentification"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    async with opened.sessions.begin() as session:
        await session.execute(delete(ResourceRow))
    yield opened
    await opened.close()


async def add_compte(database: Database, nom: str, role: str = "redacteur", **more: Any) -> Compte:
    compte = Compte(
        id=secrets.token_hex(8), courriel=f"{secrets.token_hex(3)}@exemple.fr", nom=nom, role=role
    )
    for name, value in more.items():
        setattr(compte, name, value)
    async with database.sessions.begin() as session:
        session.add(compte)
        await session.flush()
        await AbonnementRepository(session).choose(compte.id, Genre.DIGEST, actif=True)
    return compte


async def add_fiche(database: Database, title: str, **more: Any) -> None:
    made = Resource(
        id=f"outil-{secrets.token_hex(4)}",
        type=ResourceType.OUTIL,
        title=title,
        summary="Une marche avec les habitants.",
        body="Le texte.",
        sources=(Source(name="Exemple", url=f"https://exemple.fr/{secrets.token_hex(4)}"),),
    )
    made = replace(made, **{"state": ResourceState.PUBLIE, **more})
    async with database.sessions.begin() as session:
        await repository.insert_many(session, [made])


def sender_of(box: Mailbox, now: datetime) -> SendWeekly:
    return SendWeekly(server=box.server, sender=SENDER, public_url=PUBLIC, now=lambda: now)


async def run(database: Database, box: Mailbox, *, now: datetime = NOW) -> None:
    """Do the job of Monday, then each mail that it decided."""
    send = sender_of(box, now)
    async with database.sessions.begin() as session:
        await PlanWeekly(now=lambda: now)(session, {})
    with psycopg.connect(database.url.replace("+psycopg", "")) as connection:
        found = connection.execute(
            "DELETE FROM job WHERE kind = %s RETURNING payload", (SEND_WEEKLY,)
        )
        payloads = [row[0] for row in found.fetchall()]
    for payload in payloads:
        async with database.sessions.begin() as session:
            assert await send(session, payload) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 29, 12, tzinfo=UTC), datetime(2026, 11, 30, 7, tzinfo=UTC)),
        (datetime(2026, 11, 30, 6, 59, tzinfo=UTC), datetime(2026, 11, 30, 7, tzinfo=UTC)),
        (datetime(2026, 11, 30, 7, tzinfo=UTC), datetime(2026, 12, 7, 7, tzinfo=UTC)),
        (datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 30, 6, tzinfo=UTC)),
    ],
)
def test_mails_leave_on_monday_at_8_in_paris_summer_or_winter(
    now: datetime, expected: datetime
) -> None:
    assert next_monday(now) == expected
    assert monday_of(expected) == expected.date()


async def test_the_digest_says_what_waits_once_a_week(
    database: Database,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    compte = await add_compte(database, "Éloïse Lefèvre")
    await add_fiche(database, "Marche & débat", review_on=date(2026, 11, 1))
    await add_fiche(database, "Appel à projets", expires_on=date(2026, 12, 15))
    await add_fiche(
        database, "Dit ailleurs", id="outil-veille-0a1b2c", state=ResourceState.BROUILLON
    )
    await add_fiche(database, "Rien à en dire")
    await run(database, mailbox)
    await run(database, mailbox, now=NOW + timedelta(hours=3))
    (mail,) = mailbox.mails
    assert mailbox.recipients == [compte.courriel]
    assert mail["Subject"] == "Ressources\u00a0: le point de la semaine"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    said = text.get_content()
    assert "Fiches publiées à revoir\u00a0: 1" in said
    assert "Marche & débat (depuis le dimanche 1er novembre 2026)" in said
    assert "Appel à projets (le mardi 15 décembre 2026)" in said
    assert "Nouveaux brouillons de la veille\u00a0: 1" in said
    assert "Rien à en dire" not in said
    assert "introuvable" not in said
    assert "Marche &amp; débat</a>" in html.get_content()
    await run(database, mailbox, now=NOW + timedelta(days=7))
    assert len(mailbox.mails) == 2
    assert mailbox.mails[0]["Message-ID"] != mailbox.mails[1]["Message-ID"]


async def test_the_mail_offers_to_stop_it_in_one_click(
    database: Database,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    await add_compte(database, "Paul Martin")
    await add_fiche(database, "Balade", review_on=date(2026, 11, 1))
    await run(database, mailbox)
    (mail,) = mailbox.mails
    stop = str(mail["List-Unsubscribe"])
    assert re.fullmatch(rf"<{PUBLIC}/courriels/arret/hebdo/[0-9a-f]+/l1\.[\w.-]+>", stop)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = mail.get_body(("plain",))
    assert text is not None
    assert stop.strip("<>") in text.get_content()


async def test_nothing_leaves_when_there_is_nothing_to_say_or_nobody_to_tell(
    database: Database,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    reader = await add_compte(database, "Claire Petit")
    await run(database, mailbox)
    assert mailbox.mails == []
    await add_fiche(database, "Balade", review_on=date(2026, 11, 1))
    await add_compte(database, "Partie Depuis", disabled_at=NOW)
    await add_compte(database, "Jean Conseil", role="conseiller")
    async with database.sessions.begin() as session:
        await AbonnementRepository(session).choose(reader.id, Genre.DIGEST, actif=False)
    await run(database, mailbox)
    assert mailbox.mails == []


async def test_a_server_that_says_later_is_asked_again_until_it_makes_no_sense(
    database: Database,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    compte = await add_compte(database, "Rose Durand")
    await add_fiche(database, "Balade", review_on=date(2026, 11, 1))
    payload = {"genre": "hebdo", "compte": compte.id, "semaine": "2026-11-30"}
    for now, again in ((NOW, NOW + timedelta(hours=1)), (NOW + timedelta(days=3), None)):
        mailbox.answers = ["451 plus tard"]
        send = sender_of(mailbox, now)
        async with database.sessions.begin() as session:
            assert await send(session, payload) == again
    assert mailbox.mails == []


async def test_whoever_answers_for_a_late_resource_is_reminded_unless_they_said_no(
    database: Database,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    compte = await add_compte(database, "Nadia Benali")
    async with database.sessions.begin() as session:
        await AbonnementRepository(session).choose(compte.id, Genre.DIGEST, actif=False)
    await add_fiche(database, "Budget participatif", review_on=NOW.date(), owner="nadia benali")
    await add_fiche(database, "D’une autre", review_on=NOW.date(), owner="Quelqu’un")
    await run(database, mailbox)
    await run(database, mailbox)
    (mail,) = mailbox.mails
    assert mail["Subject"] == "Ressources\u00a0: une fiche à revoir"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Budget participatif (depuis le lundi 30 novembre 2026)" in text.get_content()
    assert "D’une autre" not in text.get_content()
    async with database.sessions.begin() as session:
        await AbonnementRepository(session).choose(compte.id, Genre.REMINDER, actif=False)
    await run(database, mailbox, now=NOW + timedelta(days=7))
    assert len(mailbox.mails) == 1


async def send_away(database: Database, away: Compte, delegue: Compte | None) -> None:
    """Write an absence over the Monday of the mails."""
    async with database.sessions.begin() as session:
        session.add(
            Absence(
                compte_id=away.id,
                du=date(2026, 11, 28),
                au=date(2026, 12, 2),
                delegue_id=delegue.id if delegue else None,
                par=away.nom,
            )
        )


@pytest.mark.parametrize("relay", ["responsable", "conseiller", None])
async def test_while_someone_is_away_their_delegate_is_reminded_if_they_may_act(
    database: Database,
    mailbox: Mailbox,  # noqa: F811
    relay: str | None,
) -> None:
    nadia = await add_compte(database, "Nadia Benali", role="responsable")
    paul = await add_compte(database, "Paul Relais", role=relay) if relay else None
    async with database.sessions.begin() as session:
        for each in (nadia, *([paul] if paul else [])):
            await AbonnementRepository(session).choose(each.id, Genre.DIGEST, actif=False)
        await AbonnementRepository(session).choose(nadia.id, Genre.DIGEST, actif=True)
    await add_fiche(database, "Fête des voisins", review_on=NOW.date(), owner="Nadia Benali")
    await send_away(database, nadia, paul)
    await run(database, mailbox)
    if relay == "responsable":
        assert paul is not None
        (mail,) = mailbox.mails
        assert mailbox.recipients == [paul.courriel]
        text = mail.get_body(("plain",))
        assert text is not None
        assert "Vous remplacez Nadia Benali, en absence." in text.get_content()
        assert "Une fiche dont Nadia Benali est responsable" in text.get_content()
        assert "/courriels/arret/" not in text.get_content()
        assert mail["List-Unsubscribe"] is None
    else:
        assert mailbox.mails == []
    await run(database, mailbox, now=NOW + timedelta(days=7))
    assert mailbox.recipients[-2:] == [nadia.courriel] * 2
    assert all(each["List-Unsubscribe"] for each in mailbox.mails[-2:])


def test_mails_are_chosen_on_the_page_of_the_account(service: Service) -> None:
    with enter(service, f"Claire {secrets.token_hex(3)}", "redacteur") as claire:
        shown = claire.get(FACTOR)
        assert 'name="hebdo" value="oui">' in shown.text
        assert 'name="rappel" value="oui" checked>' in shown.text
        data = {"csrf": csrf(shown), "hebdo": "oui"}
        done = claire.post("/console/abonnement", data=data)
        again = claire.get(done.headers["Location"])
        assert 'name="hebdo" value="oui" checked>' in again.text
        assert 'name="rappel" value="oui">' in again.text
        assert "Votre choix est enregistré." in again.text
    with enter(service, f"Jean {secrets.token_hex(3)}", "conseiller") as jean:
        page = jean.get(FACTOR)
        assert "Mes courriels de la semaine" not in page.text
        assert jean.post("/console/abonnement", data={"csrf": csrf(page)}).status_code == 403


async def test_the_link_stops_the_mail_and_nothing_else(
    service: Service, client: httpx2.Client
) -> None:
    database = connect(service.database_url)
    compte = await add_compte(database, f"Luc {secrets.token_hex(3)}")
    async with database.sessions.begin() as session:
        link = await stop_path(session, compte.id, Genre.DIGEST, now=datetime.now(UTC))

    async def is_active() -> bool:
        async with database.sessions() as session:
            return (await AbonnementRepository(session).of(compte.id))[Genre.DIGEST]

    assert urlsplit(link).path == link
    shown = client.get(link)
    assert "Ne plus le recevoir" in shown.text
    assert await is_active()
    assert client.post(link.replace("hebdo", "rappel")).status_code == 404
    assert client.post(f"{link}x").status_code == 404
    assert await is_active()
    one_click = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert "vous ne recevrez plus" in one_click.text
    assert not await is_active()
    assert client.post(link).status_code == 200
    await database.close()
