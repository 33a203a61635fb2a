"""The editorial desk in Chromium: from a question without answer to a resource that answers it."""

import asyncio
import secrets
import time

import httpx2
import pytest
from playwright.async_api import Page, expect

from api.console.session import SESSION
from tests.api.console import enter
from tests.api.receiver import wait_for
from tests.api.redaction import do, press, send, typed, write
from tests.browser.conftest import OpenAssistant, OpenPage
from tests.browser.test_console_accessibility import SCREENS, check, page  # noqa: F401
from tests.browser.test_console_accessibility import visit as visited
from tests.conftest import Service

QUESTION = "Comment faire garder les ruches communales par les écoliers du village ?"
BODY = (
    "**Quand l’utiliser.** La commune a des ruches et veut que les écoliers en prennent soin avec "
    "un apiculteur.\n\n- L’école, la mairie et l’apiculteur signent une charte.\n- Chaque classe "
    "visite les ruches une fois par mois, en tenue.\n- Les élèves tiennent un carnet.\n\nComptez "
    "une saison. Prévoyez des tenues à la taille des enfants et l’accord écrit des familles."
)


async def open_desk(open_page: OpenPage, client: httpx2.Client, path: str) -> Page:
    """Open a page of the desk in the name of whoever entered with `client`."""
    page = await open_page("/console/connexion")  # noqa: F811
    root = str(client.base_url)
    cookie = {"name": SESSION, "value": client.cookies[SESSION], "url": root}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(root.rstrip("/") + path)
    return page


def first_titles(service: Service, question: str) -> list[str]:
    """Return the titles of what the search answers."""
    found = httpx2.get(f"{service.url}/api/v1/resources", params={"q": question}).json()
    return [each["title"] for each in found["items"]]


async def test_a_question_without_answer_gets_a_published_resource_in_three_minutes(
    open_page: OpenPage, open_assistant: OpenAssistant, service: Service
) -> None:
    started, word = time.monotonic(), secrets.token_hex(3)
    title = f"Confier les ruches communales aux écoliers ({word})"
    with (
        enter(service, f"Claire {word}", "redacteur") as claire,
        enter(service, f"Paul {word}", "relecteur") as paul,
    ):
        desk = await open_desk(open_page, claire, f"/redaction/fiches/nouvelle?question={QUESTION}")
        await desk.get_by_label("Outil").check()
        await desk.get_by_label("Titre").fill(title)
        await desk.get_by_label("Résumé").fill(
            "Une charte, des visites chaque mois et un carnet tenu par les élèves : de quoi "
            "confier le soin des ruches communales aux écoliers, avec un apiculteur."
        )
        await desk.get_by_label("Question 2").fill("ruches communales et école")
        await desk.get_by_label("Question 3").fill("Qui s’occupe des abeilles de la commune ?")
        await desk.get_by_role("textbox", name="Texte").fill(BODY)
        await expect(desk.locator("#apercu strong")).to_have_text("Quand l’utiliser.")
        await desk.get_by_label("Adresse de la page").fill(f"https://exemple.fr/ruches-{word}")
        await desk.get_by_label("Qui la publie").fill("Exemple")
        await desk.get_by_label("jeunesse").check()
        await desk.get_by_label("Ajouter un territoire").fill("Lectoure")
        await desk.locator("[data-propositions] button", has_text="Lectoure").first.click()
        await desk.get_by_role("button", name="Retirer Lectoure").click()
        await expect(desk.get_by_text("Tout y est : la fiche peut être relue.")).to_be_visible()
        await desk.get_by_role("button", name="Soumettre à relecture").click()
        await expect(desk.get_by_text("La fiche attend une relecture.")).to_be_visible()

        review = await open_desk(open_page, paul, "/redaction/relecture")
        await review.get_by_role("link", name=title).click()
        await review.get_by_role("link", name="Voir l’effet et publier").click()
        await expect(review.locator(".rangs .bon")).to_have_count(3)
        await review.get_by_role("button", name="Publier").click()
        await expect(review.get_by_text("l’assistant la propose dès maintenant")).to_be_visible()

    await asyncio.to_thread(wait_for, lambda: title in first_titles(service, QUESTION))
    assistant = await open_assistant()
    answer = await assistant.ask(QUESTION)
    await expect(answer).to_contain_text(title)
    assert time.monotonic() - started < 180


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_no_page_of_the_desk_has_a_known_fault(page: Page, service: Service) -> None:  # noqa: F811
    faults: list[str] = []
    with (
        enter(service, f"Claire {secrets.token_hex(3)}", "redacteur") as claire,
        enter(service, f"Rose {secrets.token_hex(3)}", "responsable") as rose,
    ):
        where = write(claire, "soumettre")
        do(rose, where, "commenter", commentaire="Qui anime la balade ?")
        do(rose, where, "reprendre")
        changed = str(typed()["resume"])
        assert send(claire, f"{where}/modifier", "soumettre", resume=changed).is_redirect
        cookie = {"name": SESSION, "value": rose.cookies[SESSION], "url": service.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        for address, status in (
            (f"/redaction/fiches/nouvelle?question={QUESTION}", 200),
            ("/redaction/relecture", 200),
            (where, 200),
            (f"{where}/relire", 200),
            (f"{where}/publier", 200),
            (f"{where}/histoire", 200),
            (f"{where}/histoire/1", 200),
            (f"{where}/modifier", 200),
        ):
            await visited(page, address, status, faults)
        other = claire.get(f"{where}/modifier")
        assert press(claire, other, "enregistrer", titre="Marcher dans le bourg").is_redirect
        await page.get_by_label("Titre").fill("Une autre balade")
        await page.get_by_role("button", name="Enregistrer", exact=True).click()
        await page.get_by_role("button", name="Reprendre l’autre version").wait_for()
        await check(page, faults)
        await page.get_by_label("Adresse de la page").first.fill("nulle part")
        await page.get_by_role("button", name="Enregistrer", exact=True).click()
        await page.get_by_text("Un point est à corriger").wait_for()
        await check(page, faults)
    assert faults == []


def test_the_preview_needs_no_script(service: Service) -> None:
    with enter(service, f"Claire {secrets.token_hex(3)}", "redacteur") as claire:
        shown: httpx2.Response = send(
            claire, "/redaction/fiches/nouvelle", "apercu", **typed(corps="**Bourg**")
        )
    assert "<strong>Bourg</strong>" in shown.text


async def test_the_text_of_a_resource_is_read_beside_its_follow_up(
    open_page: OpenPage, service: Service
) -> None:
    """Each style sheet of the desk has class names of its own: the columns of the page are kept."""
    with enter(service, f"Claire {secrets.token_hex(3)}", "redacteur") as claire:
        address = write(claire, "soumettre")
        for path, aside in ((address, "Suivi"), (f"{address}/relire", "Décision")):
            desk = await open_desk(open_page, claire, path)
            text = await desk.locator(".principal").bounding_box()
            side = await desk.get_by_role("complementary", name=aside).bounding_box()
            assert text is not None
            assert side is not None
            assert text["width"] > 600
            assert side["x"] > text["x"] + text["width"]
            assert abs(side["y"] - text["y"]) < 40
