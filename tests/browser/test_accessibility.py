"""No known fault on any page, in any state of the panel, in light and dark."""

import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.assistant import QUESTION, answer_with
from tests.browser.conftest import DESKTOP, PHONE, OpenAssistant, OpenPage

PAGES = (
    "/",
    "/assistant",
    "/demo",
    "/comment-ca-marche",
    "/accessibilite",
    "/confidentialite",
    "/mentions-legales",
    "/cgu",
    "/orientation/expliquer",
    "/orientation/regles",
    "/statistiques",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
EVERY_TYPE: tuple[dict[str, Any], ...] = (
    {"type": "text", "text": "Voici deux pistes :\n- une expérience ;\n- un outil.\n\nÀ lire."},
    {
        "type": "resources",
        "items": [
            {
                "id": "experience-montaud",
                "type": "experience",
                "title": "Un café citoyen",
                "summary": "Un local vacant devenu café associatif.",
                "url": "https://exemple.fr/montaud",
                "source": "ANCT",
                "source_date": "2023-05-02",
                "territoires": [{"type": "commune", "code": "34164", "nom": "Montaud"}],
                "why": "commune de taille proche",
            }
        ],
    },
    {
        "type": "orientation",
        "route": "territoires_engagement",
        "title": "Parcours Territoires d'engagement",
        "reasons": [
            {"critere": "Démarche durable", "statut": "rempli", "source": "https://exemple.fr/r"},
            {"critere": "Équipe prête", "statut": "inconnu", "source": ""},
            {"critere": "Plusieurs collectivités", "statut": "non_rempli", "source": ""},
        ],
        "alternatives": [{"route": "ateliers", "why_not": "Le format est plus court."}],
        "next_step": "Échanger avec un conseiller.",
    },
    {"type": "choices", "choices": [{"label": "Préciser", "payload": "/preciser"}]},
    {
        "type": "ticket",
        "reference": "ESSAI-1",
        "status": "nouveau",
        "expected_reply_by": "2026-12-01",
    },
)


async def violations(page: Page) -> list[str]:
    """Return what axe finds wrong, one line each."""
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    found = await Axe().run(page, options=options)
    return [
        f"{each['id']}: {node['target']}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_no_known_fault(
    open_page: OpenPage, path: str, viewport: dict[str, int], scheme: str
) -> None:
    page = await open_page(path, color_scheme=scheme, viewport=viewport)
    assert await violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_mistyped_address_is_a_page_like_the_others(
    open_page: OpenPage, scheme: str
) -> None:
    page = await open_page("/assistan", color_scheme=scheme, viewport=PHONE)
    await expect(page.get_by_role("link", name="Revenir à l’accueil")).to_be_visible()
    assert await violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/assistant", "/demo"])
async def test_the_open_panel_has_no_known_fault(
    open_assistant: OpenAssistant, path: str, scheme: str
) -> None:
    assistant = await open_assistant(path, color_scheme=scheme)
    assert await violations(assistant.page) == []
    await assistant.ask(QUESTION)
    assert await violations(assistant.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_message_type_has_no_known_fault(
    open_assistant: OpenAssistant, scheme: str
) -> None:
    assistant = await open_assistant("/demo", color_scheme=scheme)
    await answer_with(assistant.page, *EVERY_TYPE)
    answer = await assistant.ask("Bonjour")
    await answer.get_by_text("Pourquoi pas les autres").click()
    await answer.get_by_role("button", name="Pas utile").click()
    await expect(answer.get_by_text("Qu’est-ce qui ne va pas")).to_be_visible()
    assert await violations(assistant.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_request_has_no_known_fault(open_assistant: OpenAssistant, scheme: str) -> None:
    assistant = await open_assistant(color_scheme=scheme)
    form = await assistant.open_request()
    assert await violations(assistant.page) == []
    await form.place.fill("saint-denis")
    await assistant.page.get_by_role("option").first.wait_for()
    await form.place.press("ArrowDown")
    assert await violations(assistant.page) == []
    await form.place.press("Escape")
    await form.submit.click(force=True)
    assert await violations(assistant.page) == []


async def test_the_menu_and_the_erasure_have_no_known_fault(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant("/demo", viewport=PHONE)
    await assistant.open_menu()
    assert await violations(assistant.page) == []
    await assistant.page.get_by_role("button", name="Effacer ma conversation").click()
    await expect(assistant.page.get_by_role("button", name="Non, garder")).to_be_focused()
    assert await violations(assistant.page) == []


async def test_what_waits_to_be_sent_has_no_known_fault(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant("/demo")
    await assistant.page.context.set_offline(offline=True)
    await assistant.field.fill("Message écrit dans le train")
    await assistant.field.press("Enter")
    await expect(assistant.log.get_by_text("En attente d’envoi")).to_be_visible()
    assert await violations(assistant.page) == []


async def test_it_says_what_it_is_and_that_a_human_is_there(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant("/demo")
    dialog = assistant.page.get_by_role("dialog", name="Assistant d’orientation")
    await expect(dialog).to_contain_text("Assistant automatique – un conseiller humain")
    await expect(dialog.get_by_role("button", name="Parler à un conseiller").first).to_be_visible()
    await expect(assistant.field).to_have_accessible_description(re.compile("^Entrée envoie"))


async def test_targets_are_large_enough(open_assistant: OpenAssistant) -> None:
    assistant = await open_assistant("/demo", viewport=PHONE)
    await assistant.ask(QUESTION)
    for control in await assistant.page.locator(
        "orientation-assistant :is(button, summary, textarea)"
    ).all():
        box = await control.bounding_box() if await control.is_visible() else None
        if box:
            assert box["width"] >= 24
            assert box["height"] >= 24
