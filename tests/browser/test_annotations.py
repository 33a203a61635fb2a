"""Messages labelled by keyboard in a real browser, by two people, then agreed upon."""

import io
import secrets
import zipfile

import httpx2
import pytest
from playwright.async_api import Page, expect

from api.console.session import SESSION
from tests.api.console import enter, submit
from tests.api.lacunes import queue_doubt
from tests.browser.conftest import OpenPage
from tests.conftest import Service

pytestmark = pytest.mark.rasa
QUEUE = "/redaction/annotations"


async def open_as(open_page: OpenPage, service: Service, who: httpx2.Client, path: str) -> Page:
    """Open a page of the desk in the name of whoever entered."""
    page = await open_page("/console/connexion")
    cookie = {"name": SESSION, "value": who.cookies[SESSION], "url": service.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(f"{service.url}{path}")
    return page


async def open_at(open_page: OpenPage, service: Service, who: httpx2.Client, text: str) -> Page:
    """Open the queue at a message, the others left to others."""
    page = await open_as(open_page, service, who, QUEUE)
    while not await page.get_by_role("blockquote").get_by_text(text).count():
        # The keys of the next message are heard only once its page is loaded.
        async with page.expect_navigation():
            await page.get_by_role("button", name="Laisser à d’autres").click()
    return page


async def test_two_people_label_by_keyboard_and_their_agreement_is_told(
    open_page: OpenPage, service: Service
) -> None:
    word = secrets.token_hex(4)
    first, second = (
        f"{each} {word}, il faudrait un modèle de vote" for each in ("bancs", "arbres")
    )
    items = [queue_doubt(service.database_url, each) for each in (first, second)]
    noms = [f"{each} {word}" for each in ("Claire", "Paul")]
    with (
        enter(service, noms[0], "redacteur") as claire,
        enter(service, noms[1], "relecteur") as paul,
        enter(service, f"Sofia {word}", "responsable") as sofia,
    ):
        page = await open_at(open_page, service, claire, first)
        # Outside the zone of the message, a letter does nothing.
        await page.get_by_role("link", name="Voir l’accord et les désaccords").focus()
        await page.keyboard.press("f")
        await expect(page.get_by_text("C’est noté")).to_have_count(0)
        await page.locator("[data-clavier]").focus()
        await page.keyboard.press("f")
        answer = page.get_by_role("region", name="Votre dernière réponse")
        await expect(answer).to_contain_text(f"{first}\u00a0»\u00a0: chercher un outil")
        await expect(answer).to_contain_text(
            "L’assistant avait compris\u00a0: demander une méthode"
        )
        await page.get_by_role("button", name="Reprendre cette réponse").click()
        await expect(page.get_by_role("status")).to_contain_text("reprise")
        page = await open_at(open_page, service, claire, first)
        await page.keyboard.press("f")
        submit(claire, QUEUE, message=items[1], intention="chercher_outil")
        for item, intention in zip(items, ("chercher_outil", "demander_methode"), strict=True):
            submit(paul, QUEUE, message=item, intention=intention)
        page = await open_as(open_page, service, sofia, f"{QUEUE}/accord")
        row = page.get_by_role("row", name=f"{noms[0]} et {noms[1]}")
        await expect(row).to_contain_text("50\u00a0%")
        await expect(row).to_contain_text("Trop peu de messages en commun")
        split = page.get_by_role("listitem").filter(has_text=second)
        await split.get_by_label("Ce que demande ce message").select_option("demander_methode")
        await split.get_by_role("button", name="Trancher").click()
        await expect(page.get_by_role("status")).to_have_text("C’est tranché.")
        archive = paul.get(f"{QUEUE}/phrases.zip")
        with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
            told = {name: files.read(name).decode("utf-8") for name in files.namelist()}
        assert first in told["nlu/data/intentions/chercher_outil.yml"]
        assert second in told["nlu/data/intentions/demander_methode.yml"]


def test_a_wrong_label_or_a_message_that_left_is_told(service: Service) -> None:
    item = queue_doubt(service.database_url, "Et pour les arbres ?")
    with enter(service, f"Luc {secrets.token_hex(3)}", "redacteur") as luc:
        refused = submit(luc, QUEUE, message=item, intention="chanter")
        assert (refused.status_code, "Choisissez une intention" in refused.text) == (422, True)
        gone = submit(luc, QUEUE, message="perdu", intention="saluer")
        assert gone.headers["location"].endswith("?fait=parti")
        assert submit(luc, QUEUE, f"{QUEUE}/trancher", message=item).status_code == 403
        assert luc.get(f"{QUEUE}/phrases.zip").status_code == 403
