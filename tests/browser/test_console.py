"""The advisors' console in a real browser: two of them on the same request."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect

from api.console.session import SESSION
from tests.api.console import enter
from tests.api.test_pieces import PDF
from tests.api.tickets import BODY, create
from tests.browser.conftest import PHONE, OpenAssistant, OpenPage
from tests.browser.test_accessibility import violations
from tests.browser.test_satisfaction import STORED
from tests.conftest import Chat, Service

# What the page does by itself when it is looked at again.
AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


async def open_as(open_page: OpenPage, browser: httpx2.Client, path: str, **options: Any) -> Page:
    """Open a page of the console in the name of whoever entered with `browser`."""
    page = await open_page("/console/connexion", **options)
    cookie = {"name": SESSION, "value": browser.cookies[SESSION], "url": page.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(path if path.startswith("http") else f"{page.url.split('/console')[0]}{path}")
    return page


async def test_two_advisors_see_each_other_come_and_go(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    ticket = create(client, territoire_code="01053", nom="Jeanne Dupuy")
    where = f"/console/demandes/{ticket['reference']}"
    noms = [f"{first} {secrets.token_hex(3)}" for first in ("Claire", "Paul")]
    with (
        enter(service, noms[0], "conseiller") as first,
        enter(service, noms[1], "conseiller") as second,
    ):
        claire = await open_as(open_page, first, where)
        seen = claire.get_by_role("status").filter(has_text="consulte aussi")
        await expect(seen).to_have_count(0)
        paul = await open_as(open_page, second, where)
        await expect(paul.get_by_text(f"{noms[0]} consulte aussi cette demande")).to_be_visible()
        await claire.evaluate(AGAIN)
        await expect(claire.get_by_text(f"{noms[1]} consulte aussi cette demande")).to_be_visible()
        assert await violations(claire) == []
        await paul.goto("about:blank")
        async with asyncio.timeout(15):  # the farewell travels by itself: it may come second
            while await seen.count():
                await claire.evaluate(AGAIN)
                await claire.wait_for_timeout(250)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_colleague_is_called_and_the_pages_have_no_known_fault(
    open_page: OpenPage, service: Service, client: httpx2.Client, scheme: str
) -> None:
    ticket = create(client, territoire_code="01053", nom="Jeanne Dupuy")
    where = f"/console/demandes/{ticket['reference']}"
    nom = f"Claire {secrets.token_hex(3)}"
    with enter(service, nom, "conseiller") as browser:
        page = await open_as(open_page, browser, where, viewport=PHONE, color_scheme=scheme)
        await page.get_by_label("Votre message").fill(f"@{nom} : à rappeler jeudi.")
        await page.get_by_label("Les conseillers seulement").check()
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.get_by_text(f"Prévient {nom}.")).to_be_visible()
        await page.get_by_text("Prévenir un collègue").click()
        assert await violations(page) == []
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        await page.goto(page.url.split("/demandes")[0] + "/demandes?vue=ou_je_suis_cite")
        await expect(page.get_by_role("link", name="appui pour créer")).to_be_visible()
        assert await violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_request_lives_from_the_elu_to_the_advisor_and_back(
    *,
    open_assistant: OpenAssistant,
    open_page: OpenPage,
    service: Service,
    client: httpx2.Client,
    tmp_path: Path,
    scheme: str,
) -> None:
    assistant = await open_assistant(color_scheme=scheme)
    kept = await assistant.page.evaluate(STORED)
    chat = Chat(client, kept["id"], kept["token"], [])
    ticket = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    guide = tmp_path / "Guide du conseil.pdf"
    guide.write_bytes(PDF)
    nom = f"Claire {secrets.token_hex(3)}"
    with enter(service, nom, "conseiller") as browser:
        where = f"/console/demandes/{ticket['reference']}"
        page = await open_as(open_page, browser, where, color_scheme=scheme)
        await page.get_by_role("button", name="Prendre en charge").click()
        await expect(page.get_by_text(f"Prise en charge par {nom}")).to_be_visible()
        await page.get_by_label("Votre message").fill("Voici de quoi commencer.")
        await page.locator("[name=ressources]").first.check()
        await page.get_by_role("button", name="Aperçu").click()
        await expect(page.get_by_role("heading", name="Aperçu")).to_be_visible()
        await expect(page.locator(".apercu")).to_contain_text("Source :")
        assert await violations(page) == []
        await page.get_by_label("Joindre des fichiers").set_input_files(guide)
        await page.get_by_label("Après une réponse").select_option(label="Marquer comme résolue")
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.get_by_role("link", name="Guide du conseil.pdf")).to_be_visible()
        assert await violations(page) == []
    file = assistant.log.get_by_role("button", name="Télécharger Guide du conseil.pdf (1 ko)")
    await expect(file).to_be_visible()
    assert await violations(assistant.page) == []
    async with assistant.page.expect_download() as saved:
        await file.click()
    download = await saved.value
    assert download.suggested_filename == "Guide du conseil.pdf"
    assert (await download.path()).read_bytes() == PDF
    await expect(assistant.answers.last).to_contain_text("Cette réponse vous a-t-elle aidé")


async def test_a_file_that_is_too_heavy_is_told_before_it_leaves(
    open_page: OpenPage, service: Service, client: httpx2.Client, tmp_path: Path
) -> None:
    heavy = tmp_path / "plan.pdf"
    heavy.write_bytes(PDF + b" " * 10_000_000)
    where = f"/console/demandes/{create(client)['reference']}"
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, where)
        await page.get_by_label("Votre message").fill("Voici le plan.")
        field = page.get_by_label("Joindre des fichiers")
        await field.set_input_files(heavy)
        await expect(page.get_by_text("Un de ces fichiers dépasse 10 Mo")).to_be_visible()
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.get_by_label("Votre message")).to_have_value("Voici le plan.")
        await field.set_input_files([])
        await expect(page.get_by_text("Un de ces fichiers dépasse 10 Mo")).to_have_count(0)
