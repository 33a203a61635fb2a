"""« Capitaliser » in Chromium: from an answer to a draft, at each size and scheme."""

import os
import secrets
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Page, expect

from api.console.session import SESSION
from tests.api.console import enter
from tests.api.tickets import KEY, create, path
from tests.browser.test_console_accessibility import SCREENS, check, page, visit  # noqa: F401
from tests.conftest import Service

ANSWER = """Bonjour Madame Dupuy,

Pour Saint-Clar, une charte signée avec l’école suffit. Les classes visitent les ruches chaque mois avec un apiculteur, en tenue, et tiennent un carnet.

Écrivez à ruches@exemple.fr ou au 05 62 61 44 00 pour le modèle de charte.

Bien à vous,
Claire"""  # noqa: E501


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_an_answer_becomes_a_draft(
    page: Page,  # noqa: F811
    service: Service,
    client: httpx2.Client,
) -> None:
    faults: list[str] = []
    word = secrets.token_hex(3)
    ticket = create(
        client,
        nom="Jeanne Dupuy",
        besoin=f"Comment confier les ruches {word} de Saint-Clar aux écoliers ?",
        territoire_code="32370",
        themes=["jeunesse"],
    )
    sent = {"body": ANSWER, "visibility": "public"}
    assert client.post(path(ticket, "/messages"), json=sent, headers=KEY).status_code == 201
    with enter(service, f"Claire {word}", "conseiller") as claire:
        cookie = {"name": SESSION, "value": claire.cookies[SESSION], "url": service.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await visit(page, f"/console/demandes/{ticket['reference']}", 200, faults)
        await page.get_by_role("link", name="Capitaliser").click()
        await expect(page.locator("mark")).to_have_count(5)
        await check(page, faults)
        await shoot(page, "capitaliser-1")
        await page.get_by_label("05 62 61 44 00").uncheck()
        await page.get_by_role("button", name="Voir ce que devient le texte").click()
        await expect(page.get_by_label("Texte")).to_have_value(
            "Pour [commune], une charte signée avec l’école suffit. Les classes visitent les "
            "ruches chaque mois avec un apiculteur, en tenue, et tiennent un carnet.\n\nÉcrivez à "
            "[courriel] ou au 05 62 61 44 00 pour le modèle de charte."
        )
        await check(page, faults)
        await shoot(page, "capitaliser-2")
        await page.get_by_label("Titre").fill(f"Ruches {secrets.token_hex(16)}")
        await page.get_by_role("button", name="Créer le brouillon").click()
        await expect(page.get_by_text("Le brouillon de la fiche est créé.")).to_be_visible()
        await check(page, faults)
        await shoot(page, "capitaliser-3")
    assert faults == []


async def shoot(page: Page, name: str) -> None:  # noqa: F811
    folder = os.environ.get("CAPTURES")
    if folder:
        width = await page.evaluate("innerWidth")
        dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        await page.screenshot(
            path=Path(folder) / f"{name}-{width}-{'sombre' if dark else 'clair'}.png",
            full_page=True,
        )
