"""The doors in Chromium: provider of another site, second factor; no known fault on their pages."""

import base64
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from api.comptes.totp import code_at, step_of
from api.postgres import EmbeddedPostgres
from api.rasa_process import free_port
from tests.api.console import PASSWORD, add_invitation
from tests.api.doors import Doors, ProConnect, database_of, open_doors, start_proconnect
from tests.browser.test_console_accessibility import SCREENS, check

LOGIN = "/console/connexion"
PORT = free_port()


@pytest.fixture(scope="module")
def proconnect() -> Iterator[ProConnect]:
    """The provider, by a name that makes it another site than ours: cookies are those of life."""
    with start_proconnect(f"http://127.0.0.1:{PORT}") as started:
        yield ProConnect(started.url.replace("127.0.0.1", "localhost"))


@pytest.fixture(scope="module")
def doors(
    proconnect: ProConnect,
    postgres: EmbeddedPostgres,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Doors]:
    with (
        database_of(postgres, template) as url,
        open_doors(
            url, tmp_path_factory.mktemp("portes"), port=PORT, **proconnect.settings
        ) as opened,
    ):
        yield opened


@pytest.fixture(params=(SCREENS[0], SCREENS[-1]))
async def page(
    request: pytest.FixtureRequest, browser: Browser, doors: Doors
) -> AsyncIterator[Page]:
    """A page of a screen and of a scheme; what breaks our policy fails the test."""
    viewport, scheme = request.param
    context = await browser.new_context(
        base_url=doors.url, viewport=viewport, color_scheme=scheme, locale="fr-FR"
    )
    opened, refused = await context.new_page(), []
    opened.on("console", lambda told: refused.append(told.text) if told.type == "error" else None)
    yield opened
    await context.close()
    assert not [each for each in refused if "Content Security Policy" in each]


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def follow(page: Page, name: str) -> None:
    await page.get_by_role("link", name=name).click()


async def test_in_and_out_by_the_provider_of_another_site(
    page: Page, doors: Doors, proconnect: ProConnect
) -> None:
    faults: list[str] = []
    person = _someone()
    proconnect.choose(**person)
    await page.goto(LOGIN)
    await check(page, faults)
    await follow(page, "S’identifier avec ProConnect")
    await press(page, "Continuer")
    await expect(page.get_by_role("alert")).to_contain_text("Demandez une invitation")
    await check(page, faults)

    await follow(page, "Se déconnecter de ProConnect")
    await page.goto(add_invitation(doors, person["email"], "responsable"))
    await check(page, faults)
    await follow(page, "S’identifier avec ProConnect")
    await press(page, "Continuer")
    await page.wait_for_url("**/console/demandes")
    await page.goto("/console/double-authentification")
    await expect(page.get_by_text("Vous êtes entré(e) par votre fournisseur")).to_be_visible()
    await check(page, faults)
    await page.goto("/console/comptes")
    await expect(page.get_by_role("rowheader", name=person["usual_name"])).to_be_visible()
    await check(page, faults)
    await _leave(page, faults)
    assert faults == []


async def _leave(page: Page, faults: list[str]) -> None:
    """Log out; the page on the way is held for a while, to be looked at."""

    async def hold(route: Route) -> None:
        await route.fulfill(status=204)

    await page.route("**/session/end*", hold)
    await press(page, "Se déconnecter")
    await expect(page.get_by_role("heading", name="Vous êtes déconnecté(e)")).to_be_visible()
    await check(page, faults)
    await page.unroute("**/session/end*")
    await follow(page, "Continuer, si la page")
    await expect(page.get_by_role("status")).to_contain_text("de ce service et de ProConnect")
    await check(page, faults)
    await page.goto("/console/demandes")
    await page.wait_for_url(f"**{LOGIN}**")


def _someone() -> dict[str, Any]:
    number = secrets.token_hex(4)
    return {
        "sub": f"sujet-{number}",
        "given_name": "Inès",
        "usual_name": f"Moreau {number}",
        "email": f"ines.moreau.{number}@exemple.fr",
    }


async def test_the_second_factor_from_its_drawing_to_a_lost_telephone(
    page: Page, doors: Doors
) -> None:
    faults: list[str] = []
    courriel = f"louis.{secrets.token_hex(4)}@exemple.fr"
    await page.goto(add_invitation(doors, courriel, "conseiller"))
    await page.get_by_label("Prénom et nom").fill(f"Louis {secrets.token_hex(4)}")
    await page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    await page.get_by_label("Le même mot de passe").fill(PASSWORD)
    await press(page, "Créer mon accès")
    await page.goto("/console/double-authentification")
    await check(page, faults)
    codes = await _enrol(page, doors, faults)
    await page.goto("/console/double-authentification")
    await expect(page.get_by_text("Il vous reste 10 codes de secours")).to_be_visible()
    await check(page, faults)
    await press(page, "Se déconnecter")
    await _enter_with(page, courriel, codes[0], faults)
    await page.wait_for_url("**/console/demandes")
    assert faults == []


async def _enrol(page: Page, doors: Doors, faults: list[str]) -> list[str]:
    """Take the drawing, give a wrong code, then the right one; return the recovery codes."""
    await press(page, "Activer la double authentification")
    await expect(page.locator(".code-a-lire svg")).to_be_visible()
    await check(page, faults)
    code = page.get_by_label("Code de votre application")
    await code.fill("000000")
    await press(page, "Activer")
    await expect(page.get_by_role("alert")).to_contain_text("n’est pas valable")
    await check(page, faults)
    key = (await page.locator(".cle code").inner_text()).replace(" ", "")
    await code.fill(code_at(base64.b32decode(key), step_of(doors.clock.now())))
    await press(page, "Activer")
    await expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    await check(page, faults)
    return await page.locator(".codes code").all_inner_texts()


async def _enter_with(page: Page, courriel: str, code: str, faults: list[str]) -> None:
    await page.get_by_label("Adresse électronique").fill(courriel)
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await press(page, "Se connecter")
    await page.wait_for_url("**/connexion/code")
    await expect(page.get_by_label("Code", exact=True)).to_be_focused()
    await check(page, faults)
    await page.get_by_label("Code", exact=True).fill("ABCD-EFGH-JKLM-NPQR")
    await press(page, "Se connecter")
    await expect(page.get_by_role("alert")).to_contain_text("n’est pas valable")
    await check(page, faults)
    await page.get_by_label("Code", exact=True).fill(code)
    await press(page, "Se connecter")
