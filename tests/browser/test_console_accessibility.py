"""Every page of the console and of the editorial desk: no known fault, no sideways scroll."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, Page

from tests.api.console import add_invitation, enter, submit
from tests.api.courrier import DOOR, RFC822, address_of, mail
from tests.api.lacunes import add_turn, put_on_board, queue_doubt
from tests.api.tickets import BODY, KEY, create, path
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessibility import violations
from tests.conftest import Service

PAGES = {
    "/console/demandes": 200,
    "/console/courriels": 200,
    "/console/courrier": 200,
    "/console/courrier?etat=ignore": 200,
    "/console/journal": 200,
    "/console/journal?qui=personne&du=hier": 422,
    "/console/personne": 200,
    "/console/registre": 200,
    "/console/clavier": 200,
    "/console/statistiques": 200,
    "/console/statistiques/delais": 200,
    "/console/statistiques/satisfaction": 200,
    "/console/territoires?etape=sieste&q=condom": 422,
    "/console/territoires/projets-partages?theme=licornes": 422,
    "/console/territoires/carte?depuis=hier": 422,
    "/console/statistiques?depuis=hier": 422,
    "/console/modeles": 200,
    "/console/modeles/nouveau": 200,
    "/console/modeles/accuse": 200,
    "/console/comptes": 200,
    "/console/comptes/histoire": 200,
    "/console/double-authentification": 200,
    "/console/demandes/OR-2026-AAAAAA": 404,
    "/redaction/": 200,
    "/redaction/lacunes": 200,
    "/redaction/lacunes?etat=close&theme=jeunesse": 200,
    "/redaction/lacunes?mois=avril": 422,
    "/redaction/lacunes/999999": 404,
    "/redaction/lacunes/croisement": 200,
    "/redaction/lacunes/croisement?niveau=commune&region=76": 200,
    "/redaction/annotations": 200,
    "/redaction/annotations/accord": 200,
    "/redaction/entrainement": 200,
    "/redaction/entrainement/phrases": 200,
    "/redaction/entrainement/999999": 404,
    "/redaction/taxonomie": 200,
    "/redaction/taxonomie/synonymes/nouveau": 200,
    "/redaction/taxonomie/synonymes/1": 200,
    "/redaction/taxonomie/themes/jeunesse": 200,
    "/redaction/taxonomie/sigles": 200,
    "/redaction/taxonomie/sigles/nouveau": 200,
    "/redaction/taxonomie/sigles/epci": 200,
    "/redaction/regles": 200,
}
SCREENS = [
    pytest.param((viewport, scheme), id=f"{name}-{scheme}")
    for name, viewport in (("desktop", DESKTOP), ("phone", PHONE))
    for scheme in ("light", "dark")
]


@pytest.fixture(scope="module")
def rose(service: Service) -> Iterator[httpx2.Client]:
    """Someone who answers for the cellule: every page is hers."""
    with enter(service, "Rose Accessible", "responsable") as client:
        yield client


@pytest.fixture(scope="module")
def ticket(service: Service) -> dict[str, Any]:
    """A request with an answer, a note and a mail."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        made = create(client)
        for visibility in ("public", "internal"):
            body = {"body": "Voici trois exemples.", "visibility": visibility}
            assert client.post(path(made, "/messages"), json=body, headers=KEY).status_code == 201
    return made


@pytest.fixture(scope="module")
async def received(service: Service, ticket: dict[str, Any]) -> str:
    """The page of a mail that leads nowhere; another is in the request, from another address."""
    answer = mail(
        "Jeudi nous convient.\n\nLe 10/03/2026 à 10:02, X a écrit :\n> Quel jour ?",
        To=await address_of(service, ticket["reference"]),
    )
    answer.add_attachment(b"MZ", "application", "octet-stream", filename="outil.exe")
    lost = mail("Nous préférons mardi.", To="reponse@exemple.fr", Subject="Notre rendez-vous")
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        for each in (answer, lost):
            kept = client.post(DOOR, content=bytes(each), headers=RFC822).json()
    assert kept["status"] == "quarantaine"
    return f"/console/courrier/{kept['id']}"


@pytest.fixture(scope="module", autouse=True)
def doubts(service: Service, rose: httpx2.Client) -> None:
    """A message to label, another that was, and one of which two people say different things."""
    items = [queue_doubt(service.database_url, f"{each} : et les bancs ?") for each in range(3)]
    for message, intention in zip(items, ("saluer", "chercher_outil"), strict=False):
        submit(rose, "/redaction/annotations", message=message, intention=intention)
    with enter(service, "Paul Accessible", "relecteur") as paul:
        submit(paul, "/redaction/annotations", message=items[0], intention="remercier")
        submit(paul, "/redaction/annotations", message=items[1], intention="chercher_outil")


@pytest.fixture(scope="module")
def gap(service: Service) -> str:
    """The page of a subject of the gap board."""
    opinion = {"useful": False, "reason": "perime", "comment": "Le dispositif n’existe plus."}
    item = add_turn(service.database_url, "Une monnaie locale est-elle légale ?", opinion=opinion)
    return f"/redaction/lacunes/{put_on_board(service.database_url, item)}"


async def visit(page: Page, address: str, status: int, faults: list[str]) -> None:
    """Go to a page and note what is wrong there."""
    answer = await page.goto(address)
    assert answer is not None
    assert (address, answer.status) == (address, status)
    await check(page, faults)


async def check(page: Page, faults: list[str]) -> None:
    """Note what is wrong in the page that is shown, once its style is there."""
    await page.wait_for_load_state("load")
    faults += [f"{page.url} {each}" for each in await violations(page)]
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        faults.append(f"{page.url} is {wide} px too wide")


@pytest.fixture(params=SCREENS)
async def page(
    request: pytest.FixtureRequest, browser: Browser, service: Service
) -> AsyncIterator[Page]:
    """A page of a screen and of a scheme."""
    viewport, scheme = request.param
    context = await browser.new_context(
        base_url=service.url, viewport=viewport, color_scheme=scheme, locale="fr-FR"
    )
    yield await context.new_page()
    await context.close()


async def test_no_page_of_the_staff_has_a_known_fault(
    page: Page,
    service: Service,
    rose: httpx2.Client,
    *,
    ticket: dict[str, Any],
    gap: str,
    received: str,
) -> None:
    faults: list[str] = []
    invitation = add_invitation(service, "nouvelle.collegue@exemple.fr", "conseiller")
    doors = {"/console/connexion": 200, invitation: 200, "/console/invitation/perdue": 404}
    for address, status in doors.items():
        await visit(page, address, status, faults)
    await page.context.add_cookies(
        [
            {"name": name, "value": str(value), "url": service.url}
            for name, value in rose.cookies.items()
        ]
    )
    where = f"/console/demandes/{ticket['reference']}"
    made = {where: 200, f"{where}/imprimer": 200, gap: 200, received: 200}
    for address, status in (PAGES | made).items():
        await visit(page, address, status, faults)
    await page.goto(gap)
    for title in ("Clore le sujet", "Ajouter un synonyme", "Ajouter des phrases à une intention"):
        await page.locator("summary").get_by_text(title, exact=True).click()
    await check(page, faults)
    await page.goto("/redaction/")
    await page.locator('a[href*="/redaction/fiches/"]').first.click()
    await check(page, faults)
    await page.goto("/console/personne")
    await page.get_by_label("Adresse électronique").fill(str(BODY["courriel"]))
    await page.get_by_role("button", name="Chercher").click()
    await page.get_by_role("heading", name="Ce qui est gardé").wait_for()
    await check(page, faults)
    assert faults == []
