"""An advisor goes away, in a real browser: the request comes to who stands in, and goes back."""

import secrets

import httpx2
import pytest
from playwright.async_api import expect

from tests.api.equipes import ABSENCES, at, create_for, day, patch, person
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.test_accessibility import violations
from tests.browser.test_console import open_as
from tests.conftest import Service


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_absence_is_declared_and_the_request_comes_to_the_delegate(
    open_page: OpenPage, service: Service, client: httpx2.Client, scheme: str
) -> None:
    subject = f"Conseil des jeunes {secrets.token_hex(4)}"
    ticket = create_for(client, "cellule", besoin=subject, territoire_code="32013")
    shape = {"viewport": PHONE, "color_scheme": scheme}
    with (
        person(service, "Claire", teams=["cellule"]) as claire,
        person(service, "Paul", teams=["base"]) as paul,
    ):
        patch(client, ticket, assignee=claire.nom)
        theirs = await open_as(open_page, paul.client, at(ticket), **shape)
        await expect(theirs.get_by_text("dont vous n’êtes pas")).to_be_visible()
        await expect(theirs.get_by_role("link", name="Revenir à la console")).to_be_visible()
        assert await violations(theirs) == []

        hers = await open_as(open_page, claire.client, ABSENCES, **shape)
        await hers.get_by_label("Dernier jour").fill(day(3))
        await hers.get_by_label("Qui s’occupe des demandes").select_option(paul.nom)
        assert await violations(hers) == []
        await hers.get_by_role("button", name="Déclarer").click()
        await expect(hers.get_by_role("status").get_by_text("est déclarée")).to_be_visible()
        assert await violations(hers) == []
        assert await hers.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

        await theirs.goto(theirs.url.split("/console")[0] + ABSENCES)
        await theirs.get_by_role("link", name="ses demandes sont avec les vôtres").click()
        await expect(theirs.get_by_text(f"Confiée à {paul.nom}")).to_be_visible()
        assert await violations(theirs) == []
        await theirs.get_by_role("link", name=subject).click()
        await expect(theirs.get_by_text("s’occupe de ses demandes")).to_be_visible()
        await theirs.get_by_label("Votre message").fill("Voici comment faire à Auch.")
        await theirs.get_by_role("button", name="Envoyer").click()
        await expect(theirs.get_by_text("Votre réponse est envoyée")).to_be_visible()

        await hers.get_by_role("button", name="Mettre fin").click()
        await expect(hers.get_by_text("de nouveau à qui les suivait")).to_be_visible()
        await theirs.reload()
        await expect(theirs.get_by_text("dont vous n’êtes pas")).to_be_visible()
