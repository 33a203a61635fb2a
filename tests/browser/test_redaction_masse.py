"""Many resources at once in Chromium: a file imported, then ticked in the list and changed."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from api.abonnements.links import stop_path
from api.abonnements.models import Genre
from api.comptes.repository import CompteRepository
from api.console.session import SESSION
from api.database import connect
from knowledge.resources.resource import french_today
from tests.api.console import enter
from tests.api.test_redaction_import import row, table
from tests.browser.test_console_accessibility import SCREENS, check, page, visit  # noqa: F401
from tests.conftest import Service


async def choose(page: Page, name: str, data: bytes) -> None:  # noqa: F811
    """Choose a file and ask for its preview."""
    file = {"name": name, "mimeType": "text/csv", "buffer": data}
    await page.get_by_label("Fichier à importer").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Voir l’aperçu").click()


async def import_two(page: Page, rows: list[dict[str, str]], faults: list[str]) -> None:  # noqa: F811
    """Send two files that are refused, then the right one."""
    await visit(page, "/redaction/import", 200, faults)
    await choose(page, "ancien.csv", table(row(Intitulé="Été"), encoding="cp1252"))
    await expect(page.get_by_role("alert")).to_contain_text("Windows-1252")
    await check(page, faults)
    await choose(page, "fiches.csv", table(*rows, row(Type="Roman")))
    await expect(page.get_by_role("alert")).to_contain_text("Ligne 4")
    await check(page, faults)
    await page.get_by_role("link", name="Choisir un autre fichier").click()
    await choose(page, "fiches.csv", table(*rows))
    await page.get_by_label("Ce qu’il faut savoir").select_option(label="Texte")
    await page.get_by_label("Organisme").select_option("source_1_nom")
    await page.get_by_role("button", name="Mettre l’aperçu à jour").click()
    await expect(page.get_by_text("Source : Exemple").first).to_be_visible()
    await check(page, faults)
    await page.get_by_role("button", name="Importer 2 fiches").click()
    await expect(page.get_by_role("status")).to_contain_text("2 fiches créées")
    await check(page, faults)


async def change_all(page: Page, owner: str, faults: list[str]) -> None:  # noqa: F811
    """Give all that someone answers for another day of review, after a wrong one."""
    await page.goto(f"/redaction/?responsable={owner}")
    await page.get_by_label("Toutes les fiches de cette page").check()
    await expect(page.get_by_label("Cocher la fiche").first).to_be_checked()
    await check(page, faults)
    await page.get_by_label("Que faire des fiches cochées").select_option("echeance")
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_label("À revoir le").fill("2020-01-01")
    await page.get_by_role("button", name="Voir l’effet").click()
    await expect(page.get_by_role("alert")).to_contain_text("Donnez un jour à venir.")
    await check(page, faults)
    day = french_today() + timedelta(days=60)
    await page.get_by_label("À revoir le").fill(day.isoformat())
    await page.get_by_role("button", name="Voir l’effet").click()
    await check(page, faults)
    await page.get_by_role("button", name="Confirmer pour 2 fiches").click()
    await expect(page.get_by_role("status")).to_contain_text("C’est fait pour 2 fiches.")
    await check(page, faults)
    await page.get_by_role("link", name="Revenir à la liste").click()
    await expect(page.get_by_role("heading", name="2 fiches", exact=True)).to_be_visible()


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_a_file_is_imported_then_all_of_it_is_changed(
    page: Page,  # noqa: F811
    service: Service,
) -> None:
    faults: list[str] = []
    owner = f"Équipe {secrets.token_hex(3)}"
    with enter(service, f"Rose {secrets.token_hex(3)}", "responsable") as rose:
        cookie = {"name": SESSION, "value": rose.cookies[SESSION], "url": service.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await import_two(page, [row(Responsable=owner), row(Responsable=owner)], faults)
        await change_all(page, owner, faults)
    assert faults == []


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_the_weekly_mails_are_chosen_then_stopped(
    page: Page,  # noqa: F811
    service: Service,
) -> None:
    faults: list[str] = []
    nom = f"Rose {secrets.token_hex(3)}"
    with enter(service, nom, "responsable") as rose:
        cookie = {"name": SESSION, "value": rose.cookies[SESSION], "url": service.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.goto("/console/double-authentification")
        await page.get_by_label("Le point de la semaine").check()
        await page.get_by_role("button", name="Enregistrer mon choix").click()
        await expect(page.get_by_role("status")).to_contain_text("Votre choix est enregistré.")
        await check(page, faults)
        await visit(page, await stop_link(service, nom), 200, faults)
        await page.get_by_role("button", name="Ne plus le recevoir").click()
        await expect(page.get_by_role("status")).to_contain_text("vous ne recevrez plus")
        await check(page, faults)
        await page.get_by_role("link", name="la page de votre compte").click()
        await expect(page.get_by_label("Le point de la semaine")).not_to_be_checked()
        await visit(page, "/courriels/arret/hebdo/personne/l1.1.x", 404, faults)
    assert faults == []


async def stop_link(service: Service, nom: str) -> str:
    """The link of the digest of an account."""
    database = connect(service.database_url)
    async with database.sessions.begin() as session:
        compte = await CompteRepository(session).by_nom(nom)
        assert compte is not None
        link = await stop_path(session, compte.id, Genre.DIGEST, now=datetime.now(UTC))
    await database.close()
    return link
