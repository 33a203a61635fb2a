"""Following a territory in Chromium, from one of its requests, at each size and scheme."""

import re
import secrets
from typing import Any

import httpx2
import psycopg
import pytest
from playwright.async_api import Page, expect

from tests.api.console import enter
from tests.api.tickets import create
from tests.browser.test_capitalisation import shoot
from tests.browser.test_console_accessibility import SCREENS, check, page, visit  # noqa: F401
from tests.conftest import Service

LOZERE = ("48095", "48061", "48092")
PLACES = "/console/territoires"
THEME = "vieillissement"
ADD = re.compile("^(Ajouter une note|Toutes les notes, en ajouter une)$")


async def come_in(page: Page, service: Service, client: httpx2.Client) -> None:  # noqa: F811
    """Give the browser the session of whoever entered."""
    cookies: list[Any] = [
        {"name": name, "value": str(value), "url": service.url}
        for name, value in client.cookies.items()
    ]
    await page.context.add_cookies(cookies)


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_what_is_started_with_a_territory_is_noted_and_found_again(
    page: Page,  # noqa: F811
    service: Service,
    client: httpx2.Client,
) -> None:
    faults: list[str] = []
    word = secrets.token_hex(4)
    mende, *_ = [create(client, territoire_code=code, themes=[THEME]) for code in LOZERE]
    with enter(service, f"Claire {word}", "conseiller") as claire:
        await come_in(page, service, claire)
        await page.goto(f"/console/demandes/{mende['reference']}")
        await page.get_by_role("link", name=ADD).click()
        await expect(page.get_by_label("À la suite de la demande")).to_have_value(
            mende["reference"]
        )
        await page.get_by_label("Note", exact=True).fill("Rappeler au 04 66 49 40 00.")
        await page.get_by_role("button", name="Ajouter la note").click()
        await expect(page.get_by_role("alert")).to_contain_text("Les coordonnées restent")
        await check(page, faults)
        note = page.get_by_label("Note", exact=True)
        await expect(note).to_have_value("Rappeler au 04 66 49 40 00.")
        await note.fill(f"Plan présenté au conseil {word}.")
        await page.get_by_label("Étape de l’accompagnement").select_option("plan")
        await page.get_by_label("Contact", exact=True).select_option("rencontre")
        await page.get_by_role("button", name="Ajouter la note").click()
        await expect(page.get_by_text("La note est ajoutée.")).to_be_visible()
        await check(page, faults)
        await shoot(page, "territoire")
        await visit(page, f"/console/demandes/{mende['reference']}", 200, faults)
        await expect(page.get_by_text(f"Plan présenté au conseil {word}.")).to_be_visible()

        await visit(page, f"{PLACES}?q=mende&departement=48", 200, faults)
        await expect(
            page.get_by_role("region", name="Territoires : plan d’action")
        ).to_contain_text("Mende")
        await page.get_by_role("link", name="Projets partagés").click()
        await page.get_by_label("Thème").select_option(THEME)
        await page.get_by_label("Département").select_option("48")
        await page.get_by_role("button", name="Chercher").click()
        group = page.get_by_role("region", name="Vieillissement, groupe 1")
        await expect(group.get_by_role("row", name="Mende")).to_contain_text("Plan d’action")
        await check(page, faults)
        await shoot(page, "projets-partages")
        await page.get_by_role("link", name="Carte des demandes").click()
        await expect(page.get_by_role("img", name="Demandes par département")).to_be_visible()
        await expect(page.get_by_role("row", name="Lozère")).to_be_visible()
        await check(page, faults)
        await shoot(page, "carte")
    assert faults == []


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_a_feed_that_is_not_read_any_more_is_shown(
    page: Page,  # noqa: F811
    service: Service,
) -> None:
    faults: list[str] = []
    word = secrets.token_hex(4)
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO veille_flux (url, type, titre, lu_le, refus) VALUES"
            " (%s, 'actualite', %s, now(), 'lent')",
            (f"https://exemple.fr/{word}/un-flux-dont-l-adresse-est-bien-longue.xml", word),
        )
    with enter(service, f"Karim {word}", "redacteur") as karim:
        await come_in(page, service, karim)
        await visit(page, "/redaction/veille", 200, faults)
        row = page.get_by_role("listitem").filter(has_text=word)
        await expect(row).to_contain_text("a mis trop longtemps à répondre")
        await shoot(page, "veille")
        await row.get_by_role("button", name="Retirer").click()
        await expect(page.get_by_text("Ce flux ne sera plus lu.")).to_be_visible()
        await check(page, faults)
    assert faults == []
