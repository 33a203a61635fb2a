"""The console with the keyboard alone, with its shortcuts, and without JavaScript."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Dialog, FilePayload, Page, expect

from tests.api.console import enter
from tests.api.tickets import KEY, create, path
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.test_accessibility import violations
from tests.browser.test_console import open_as
from tests.browser.test_keyboard import focused, tab_to
from tests.conftest import Service

QUEUE = "/console/demandes"
RING = """() => {
  const style = getComputedStyle(document.activeElement);
  const line = getComputedStyle(document.activeElement.closest('li') ?? document.body);
  return [style, line].some((e) => e.outlineStyle === 'solid' && parseFloat(e.outlineWidth) >= 2);
}"""


@pytest.fixture
def nom() -> str:
    return f"Claire {secrets.token_hex(3)}"


@pytest.fixture
def claire(service: Service, nom: str) -> Iterator[httpx2.Client]:
    with enter(service, nom, "conseiller") as browser:
        yield browser


@pytest.fixture
def about() -> str:
    """A word that no other test writes."""
    return f"kiosque{secrets.token_hex(4)}"


async def leave_the_field(page: Page) -> None:
    """Click beside everything: a letter is then a shortcut again."""
    await page.locator("body").click(position={"x": 5, "y": 5})


async def test_letters_go_through_the_queue_and_the_request(
    open_page: OpenPage, client: httpx2.Client, claire: httpx2.Client, nom: str, about: str
) -> None:
    for _ in range(3):
        create(client, besoin=f"Rouvrir le {about} du parc.")
    page = await open_as(open_page, claire, f"{QUEUE}?q={about}")
    press, links = page.keyboard.press, page.locator("ol.file h2 a")
    for key, rank in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        await press(key)
        await expect(links.nth(rank)).to_be_focused()
        assert await page.evaluate(RING)
    await press("/")
    search = page.get_by_label("Rechercher")
    await expect(search).to_be_focused()
    await page.keyboard.type("jkrp?")  # in a field, a letter is a letter
    await expect(search).to_have_value("jkrp?")
    await links.nth(1).focus()
    await press("Enter")
    await expect(page.get_by_role("heading", name="La demande")).to_be_visible()
    await page.wait_for_load_state()
    await press("p")
    await expect(page.get_by_text(f"Prise en charge par {nom}")).to_be_visible()
    await page.wait_for_load_state()
    await press("s")
    await expect(page.get_by_role("button", name="Attendre une précision")).to_be_focused()
    await press("n")
    await expect(page.get_by_label("Votre message")).to_be_focused()
    await expect(page.get_by_label("Les conseillers seulement")).to_be_checked()
    await leave_the_field(page)
    await press("r")
    await expect(page.get_by_label("L’élu : dans sa conversation")).to_be_checked()
    await page.get_by_role("button", name="Envoyer").focus()
    await press("c")
    await expect(page.get_by_label("Conseiller", exact=True)).to_be_focused()
    await page.get_by_role("button", name="Envoyer").focus()
    await press("g")
    await press("f")
    await expect(page.get_by_role("heading", name="Demandes", exact=True)).to_be_visible()


async def test_an_answer_may_become_a_note_and_never_a_note_an_answer(
    open_page: OpenPage, client: httpx2.Client, claire: httpx2.Client, about: str
) -> None:
    ticket = create(client, besoin=f"Rouvrir le {about} du parc.")
    page = await open_as(open_page, claire, f"{QUEUE}/{ticket['reference']}")
    internal = page.get_by_label("Les conseillers seulement")
    await expect(internal).not_to_be_checked()
    await page.get_by_label("Votre message").fill("À voir avec la préfecture.")
    await leave_the_field(page)
    await page.keyboard.press("n")
    await expect(internal).to_be_checked()
    await leave_the_field(page)
    await page.keyboard.press("r")
    await expect(page.get_by_label("Votre message")).to_be_focused()
    await expect(internal).to_be_checked()


async def test_a_letter_does_not_throw_away_the_answer_being_written(
    open_page: OpenPage, client: httpx2.Client, claire: httpx2.Client, about: str
) -> None:
    ticket = create(client, besoin=f"Rouvrir le {about} du parc.")
    page = await open_as(open_page, claire, f"{QUEUE}/{ticket['reference']}")
    field, told = page.get_by_label("Votre message"), page.locator("[data-annonce]")
    where, left = page.url, []
    page.on("request", lambda each: left.append(each.url) if each.is_navigation_request() else None)
    await field.fill("Voici trois exemples.")
    for keys in ("p", "i", "gf"):
        await leave_the_field(page)
        for key in keys:
            await page.keyboard.press(key)
        await expect(field).to_be_focused()
    await expect(told).to_contain_text("Votre message n’est pas envoyé")
    assert await violations(page) == []
    await field.fill("")
    plan = FilePayload(name="plan.txt", mimeType="text/plain", buffer=b"Le plan du parc.")
    await page.get_by_label("Joindre des fichiers").set_input_files([plan])
    await leave_the_field(page)
    await page.keyboard.press("p")
    await expect(field).to_be_focused()
    assert (page.url, left) == (where, [])
    assert client.get(path(ticket), headers=KEY).json()["assignee"] is None
    await page.get_by_label("Joindre des fichiers").set_input_files([])
    await leave_the_field(page)
    await page.keyboard.press("p")
    await expect(page.get_by_text("Prise en charge par")).to_be_visible()


async def test_an_answer_that_is_not_sent_is_not_left_without_a_word(
    open_page: OpenPage, client: httpx2.Client, claire: httpx2.Client, about: str
) -> None:
    ticket = create(client, besoin=f"Rouvrir le {about} du parc.")
    page = await open_as(open_page, claire, f"{QUEUE}/{ticket['reference']}")
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    field = page.get_by_label("Votre message")
    await field.click()
    await page.keyboard.type("Voici trois exemples.")
    async with page.expect_event("dialog"):
        await page.get_by_role("link", name="Retour à la file").click()
    await expect(field).to_have_value("Voici trois exemples.")
    await page.get_by_role("button", name="Aperçu").click()  # shown again, and still not sent
    await expect(page.get_by_role("heading", name="Aperçu")).to_be_visible()
    await field.click()
    async with page.expect_event("dialog"):
        await page.get_by_role("link", name="Retour à la file").click()
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.get_by_text("Votre réponse est envoyée")).to_be_visible()
    await page.get_by_role("link", name="Retour à la file").click()
    await expect(page.get_by_role("heading", name="Demandes", exact=True)).to_be_visible()
    assert asked == ["beforeunload"] * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_shortcuts_are_listed_and_can_be_turned_off(
    open_page: OpenPage, claire: httpx2.Client, scheme: str
) -> None:
    page = await open_as(open_page, claire, QUEUE, color_scheme=scheme, viewport=PHONE)
    window = page.get_by_role("dialog", name="Raccourcis clavier")
    await page.keyboard.press("?")
    await expect(window).to_be_visible()
    await expect(window.get_by_role("heading", name="Raccourcis clavier")).to_be_in_viewport()
    await expect(window.get_by_text("Répondre à l’élu")).to_be_visible()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    # Behind the window, nothing moves: neither the page nor what has the focus.
    await page.evaluate("addEventListener('click', () => { document.title = 'cliqué' }, true)")
    before = await page.evaluate("document.activeElement.id")
    for key in ("j", "/", "g", "s"):
        await page.keyboard.press(key)
    assert await page.evaluate("document.activeElement.id") == before == "t-raccourcis"
    assert await page.title() != "cliqué"
    await page.keyboard.press("Escape")
    await expect(window).to_be_hidden()
    await page.get_by_role("link", name="Raccourcis clavier").click()
    await expect(page.get_by_role("heading", name="Raccourcis clavier")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("Utiliser les raccourcis").uncheck()
    await page.goto(page.url.replace("/clavier", "/demandes"))
    for key in ("?", "/"):
        await page.keyboard.press(key)
    await expect(window).to_be_hidden()
    assert await focused(page) == ""
    await page.goto(page.url.replace("/demandes", "/clavier"))
    setting = page.get_by_label("Utiliser les raccourcis")
    await expect(setting).not_to_be_checked()
    await setting.check()
    await page.goto(page.url.replace("/clavier", "/demandes"))
    await page.keyboard.press("/")
    await expect(page.get_by_label("Rechercher")).to_be_focused()


async def test_a_letter_with_ctrl_alt_or_cmd_is_the_browser_s(
    open_page: OpenPage, client: httpx2.Client, claire: httpx2.Client, about: str
) -> None:
    ticket = create(client, besoin=f"Rouvrir le {about} du parc.")
    page = await open_as(open_page, claire, f"{QUEUE}/{ticket['reference']}")
    for held in ("Control", "Alt", "Meta"):
        await page.evaluate(
            """(held) => document.body.dispatchEvent(new KeyboardEvent('keydown', {
              key: 'r', bubbles: true, ctrlKey: held === 'Control', altKey: held === 'Alt',
              metaKey: held === 'Meta' }))""",
            held,
        )
        assert await focused(page) == "", held
    held = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'r', repeat: true}))"
    await page.evaluate(held.replace("repeat: true", "repeat: true, bubbles: true"))
    assert await focused(page) == "", "a key that is held down acts once"
    await page.keyboard.press("r")
    assert await focused(page) == "corps"


async def test_a_request_is_treated_with_the_tab_key_alone(
    open_page: OpenPage, client: httpx2.Client, claire: httpx2.Client, nom: str, about: str
) -> None:
    create(client, besoin=f"Rouvrir le {about} du parc.")
    page = await open_as(open_page, claire, f"{QUEUE}?q={about}")
    await page.keyboard.press("Tab")
    assert "Aller au contenu" in await focused(page)
    await tab_to(page, about)
    assert await page.evaluate(RING)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="La demande")).to_be_visible()
    seen: list[str] = []
    await tab_to(page, "Prendre en charge")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"Prise en charge par {nom}")).to_be_visible()
    while "corps" not in await focused(page):
        await page.keyboard.press("Tab")
        seen.append(await focused(page))
        assert await page.evaluate(RING), seen[-1]
        assert len(seen) < 60
    # The order is that of the page: what is done with the request, then the answer.
    marks = [each for each in ("Attendre une précision", "corps") if any(each in e for e in seen)]
    assert marks == ["Attendre une précision", "corps"]
    await page.keyboard.type("Voici trois exemples de kiosques rouverts.")
    await tab_to(page, "Envoyer")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Votre réponse est envoyée")).to_be_visible()
    await tab_to(page, "Marquer comme résolue")
    await page.keyboard.press("Space")
    await expect(page.locator(".tete .etats")).to_contain_text("Résolue")


@pytest.fixture
async def plain(open_page: OpenPage, claire: httpx2.Client) -> Page:
    """A browser whose JavaScript is off."""
    return await open_as(open_page, claire, QUEUE, java_script_enabled=False)


async def test_a_request_is_treated_without_javascript(
    plain: Page, client: httpx2.Client, nom: str, about: str
) -> None:
    create(client, besoin=f"Rouvrir le {about} du parc.")
    await plain.get_by_label("Rechercher").fill(about)
    await plain.get_by_role("button", name="Filtrer").click()
    await plain.get_by_role("link", name=about).click()
    await plain.get_by_role("button", name="Prendre en charge").click()
    await expect(plain.get_by_text(f"Prise en charge par {nom}")).to_be_visible()
    await expect(plain.locator("[data-perime]").first).to_be_hidden()
    await expect(plain.get_by_role("dialog")).to_have_count(0)
    await plain.get_by_label("Votre message").fill("Voici un premier exemple.")
    await plain.get_by_role("button", name="Envoyer").click()
    await expect(plain.get_by_text("Votre réponse est envoyée")).to_be_visible()
    for press, state in (
        ("Attendre une précision", "En attente de l’élu"),
        ("Marquer comme résolue", "Résolue"),
        ("Clore", "Close"),
    ):
        await plain.get_by_role("button", name=press).click()
        await expect(plain.locator(".tete .etats")).to_contain_text(state)
    await plain.get_by_role("link", name="Raccourcis clavier").click()
    await expect(plain.get_by_text("Répondre à l’élu")).to_be_visible()
    await expect(plain.locator("noscript .message")).to_be_visible()
    await expect(plain.get_by_label("Utiliser les raccourcis")).to_be_hidden()


async def test_a_sheet_is_printed_with_all_of_the_request_and_nothing_to_press(
    open_page: OpenPage, client: httpx2.Client, claire: httpx2.Client, about: str, tmp_path: Path
) -> None:
    ticket = create(
        client,
        besoin=f"Rouvrir le {about} du parc.",
        territoire_code="32013",
        nom="Jeanne Dupuy",
    )
    client.post(path(ticket, "/messages"), json={"body": "Voici trois pistes."}, headers=KEY)
    note = {"body": "À voir avec la sous-préfète.", "visibility": "internal"}
    client.post(path(ticket, "/messages"), json=note, headers=KEY)
    page = await open_as(open_page, claire, f"{QUEUE}/{ticket['reference']}")
    await page.get_by_role("link", name="Imprimer").click()
    await page.evaluate("window.print = () => { document.title = 'imprimée' }")
    await page.get_by_role("button", name="Imprimer ou enregistrer en PDF").click()
    await expect(page).to_have_title("imprimée")
    assert await violations(page) == []
    await page.emulate_media(media="print")
    for control in ("a", "button", "nav", "form", "input", ".aide"):
        assert await page.locator(f"{control}:visible").count() == 0, control
    sheet = page.get_by_role("article")
    told = (f"Rouvrir le {about}", "Jeanne Dupuy", "agglo@exemple.fr", "Auch", "Occitanie", "Reçue")
    for each in (*told, "Voici trois pistes.", "À voir avec la sous-préfète.", "Imprimé le"):
        await expect(sheet.get_by_text(each).first).to_be_visible()
    file = await page.pdf(path=tmp_path / "demande.pdf")
    assert file.startswith(b"%PDF-")
    assert len(file) > 5_000
    await page.emulate_media(media="screen")
    await page.get_by_role("link", name="Sans les notes internes").click()
    await expect(page.get_by_text("Les notes internes ne sont pas reproduites.")).to_be_visible()
    await expect(page.get_by_text("sous-préfète")).to_have_count(0)
