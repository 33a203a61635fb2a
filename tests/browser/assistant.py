"""The assistant as an élu handles it: what the tests press, type and read."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, Route, expect

QUESTION = (
    "Je suis maire d'une commune de 900 habitants près d'Auch, comment associer les habitants à la "
    "revitalisation du bourg ?"
)
TURNS = "**/api/v1/conversations/*/messages"


@dataclass(frozen=True, slots=True)
class Assistant:
    """The panel, on `/assistant` or opened on a page that embeds it."""

    page: Page

    @property
    def log(self) -> Locator:
        """What was said."""
        return self.page.get_by_role("log", name="Échanges avec l’assistant")

    @property
    def answers(self) -> Locator:
        """Messages of the assistant, the greeting included."""
        return self.log.locator(".msg.assistant")

    @property
    def said(self) -> Locator:
        """Messages of the élu, waiting or sent."""
        return self.log.locator(".msg.elu")

    @property
    def field(self) -> Locator:
        """Where the élu writes."""
        return self.page.get_by_role("textbox", name="Votre message")

    @property
    def status(self) -> Locator:
        """The line that tells what is going on."""
        return self.page.locator("orientation-assistant .status")

    @property
    def launcher(self) -> Locator:
        """The button on a page that embeds the assistant."""
        return self.page.get_by_role("button", name="Poser une question")

    async def greeted(self) -> None:
        """Wait for the first words."""
        await expect(self.answers.first).to_be_visible()

    async def ask(self, text: str) -> Locator:
        """Send a message and wait for the whole answer; return it."""
        count = await self.answers.count()
        await self.field.fill(text)
        await self.field.press("Enter")
        await expect(self.answers).to_have_count(count + 1, timeout=30_000)
        return self.answers.last

    async def open_menu(self) -> None:
        """Unfold the menu."""
        await self.page.locator("orientation-assistant summary").first.click()

    async def open_request(self) -> "RequestForm":
        """Ask a question, press « Parler à un conseiller » and wait for the form."""
        await self.ask(QUESTION)
        await self.page.get_by_role("button", name="Parler à un conseiller").first.click()
        form = RequestForm(self.page)
        await expect(form.title).to_be_visible(timeout=30_000)
        return form


@dataclass(frozen=True, slots=True)
class RequestForm:
    """The request to an advisor, as it is read before it leaves."""

    page: Page

    @property
    def title(self) -> Locator:
        """Its heading."""
        return self.page.get_by_role("heading", name="Votre demande à un conseiller").last

    @property
    def need(self) -> Locator:
        """What the élu needs."""
        return self.page.get_by_role("textbox", name="Votre besoin").last

    @property
    def place(self) -> Locator:
        """The territory, with suggestions."""
        return self.page.get_by_role("combobox", name="Votre territoire").last

    @property
    def email(self) -> Locator:
        """Where to answer."""
        return self.page.get_by_role("textbox", name="Courriel").last

    @property
    def phone(self) -> Locator:
        """Where to call back."""
        return self.page.get_by_role("textbox", name="Téléphone").last

    @property
    def consent(self) -> Locator:
        """The agreement, never ticked beforehand."""
        return self.page.get_by_role("checkbox", name="J’accepte").last

    @property
    def submit(self) -> Locator:
        """The button that sends."""
        return self.page.get_by_role("button", name="Envoyer ma demande").last

    async def fill(self, *, email: str = "mairie@exemple.fr") -> None:
        """Fill what sending needs."""
        if not await self.need.input_value():
            await self.need.fill("Associer les habitants à la revitalisation du bourg")
        await self.email.fill(email)
        await self.consent.check()


def turn(*messages: dict[str, Any], **fields: object) -> dict[str, Any]:
    """Return a Turn of the contract, for what the real service never says on demand."""
    return {
        "id": "tour-ecrit-pour-l-essai",
        "outcome": "answered",
        "messages": list(messages),
        "understanding": {},
        "resources": [],
        "orientation": None,
        "dialogue": {},
        "human_offered": True,
        "ticket": None,
        **fields,
    }


async def answer_with(page: Page, *messages: dict[str, Any]) -> None:
    """Answer every message with the same written Turn."""

    async def fulfill(route: Route) -> None:
        if route.request.method == "POST":
            await route.fulfill(json=turn(*messages))
        else:
            await route.fallback()

    await page.route(TURNS, fulfill)
