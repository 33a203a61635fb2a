"""The question « Cette réponse vous a-t-elle aidé ? », pressed in a real browser."""

import httpx2
from playwright.async_api import expect

from tests.api.test_satisfaction import page_of, solve, state
from tests.api.tickets import BODY, KEY, create, path
from tests.browser.assistant import Assistant
from tests.browser.conftest import OpenAssistant, OpenPage
from tests.browser.test_accessibility import violations
from tests.conftest import Chat

STORED = "JSON.parse(localStorage.getItem('orientation:' + location.host))"


async def test_the_question_comes_in_the_conversation_at_once(
    open_assistant: OpenAssistant, client: httpx2.Client
) -> None:
    assistant = await open_assistant()
    kept = await assistant.page.evaluate(STORED)
    chat = Chat(client, kept["id"], kept["token"], [])
    ticket = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    solve(client, ticket)
    question = assistant.answers.last
    await expect(question).to_contain_text("Cette réponse vous a-t-elle aidé")
    assert await violations(assistant.page) == []
    async with assistant.page.context.expect_page() as opened:
        await question.get_by_role("link", name="En partie").click()
    page = await opened.value
    await expect(page.get_by_role("radio", name="En partie")).to_be_checked()
    await page.close()
    await assistant.page.reload()
    await expect(Assistant(assistant.page).answers.last).to_contain_text("vous a-t-elle aidé")


async def test_the_page_of_the_mail_needs_no_script(
    open_page: OpenPage, client: httpx2.Client
) -> None:
    ticket = create(client)
    client.post(path(ticket, "/messages"), json={"body": "Jeudi ?"}, headers=KEY)
    solve(client, ticket)
    page = await open_page(page_of(client, ticket), java_script_enabled=False)
    await page.get_by_role("radio", name="Non").check()
    await page.get_by_label("Pourquoi").fill("Il manque un exemple de budget.")
    await page.get_by_role("button", name="Enregistrer mon avis").click()
    await expect(page.get_by_role("status")).to_contain_text("Merci, votre avis est enregistré")
    assert state(client, ticket)["note"] == "non"
    with_script = await open_page(page_of(client, ticket))
    await expect(with_script.get_by_role("button", name="Changer mon avis")).to_be_visible()
    assert await violations(with_script) == []
