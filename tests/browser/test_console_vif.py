"""The console while it is open: what arrives shows by itself, what is being done is not lost."""

import re
import secrets
from typing import Any

import httpx2
import psycopg
from playwright.async_api import Page, expect

from tests.api.console import enter, submit
from tests.api.tickets import BODY, KEY, create, path
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import violations
from tests.browser.test_console import AGAIN, open_as
from tests.conftest import Chat, Service

QUEUE = "/console/demandes"
HIDDEN = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true })"


def word() -> str:
    """A word that no other test writes."""
    return f"halle{secrets.token_hex(4)}"


def made(client: httpx2.Client, about: str, **changes: Any) -> dict[str, Any]:
    """A request about this word."""
    return create(client, besoin=f"Rénover la {about} avec les habitants.", **changes)


def status(page: Page) -> Any:
    """What the page says by itself."""
    return page.locator("[data-annonce]")


async def look_again(page: Page) -> None:
    """Do what the page does by itself once in a while."""
    await page.evaluate(AGAIN)


async def test_the_queue_follows_what_arrives_and_what_is_taken(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    about = word()
    first = made(client, about)
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}?q={about}")
        lines = page.locator("ol.file > li")
        await expect(lines).to_have_count(1)
        await lines.get_by_role("link").focus()
        for _ in range(2):
            made(client, about)
        await look_again(page)
        await expect(lines).to_have_count(3)
        await expect(status(page)).to_have_text("2 nouvelles demandes.")
        await expect(page.get_by_text("3 demandes pour ces filtres.")).to_be_visible()
        await expect(lines.first.get_by_role("link")).to_be_focused()
        where = f"{QUEUE}/{first['reference']}"
        nom = f"Paul {secrets.token_hex(3)}"
        with enter(service, nom, "conseiller") as paul:
            submit(paul, where, f"{where}/prendre")
        await look_again(page)
        await expect(lines.first).to_contain_text(nom)
        await expect(status(page)).to_contain_text("des demandes ont changé ou ont été prises")
        await expect(lines.first.get_by_role("link")).to_be_focused()
        assert await violations(page) == []


async def test_a_request_that_leaves_the_view_waits_for_the_focus_to_leave_it(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    about = word()
    kept, gone = made(client, about), made(client, about)
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}?q={about}")
        line = page.locator(f'ol.file > li[data-cle="{gone["reference"]}"]')
        await line.get_by_role("link").focus()
        client.post(path(gone, "/claim"), headers=KEY)
        moved = {"status": "en_attente_elu"}
        client.patch(path(gone), json=moved, headers=KEY | {"If-Match": "*"})
        await look_again(page)
        await expect(page.get_by_text("1 demande pour ces filtres.")).to_be_visible()
        await expect(line).to_have_class(re.compile("partie"))
        await expect(line.get_by_role("link")).to_be_focused()
        await page.get_by_label("Rechercher").focus()
        await expect(line).to_have_count(0)
        await expect(page.locator("ol.file > li")).to_have_count(1)
        await expect(page.locator("ol.file")).to_contain_text(kept["reference"])


async def test_what_is_being_selected_is_not_taken_away(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    about = word()
    first = made(client, about)
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}?q={about}")
        reference = page.locator("ol.file .reference")
        await reference.evaluate("each => getSelection().selectAllChildren(each)")
        made(client, about)
        await look_again(page)
        await expect(page.locator("ol.file > li")).to_have_count(2)
        assert await page.evaluate("String(getSelection())") == first["reference"]


async def test_a_page_that_nobody_looks_at_asks_nothing(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    about = word()
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}?q={about}")
        asked: list[str] = []
        page.on("request", lambda each: asked.append(each.url) if QUEUE in each.url else None)
        await page.evaluate(HIDDEN % "true")
        made(client, about)
        await look_again(page)
        await page.wait_for_timeout(500)  # a question would have left by then
        assert asked == []
        await page.evaluate(HIDDEN % "false")
        await look_again(page)
        await expect(status(page)).to_have_text("1 nouvelle demande.")
        assert any("/pouls" in each for each in asked)


async def test_a_page_that_is_cut_off_says_so_then_that_it_is_back(
    open_page: OpenPage, service: Service
) -> None:
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, QUEUE)
        await page.context.set_offline(True)
        for _ in range(3):
            await look_again(page)
            await page.wait_for_timeout(100)
        await expect(status(page)).to_contain_text("ne se met plus à jour")
        await page.context.set_offline(False)
        await look_again(page)
        await expect(status(page)).to_contain_text("se met de nouveau à jour")


async def test_a_message_of_the_elu_comes_while_the_advisor_writes(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    chat = Chat.open(client)
    ticket = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    client.post(path(ticket, "/messages"), json={"body": "Quel jour ?"}, headers=KEY)
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}/{ticket['reference']}")
        field = page.get_by_label("Votre message")
        await field.fill("Je vous propose jeu")
        said = f"Jeudi, salle des fêtes, {word()}."
        chat.say(said)
        await look_again(page)
        await expect(page.locator("ol.fil")).to_contain_text(said)
        await expect(status(page)).to_contain_text("Nouveau message de l’élu.")
        await expect(status(page)).to_contain_text("Votre texte est gardé")
        await expect(field).to_be_focused()
        await field.press_sequentially("di.")
        await expect(field).to_have_value("Je vous propose jeudi.")
        assert await violations(page) == []


async def test_a_form_that_grew_old_is_told_kindly_and_sent_once_read_again(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    ticket = made(client, word())
    client.post(path(ticket, "/claim"), headers=KEY)
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}/{ticket['reference']}")
        reply = page.locator('form[data-suit="repondre"]')
        old = reply.locator("[data-perime]")
        await expect(old).to_be_hidden()
        await page.get_by_label("Votre message").fill("Voici notre proposition.")
        body = {"body": "Déjà vu avec la préfecture.", "visibility": "internal"}
        client.post(path(ticket, "/messages"), json=body, headers=KEY)
        moved = {"status": "en_attente_elu"}
        client.patch(path(ticket), json=moved, headers=KEY | {"If-Match": "*"})
        await look_again(page)
        await expect(page.locator("ol.fil")).to_contain_text("Déjà vu avec la préfecture.")
        await expect(status(page)).to_contain_text("a laissé une note interne.")
        await expect(page.locator(".tete .etats")).to_contain_text("En attente de l’élu")
        await expect(old).to_be_visible()
        assert await violations(page) == []
        await old.get_by_role("button", name="J’ai relu").click()
        await expect(old).to_be_hidden()
        await expect(page.get_by_label("Votre message")).to_be_focused()
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.get_by_text("Votre réponse est envoyée")).to_be_visible()


async def test_an_old_form_sent_all_the_same_loses_nothing(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    ticket = made(client, word())
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}/{ticket['reference']}")
        await page.get_by_label("Votre message").fill("Voici notre proposition.")
        client.post(path(ticket, "/claim"), headers=KEY)
        await look_again(page)
        await expect(page.locator(".tete .faits")).to_contain_text("Prise en charge par")
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.get_by_role("alert").first).to_contain_text("votre texte est gardé")
        await expect(page.get_by_label("Votre message")).to_have_value("Voici notre proposition.")


async def test_a_form_that_nobody_touched_follows_the_request(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    ticket = made(client, word())
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}/{ticket['reference']}")
        priority = page.get_by_label("Priorité")
        changed = {"priority": "haute"}
        client.patch(path(ticket), json=changed, headers=KEY | {"If-Match": "*"})
        await look_again(page)
        await expect(priority).to_have_value("haute")
        await page.get_by_label("Orientation").select_option("conseiller")
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.get_by_text("Les changements sont enregistrés.")).to_be_visible()
        await expect(priority).to_have_value("haute")


async def test_a_form_follows_an_advisor_whom_the_page_did_not_know(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    ticket = made(client, word())
    with enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as browser:
        page = await open_as(open_page, browser, f"{QUEUE}/{ticket['reference']}")
        advisor = page.locator("#c-conseiller")
        await expect(advisor.locator("option:checked")).to_have_text("Personne")
        holder = client.post(path(ticket, "/claim"), headers=KEY).json()["assignee"]
        assert holder
        await look_again(page)
        await expect(advisor).to_have_value(holder)
        await page.get_by_label("Priorité").select_option("haute")
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.get_by_text("Les changements sont enregistrés.")).to_be_visible()
        await expect(page.locator(".tete .faits")).to_contain_text(f"Prise en charge par {holder}")


async def test_a_page_that_reads_itself_again_opens_nothing(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    ticket, nom = made(client, word()), f"Paul {secrets.token_hex(3)}"
    where = f"{QUEUE}/{ticket['reference']}"
    with (
        enter(service, nom, "conseiller") as paul,
        enter(service, f"Claire {secrets.token_hex(3)}", "conseiller") as claire,
    ):
        page = await open_as(open_page, paul, where)
        note = {"corps": f"@{nom} : un avis ?", "visibilite": "internal", "version": "1"}
        assert submit(claire, where, f"{where}/repondre", **note, cle=word()).status_code == 303
        await look_again(page)
        await expect(page.locator("ol.fil")).to_contain_text("un avis ?")
        view = paul.get(f"{QUEUE}?vue=ou_je_suis_cite").text
        assert "Un collègue vous cite" in view
    with psycopg.connect(service.database_url) as connection:
        found = connection.execute(
            "SELECT action FROM acces_journal WHERE reference = %s AND who = %s ORDER BY id",
            (ticket["reference"], f"compte:{nom}"),
        ).fetchall()
    assert [action for (action,) in found] == ["lire_demande", "relire_demande"]


async def test_whoever_reads_may_stop_what_moves(
    open_page: OpenPage, service: Service, client: httpx2.Client
) -> None:
    about = word()
    ticket, nom = made(client, about), f"Claire {secrets.token_hex(3)}"
    with (
        enter(service, nom, "conseiller") as browser,
        enter(service, f"Paul {secrets.token_hex(3)}", "conseiller") as paul,
    ):
        page = await open_as(open_page, browser, f"{QUEUE}?q={about}")
        box = page.get_by_label("Mettre cette page à jour automatiquement")
        lines = page.locator("ol.file > li")
        await expect(box).to_be_checked()
        await box.uncheck()
        made(client, about)
        await look_again(page)
        await page.wait_for_timeout(500)
        await expect(lines).to_have_count(1)
        assert await violations(page) == []
        where = f"{QUEUE}/{ticket['reference']}"
        await page.goto(f"{page.url.split(QUEUE)[0]}{where}")
        await expect(box).not_to_be_checked()  # the choice is kept
        body = {"body": "Déjà vu avec la préfecture.", "visibility": "internal"}
        client.post(path(ticket, "/messages"), json=body, headers=KEY)
        async with page.expect_response("**/presence"):
            await look_again(page)
        await page.wait_for_timeout(500)
        await expect(page.get_by_text("Déjà vu avec la préfecture.")).to_have_count(0)
        assert f"{nom} consulte aussi cette demande" in paul.get(where).text  # still there
        await box.check()
        await expect(page.locator("ol.fil")).to_contain_text("Déjà vu avec la préfecture.")
        assert await violations(page) == []
