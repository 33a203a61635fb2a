"""Merging, splitting and linking requests in Chromium, at each size and scheme."""

import secrets
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect

from api.console.session import SESSION
from tests.api.console import enter
from tests.api.tickets import KEY, create, path
from tests.browser.test_capitalisation import shoot
from tests.browser.test_console_accessibility import SCREENS, check, page, visit  # noqa: F401
from tests.conftest import Service


def at(ticket: dict[str, Any], tail: str = "") -> str:
    return f"/console/demandes/{ticket['reference']}{tail}"


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_requests_are_merged_split_linked_and_taken_apart(
    page: Page,  # noqa: F811
    service: Service,
    client: httpx2.Client,
) -> None:
    faults: list[str] = []
    word = secrets.token_hex(4)
    mail = f"mairie.{word}@exemple.fr"
    old = create(client, courriel=mail, besoin="Qui entretient le lavoir ?")
    new = create(client, courriel=mail, besoin="Et le lavoir du haut ? Et le conseil des jeunes ?")
    related = create(client, courriel=f"autre.{word}@exemple.fr")
    for body in ("Pour le lavoir, une convention.", "Pour les jeunes, voyez Auch."):
        sent = {"body": body, "visibility": "public"}
        assert client.post(path(new, "/messages"), json=sent, headers=KEY).status_code == 201
    with enter(service, f"Claire {word}", "conseiller") as claire:
        cookie = {"name": SESSION, "value": claire.cookies[SESSION], "url": service.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.goto(at(new))
        await page.get_by_role("link", name="Réunir, séparer, lier").click()
        await check(page, faults)
        await shoot(page, "rapprocher-1")
        await page.get_by_label("Référence de l’autre demande").fill("OR-2026-AAAAAA")
        await page.get_by_role("button", name="Lier", exact=True).click()
        await expect(page.get_by_text("Aucune demande ne porte cette référence")).to_be_visible()
        await check(page, faults)
        await page.get_by_label("Référence de l’autre demande").fill(related["reference"])
        await page.get_by_role("button", name="Lier", exact=True).click()
        await expect(page.get_by_text("Les demandes sont liées.")).to_be_visible()

        await visit(page, at(new, "/rapprocher"), 200, faults)
        await split(page)
        await page.goto(at(new, "/rapprocher"))
        await page.get_by_label("Demande où tout continue").select_option(old["reference"])
        await page.get_by_role("button", name="Réunir", exact=True).click()
        await expect(page.get_by_text("Les demandes sont réunies ici.")).to_be_visible()
        await expect(page.get_by_text("Pour le lavoir, une convention.")).to_be_visible()
        await check(page, faults)
        await shoot(page, "rapprocher-2")
        await visit(page, at(new), 200, faults)
        await expect(page.get_by_role("heading", name="Répondre")).to_have_count(0)
        await shoot(page, "rapprocher-3")
        await page.get_by_role("button", name="Défaire la réunion").click()
        await expect(page.get_by_text("La réunion est défaite")).to_be_visible()
        await expect(page.get_by_role("heading", name="Répondre")).to_be_visible()
    assert faults == []


async def split(page: Page) -> None:  # noqa: F811
    """Give the second subject its own request, with the answer about it."""
    await page.get_by_label("Sujet de la nouvelle demande").fill("Le conseil des jeunes ?")
    await page.get_by_label("Pour les jeunes, voyez Auch.").check()
    await page.get_by_label("Pourquoi ?").fill("Deux sujets")
    await page.get_by_role("button", name="Séparer", exact=True).click()
    await expect(page.get_by_text("Voici la nouvelle demande.")).to_be_visible()
    await expect(page.get_by_text("Pour les jeunes, voyez Auch.").first).to_be_visible()


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_a_filter_is_kept_and_an_answer_written(
    page: Page,  # noqa: F811
    service: Service,
    client: httpx2.Client,
) -> None:
    faults: list[str] = []
    word = secrets.token_hex(4)
    create(client, besoin=f"Le lavoir {word}", themes=["jeunesse"])
    with enter(service, f"Rose {word}", "responsable") as rose:
        cookie = {"name": SESSION, "value": rose.cookies[SESSION], "url": service.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.goto(f"/console/demandes?q={word}")
        await page.get_by_text("Garder ce filtre").click()
        await page.get_by_label("Nom de l’onglet").fill("Les lavoirs")
        await page.get_by_role("button", name="Garder", exact=True).click()
        tab = page.get_by_role("navigation", name="Mes filtres").get_by_role("link")
        await expect(tab).to_have_text("Les lavoirs 1")
        await expect(tab).to_have_attribute("aria-current", "page")
        await page.get_by_text("Garder ce filtre, en retirer un").click()
        await check(page, faults)
        await shoot(page, "filtres")
        await page.goto("/console/modeles/nouveau")
        await page.get_by_label("Titre").fill(f"Lavoirs {word}")
        await page.get_by_label("Texte", exact=True).fill("Bonjour[ {nom}], voici {rien}")
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.get_by_role("alert")).to_contain_text("{rien}")
        await page.get_by_label("Texte", exact=True).fill("Bonjour[ {nom}],\n\nÀ bientôt.")
        await page.get_by_role("button", name="Aperçu").click()
        await expect(page.get_by_text("Bonjour Camille Martin,")).to_be_visible()
        await check(page, faults)
        await shoot(page, "modele")
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.get_by_role("link", name=f"Lavoirs {word}")).to_be_visible()
        await shoot(page, "modeles")
    assert faults == []


@pytest.mark.parametrize("page", SCREENS, indirect=True)
async def test_figures_are_read_and_a_request_is_printed(
    page: Page,  # noqa: F811
    service: Service,
    client: httpx2.Client,
) -> None:
    faults: list[str] = []
    word = secrets.token_hex(4)
    made = [create(client, themes=["jeunesse"]) for _ in range(6)]
    with enter(service, f"Rose {word}", "responsable") as rose:
        cookie = {"name": SESSION, "value": rose.cookies[SESSION], "url": service.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await visit(page, "/console/statistiques", 200, faults)
        await shoot(page, "statistiques")
        await visit(page, "/statistiques", 200, faults)
        await shoot(page, "statistiques-publiques")
        await page.goto(at(made[0]))
        await page.emulate_media(media="print")
        await expect(page.get_by_role("heading", name="Répondre")).to_have_count(0)
        await expect(page.get_by_role("heading", name="La demande")).to_be_visible()
        await expect(page.get_by_text("a déposé la demande")).to_be_visible()
        await shoot(page, "imprimee")
    assert faults == []
