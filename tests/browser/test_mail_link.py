"""The link of a mail, followed in a real browser, gives the conversation back."""

import re

import httpx2
from playwright.async_api import expect

from tests.api.receiver import wait_for
from tests.api.test_mail import outbox
from tests.api.tickets import BODY, KEY
from tests.browser.assistant import Assistant
from tests.browser.conftest import OpenPage
from tests.conftest import Chat

STORED = "JSON.parse(localStorage.getItem('orientation:' + location.host))"


async def test_the_link_of_a_mail_gives_the_conversation_back(
    open_page: OpenPage, client: httpx2.Client
) -> None:
    chat = Chat.open(client)
    ticket = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    place = f"/api/v1/tickets/{ticket['reference']}/messages"
    client.post(place, json={"body": "Je vous appelle jeudi."}, headers=KEY)
    wait_for(lambda: bool(outbox(client, ticket["reference"])))
    found = re.search(r"/assistant#\S+", outbox(client, ticket["reference"])[0]["text"])
    assert found is not None
    page = await open_page(found[0])
    await expect(Assistant(page).log).to_contain_text("Je vous appelle jeudi.")
    assert "reprise" not in page.url
    assert (await page.evaluate(STORED))["id"] == chat.id
    await Assistant(page).ask("Merci, à jeudi")
    await page.reload()
    await expect(Assistant(page).log).to_contain_text("Merci, à jeudi")
