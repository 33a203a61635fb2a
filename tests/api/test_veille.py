"""Feeds become drafts, links are visited; neither leads the service into its own network."""

import gzip
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import httpx2
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, true

from api.abonnements.repository import AbonnementRepository
from api.database import Database, connect
from api.veille.fetch import MAX_FEED_BYTES, Fetcher, FetchRefused
from api.veille.links import visit_all
from api.veille.read import EDITOR, PlanFeeds, ReadFeed
from api.veille.repository import FluxRepository
from knowledge.resources import repository
from knowledge.resources.editing import EditorialService
from knowledge.resources.lifecycle import Editor, Role
from knowledge.resources.models import SourceRow
from knowledge.resources.resource import ResourceState, ResourceType, Source
from knowledge.veille.feed import FeedRefused, parse_feed
from knowledge.veille.links import APART, LinkState
from knowledge.veille.service import import_feed
from tests.api.console import enter, submit
from tests.api.fiches import ROOT
from tests.api.redaction import words
from tests.conftest import Service
from tests.knowledge.resources_examples import cafe

LOOPBACK = (ip_network("127.0.0.0/8"),)
BASE = "https://exemple.fr/flux.xml"
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Lettre de la participation</title>
<item><title>Un &lt;b&gt;appel&lt;/b&gt; à projets</title><link>/appel</link>
<description>&lt;p&gt;Jusqu'au 3&amp;nbsp;mars, les communes…&lt;/p&gt;</description>
<pubDate>Tue, 03 Nov 2026 08:00:00 +0100</pubDate></item>
<item><title>Sans adresse</title></item>
<item><title>Une adresse piégée</title><link>javascript:alert(1)</link></item>
</channel></rss>""".encode()
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry>
<title type="html">Réunir &lt;em&gt;vite&lt;/em&gt;</title><link rel="self" href="https://x.fr/a"/>
<link href="https://exemple.fr/reunir"/><summary>Une méthode.</summary>
<updated>2026-10-02T10:00:00Z</updated></entry></feed>""".encode()
BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<rss><channel><title>&b;</title></channel></rss>"""
OUTSIDE = b"""<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title>
</channel></rss>"""


def announced(title: str, path: str, *others: str) -> bytes:
    """A feed that announces a title, then others of no interest."""
    items = "".join(
        f"<item><title>{each}</title><link>https://exemple.fr/{path}-{rank}</link></item>"
        for rank, each in enumerate((title, *others))
    )
    return f"<rss><channel><title>Lettre {path}</title>{items}</channel></rss>".encode()


TITLE = "Appel à manifestation d’intérêt pour les conseils citoyens"
_BOMB = gzip.compress(b"x" * 50_000_000)
_INSIDE = "http://169.254.169.254/latest/meta-data"
_ANSWERS: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "/flux": (200, RSS, {}),
    "/annonces": (200, announced(TITLE, "anct"), {}),
    "/gros": (200, b"x" * (MAX_FEED_BYTES + 1), {}),
    "/bombe": (200, _BOMB, {"Content-Encoding": "gzip"}),
    "/boucle": (302, b"", {"Location": "/boucle"}),
    "/vers-le-reseau": (302, b"", {"Location": _INSIDE}),
    "/vers-nulle-part": (302, b"", {"Location": "http://127.0.0.1:99999/"}),
    "/vers-un-fichier": (302, b"", {"Location": "file:///etc/passwd"}),
    "/interdit": (403, b"", {}),
    "/perdue": (404, b"", {}),
}


class _Site(BaseHTTPRequestHandler):
    """A site with everything that a site should not do."""

    def do_GET(self) -> None:
        if self.path == "/lent":
            self._drip()
            return
        status, body, headers = _ANSWERS.get(self.path, (200, b"ok", {}))
        self._answer(status, body, **headers)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"<")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Address of a real web site on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


def test_rss_and_atom_are_read_as_plain_text() -> None:
    rss = parse_feed(RSS, base=BASE)
    assert rss.title == "Lettre de la participation"
    first = rss.entries[0]
    assert (first.title, first.url) == ("Un appel à projets", "https://exemple.fr/appel")
    assert first.summary.startswith("Jusqu'au 3 mars")
    assert str(first.published_on) == "2026-11-03"
    atom = parse_feed(ATOM, base=BASE).entries[0]
    assert (atom.title, atom.url) == ("Réunir vite", "https://exemple.fr/reunir")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (BOMB, "flux_entites"),
        (OUTSIDE, "flux_entites"),
        (b"<html><body/></html>", "flux_inconnu"),
        (b"<rss><channel>", "flux_illisible"),
        (b"", "flux_illisible"),
        (b"<?xml version='1.0' encoding='inconnu'?><rss/>", "flux_illisible"),
    ],
)
def test_what_is_no_honest_feed_is_refused(document: bytes, code: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        parse_feed(document, base=BASE)
    assert refused.value.code == code


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    title=st.text(max_size=40),
    link=st.text(max_size=40),
    day=st.text(max_size=20),
)
def test_no_entry_breaks_the_reading(title: str, link: str, day: str) -> None:
    from xml.sax.saxutils import escape

    item = (
        f"<title>{escape(title)}</title><link>{escape(link)}</link><pubDate>{escape(day)}</pubDate>"
    )
    document = f"<rss><channel><item>{item}</item></channel></rss>".encode("utf-8", "replace")
    try:
        entries = parse_feed(document, base=BASE).entries
    except FeedRefused:
        return
    assert all(entry.title and entry.url for entry in entries)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/gros", "volumineux"),
        ("/bombe", "volumineux"),
        ("/boucle", "redirections"),
        ("/vers-le-reseau", "adresse_refusee"),
        ("/vers-nulle-part", "adresse_refusee"),
        ("/vers-un-fichier", "adresse_refusee"),
        ("/lent", "lent"),
    ],
)
async def test_a_site_that_misbehaves_is_left(site: str, path: str, code: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        await Fetcher(allowed=LOOPBACK, timeout=1.5).get(site + path)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost:5432/", "http://10.0.0.1/", "http://[::1]/"),
        *("http://192.168.1.1/", "http://169.254.169.254/latest", "http://[fe80::1]/"),
        *("http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0.0.0.0/"),
        *("ftp://exemple.fr/", "file:///etc/passwd", "gopher://x/", "rien", "http://a:b@c.fr/"),
        *("http://93.184.216.34:0/", "http://93.184.216.34:65536/", "https://exemple.fr:99999/"),
    ],
)
async def test_an_address_inside_is_never_called(url: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        await Fetcher().get(url)
    assert refused.value.code == "adresse_refusee"


async def test_a_feed_becomes_drafts_once(database: Database, site: str) -> None:
    page = await Fetcher(allowed=LOOPBACK).get(f"{site}/flux")
    feed = parse_feed(page.content, base=BASE)
    editor = Editor("claire", frozenset({Role.REDACTEUR}))
    reports = []
    for _ in range(2):
        async with database.sessions.begin() as session:
            editing = EditorialService(session, editor, is_known=lambda *_: True)
            reports.append(await import_feed(session, editing, feed, kind=ResourceType.ACTUALITE))
    first, second = reports
    draft = first.created[0].resource
    assert (draft.state, draft.title) == (ResourceState.BROUILLON, "Un appel à projets")
    assert draft.sources[0].name == "Lettre de la participation"
    assert str(draft.sources[0].published_on) == "2026-11-03"
    assert first.refused == ("javascript:alert(1)",)
    assert (second.created, second.known) == ((), ("https://exemple.fr/appel",))


def test_the_service_refuses_to_read_its_own_network(staff: dict[str, httpx2.Client]) -> None:
    refused = staff["claire"].post(f"{ROOT}/veille", json={"url": "http://127.0.0.1:5432/"})
    assert (refused.status_code, refused.json()["raison"]) == (422, "adresse_refusee")
    assert "réseau privé" in refused.json()["detail"]
    assert staff["paul"].post(f"{ROOT}/veille", json={"url": BASE}).status_code == 403


async def test_visits_tell_dead_links_from_uncertain_ones(database: Database, site: str) -> None:
    found = {"vivante": "/page", "perdue": "/perdue", "interdite": "/interdit"}
    pages = {name: Source(name="Site", url=site + path) for name, path in found.items()}
    async with database.sessions.begin() as session:
        resources = [cafe(id=f"outil-{name}", sources=(page,)) for name, page in pages.items()]
        archived = cafe(id="outil-archive", state=ResourceState.ARCHIVE)
        await repository.insert_many(session, [*resources, archived])
    seen: list[tuple[int, int]] = []
    fetcher = Fetcher(allowed=LOOPBACK)
    first = datetime.now(UTC)
    for at in (first, first + timedelta(hours=1), first + APART):
        kept = await _kept(database, f"{site}/perdue")
        assert kept in (None, "a_confirmer 404")
        visits = await visit_all(database, fetcher, lambda *done: seen.append(done), pause=0, at=at)
    assert {each.page.resources[0]: each.state for each in visits} == {
        "outil-vivante": LinkState.VIVANT,
        "outil-perdue": LinkState.MORT,
        "outil-interdite": LinkState.INCERTAIN,
    }
    assert seen[-1] == (3, 3)
    async with database.sessions() as session:
        dead = await session.scalar(select(SourceRow).where(SourceRow.url == f"{site}/perdue"))
    assert dead is not None
    assert dead.link == "mort 404"
    assert dead.failing_since is not None
    assert dead.checked_at is not None
    assert dead.failing_since < dead.checked_at


async def _kept(database: Database, url: str) -> str | None:
    """What is kept of the visits of a page."""
    async with database.sessions() as session:
        return await session.scalar(select(SourceRow.link).where(SourceRow.url == url))


async def drafts(database: Database) -> dict[str, list[str]]:
    """The pages that each draft cites, by its title."""
    async with database.sessions() as session:
        found = await repository.load(session, true())
    return {each.title: [source.url for source in each.sources] for _, each in found}


async def test_what_two_feeds_announce_is_one_draft_with_two_sources(database: Database) -> None:
    feeds = [
        parse_feed(announced(TITLE, "anct", "Agenda"), base=BASE),
        parse_feed(announced(f"{TITLE} !".upper(), "banque", "Agenda"), base=BASE),
    ]
    reports = []
    for feed in (*feeds, *feeds):
        async with database.sessions.begin() as session:
            editing = EditorialService(session, EDITOR, is_known=lambda *_: True)
            reports.append(await import_feed(session, editing, feed, kind=ResourceType.ACTUALITE))
    assert [len(each.created) for each in reports] == [2, 1, 0, 0]  # « Agenda » says too little
    assert [each.merged for each in reports] == [(), ("https://exemple.fr/banque-0",), (), ()]
    found = await drafts(database)
    assert found[TITLE] == ["https://exemple.fr/anct-0", "https://exemple.fr/banque-0"]


async def test_a_draft_that_cites_all_it_may_leaves_its_place_to_another(
    database: Database,
) -> None:
    names = [f"site-{number}" for number in range(12)]
    made, merged = 0, 0
    for name in names:
        feed = parse_feed(announced(TITLE, name), base=BASE)
        async with database.sessions.begin() as session:
            editing = EditorialService(session, EDITOR, is_known=lambda *_: True)
            report = await import_feed(session, editing, feed, kind=ResourceType.ACTUALITE)
        made, merged = made + len(report.created), merged + len(report.merged)
        assert report.refused == ()
    assert (made, merged) == (2, 10)
    async with database.sessions() as session:
        found = await repository.load(session, true())
    assert sorted(len(each.sources) for _, each in found) == [2, 10]
    cited = {source.url for _, each in found for source in each.sources}
    assert cited == {f"https://exemple.fr/{each}-0" for each in names}


async def test_each_feed_is_read_every_day_and_what_fails_is_noted(
    database: Database, site: str
) -> None:
    read = ReadFeed(Fetcher(allowed=LOOPBACK))
    async with database.sessions.begin() as session:
        feeds = FluxRepository(session)
        good = await feeds.add(f"{site}/annonces", kind="actualite", title="Nouveau")
        gone = await feeds.add(f"{site}/perdue", kind="actualite", title="Perdu")
        assert good is not None
        assert gone is not None
        assert await feeds.add(f"{site}/annonces", kind="outil", title="Le même") is None
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    async with database.sessions.begin() as session:
        tomorrow = await PlanFeeds(now=lambda: now)(session, {})
    assert tomorrow == datetime(2026, 11, 30, 4, tzinfo=UTC)
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
        asked = connection.execute("DELETE FROM job WHERE kind = 'veille.flux' RETURNING payload")
        payloads = [row[0] for row in asked.fetchall()]
    assert sorted(each["flux"] for each in payloads) == sorted([good, gone])
    for payload in (*payloads, {"flux": 999_999}):
        async with database.sessions.begin() as session:
            await read(session, payload)
    assert await drafts(database) == {TITLE: ["https://exemple.fr/anct-0"]}
    async with database.sessions.begin() as session:
        known = {each.id: each for each in await FluxRepository(session).all()}
        assert (known[good].titre, known[good].brouillons) == ("Lettre anct", 1)
        assert (known[gone].refus, known[gone].statut) == ("statut", 404)
        assert await FluxRepository(session).failing() == 1
        digest = await AbonnementRepository(session).digest(now, now.date())
    assert (digest.flux, digest.veille.total) == (1, 1)
    assert bool(digest)


def test_feeds_are_chosen_on_a_page(service: Service) -> None:
    page = "/redaction/veille"
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        row = connection.execute(
            "INSERT INTO veille_flux (url, type, titre, lu_le, refus, statut)"
            " VALUES ('http://127.0.0.1:1/flux', 'actualite', 'Flux d’essai', now(), 'statut', 404)"
            " RETURNING id"
        ).fetchone()
    assert row is not None
    with enter(service, f"Claire {secrets.token_hex(3)}", "redacteur") as claire:
        assert "Le site a répondu par une erreur (404)" in words(claire.get(page))
        for url, told in (
            ("http://127.0.0.1:5432/", "réseau privé"),
            ("", "Écrivez l’adresse du flux"),
        ):
            refused = submit(claire, page, url=url, type="actualite")
            assert (refused.status_code, told in words(refused)) == (422, True)
        assert (
            'value="http://127.0.0.1:5432/"'
            in submit(claire, page, url="http://127.0.0.1:5432/", type="actualite").text
        )
        again = submit(claire, page, f"{page}/{row[0]}/lire")
        assert "n’a pas pu être lu" in words(claire.get(again.headers["Location"]))
        assert "réseau privé" in words(claire.get(page))
        gone = submit(claire, page, f"{page}/{row[0]}/retirer")
        assert "Flux d’essai" not in claire.get(gone.headers["Location"]).text
        assert submit(claire, page, f"{page}/{row[0]}/lire").status_code == 404
    with enter(service, f"Paul {secrets.token_hex(3)}", "relecteur") as paul:
        shown = paul.get(page)
        assert shown.status_code == 200
        assert "Lire et garder ce flux" not in shown.text
