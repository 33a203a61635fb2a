"""Label, train, compare, promote: the sentence is understood; go back: it is no more."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from api.console.session import SESSION
from api.postgres import EmbeddedPostgres
from tests.api.console import enter, submit
from tests.api.lacunes import queue_doubt
from tests.browser.conftest import DESKTOP, PHONE
from tests.conftest import Chat, Service, running_service

pytestmark = pytest.mark.rasa
HOME = "/redaction/entrainement"
STICKERS = "zou les gommettes de vote du fablab dracenois"
# Real training, of few sentences: the gate that would refuse so poor a model is set aside.
GATE = """
perte_totale: 100
perte_par_intention: 100
phrases_par_intention: 12
modeles_gardes: 2
"""


@pytest.fixture(scope="module")
def apart(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service of its own: what it understands changes."""
    folder = tmp_path_factory.mktemp("entrainement")
    (folder / "porte.yml").write_text(GATE, encoding="utf-8")
    with running_service(postgres, folder) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport=DESKTOP,  # type: ignore[arg-type]
        locale="fr-FR",
        reduced_motion="reduce",
    )
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield opened
    await context.close()
    assert errors == []


async def accessible(page: Page) -> None:
    """Axe finds nothing, on a screen of each size, light or dark; nothing overflows."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size in (PHONE, DESKTOP):
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            found: dict[str, Any] = (await Axe().run(page)).response
            assert [each["id"] for each in found["violations"]] == []
            assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


def understood(service: Service, text: str) -> str:
    """What the assistant says that a message asks, in a conversation of its own."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        turn = Chat.open(client).say(text)
    return str(turn["understanding"]["intent"])


def wait_until_understood(service: Service, text: str, *, intent: str, wanted: bool) -> None:
    """Every process changes its model by itself, within a second."""
    deadline = time.monotonic() + 10
    while (understood(service, text) == intent) != wanted:
        assert time.monotonic() < deadline
        time.sleep(0.2)


async def enter_page(page: Page, service: Service, who: httpx2.Client) -> None:
    """Open the training page in the name of whoever entered."""
    cookie = {"name": SESSION, "value": who.cookies[SESSION], "url": service.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(service.url + HOME)


async def train_and_compare(page: Page) -> None:
    """Train from the page, which follows by itself, and read the comparison."""
    await page.get_by_role("button", name="Entraîner un modèle").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await expect(page.get_by_role("heading", name="Par intention")).to_be_visible(timeout=240_000)
    await expect(page.get_by_text("Comparé avec le modèle livré")).to_be_visible()
    await expect(page.get_by_text("Ce modèle passe la porte.")).to_be_visible()
    lost = page.get_by_role("region", name="Phrases témoins gagnées et perdues")
    await expect(lost.get_by_role("heading", name=re.compile(r"^\d+ perdues?$"))).to_be_visible()


async def test_a_label_becomes_a_model_that_understands_it_and_can_be_undone(
    page: Page, apart: Service
) -> None:
    item = queue_doubt(apart.database_url, STICKERS)
    assert understood(apart, STICKERS) != "proposer_ressource"
    with (
        enter(apart, "Claire Blanc", "redacteur") as claire,
        enter(apart, "Paul Noir", "relecteur") as paul,
    ):
        for who in (claire, paul):
            said = {"message": item, "intention": "proposer_ressource"}
            done = submit(who, "/redaction/annotations", **said)
            assert done.headers["location"].endswith("?fait=etiquete")
        assert submit(claire, HOME, version="0").status_code == 403
        await enter_page(page, apart, paul)
        await page.get_by_role("link", name="Lire ces phrases").click()
        await expect(page.get_by_role("listitem").filter(has_text=STICKERS)).to_be_visible()
        await accessible(page)
        await page.go_back()
        await expect(page.get_by_text("1 phrase de la console s’ajoute")).to_be_visible()
        await train_and_compare(page)
        await accessible(page)
        await page.get_by_role("button", name="Promouvoir ce modèle").click()
        await expect(page.get_by_role("status")).to_contain_text("Le modèle est promu")
        wait_until_understood(apart, STICKERS, intent="proposer_ressource", wanted=True)
        assert serving(apart) == {"pret": True, "modele": 1, "ecart": None}
        await page.get_by_role("link", name="Entraînement").first.click()
        await accessible(page)
        await page.get_by_role("button", name="Revenir au modèle livré").click()
        await expect(page.get_by_role("status")).to_contain_text("C’est fait")
        wait_until_understood(apart, STICKERS, intent="proposer_ressource", wanted=False)
        again = submit(paul, HOME, f"{HOME}/1/promouvoir")
        assert (again.status_code, "n’attend plus de décision" in again.text) == (409, True)


async def test_what_is_under_way_what_was_decided_and_by_whom_is_shown(
    page: Page, apart: Service
) -> None:
    with psycopg.connect(apart.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO modele_intentions (etat, demande_par, avancement)"
            " VALUES ('en_cours', 'Paul Noir', 40)"
        )
    with enter(apart, "Sofia Gris", "responsable") as sofia:
        await enter_page(page, apart, sofia)
        await expect(page.get_by_role("progressbar")).to_have_attribute("value", "40")
        await accessible(page)
        journal = sofia.get("/console/journal").text
        shown = " ".join(sofia.get(HOME).text.split())
    for told in (
        "a lancé un entraînement",
        "a promu un modèle",
        "est revenu à un modèle précédent",
    ):
        assert f"<td>{told}</td><td>MODELE" in journal
    assert "Paul Noir a promu le modèle" in shown
    assert (Path(apart.data_dir) / "modeles-console" / "modele-1.joblib").exists()


def serving(service: Service) -> dict[str, Any]:
    """Which model understands, as an operator reads it."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        part: dict[str, Any] = client.get("/readyz").json()["parties"]["comprehension"]
    return part
