"""Nothing overflows, nothing runs that was written as text, nothing heavy is sent."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.assistant import QUESTION, answer_with
from tests.browser.conftest import PHONE, OpenAssistant, OpenPage
from tests.browser.test_accessibility import EVERY_TYPE, PAGES

ATTACK = "<img src=x onerror=\"window.vole='oui'\"><script>window.vole='oui'</script>"
# 1280 × 1024 read at 400 %, the reflow of WCAG 1.4.10, is a window of 320 × 256.
ZOOMED = {"width": 320, "height": 256}


async def overflow(page: Page) -> list[str]:
    """Return what is wider than the window or than the log, on the page and in the panel."""
    found: list[str] = await page.evaluate(
        """() => {
          const wide = [];
          const root = document.scrollingElement;
          if (root.scrollWidth > innerWidth) wide.push('page');
          for (const host of document.querySelectorAll('orientation-assistant')) {
            for (const each of host.shadowRoot.querySelectorAll('.panel, .log')) {
              if (each.scrollWidth > each.clientWidth) wide.push(each.className);
            }
          }
          return wide;
        }"""
    )
    return found


@pytest.mark.parametrize("window", [PHONE, ZOOMED], ids=["téléphone", "zoom 400 %"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_fits_in_320_pixels(
    open_page: OpenPage, path: str, window: dict[str, int]
) -> None:
    assert await overflow(await open_page(path, viewport=window)) == []


@pytest.mark.parametrize("path", ["/assistant", "/demo"])
@pytest.mark.parametrize("window", [PHONE, ZOOMED], ids=["téléphone", "zoom 400 %"])
async def test_a_conversation_fits_in_320_pixels(
    open_assistant: OpenAssistant, path: str, window: dict[str, int]
) -> None:
    assistant = await open_assistant(path, viewport=window)
    await assistant.ask("Un mot très long : " + "anticonstitutionnellement" * 5)
    await answer_with(assistant.page, *EVERY_TYPE)
    await assistant.ask(QUESTION)
    await assistant.page.unroute_all()
    assert await overflow(assistant.page) == []
    await assistant.open_request()
    assert await overflow(assistant.page) == []
    await expect(assistant.field).to_be_visible()


async def test_the_zoomed_panel_scrolls_as_a_whole(open_assistant: OpenAssistant) -> None:
    """With 256 pixels of height, the log cannot keep a window of its own."""
    assistant = await open_assistant("/demo", viewport=ZOOMED)
    await assistant.ask(QUESTION)
    await assistant.answers.last.scroll_into_view_if_needed()
    await expect(assistant.answers.last).to_be_in_viewport()
    await assistant.field.scroll_into_view_if_needed()
    await expect(assistant.field).to_be_in_viewport(ratio=1)


async def test_html_that_is_typed_is_shown_as_typed(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    await assistant.ask(ATTACK)
    await expect(assistant.said.last).to_contain_text(ATTACK)
    assert await assistant.log.locator("img, script").count() == 0
    await assistant.page.reload()
    await expect(assistant.said.last).to_contain_text(ATTACK)
    assert await assistant.log.locator("img, script").count() == 0
    assert await assistant.page.evaluate("window.vole") is None


async def test_html_in_any_field_of_an_answer_is_shown_as_text(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    await answer_with(assistant.page, *_poisoned(EVERY_TYPE))
    answer = await assistant.ask("Bonjour")
    await expect(answer.get_by_role("heading", name=ATTACK).first).to_be_visible()
    assert await answer.locator("img, script, iframe").count() == 0
    assert await assistant.page.evaluate("window.vole") is None
    for link in await answer.locator("a").all():
        assert str(await link.get_attribute("href")).startswith("https://")


def _poisoned(value: Any) -> Any:
    """Replace every text by an attack, every address by a script, and keep the closed words."""
    if isinstance(value, (list, tuple)):
        return [_poisoned(each) for each in value]
    if isinstance(value, dict):
        kept = ("type", "statut", "route", "status", "source_date", "expected_reply_by", "code")
        return {k: v if k in kept else _poisoned(v) for k, v in value.items()}
    if str(value).startswith("https://"):
        return "javascript:window.vole='oui'"
    return ATTACK if isinstance(value, str) else value


async def test_links_open_a_new_window_and_say_so(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    text = "Voir https://exemple.fr/guide, puis revenir (http://exemple.fr/plan)."
    await answer_with(assistant.page, {"type": "text", "text": text}, EVERY_TYPE[1])
    answer = await assistant.ask("Bonjour")
    links = await answer.get_by_role("link").all()
    assert [await link.get_attribute("href") for link in links] == [
        "https://exemple.fr/guide",
        "http://exemple.fr/plan",
        "https://exemple.fr/montaud",
    ]
    for link in links:
        await expect(link).to_have_accessible_name(re.compile("nouvelle fenêtre"))


async def test_dates_are_in_clear_french(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    await answer_with(assistant.page, *EVERY_TYPE)
    answer = await assistant.ask("Bonjour")
    await expect(answer).to_contain_text("mardi 1er décembre 2026")
    await expect(answer).to_contain_text("2 mai 2023")


async def test_a_page_asks_nothing_of_anyone_else_and_stays_light(open_page: OpenPage) -> None:
    page = await open_page("/demo")
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", note)
    await page.reload(wait_until="networkidle")
    origin = page.url.removesuffix("/demo")
    assert all(request.url.startswith(origin) for request in requests)
    assert not [request.url for request in requests if "/api/" in request.url]  # until it is opened
    weights = [(await request.sizes())["responseBodySize"] for request in requests]
    assert sum(weights) < 25_000


async def test_printing_shows_the_conversation_and_no_control(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant("/demo")
    await assistant.ask(QUESTION)
    await assistant.page.emulate_media(media="print")
    await expect(assistant.said.last).to_be_visible()
    await expect(assistant.field).to_be_hidden()
    assert await overflow(assistant.page) == []


async def test_a_light_page_can_refuse_the_dark_scheme(open_page: OpenPage) -> None:
    page = await open_page("/demo", color_scheme="dark")
    host = page.locator("orientation-assistant")
    dark = await host.evaluate("e => getComputedStyle(e).color")
    await host.evaluate("e => e.setAttribute('theme', 'clair')")
    assert await host.evaluate("e => getComputedStyle(e).color") != dark


async def test_without_javascript_a_human_can_still_be_reached(open_page: OpenPage) -> None:
    page = await open_page("/assistant", java_script_enabled=False)
    assert "<noscript>" in await page.content()
    await expect(
        page.get_by_role("heading", name="Joindre un conseiller sans l’assistant")
    ).to_be_visible()
    await expect(page.get_by_text("préfecture")).to_be_visible()
