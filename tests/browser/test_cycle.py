"""The whole life of a request, in Chromium, with real mail in and out.

An élu asks in the module, an advisor answers in the console, the élu reads it in both places and
answers by mail, the request is solved, judged, drawn into a resource, reviewed, published, found.
No page on the way has a known fault, nor a word in the console of the browser.
"""

import asyncio
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import httpx2
import psycopg
import pytest
from aiosmtpd.controller import Controller
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    WebError,
    expect,
)

from api.comptes.roles import Role
from api.courrier.releve import COLLECT
from api.mail.smtp import parse_server
from api.postgres import EmbeddedPostgres
from api.rasa_process import free_port
from tests.api.boite import Folder, imap_server, new_folder
from tests.api.console import PASSWORD, accept, add_invitation, open_client
from tests.api.receiver import wait_for
from tests.api.test_courrier import as_thunderbird
from tests.api.test_mail import Mailbox
from tests.browser.assistant import Assistant, RequestForm
from tests.browser.test_accessibility import violations
from tests.browser.test_request import SENT, reference_of
from tests.conftest import Service, running_service

ELU = "mairie.noumea@exemple.fr"
WORD = secrets.token_hex(3)
QUESTION = "Comment confier les ruches communales du parc aux écoliers du quartier ?"
FIRST = "Bonjour,\n\nMerci de votre message. Combien de classes seraient concernées ?"
PRECISION = "Trois classes de l’école du quartier, dès la rentrée de février."
ANSWER = """Bonjour,

Une charte signée avec l’école suffit : les classes visitent les ruches chaque mois avec un apiculteur, en tenue, et tiennent un carnet. Comptez une saison, des tenues à la taille des enfants et l’accord écrit des familles. Commencez par une seule classe, puis étendez.

Bien à vous"""  # noqa: E501
TITLE = f"Confier les ruches communales aux écoliers ({WORD})"
ZONE = "heure de Nouvelle-Calédonie"


@dataclass
class World:
    """The service, the mail server that it writes to, the mailbox that it empties."""

    service: Service
    smtp: Mailbox
    box: Folder

    def mails(self) -> list[EmailMessage]:
        """What the élu received, oldest first."""
        return [each for each in self.smtp.mails if ELU in str(each["To"])]

    async def mail(self, number: int) -> EmailMessage:
        """Wait for a mail to the élu."""
        await asyncio.to_thread(wait_for, lambda: len(self.mails()) > number)
        return self.mails()[number]

    async def reply(self, received: EmailMessage, text: str) -> None:
        """Answer a mail as the élu's own program does, and let the next round come now."""
        self.box.deliver(bytes(as_thunderbird(received, text)))
        with psycopg.connect(self.service.database_url, autocommit=True) as connection:
            connection.execute("UPDATE job SET run_at = now() WHERE kind = %s", (COLLECT,))
            connection.execute("NOTIFY jobs")
        await asyncio.to_thread(wait_for, lambda: self.box.counts() == (0, 1), seconds=90)


@pytest.fixture(scope="module")
def world(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    smtp = Mailbox(parse_server(f"smtp://127.0.0.1:{free_port()}"))
    controller = Controller(smtp, hostname="127.0.0.1", port=smtp.server.port)
    controller.start()
    with imap_server() as imap:
        box = new_folder(imap)
        mail = {
            "ORIENTATION_SMTP_URL": f"smtp://127.0.0.1:{smtp.server.port}",
            "ORIENTATION_MAIL_FROM": "Orientation <orientation@exemple.fr>",
            "ORIENTATION_MAIL_REPLY_TO": "reponse@exemple.fr",
            "ORIENTATION_IMAP_URL": box.url,
        }
        with running_service(postgres, tmp_path_factory.mktemp("cycle"), **mail) as service:
            yield World(service, smtp, box)
    controller.stop()


@dataclass
class Desks:
    """The browsers of everyone, and what any of their pages complained of."""

    browser: Browser
    service: Service
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def open(self) -> Page:
        """Open the browser of someone new."""
        context = await self.browser.new_context(
            base_url=self.service.url,
            viewport={"width": 1280, "height": 800},
            locale="fr-FR",
            reduced_motion="reduce",
        )
        context.on("console", self._heard)
        context.on("weberror", self._broke)
        self.contexts.append(context)
        return await context.new_page()

    async def enter(self, nom: str, role: Role) -> Page:
        """Open the browser of a colleague, who enters by the door."""
        courriel = f"{nom.lower().replace(' ', '.')}@exemple.fr"
        with open_client(self.service) as client:
            made = accept(client, add_invitation(self.service, courriel, role), nom)
            assert made.status_code == httpx2.codes.SEE_OTHER, made.text
        page = await self.open()
        await page.goto("/console/connexion")
        await self.check(page, "connexion")
        await page.get_by_label("Adresse électronique").fill(courriel)
        await page.get_by_label("Mot de passe").fill(PASSWORD)
        await page.get_by_role("button", name="Se connecter", exact=True).click()
        await page.get_by_text(nom).first.wait_for()
        return page

    async def follow(self, page: Page, link: Locator, name: str) -> None:
        """Go where a link leads, and look at that page once it is there with its style."""
        async with page.expect_navigation():
            await link.click()
        await self.check(page, name)

    async def check(self, page: Page, name: str) -> None:
        """Look at a page: what axe says of it, and its picture where one is asked for."""
        await page.wait_for_load_state("load")
        self.faults += [f"{name} : {each}" for each in await violations(page)]
        folder = os.environ.get("CAPTURES")
        if folder:
            await page.screenshot(path=Path(folder) / f"cycle-{name}.png", full_page=True)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.page and message.page.url} : {message.text}")

    def _broke(self, error: WebError) -> None:
        self.faults.append(str(error.error))


@pytest.fixture
async def desks(browser: Browser, world: World) -> AsyncIterator[Desks]:
    opened = Desks(browser, world.service)
    yield opened
    for each in opened.contexts:
        await each.close()


@pytest.mark.timeout(900)  # everything, on a slow machine
async def test_the_whole_life_of_a_request(world: World, desks: Desks) -> None:
    elu = Assistant(await desks.open())
    reference, promised = await ask(desks, elu)
    advisor = await desks.enter(f"Claire {WORD}", Role.CONSEILLER)
    await take(desks, advisor, reference, promised)
    await answer(desks, advisor, FIRST, then="Attendre une précision de l’élu")
    await read_the_first_answer(desks, world, elu)
    await read_the_precision(desks, advisor)
    await answer(desks, advisor, ANSWER, then="Marquer comme résolue")
    await judge(desks, world, elu)
    await advisor.reload()
    await advisor.get_by_text("Historique (").click()
    await expect(advisor.locator(".histoire")).to_contain_text("la réponse a aidé – → oui")
    await desks.check(advisor, "resolue")
    draft = await capitalise(desks, advisor, reference)
    await complete(desks, draft)
    await publish(desks)
    await find(desks)
    assert not desks.faults, "\n".join(desks.faults)


async def ask(desks: Desks, elu: Assistant) -> tuple[str, str]:
    """The élu asks, finds nothing, and sends a request; return its reference, what is promised."""
    await elu.page.goto("/assistant")
    await elu.greeted()
    await desks.check(elu.page, "accueil")
    await elu.ask(QUESTION)
    await elu.page.get_by_role("button", name="Parler à un conseiller").first.click()
    form = RequestForm(elu.page)
    await expect(form.title).to_be_visible(timeout=30_000)
    await form.need.fill(QUESTION)
    await form.place.fill("Nouméa")
    await elu.page.get_by_role("option", name="Nouméa").first.click()
    await form.fill(email=ELU)
    await desks.check(elu.page, "demande")
    await form.submit.click()
    await expect(elu.log.get_by_text(SENT)).to_be_visible(timeout=30_000)
    await desks.check(elu.page, "envoyee")
    promised = elu.log.locator(".ticket dd").filter(has_text=ZONE)
    return await reference_of(elu), await promised.inner_text()


async def take(desks: Desks, advisor: Page, reference: str, promised: str) -> None:
    """An advisor finds the request in the queue and takes it: same date as the élu reads."""
    await advisor.goto("/console/demandes")
    await desks.check(advisor, "file")
    await desks.follow(advisor, advisor.locator(f'a[href$="/{reference}"]').first, "dossier")
    await expect(advisor.locator(".faits")).to_contain_text(f"Réponse promise pour le {promised}")
    await advisor.get_by_role("button", name="Prendre en charge").click()
    await expect(advisor.locator(".faits")).to_contain_text(f"Prise en charge par Claire {WORD}")


async def answer(desks: Desks, advisor: Page, text: str, *, then: str) -> None:
    """The advisor writes to the élu."""
    await advisor.get_by_label("Votre message").fill(text)
    await advisor.get_by_label("Après une réponse à l’élu").select_option(then)
    await advisor.get_by_role("button", name="Envoyer", exact=True).click()
    await expect(advisor.locator(".fil").last).to_contain_text(text.splitlines()[2])
    await desks.check(advisor, f"repondue-{then[:8].strip().lower()}")


async def read_the_first_answer(desks: Desks, world: World, elu: Assistant) -> None:
    """The élu reads it in the module and by mail, follows the link, and answers the mail."""
    told = FIRST.splitlines()[2]
    await expect(elu.log.locator(".msg.conseiller").last).to_contain_text(told, timeout=30_000)
    await desks.check(elu.page, "reponse-lue")
    received = await world.mail(0)
    plain = received.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert told in text
    found = re.search(r"/assistant#\S+", text)
    assert found is not None
    elsewhere = await desks.open()
    await elsewhere.goto(found[0])
    await expect(Assistant(elsewhere).log).to_contain_text(told)
    await desks.check(elsewhere, "lien-du-courriel")
    await world.reply(received, PRECISION)


async def read_the_precision(desks: Desks, advisor: Page) -> None:
    """What the élu wrote by mail is in the request, alone, and the request is to be treated."""
    await advisor.reload()
    said = advisor.locator(".fil li.elu").last
    await expect(said).to_contain_text(PRECISION)
    await expect(said).to_contain_text("par courriel")
    await expect(said.locator(".dit").first).to_have_text(PRECISION)
    await expect(advisor.locator(".etats")).to_contain_text("En cours")
    await desks.check(advisor, "precision")


async def judge(desks: Desks, world: World, elu: Assistant) -> None:
    """The élu reads the answer, and says whether it helped."""
    await expect(elu.log).to_contain_text("Une charte signée avec l’école suffit", timeout=30_000)
    await expect(elu.answers.last).to_contain_text("vous a-t-elle aidé", timeout=30_000)
    await desks.check(elu.page, "question")
    last = (await world.mail(1)).get_body(("plain",))
    assert last is not None
    assert "Une charte signée avec l’école suffit" in last.get_content()
    async with elu.page.context.expect_page() as opened:
        await elu.answers.last.get_by_role("link", name="Oui").click()
    page = await opened.value
    await page.get_by_label("Pourquoi").fill("La charte nous sert déjà.")
    await desks.check(page, "avis")
    await page.get_by_role("button", name="Enregistrer mon avis").click()
    await expect(page.get_by_role("status")).to_contain_text("Merci, votre avis est enregistré")
    await desks.check(page, "avis-donne")


async def capitalise(desks: Desks, advisor: Page, reference: str) -> str:
    """The advisor draws a draft from the answer; return its address."""
    await desks.follow(advisor, advisor.get_by_role("link", name="Capitaliser"), "capitaliser-1")
    await advisor.get_by_role("button", name="Voir ce que devient le texte").click()
    await expect(advisor.get_by_label("Texte")).to_have_value(re.compile("Une charte signée"))
    await desks.check(advisor, "capitaliser-2")
    await advisor.get_by_label("Titre").fill(TITLE)
    await advisor.get_by_label("Résumé").fill(
        "Une charte, des visites chaque mois et un carnet tenu par les élèves : de quoi confier le"
        " soin des ruches communales aux écoliers, avec un apiculteur."
    )
    await advisor.get_by_label("Outil").check()
    if not await advisor.locator("input[name=themes]:checked").count():
        await advisor.get_by_label("jeunesse", exact=True).check()
    await advisor.get_by_role("button", name="Créer le brouillon").click()
    await expect(advisor.get_by_text("Le brouillon de la fiche est créé.")).to_be_visible()
    await desks.check(advisor, "brouillon")
    return reference


async def complete(desks: Desks, reference: str) -> None:
    """Someone of the editorial desk completes the draft and submits it."""
    writer = await desks.enter(f"Rachel {WORD}", Role.REDACTEUR)
    await writer.goto(f"/redaction/?q={WORD}")
    await desks.follow(writer, writer.get_by_role("link", name=TITLE).first, "fiche")
    modify = writer.get_by_role("link", name="Modifier").first
    await desks.follow(writer, modify, "modifier")
    await writer.get_by_label("Question 2").fill("ruches communales et école")
    await writer.get_by_label("Question 3").fill("Qui s’occupe des abeilles de la commune ?")
    await writer.get_by_label("Adresse de la page").first.fill(f"https://exemple.fr/{WORD}")
    await writer.get_by_label("Qui la publie").first.fill("Exemple")
    await desks.check(writer, "modifiee")
    await writer.get_by_role("button", name="Soumettre à relecture").click()
    await expect(writer.get_by_text("La fiche attend une relecture.")).to_be_visible()


async def publish(desks: Desks) -> None:
    """Someone else reads it again and publishes it."""
    reader = await desks.enter(f"Paul {WORD}", Role.RELECTEUR)
    await reader.goto("/redaction/relecture")
    await desks.check(reader, "relecture")
    await desks.follow(reader, reader.get_by_role("link", name=TITLE), "relire")
    effect = reader.get_by_role("link", name="Voir l’effet et publier")
    await desks.follow(reader, effect, "effet")
    await reader.get_by_role("button", name="Publier").click()
    await expect(reader.get_by_text("l’assistant la propose dès maintenant")).to_be_visible()
    await desks.check(reader, "publiee")


async def find(desks: Desks) -> None:
    """Another élu asks the same: the resource is the answer, in the module and by the API."""
    other = Assistant(await desks.open())
    await other.page.goto("/assistant")
    await other.greeted()
    await expect(await other.ask(QUESTION)).to_contain_text(TITLE)
    await desks.check(other.page, "trouvee")
    async with httpx2.AsyncClient(base_url=desks.service.url) as client:
        found = await client.get("/api/v1/resources", params={"q": QUESTION})
    assert found.json()["items"][0]["title"] == TITLE
