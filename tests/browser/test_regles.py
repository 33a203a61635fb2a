"""The rules in Chromium: a change is shown, proposed, then published; no page is faulty."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.async_api import Page, expect

from api.console.session import SESSION
from api.postgres import EmbeddedPostgres
from tests.api.console import enter
from tests.api.regles import ASKED, FILE, HOME, fresh_name, propose, shipped, without_rule
from tests.browser.test_entrainement import accessible, page  # noqa: F401
from tests.conftest import Service, running_service

pytestmark = pytest.mark.rasa


@pytest.fixture(scope="module")
def apart(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service of its own: where it leads élus changes."""
    with running_service(postgres, tmp_path_factory.mktemp("regles")) as started:
        yield started


async def open_as(page: Page, service: Service, who: httpx2.Client, path: str) -> None:  # noqa: F811
    """Open a page in the name of whoever entered."""
    cookie = {"name": SESSION, "value": who.cookies[SESSION], "url": service.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(service.url + path)


async def test_a_change_of_rules_is_seen_before_it_is_proposed(
    page: Page,  # noqa: F811
    apart: Service,
) -> None:
    with enter(apart, fresh_name("Sofia"), "responsable") as sofia:
        await open_as(page, apart, sofia, HOME)
        await accessible(page)
        await page.get_by_role("link", name="Un cycle d’ateliers interactifs").click()
        await accessible(page)
        text = page.get_by_label("Texte du fichier")
        assert await text.input_value() == shipped()
        await text.fill(shipped().replace("rang: 155", "rangs: 155"))
        await page.get_by_role("button", name="Voir l’effet").click()
        await expect(page.get_by_role("alert")).to_contain_text("Vouliez-vous dire")
        await accessible(page)
        await text.fill(without_rule(shipped()))
        await page.get_by_role("button", name="Voir l’effet de nouveau").click()
        effect = page.get_by_role("region", name=re.compile("^L’effet sur les"))
        await expect(effect).to_contain_text(ASKED)
        await accessible(page)
        await page.get_by_label("Pourquoi cette modification").fill("Trop d’ateliers proposés.")
        await page.get_by_role("button", name="Proposer malgré tout").click()
        await expect(page.get_by_role("status")).to_contain_text("La modification est proposée")
        await expect(page.get_by_role("button", name="Publier")).to_have_count(0)
        await accessible(page)
        await page.get_by_role("button", name="Retirer ma proposition").click()
        await expect(page.get_by_role("status")).to_contain_text("Votre proposition est retirée")


async def test_another_publishes_it_and_all_is_undone_in_one_click(
    page: Page,  # noqa: F811
    apart: Service,
) -> None:
    with (
        enter(apart, fresh_name("Sofia"), "responsable") as sofia,
        enter(apart, fresh_name("Paul"), "relecteur") as paul,
    ):
        propose(sofia, without_rule(shipped()))
        await open_as(page, apart, paul, HOME)
        await accessible(page)
        await page.get_by_role("link", name=re.compile(r"^Proposition \d+")).first.click()
        await accessible(page)
        await page.get_by_role("button", name="Publier malgré tout").click()
        await expect(page.get_by_role("status")).to_contain_text("C’est publié")
        await accessible(page)
        await page.get_by_role("link", name="Règles d’orientation").first.click()
        await expect(page.get_by_text("(réécrit ici)")).to_be_visible()
        await page.get_by_role("link", name=re.compile(r"^Version \d+$")).first.click()
        await accessible(page)
        await page.goto(f"{apart.url}{HOME}/versions/0")
        await accessible(page)
        await page.goto(apart.url + HOME)
        await page.get_by_role("button", name="Revenir aux règles du produit").click()
        await expect(page.get_by_role("status")).to_contain_text("C’est fait")
        await accessible(page)
        await page.goto(apart.url + propose(sofia, without_rule(shipped())))
        await page.get_by_label("Pourquoi refuser").fill("Les ateliers d’automne existent.")
        await page.get_by_role("button", name="Refuser").click()
        await expect(page.get_by_text("Les ateliers d’automne existent.")).to_be_visible()
        await accessible(page)


async def test_a_writer_reads_a_file_of_rules(page: Page, apart: Service) -> None:  # noqa: F811
    with enter(apart, fresh_name("Claire"), "redacteur") as claire:
        await open_as(page, apart, claire, FILE)
        await expect(page.get_by_role("textbox")).to_have_count(0)
        await accessible(page)
