"""Nothing is lost and nothing is doubled: cut lines, reloads, refusals, double clicks."""

import asyncio
import json
import re
from pathlib import Path

import httpx2
from playwright.async_api import Page, Request, Route, expect

from tests.browser.assistant import QUESTION, TURNS, Assistant, answer_with
from tests.browser.conftest import OpenAssistant, OpenPage

STORED = "JSON.parse(localStorage.getItem('orientation:' + location.host))"


def keys_sent(page: Page) -> list[str]:
    """Collect the Idempotency-Key of each message that leaves the page."""
    keys: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/messages"):
            keys.append(request.headers["idempotency-key"])

    page.on("request", note)
    return keys


async def history(assistant: Assistant, base_url: str) -> list[dict[str, object]]:
    """Return what the service kept of the conversation."""
    kept = await assistant.page.evaluate(STORED)
    async with httpx2.AsyncClient(base_url=base_url) as client:
        response = await client.get(
            f"/api/v1/conversations/{kept['id']}",
            headers={"Authorization": f"Bearer {kept['token']}"},
        )
    items: list[dict[str, object]] = response.json()["messages"]
    return items


async def test_a_message_written_offline_leaves_when_the_line_is_back(
    open_assistant: OpenAssistant, base_url: str
) -> None:
    assistant = await open_assistant()
    await assistant.page.context.set_offline(offline=True)
    await assistant.field.fill(QUESTION)
    await assistant.field.press("Enter")
    await expect(assistant.said.last).to_contain_text("En attente d’envoi")
    await expect(assistant.status).to_contain_text("gardé sur cet appareil")
    await expect(assistant.field).to_have_value("")
    await assistant.page.context.set_offline(offline=False)
    await expect(assistant.answers).to_have_count(2, timeout=30_000)
    await expect(assistant.said.last).not_to_contain_text("En attente")
    await expect(assistant.status).to_be_empty()
    assert [i["text"] for i in await history(assistant, base_url) if i["author"] == "elu"] == [
        QUESTION
    ]


async def test_a_message_waiting_survives_a_reload(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    keys = keys_sent(assistant.page)
    await assistant.page.route("**/api/**", lambda route: route.abort())
    await assistant.field.fill(QUESTION)
    await assistant.field.press("Enter")
    await expect(assistant.said.last).to_contain_text("En attente d’envoi")
    await assistant.page.reload()
    await expect(assistant.said).to_have_count(1)
    await expect(assistant.said.last).to_contain_text("En attente d’envoi")
    await assistant.page.unroute_all()
    await assistant.page.get_by_role("button", name="Réessayer").click()
    await expect(assistant.answers).to_have_count(2, timeout=30_000)
    await expect(assistant.said).to_have_count(1)
    assert len(set(keys)) == 1


async def test_an_answer_lost_on_the_way_is_asked_again_not_doubled(
    open_assistant: OpenAssistant, base_url: str
) -> None:
    assistant = await open_assistant()
    keys = keys_sent(assistant.page)

    async def lose(route: Route) -> None:
        await route.fetch()  # the service received it and answered
        await route.abort()

    await assistant.page.route(TURNS, lose, times=1)
    await assistant.ask(QUESTION)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    await expect(assistant.said).to_have_count(1)
    assert len([i for i in await history(assistant, base_url) if i["author"] == "elu"]) == 1


async def test_an_answer_lost_before_a_reload_is_shown_once(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await assistant.page.route(TURNS, lose)
    await assistant.field.fill(QUESTION)
    await assistant.field.press("Enter")
    await expect(assistant.said.last).to_contain_text("En attente d’envoi", timeout=30_000)
    await assistant.page.unroute_all()
    await assistant.page.reload()
    await expect(assistant.answers).to_have_count(2, timeout=30_000)
    await expect(assistant.said).to_have_count(1)
    await expect(assistant.log.locator(".pending")).to_have_count(0)


async def test_a_conversation_resumes_after_a_reload(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    await assistant.ask(QUESTION)
    await assistant.ask("Et combien ça coûte ?")
    before = await assistant.log.locator(".msg").all_inner_texts()
    await assistant.page.reload()
    await expect(assistant.answers).to_have_count(3)
    await expect(assistant.said).to_have_count(2)
    assert await assistant.log.locator(".msg").all_inner_texts() == before
    await expect(
        assistant.answers.nth(1).locator(".choices button:not([aria-disabled])")
    ).to_have_count(0)


async def test_a_conversation_resumes_from_one_page_to_another(
    open_assistant: OpenAssistant, base_url: str
) -> None:
    assistant = await open_assistant()
    await assistant.ask(QUESTION)
    await assistant.page.goto(f"{base_url}/demo")
    await assistant.launcher.click()
    await expect(assistant.said).to_have_count(1)
    await expect(assistant.field).to_be_focused()


async def test_a_conversation_that_no_longer_exists_is_replaced_politely(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    await assistant.page.evaluate(
        f"localStorage.setItem('orientation:' + location.host,"
        f" JSON.stringify({{...{STORED}, token: 'autre'}}))"
    )
    await assistant.page.reload()
    await expect(assistant.log.get_by_text("n’est plus disponible")).to_be_visible()
    await assistant.greeted()
    await assistant.ask(QUESTION)


async def test_a_conversation_erased_meanwhile_takes_the_message_all_the_same(
    open_assistant: OpenAssistant, base_url: str
) -> None:
    assistant = await open_assistant()
    kept = await assistant.page.evaluate(STORED)
    async with httpx2.AsyncClient(base_url=base_url) as client:
        await client.delete(
            f"/api/v1/conversations/{kept['id']}",
            headers={"Authorization": f"Bearer {kept['token']}"},
        )
    await assistant.field.fill(QUESTION)
    await assistant.field.press("Enter")
    await expect(assistant.log.get_by_text("n’est plus disponible")).to_be_visible()
    await expect(assistant.answers).to_have_count(3, timeout=30_000)  # greeted twice, answered once
    await expect(assistant.said).to_have_count(1)


async def test_too_many_messages_wait_their_turn(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()

    async def refuse(route: Route) -> None:
        await route.fulfill(
            status=429,
            headers={"Retry-After": "2"},
            content_type="application/problem+json",
            json={"status": 429, "detail": "Trop de messages."},
        )

    await assistant.page.route(TURNS, refuse, times=1)
    await assistant.field.fill(QUESTION)
    await assistant.field.press("Enter")
    await expect(assistant.status).to_contain_text("partira dans 2")
    await expect(assistant.said.last).to_contain_text("En attente d’envoi")
    await expect(assistant.answers).to_have_count(2, timeout=30_000)


async def test_a_refused_message_is_explained_and_given_back(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()

    async def refuse(route: Route) -> None:
        await route.fulfill(
            status=422,
            content_type="application/problem+json",
            json={"status": 422, "detail": "Ce message n’est pas lisible : réécrivez-le."},
        )

    await assistant.page.route(TURNS, refuse, times=1)
    await assistant.field.fill(QUESTION)
    await assistant.field.press("Enter")
    await expect(assistant.log.locator(".note")).to_contain_text("réécrivez-le")
    await expect(assistant.field).to_have_value(QUESTION)
    await expect(assistant.said).to_have_count(0)


async def test_a_double_click_sends_once(open_assistant: OpenAssistant, base_url: str) -> None:
    assistant = await open_assistant()
    await assistant.field.fill(QUESTION)
    await assistant.page.get_by_role("button", name="Envoyer", exact=True).dblclick()
    await expect(assistant.answers).to_have_count(2, timeout=30_000)
    await expect(assistant.said).to_have_count(1)
    assert len([i for i in await history(assistant, base_url) if i["author"] == "elu"]) == 1


async def test_the_length_is_counted_from_3500_and_limited_to_4000(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    counter = assistant.page.locator("orientation-assistant #counter")
    await assistant.field.fill("é" * 3499)
    await expect(counter).to_be_empty()
    await assistant.field.fill("é" * 3500)
    await expect(counter).to_have_text(re.compile(r"^3\s500 / 4 000 caractères$"))
    await assistant.field.fill("é" * 4001)
    await assistant.field.press("Enter")
    await expect(assistant.status).to_contain_text("trop long de 1 caractère")
    await expect(assistant.field).to_have_value("é" * 4001)
    await expect(assistant.said).to_have_count(0)
    await assistant.field.fill("👩‍🌾" * 1000)  # 3 000 characters, 5 000 UTF-16 units
    await expect(counter).to_be_empty()


async def test_a_long_answer_is_announced_then_shown_whole(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()

    async def slow(route: Route) -> None:
        await asyncio.sleep(1.5)
        await route.fallback()

    await assistant.page.route(TURNS, slow)
    await assistant.field.fill(QUESTION)
    await assistant.field.press("Enter")
    await expect(assistant.status).to_have_text("L’assistant prépare sa réponse…")
    await expect(assistant.answers).to_have_count(2, timeout=30_000)
    await expect(assistant.status).to_be_empty()


async def test_erasing_asks_once_then_leaves_nothing(
    open_assistant: OpenAssistant, base_url: str
) -> None:
    assistant = await open_assistant()
    await assistant.ask(QUESTION)
    kept = await assistant.page.evaluate(STORED)
    await assistant.open_menu()
    await assistant.page.get_by_role("button", name="Effacer ma conversation").click()
    await expect(assistant.page.get_by_role("button", name="Non, garder")).to_be_focused()
    await assistant.page.get_by_role("button", name="Oui, effacer").click()
    await expect(assistant.log).to_contain_text("Votre conversation est effacée")
    await expect(assistant.said).to_have_count(0)
    assert await assistant.page.evaluate("localStorage.length") == 0
    async with httpx2.AsyncClient(base_url=base_url) as client:
        response = await client.get(
            f"/api/v1/conversations/{kept['id']}",
            headers={"Authorization": f"Bearer {kept['token']}"},
        )
    assert response.status_code == 404
    await assistant.ask("Bonjour")  # a new one starts


async def test_what_was_said_can_be_taken_away(
    open_assistant: OpenAssistant, tmp_path: Path
) -> None:
    assistant = await open_assistant()
    await assistant.ask(QUESTION)
    await assistant.open_menu()
    async with assistant.page.expect_download() as waiting:
        await assistant.page.get_by_role("button", name="Télécharger mes échanges").click()
    download = await waiting.value
    assert download.suggested_filename == "mes-echanges.json"
    await download.save_as(tmp_path / "echanges.json")
    exported = json.loads((tmp_path / "echanges.json").read_text())
    assert QUESTION in [item["text"] for item in exported["messages"]]


async def test_a_shared_computer_can_forget_at_the_end_of_the_session(open_page: OpenPage) -> None:
    page = await open_page("/demo")
    await page.locator("orientation-assistant").evaluate(
        """e => { const other = document.createElement('orientation-assistant');
                 other.setAttribute('memoire', 'session'); e.replaceWith(other); }"""
    )
    assistant = Assistant(page)
    await assistant.launcher.click()
    await assistant.greeted()
    assert await page.evaluate("localStorage.length") == 0
    assert await page.evaluate("sessionStorage.length") == 1


async def test_a_newer_message_type_shows_its_text(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    await answer_with(assistant.page, {"type": "carte_du_futur", "text": "Une carte à venir."})
    await expect(await assistant.ask("Bonjour")).to_contain_text("Une carte à venir.")
