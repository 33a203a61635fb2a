"""The élu's rights over what was said, used in the conversation itself."""

import httpx2
from playwright.async_api import Request, expect

from tests.browser.assistant import Assistant
from tests.browser.conftest import OpenAssistant

QUESTION = "Je suis conseillère municipale à Briançon et je cherche des conseils des jeunes."


def headers_sent(assistant: Assistant) -> list[tuple[str, str]]:
    """Address and authorisation of each message sent from now on."""
    sent: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/messages"):
            sent.append((request.url, request.headers["authorization"]))

    assistant.page.on("request", note)
    return sent


async def read_again(sent: tuple[str, str]) -> int:
    """Status of a reading of the conversation with its own token."""
    url, token = sent
    async with httpx2.AsyncClient(timeout=30) as http:
        response = await http.get(url.removesuffix("/messages"), headers={"Authorization": token})
    return response.status_code


async def test_erasure_asked_in_the_conversation_is_done_there_and_here(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    sent = headers_sent(assistant)
    await assistant.ask(QUESTION)
    answer = await assistant.ask("Effacez toutes mes données, s'il vous plaît.")
    assert await read_again(sent[0]) == 200

    await answer.get_by_role("button", name="Oui, tout effacer").click()
    await expect(assistant.log.get_by_text("Briançon")).to_have_count(0, timeout=30_000)
    await expect(assistant.answers.last).to_contain_text("effacé")
    assert await read_again(sent[0]) == 404

    await assistant.page.reload()
    await assistant.greeted()
    await expect(assistant.said).to_have_count(0)

    await assistant.ask("Comment créer un conseil citoyen ?")
    assert sent[-1][0] != sent[0][0]


async def test_erasure_given_up_keeps_everything(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    sent = headers_sent(assistant)
    await assistant.ask(QUESTION)
    answer = await assistant.ask("Effacez toutes mes données, s'il vous plaît.")
    await answer.get_by_role("button", name="Non, ne rien effacer").click()
    await expect(assistant.answers).to_have_count(4, timeout=30_000)
    await expect(assistant.log.get_by_text("Briançon").first).to_be_visible()
    assert await read_again(sent[0]) == 200
