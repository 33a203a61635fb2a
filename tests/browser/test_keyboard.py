"""Everything with the keyboard alone, focus always somewhere sensible."""

from playwright.async_api import Page, expect

from tests.browser.assistant import QUESTION, Assistant, RequestForm, answer_with
from tests.browser.conftest import PHONE, OpenAssistant, OpenPage


async def focused(page: Page) -> str:
    """Return what the focused element says, inside the shadow tree."""
    return str(
        await page.evaluate(
            """() => {
              let e = document.activeElement;
              while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
              return e === document.body ? '' : e.id || e.innerText;
            }"""
        )
    )


async def tab_to(page: Page, text: str, *, limit: int = 60) -> None:
    """Press Tab until the focused element says `text`."""
    for _ in range(limit):
        if text in await focused(page):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"« {text} » is out of reach of the keyboard")


async def test_a_question_is_asked_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = await open_page("/demo")
    await tab_to(page, "Poser une question")
    await page.keyboard.press("Enter")
    assistant = Assistant(page)
    await assistant.greeted()
    assert await focused(page) == "text"
    await page.keyboard.type(QUESTION)
    await page.keyboard.press("Enter")
    await expect(assistant.answers).to_have_count(2, timeout=30_000)
    await expect(assistant.said).to_have_count(1)
    assert await focused(page) == "text"


async def test_escape_closes_and_gives_the_focus_back(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant("/demo")
    await assistant.open_menu()
    await assistant.page.keyboard.press("Escape")
    await expect(assistant.field).to_be_visible()  # the menu only
    assert "Menu" in await focused(assistant.page)
    await assistant.page.keyboard.press("Escape")
    await expect(assistant.field).to_be_hidden()
    assert "Poser une question" in await focused(assistant.page)
    await expect(assistant.launcher).to_have_attribute("aria-expanded", "false")


async def test_the_panel_leaves_the_page_reachable(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant("/demo")
    await expect(assistant.launcher).to_have_attribute("aria-expanded", "true")
    await expect(assistant.page.get_by_role("link", name="Agenda")).to_be_visible()
    await assistant.page.get_by_role("link", name="Agenda").focus()
    assert await focused(assistant.page) == "Agenda"


async def test_full_screen_keeps_the_focus_inside(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant("/demo", viewport=PHONE)
    for _ in range(12):
        await assistant.page.keyboard.press("Tab")
        assert await focused(assistant.page) not in ("Agenda", "Mairie", "Vie municipale")
    await assistant.page.keyboard.press("Escape")
    await expect(assistant.field).to_be_hidden()


async def test_shift_enter_goes_to_the_line(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    await assistant.field.focus()
    await assistant.page.keyboard.type("Première ligne")
    await assistant.page.keyboard.press("Shift+Enter")
    await assistant.page.keyboard.type("seconde ligne")
    await expect(assistant.field).to_have_value("Première ligne\nseconde ligne")
    await expect(assistant.said).to_have_count(0)


async def test_enter_while_composing_a_character_sends_nothing(
    open_assistant: OpenAssistant,
) -> None:
    assistant = await open_assistant()
    await assistant.field.fill("日本")
    await assistant.field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await expect(assistant.said).to_have_count(0)


async def test_a_button_of_an_answer_acts_once_then_rests(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    await answer_with(assistant.page, {"type": "text", "text": "Entendu."})
    button = assistant.answers.first.locator(".choices").get_by_role("button").first
    label = await button.inner_text()
    await button.focus()
    await assistant.page.keyboard.press("Enter")
    await expect(assistant.said).to_have_text([f"Vous : {label}".replace(" :", "\u00a0:")])
    await expect(button).to_have_attribute("aria-disabled", "true")
    await assistant.page.keyboard.press("Enter")
    await expect(assistant.answers).to_have_count(2)
    await expect(assistant.said).to_have_count(1)


async def test_the_request_is_filled_with_the_keyboard_alone(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant()
    page = assistant.page
    await assistant.ask(QUESTION)
    await page.get_by_role("button", name="Parler à un conseiller").first.focus()
    await page.keyboard.press("Enter")
    form = RequestForm(page)
    await expect(form.title).to_be_focused(timeout=30_000)
    await page.keyboard.press("Tab")
    await page.keyboard.type("Avant l'été. ")
    await page.keyboard.press("Tab")
    await expect(form.place).to_be_focused()
    await page.keyboard.type("castera verd")
    await page.get_by_role("option", name="Castéra-Verduzan").wait_for()
    await page.keyboard.press("ArrowDown")
    await expect(form.place).to_have_attribute("aria-activedescendant", "d1-lieu-0")
    await page.keyboard.press("Enter")
    await expect(form.place).to_have_value("Castéra-Verduzan")
    await expect(form.place).to_have_attribute("aria-expanded", "false")
    for text in ("", "Marie Durand", "mairie@exemple.fr", "05 62 00 00 00"):
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Demande transmise à un conseiller")).to_be_visible(
        timeout=30_000
    )
