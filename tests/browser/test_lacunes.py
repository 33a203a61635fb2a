"""The gap board in Chromium: from a question left without answer to a resource that answers it."""

import asyncio
import secrets
from dataclasses import dataclass

import httpx2
from playwright.async_api import Page, expect

from tests.api.console import enter
from tests.api.lacunes import BOARD, gap_of, gaps, last_reading
from tests.api.receiver import wait_for
from tests.browser.conftest import OpenAssistant, OpenPage
from tests.browser.test_redaction import first_titles, open_desk
from tests.conftest import Chat, Service

BODY = (
    "**Quand l’utiliser.** La commune veut lâcher des lampions sur l’étang avec les pêcheurs.\n\n"
    "- La mairie et les pêcheurs choisissent la date.\n- Chaque famille prépare son lampion, sans "
    "plastique.\n- Les pêcheurs les posent depuis leurs barques.\n\nComptez deux mois. Prévenez "
    "les pompiers, et prévoyez une épuisette pour tout reprendre le lendemain matin."
)
MOST_PAGES = 14
"""Pages that the two people see, from the board to the subject closed: the work, not the clock."""


@dataclass(frozen=True, slots=True)
class Sujet:
    """A question that nobody answered, and the resource that will."""

    word: str

    @property
    def question(self) -> str:
        """What the élu asks."""
        return f"Comment lâcher des lampions {self.word} sur l’étang avec les pêcheurs ?"

    @property
    def title(self) -> str:
        """The title of the resource."""
        return f"Lâcher des lampions {self.word} sur l’étang avec les pêcheurs"


async def ask(service: Service, sujet: Sujet) -> Chat:
    """Have an élu ask, in vain."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        chat = Chat.open(client, territoire_code="32013")
        turn = await asyncio.to_thread(chat.say, sujet.question)
    assert turn["outcome"] != "answered"
    return chat


async def gather(desk: Page, service: Service, chat: Chat) -> str:
    """Have the conversations read from the board; return the address of the subject."""
    before = last_reading(service)
    await desk.get_by_role("button", name="Relire les conversations maintenant").click()
    await asyncio.to_thread(wait_for, lambda: last_reading(service) != before)
    return f"{service.url}{BOARD}/{gap_of(gaps(service), chat)['groupe_id']}"


async def write(desk: Page, sujet: Sujet) -> None:
    """Write the resource from the page of the subject, and submit it."""
    word = sujet.word
    await desk.get_by_role("link", name="Écrire une ressource").click()
    await desk.get_by_label("Outil").check()
    await desk.get_by_label("Titre").fill(sujet.title)
    await desk.get_by_label("Résumé").fill(
        f"Une date choisie avec les pêcheurs, des lampions {word} sans plastique et une reprise le "
        "lendemain : de quoi faire la fête sur l’étang sans le salir."
    )
    await desk.get_by_label("Question 1").fill(sujet.question)
    await desk.get_by_label("Question 2").fill(f"fête des lampions {word} sur l’étang")
    await desk.get_by_label("Question 3").fill(f"Qui pose les lampions {word} ?")
    await desk.get_by_role("textbox", name="Texte").fill(BODY)
    await desk.get_by_label("Adresse de la page").fill(f"https://exemple.fr/{word}")
    await desk.get_by_label("Qui la publie").fill("Exemple")
    await desk.get_by_label("culture").check()
    await desk.get_by_role("button", name="Soumettre à relecture").click()
    await expect(desk.get_by_text("La fiche attend une relecture.")).to_be_visible()


async def publish(review: Page, sujet: Sujet) -> None:
    """Read it again and publish it; its page says that the subject is closed."""
    await review.get_by_role("link", name=sujet.title).click()
    await review.get_by_role("link", name="Voir l’effet et publier").click()
    await review.get_by_role("button", name="Publier").click()
    await expect(review.get_by_text("l’assistant la propose dès maintenant")).to_be_visible()
    asked = review.get_by_role("region", name="Questions d’élus")
    await expect(asked).to_contain_text("Toutes ses questions trouvent une réponse")


async def test_a_question_left_without_answer_is_answered_from_the_board(
    open_page: OpenPage, open_assistant: OpenAssistant, service: Service
) -> None:
    sujet, pages = Sujet(f"lampion{secrets.token_hex(2)}"), list[str]()
    chat = await ask(service, sujet)
    with (
        enter(service, f"Claire {sujet.word}", "redacteur") as claire,
        enter(service, f"Paul {sujet.word}", "relecteur") as paul,
    ):
        desk = await open_desk(open_page, claire, BOARD)
        subject = await gather(desk, service, chat)
        desk.on("framenavigated", lambda frame: pages.append(frame.url))
        await desk.goto(subject)
        await write(desk, sujet)
        await desk.goto(subject)
        written = desk.get_by_role("region", name="Fiches écrites pour ce sujet")
        await expect(written).to_contain_text(f"{sujet.title} : à relire")
        await expect(desk.locator(".marque-etat").first).to_have_text("En cours")
        review = await open_desk(open_page, paul, "/redaction/relecture")
        review.on("framenavigated", lambda frame: pages.append(frame.url))
        await publish(review, sujet)
        await desk.goto(subject)
        await expect(desk.locator(".marque-etat").first).to_have_text("Clos")
    assert len(pages) <= MOST_PAGES, pages
    await asyncio.to_thread(wait_for, lambda: sujet.title in first_titles(service, sujet.question))
    answer = await (await open_assistant()).ask(sujet.question)
    await expect(answer).to_contain_text(sujet.title)
