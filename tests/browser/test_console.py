"""The advisors' console in a real browser: two of them on the same request."""

import secrets
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect

from api.console.session import SESSION
from tests.api.console import enter
from tests.api.tickets import create
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.test_accessibility import violations
from tests.conftest import Service


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
        again = "document.dispatchEvent(new Event('visibilitychange'))"
        await claire.evaluate(again)
        await expect(claire.get_by_text(f"{noms[1]} consulte aussi cette demande")).to_be_visible()
        assert await violations(claire) == []
        await paul.goto("about:blank")
        await claire.evaluate(again)
        await expect(seen).to_have_count(0)


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
