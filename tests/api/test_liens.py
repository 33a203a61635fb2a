"""Pages that resources cite: visited by the service itself, told dead only when they really are."""

import secrets
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy import case, update

from api.abonnements.repository import AbonnementRepository
from api.database import Database, connect
from api.postgres import EmbeddedPostgres
from api.settings import Settings
from api.veille.fetch import Fetcher
from api.veille.visits import VisitLinks
from knowledge.resources import repository
from knowledge.resources.models import SourceRow
from knowledge.resources.resource import Source
from knowledge.veille.links import LinkState, links_of, pages_alive
from tests.api.console import enter
from tests.api.fiches import created
from tests.api.receiver import wait_for
from tests.api.redaction import words
from tests.conftest import Service, add_staff_keys, running_service
from tests.knowledge.resources_examples import cafe

LOOPBACK = (ip_network("127.0.0.0/8"),)
MONDAY = datetime(2026, 11, 30, 3, tzinfo=UTC)


@dataclass
class Site:
    """A web site of this machine: what each path answers, and who asked for what."""

    url: str
    answers: dict[str, int] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    """A real web site."""
    served = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(405 if self.path == "/sans-head" else None)

        def do_GET(self) -> None:
            self._answer(None)

        def _answer(self, status: int | None) -> None:
            agent = self.headers["User-Agent"]
            served.asked.append((self.command, self.path, agent))
            moved = served.moved.get(self.path)
            self.send_response(302 if moved else status or served.answers.get(self.path, 200))
            if moved:
                self.send_header("Location", moved)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


async def cite(database: Database, *urls: str) -> None:
    """Have a resource cite each address."""
    async with database.sessions.begin() as session:
        resources = [
            cafe(id=f"outil-{rank}", sources=(Source(name="Site", url=url),))
            for rank, url in enumerate(urls)
        ]
        await repository.insert_many(session, resources)


async def night(database: Database, at: datetime, *, days: int = 7) -> datetime | None:
    """Do the job of a night."""
    fetcher = Fetcher(allowed=LOOPBACK, contact="https://orientation.exemple.fr", timeout=2)
    async with database.sessions.begin() as session:
        return await VisitLinks(fetcher, days=days, pause=0, now=lambda: at)(session, {})


async def state_of(database: Database, rank: int) -> LinkState | None:
    async with database.sessions() as session:
        return (await links_of(session, f"outil-{rank}"))[0].state


async def test_a_page_is_dead_at_the_second_visit_that_finds_it_gone(
    database: Database, site: Site
) -> None:
    site.answers["/perdue"] = 404
    await cite(database, f"{site.url}/perdue", f"{site.url}/sans-head")
    assert await night(database, MONDAY) == MONDAY + timedelta(hours=23)  # 3 o'clock in Paris
    assert await state_of(database, 0) is LinkState.A_CONFIRMER
    assert await state_of(database, 1) is LinkState.VIVANT
    assert {each[2] for each in site.asked} == {
        "Orientation (veille ; +https://orientation.exemple.fr)"
    }
    assert [each[0] for each in site.asked if each[1] == "/sans-head"] == ["HEAD", "GET"]
    site.asked.clear()
    await night(database, MONDAY + timedelta(hours=23))
    assert {each[1] for each in site.asked} == {"/perdue"}  # the other is due in a week
    assert await state_of(database, 0) is LinkState.MORT
    site.answers.clear()
    await night(database, MONDAY + timedelta(days=2))
    assert await state_of(database, 0) is LinkState.VIVANT
    site.asked.clear()
    await night(database, MONDAY + timedelta(days=7))
    assert {each[1] for each in site.asked} == {"/sans-head"}


async def test_a_service_out_of_the_web_declares_nothing_dead(
    database: Database, site: Site
) -> None:
    # As for names that nobody knows, there is no public address behind these.
    await cite(database, *(f"http://10.0.0.{each}/" for each in range(3)))
    await night(database, MONDAY)
    assert [await state_of(database, rank) for rank in range(3)] == [None] * 3
    async with database.sessions.begin() as session:
        page = cafe(id="outil-9", sources=(Source(name="Site", url=f"{site.url}/vivante"),))
        await repository.insert_many(session, [page])
    await night(database, MONDAY + timedelta(days=1))
    assert await state_of(database, 9) is LinkState.VIVANT
    await night(database, MONDAY + timedelta(days=2))  # the page alive is asked as a witness
    assert [await state_of(database, rank) for rank in range(3)] == [LinkState.MORT] * 3


async def test_a_site_down_for_two_weeks_is_dead_not_before(database: Database, site: Site) -> None:
    site.answers["/panne"] = 503
    await cite(database, f"{site.url}/panne")
    for day in (0, 1, 13):
        await night(database, MONDAY + timedelta(days=day))
        assert await state_of(database, 0) is LinkState.INCERTAIN
    await night(database, MONDAY + timedelta(days=14))
    assert await state_of(database, 0) is LinkState.MORT


async def test_one_odd_address_stops_no_other_visit(database: Database, site: Site) -> None:
    site.moved["/piege"] = "http://127.0.0.1:99999/"
    await cite(database, f"{site.url}/piege", "http://127.0.0.1:70000/", f"{site.url}/page")
    await night(database, MONDAY)
    states = [await state_of(database, rank) for rank in range(3)]
    assert states == [LinkState.A_CONFIRMER, LinkState.A_CONFIRMER, LinkState.VIVANT]


class Breaking(Fetcher):
    """Breaks on an address as no site was seen to do."""

    async def status(self, url: str) -> int:
        if url.endswith("/casse"):
            raise OverflowError
        return await super().status(url)


async def test_an_error_of_ours_says_nothing_of_the_page(
    database: Database, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    await cite(database, f"{site.url}/casse", f"{site.url}/page")
    visitor = VisitLinks(Breaking(allowed=LOOPBACK), days=7, pause=0, now=lambda: MONDAY)
    async with database.sessions.begin() as session:
        await visitor(session, {})
        (link,) = await links_of(session, "outil-0")
    assert (link.state, link.reason, link.since) == (LinkState.INCERTAIN, "inattendu", None)
    assert await state_of(database, 1) is LinkState.VIVANT
    assert [each.__dict__["error"] for each in caplog.records if each.msg == "visit failed"] == [
        "OverflowError"
    ]


async def test_a_page_that_refuses_robots_is_not_dead_at_its_first_silence(
    database: Database, site: Site
) -> None:
    site.answers["/reservee"] = 403
    await cite(database, f"{site.url}/reservee", f"{site.url}/page")
    for week in range(4):
        await night(database, MONDAY + timedelta(days=7 * week))
    site.asked.clear()
    await night(database, MONDAY + timedelta(days=22))
    assert site.asked == []  # it answers: once a week is enough
    site.answers["/reservee"] = 504
    await night(database, MONDAY + timedelta(days=28))
    assert await state_of(database, 0) is LinkState.INCERTAIN
    await night(database, MONDAY + timedelta(days=42))
    assert await state_of(database, 0) is LinkState.MORT


async def test_the_visits_of_a_long_night_are_made_in_parts(database: Database, site: Site) -> None:
    await cite(database, *(f"{site.url}/page-{rank}" for rank in range(3)))
    fetcher = Fetcher(allowed=LOOPBACK, timeout=2)
    visitor = VisitLinks(fetcher, days=7, pause=0, within=timedelta(0), now=lambda: MONDAY)
    again = []
    for _ in range(4):
        async with database.sessions.begin() as session:
            again.append(await visitor(session, {}))
    assert again == [MONDAY, MONDAY, MONDAY + timedelta(hours=23), MONDAY + timedelta(hours=23)]
    assert sorted(each[1] for each in site.asked) == [f"/page-{rank}" for rank in range(3)]


async def test_the_witnesses_are_of_several_sites(database: Database) -> None:
    await cite(database, *(f"https://mairie.exemple.fr/page-{each}" for each in range(3)))
    async with database.sessions.begin() as session:
        others = ("https://MAIRIE.exemple.fr:8443/", "https://departement.exemple.fr?a=1")
        resources = [
            cafe(id=f"outil-{rank}", sources=(Source(name="Site", url=url),))
            for rank, url in enumerate(others, 7)
        ]
        await repository.insert_many(session, resources)
        seen = case((SourceRow.url.contains("page-1"), MONDAY), else_=MONDAY - timedelta(days=1))
        await session.execute(update(SourceRow).values(link="vivant 200", checked_at=seen))
        found = [each.url for each in await pages_alive(session, limit=3)]
    assert found == ["https://mairie.exemple.fr/page-1", "https://departement.exemple.fr?a=1"]


async def test_the_visits_can_be_switched_off(database: Database, site: Site) -> None:
    await cite(database, f"{site.url}/page")
    assert await night(database, MONDAY, days=0) is None
    assert site.asked == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/"])
async def test_the_visits_never_enter_our_own_network(database: Database, url: str) -> None:
    await cite(database, url)
    async with database.sessions.begin() as session:
        await VisitLinks(Fetcher(), days=7, pause=0, now=lambda: MONDAY)(session, {})
        (link,) = await links_of(session, "outil-0")
    assert (link.state, link.reason) == (LinkState.A_CONFIRMER, "adresse_refusee")


def test_networks_to_visit_are_settings() -> None:
    settings = Settings(links_allowed_networks="10.0.0.0/8, 127.0.0.0/8")
    assert settings.link_networks == (ip_network("10.0.0.0/8"), ip_network("127.0.0.0/8"))
    with pytest.raises(ValueError, match="n'est pas un réseau"):
        Settings(links_allowed_networks="mairie")


def tonight(service: Service) -> None:
    """Make the night come, a day after the last visits."""
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE source SET checked_at = checked_at - interval '1 day',"
            " failing_since = failing_since - interval '1 day'"
        )
        connection.execute("UPDATE job SET run_at = now() WHERE kind = 'veille.liens'")
        connection.execute("SELECT pg_notify('jobs', '')")


def link(service: Service, url: str) -> str | None:
    with psycopg.connect(service.database_url) as connection:
        row = connection.execute("SELECT link FROM source WHERE url = %s", (url,)).fetchone()
    return row[0] if row else None


@pytest.mark.rasa
async def test_the_service_visits_by_itself_and_tells_those_who_can_mend(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, site: Site
) -> None:
    site.answers["/perdue"] = 410
    folder = tmp_path_factory.mktemp("liens")
    networks = {"ORIENTATION_LINKS_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with running_service(postgres, folder, **networks) as service:
        with psycopg.connect(service.database_url, autocommit=True) as connection:
            # What the shipped base cites is on the web: it is not for a test to visit it.
            connection.execute("UPDATE source SET checked_at = now() + interval '1 year'")
        keys = add_staff_keys(service)
        bearer = {"Authorization": f"Bearer {keys['claire']}"}
        word = secrets.token_hex(3)
        with httpx2.Client(base_url=service.url, timeout=30, headers=bearer) as claire:
            fiche = created(
                claire,
                title=f"Une fiche qui cite une page perdue {word}",
                sources=[{"nom": "Site perdu", "url": f"https://exemple.fr/perdue-{word}"}],
            )
        with psycopg.connect(service.database_url, autocommit=True) as connection:
            # The base takes public addresses only; this site stands for one.
            connection.execute(
                "UPDATE source SET url = %s WHERE url LIKE %s",
                (f"{site.url}/perdue", f"%/perdue-{word}"),
            )
        tonight(service)
        wait_for(lambda: link(service, f"{site.url}/perdue") == "a_confirmer 410")
        assert {each[1] for each in site.asked} == {"/perdue"}
        assert all(f"+{service.url})" in each[2] for each in site.asked)
        with enter(service, f"Rédactrice {word}", "redacteur") as desk:
            page = f"/redaction/fiches/{fiche['id']}"
            assert "À confirmer Le site dit que cette page a été retirée." in words(desk.get(page))
            assert fiche["id"] not in desk.get("/redaction/", params={"lien_mort": "true"}).text
            tonight(service)
            wait_for(lambda: link(service, f"{site.url}/perdue") == "mort 410")
            shown = words(desk.get(page))
            assert "Lien mort Le site dit que cette page a été retirée. Depuis le" in shown
            assert fiche["id"] in desk.get("/redaction/", params={"lien_mort": "true"}).text
        with psycopg.connect(service.database_url, autocommit=True) as connection:
            connection.execute("UPDATE resource SET state = 'publie' WHERE id = %s", (fiche["id"],))
        opened = connect(service.database_url)
        try:
            async with opened.sessions() as session:
                now = datetime.now(UTC)
                digest = await AbonnementRepository(session).digest(now, now.date())
            assert [each.id for each in digest.dead_links.lines] == [fiche["id"]]
        finally:
            await opened.close()
