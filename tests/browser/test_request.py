"""From the élu's need to the advisor's answer, through the real service."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
from playwright.async_api import Page, Route, expect

from tests.browser.assistant import Assistant
from tests.browser.conftest import OpenAssistant, OpenPage
from tests.conftest import API_KEY

KEY = {"Authorization": f"Bearer {API_KEY}"}
SENT = "Demande transmise à un conseiller"


async def reference_of(assistant: Assistant) -> str:
    """Return the reference shown after sending."""
    return await assistant.log.locator(".ticket dd").first.inner_text()


async def read_ticket(base_url: str, reference: str) -> dict[str, Any]:
    """Return the request as an advisor reads it."""
    async with httpx2.AsyncClient(base_url=base_url, headers=KEY) as client:
        ticket: dict[str, Any] = (await client.get(f"/api/v1/tickets/{reference}")).json()
    return ticket


async def advisor_writes(base_url: str, reference: str, text: str) -> None:
    """Answer the élu as an advisor does."""
    async with httpx2.AsyncClient(base_url=base_url, headers=KEY) as client:
        response = await client.post(f"/api/v1/tickets/{reference}/messages", json={"body": text})
    assert response.status_code == 201, response.text


async def test_a_request_is_read_edited_sent_once_and_answered(
    open_assistant: OpenAssistant, base_url: str
) -> None:
    assistant = await open_assistant()
    form = await assistant.open_request()
    await form.need.fill("Associer les habitants à la revitalisation du bourg, avant l'été")
    await form.place.fill("castera-verd")
    await assistant.page.get_by_role("option", name="Castéra-Verduzan").click()
    await form.fill(email="mairie@exemple.fr")
    await form.submit.dblclick()
    await expect(assistant.log.get_by_text(SENT)).to_have_count(1, timeout=30_000)
    ticket = await read_ticket(base_url, await reference_of(assistant))
    assert ticket["besoin"] == "Associer les habitants à la revitalisation du bourg, avant l'été"
    assert ticket["territoire"]["nom"] == "Castéra-Verduzan"
    assert ticket["contact"]["courriel"] == "mairie@exemple.fr"
    await expect(form.submit).to_be_hidden()

    await advisor_writes(base_url, ticket["reference"], "Bonjour, parlons-en jeudi.")
    reply = assistant.log.locator(".msg.conseiller")
    await expect(reply).to_contain_text("Bonjour, parlons-en jeudi.", timeout=15_000)
    await assistant.page.reload()
    await expect(reply).to_have_count(1)
    await expect(form.submit).to_have_count(0)  # what was sent is no longer to be filled


async def test_an_answer_arrives_by_long_polling_where_events_are_held_back(
    open_assistant: OpenAssistant, base_url: str
) -> None:
    assistant = await open_assistant()

    async def hold(route: Route) -> None:
        """A proxy that keeps the stream for itself: nothing is ever answered."""

    await assistant.page.route("**/events", hold)
    await assistant.page.reload()
    await assistant.greeted()
    form = await assistant.open_request()
    await form.fill()
    await form.submit.click()
    await expect(assistant.log.get_by_text(SENT)).to_be_visible(timeout=30_000)
    await advisor_writes(base_url, await reference_of(assistant), "Voici une piste.")
    await expect(assistant.log.locator(".msg.conseiller")).to_contain_text(
        "Voici une piste.", timeout=30_000
    )


async def test_a_closed_panel_says_that_an_advisor_answered(
    open_assistant: OpenAssistant, base_url: str
) -> None:
    assistant = await open_assistant("/demo")
    form = await assistant.open_request()
    await form.fill()
    await form.submit.click()
    await expect(assistant.log.get_by_text(SENT)).to_be_visible(timeout=30_000)
    reference = await reference_of(assistant)
    await assistant.page.keyboard.press("Escape")
    await advisor_writes(base_url, reference, "Je vous rappelle demain.")
    await expect(assistant.launcher).to_contain_text("nouveau message", timeout=15_000)
    await assistant.launcher.click()
    await expect(assistant.launcher).not_to_contain_text("nouveau message")
    await expect(assistant.log.locator(".msg.conseiller")).to_be_in_viewport()


async def test_nothing_leaves_without_a_contact_and_an_agreement(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    form = await assistant.open_request()
    await expect(form.consent).not_to_be_checked()
    await expect(form.submit).to_have_attribute("aria-disabled", "true")
    await expect(assistant.log).to_contain_text("un courriel ou un téléphone et votre accord")
    await form.submit.click(force=True)
    await expect(form.email).to_be_focused()
    await expect(form.email).to_have_attribute("aria-invalid", "true")
    await form.email.fill("mairie")
    await expect(assistant.log).to_contain_text("un courriel complet et votre accord")
    await form.email.fill("mairie@exemple.fr")
    await expect(form.email).to_have_attribute("aria-invalid", "false")
    await form.consent.check()
    await expect(form.submit).not_to_have_attribute("aria-disabled", "true")
    await expect(assistant.log.get_by_text(SENT)).to_have_count(0)


async def test_a_territory_that_is_not_in_the_list_is_not_sent(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    form = await assistant.open_request()
    await form.fill()
    await form.place.fill("Villexemple")
    await form.submit.click(force=True)
    await expect(form.place).to_be_focused()
    await expect(assistant.log).to_contain_text("Choisissez un territoire dans la liste")
    await expect(assistant.log.get_by_text(SENT)).to_have_count(0)


async def test_a_value_that_the_service_refuses_is_explained_in_the_form(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    form = await assistant.open_request()
    await form.fill()
    await form.phone.fill("123")
    await form.submit.click()
    state = assistant.log.locator(".request .state")
    await expect(state).to_contain_text("téléphone", timeout=30_000, ignore_case=True)
    await expect(state).to_be_focused()
    await expect(form.phone).to_have_value("123")
    await form.phone.fill("")
    await form.submit.click()
    await expect(assistant.log.get_by_text(SENT)).to_be_visible(timeout=30_000)


async def test_a_request_sent_offline_leaves_when_the_line_is_back(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    form = await assistant.open_request()
    await form.fill()
    await assistant.page.context.set_offline(offline=True)
    await form.submit.click()
    await expect(assistant.said.last).to_contain_text("En attente d’envoi")
    await expect(form.submit).to_be_visible()
    await assistant.page.context.set_offline(offline=False)
    await expect(assistant.log.get_by_text(SENT)).to_have_count(1, timeout=30_000)


async def test_a_request_can_be_given_up(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    form = await assistant.open_request()
    await assistant.log.get_by_role("button", name="Annuler").last.click()
    await expect(form.submit).to_have_count(0)
    await expect(assistant.log.get_by_text(SENT)).to_have_count(0)
    await expect(assistant.field).to_be_focused()


async def test_an_opinion_is_kept_with_its_reason(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    answer = await assistant.ask("Des exemples de budget participatif dans une petite commune ?")
    opinion = answer.get_by_role("group", name="Cette réponse vous est-elle utile")
    await opinion.get_by_role("button", name="Pas utile").click()
    await opinion.get_by_role("radio", name="C’est incomplet").check()
    await opinion.get_by_role("textbox", name="Précision").fill("Il manque le coût.")
    await opinion.get_by_role("button", name="Envoyer mon avis").click()
    await expect(opinion).to_contain_text("votre avis est enregistré")
    await expect(opinion.get_by_text("Merci")).to_be_focused()


HOST_PAGE = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>Mairie</title>
<main><h1>Mairie</h1></main>
<script type="module" src="{service}/widget/v1.js" data-theme="clair"></script></html>"""


def serve_mairie(service: str) -> ThreadingHTTPServer:
    """Serve the page of another site, with a policy that allows the service's scripts only."""

    class Mairie(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = HOST_PAGE.format(service=service).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            policy = f"default-src 'none'; script-src {service}; connect-src {service}"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mairie)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


async def test_one_tag_is_enough_on_another_site_with_a_strict_policy(
    open_page: OpenPage, base_url: str
) -> None:
    server = serve_mairie(base_url)
    page: Page = await open_page("/")
    await page.goto(f"http://127.0.0.1:{server.server_port}/")
    assistant = Assistant(page)
    await expect(assistant.launcher).to_be_visible()
    assert await assistant.launcher.evaluate("e => getComputedStyle(e).position") == "fixed"
    await expect(page.locator("orientation-assistant")).to_have_attribute("theme", "clair")
    server.shutdown()
