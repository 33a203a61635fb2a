"""A session that ends while an advisor writes, in Chromium: the text is on the page, then sent."""

import secrets

import httpx2
import psycopg
import pytest
from playwright.async_api import Page, expect

from api.comptes.login import hash_token
from api.console.session import SESSION
from tests.api.console import PASSWORD, accept, add_invitation, open_client
from tests.api.tickets import create
from tests.browser.test_console_accessibility import SCREENS, check, page  # noqa: F401
from tests.conftest import Service

TEXT = "Madame la maire,\n\nVoici trois communes qui ont essayé.\n\nBien à vous,"


async def enter_as(page: Page, service: Service) -> str:  # noqa: F811
    """Give the browser the session of a new advisor; return their address."""
    courriel = f"nour.{secrets.token_hex(4)}@exemple.fr"
    with open_client(service) as client:
        link = add_invitation(service, courriel, "conseiller")
        assert accept(client, link, f"Nour {secrets.token_hex(4)}").status_code == 303
        cookie = {"name": SESSION, "value": client.cookies[SESSION], "url": service.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    return courriel


async def end_session(page: Page, service: Service) -> None:  # noqa: F811
    """Let five hours pass without anyone doing anything."""
    [token] = [each["value"] for each in await page.context.cookies() if each["name"] == SESSION]
    past = "UPDATE compte_session SET seen_at = seen_at - interval '5 hours' WHERE token_hash = %s"
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        assert connection.execute(past, (hash_token(token),)).rowcount == 1


@pytest.mark.parametrize("page", [SCREENS[0], SCREENS[-1]], indirect=True)
async def test_the_text_survives_the_session_and_is_sent_after_the_login(
    page: Page,  # noqa: F811
    service: Service,
    client: httpx2.Client,
) -> None:
    faults: list[str] = []
    courriel = await enter_as(page, service)
    await page.goto(f"/console/demandes/{create(client)['reference']}")
    await page.get_by_label("Votre message").fill(TEXT)
    await end_session(page, service)
    await page.get_by_role("button", name="Envoyer").click()
    text = page.get_by_label("Votre message")
    await expect(text).to_have_value(TEXT)
    await expect(page.get_by_role("alert")).to_contain_text("Rien n’a été envoyé")
    await check(page, faults)

    async with page.expect_popup() as opened:
        await page.get_by_role("link", name="Reconnectez-vous").click()
    tab = await opened.value
    await tab.get_by_label("Adresse électronique").fill(courriel)
    await tab.get_by_label("Mot de passe").fill(PASSWORD)
    await tab.get_by_role("button", name="Se connecter").click()
    await tab.wait_for_url("**/console/demandes")
    await tab.close()

    await text.fill(f"{TEXT}\nNour")
    await page.get_by_role("button", name="Envoyer").click()
    await page.wait_for_url("**fait=repondu")
    await expect(page.get_by_text("Voici trois communes qui ont essayé.")).to_be_visible()
    assert faults == []


@pytest.mark.parametrize("page", [SCREENS[-1]], indirect=True)
async def test_a_heavy_file_does_not_take_the_text_away_with_it(
    page: Page,  # noqa: F811
    service: Service,
    client: httpx2.Client,
) -> None:
    faults: list[str] = []
    await enter_as(page, service)
    await page.goto(f"/console/demandes/{create(client)['reference']}")
    await page.get_by_label("Votre message").fill(TEXT)
    heavy = {
        "name": "plan.pdf",
        "mimeType": "application/pdf",
        "buffer": b"%PDF-" + b"x" * 9_000_000,
    }
    await page.locator("#pieces").set_input_files(heavy)  # type: ignore[arg-type]
    await end_session(page, service)
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.get_by_label("Votre message")).to_have_value(TEXT)
    await expect(page.get_by_text("Vos fichiers joints n’ont pas été gardés")).to_be_visible()
    await expect(page.get_by_role("button", name="Envoyer")).to_have_count(0)
    await check(page, faults)
    assert faults == []
