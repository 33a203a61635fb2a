"""Nothing that an élu wrote is read without a line in the access log: every GET route is tried."""

import asyncio
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import psycopg
import pytest

from api.database import connect
from api.droits.matrix import CONVERSATION, DELEGATED, EDITORIAL, OPEN, load_matrix
from api.pieces.accept import accept
from api.pieces.repository import PieceRepository
from api.tickets.repository import TicketRepository
from tests.api.console import enter
from tests.api.courrier import DOOR, RFC822, mail
from tests.api.test_pieces import PDF
from tests.api.test_rapprochement import act, say
from tests.api.tickets import KEY, create, path
from tests.conftest import API_KEY, Service

MATRIX = load_matrix()
GETS = sorted((line, action) for line, action in MATRIX.routes.items() if line.startswith("GET "))
READS = [
    line for line, action in GETS if action in MATRIX.actions and MATRIX.actions[action].contenu
]

# Why a GET route that is not `contenu` shows no request: an action that is not here fails.
ELSEWHERE = {
    OPEN: "pages publiques, ou lien signé de l’élu",
    CONVERSATION: "l’élu lit sa propre conversation",
    EDITORIAL: "la base de ressources",
    "lire_statistiques": "des comptes, jamais une demande",
    "gerer_webhooks": "des adresses et des envois ; un envoi ne porte aucun contenu",
    "suivre_file": "une marque qui change avec la file, sans un mot de ce qu’elle montre",
    "entrer": "l’accueil, les raccourcis clavier et la double authentification",
    "gerer_modeles": "les réponses toutes prêtes",
    "suivre_courriels": "des adresses et des états d’envoi, sans un mot ; s’écrit aussi",
    "lire_journal": "le journal des accès lui-même",
    "lire_registre": "le registre des traitements",
    "ouvrir_droits": "le formulaire vide ; chercher s’écrit",
    "gerer_comptes": "les comptes",
    "declarer_absence": "les absences",
    "lire_fiches": "la base de ressources",
    "creer_fiches": "la base de ressources",
    "modifier_fiches": "la base de ressources",
    "lire_taxonomie": "synonymes, sigles, thèmes",
    "modifier_taxonomie": "synonymes, sigles, thèmes",
    "lire_regles": "les règles sont publiques",
    "lire_modeles": "les phrases témoins du produit",
}
# What the routes that show requests of élus need besides the request itself.
WITHOUT_A_TICKET = {
    "GET /redaction/lacunes/{groupe}": "/redaction/lacunes/999999",
    "GET /console/territoires/{reference}": "/console/territoires/commune:32013",
}


def test_every_get_route_is_classified() -> None:
    shown = {action for _, action in GETS}
    content = {name for name, right in MATRIX.actions.items() if right.contenu}
    unsaid = shown - content - set(ELSEWHERE)
    assert not unsaid, f"« contenu » dans droits.yml, ou dites pourquoi non : {sorted(unsaid)}"
    assert not content & set(ELSEWHERE)
    assert set(DELEGATED) <= set(ELSEWHERE)


@dataclass
class Case:
    """A request with all that can be read of it, merged with another; `word` is in every part."""

    word: str
    ticket: dict[str, Any]
    merged: dict[str, Any]
    values: dict[str, str]
    nom: str
    browser: httpx2.Client
    service: Service

    @property
    def contact(self) -> str:
        """The address that the élu gave."""
        return f"{self.word}@exemple.fr"

    def address(self, line: str) -> str:
        """The address of a route, for this request."""
        if line in WITHOUT_A_TICKET:
            return WITHOUT_A_TICKET[line]
        return re.sub(r"\{([^}:]+)[^}]*\}", lambda m: self.values.get(m[1], "0"), line[4:])

    def get(self, line: str, **query: Any) -> httpx2.Response:
        """Read a route, as an account in the console, by key in the API."""
        address = self.address(line)
        if address.startswith("/api/"):
            with httpx2.Client(base_url=self.service.url, timeout=30) as opened:
                return opened.get(address, params=query, headers=KEY)
        return self.browser.get(address, params=query)

    def lines(self) -> list[tuple[Any, ...]]:
        """The lines of the log that were written for either of us, oldest first."""
        with psycopg.connect(self.service.database_url) as connection:
            return connection.execute(
                "SELECT action, reference, nombre, demandes FROM acces_journal"
                " WHERE who = %s OR who LIKE 'cle:%%' ORDER BY id",
                (f"compte:{self.nom}",),
            ).fetchall()


async def _join(service: Service, reference: str, message_id: str) -> str:
    """Join a file to a message."""
    database = connect(service.database_url)
    async with database.sessions.begin() as session:
        ticket = await TicketRepository(session).by_reference(reference)
        assert ticket is not None
        (piece,) = await PieceRepository(session).add(
            ticket_id=ticket.id, message_id=message_id, pieces=[accept("plan.pdf", PDF)]
        )
        piece_id = piece.id
    await database.close()
    return str(piece_id)


@pytest.fixture(scope="module")
def case(service: Service) -> Iterator[Case]:
    word = f"zibeline{secrets.token_hex(4)}"
    nom = f"Ariane {secrets.token_hex(4)}"
    contact = {"courriel": f"{word}@exemple.fr", "nom": f"Madame {word}"}
    with (
        enter(service, nom, "responsable") as browser,
        httpx2.Client(base_url=service.url, timeout=30) as client,
    ):
        ticket = create(client, besoin=f"Le chemin des {word} est fermé.", **contact)
        merged = create(client, besoin=f"Encore le chemin des {word}.", **contact)
        message = say(client, ticket, f"Bonjour, la {word} est protégée.", visibility="public")
        act(client, merged, "merge", reference=ticket["reference"])
        lost = mail(f"Une {word} sans demande.", From=f"{word}@exemple.fr", To="reponse@exemple.fr")
        client.post(DOOR, content=bytes(lost), headers=RFC822)
        piece = asyncio.run(_join(service, ticket["reference"], message))
        values = {"reference": ticket["reference"], "piece_id": piece, "attachment_id": piece}
        with psycopg.connect(service.database_url) as connection:
            for name, query in (
                ("courriel", "SELECT id FROM mail WHERE recipient = %s"),
                ("recu", "SELECT id FROM courriel_recu WHERE expediteur = %s"),
            ):
                row = connection.execute(query, (contact["courriel"],)).fetchone()
                assert row is not None, name
                values[name] = str(row[0])
        yield Case(word, ticket, merged, values, nom, browser, service)


@pytest.mark.parametrize("line", READS)
def test_reading_what_an_elu_wrote_leaves_a_line(case: Case, line: str) -> None:
    before = case.lines()
    # The service is shared: the list is asked for ours, which others may have pushed off its page.
    ours = {"q": case.ticket["reference"]} if line.startswith("GET /console/demandes") else {}
    shown = case.get(line, **ours)
    assert shown.status_code == (404 if "{groupe}" in line else 200), shown.text
    (action, reference, nombre, demandes), *more = case.lines()[len(before) :]
    assert not more
    assert action == MATRIX.routes[line]
    both = [case.ticket["reference"], case.merged["reference"]]
    if line in MATRIX.listes:
        assert nombre == len(demandes)
        assert set(demandes) & set(both)
    elif MATRIX.actions[action].equipe and "{reference}" in line:
        assert (reference, nombre, demandes) == (both[0], 1, both[1:])
    else:
        assert (nombre, demandes) == (None, None)


@pytest.mark.parametrize(
    "line", [line for line, action in GETS if action in ELSEWHERE and action not in DELEGATED]
)
def test_what_leaves_no_line_shows_no_request(case: Case, line: str) -> None:
    shown = case.get(line, reference=case.ticket["reference"]).text
    assert case.word not in shown.replace(case.contact, "")


def test_who_follows_the_mails_sees_addresses_and_leaves_a_line(case: Case) -> None:
    before = case.lines()
    shown = case.get("GET /console/courriels", reference=case.ticket["reference"])
    assert case.contact in shown.text
    reference = case.ticket["reference"]
    assert case.lines()[len(before) :] == [("suivre_courriels", None, 1, [reference])]


@pytest.mark.parametrize("line", ["GET /api/v1/tickets", "GET /console/demandes"])
def test_a_search_writes_what_it_showed_and_not_what_was_typed(case: Case, line: str) -> None:
    before = case.lines()
    case.get(line, q=case.word, vue="toutes")
    case.get(line, q=f"{case.word} rien de tel", vue="toutes")
    found, nothing = case.lines()[len(before) :]
    both = sorted([case.ticket["reference"], case.merged["reference"]])
    assert found == ("lister_demandes", None, 2, both)
    assert nothing == ("lister_demandes", None, 0, [])


def test_the_log_finds_a_request_that_a_list_showed(case: Case) -> None:
    case.get("GET /console/demandes", q=case.word, vue="toutes")
    found = case.browser.get("/console/journal", params={"reference": case.merged["reference"]})
    assert "2 demandes montrées" in found.text.replace("\xa0", " ")
    assert "a consulté la file" in found.text
    told = case.browser.get(
        "/console/journal/export", params={"reference": case.merged["reference"]}
    )
    assert case.merged["reference"] in told.text
    assert case.word not in told.text


def test_a_key_that_is_refused_writes_nothing(case: Case) -> None:
    before = case.lines()
    with httpx2.Client(base_url=case.service.url, timeout=30) as client:
        wrong = {"Authorization": f"Bearer {API_KEY}x"}
        assert client.get(path(case.ticket), headers=wrong).status_code == 401
        assert client.get("/api/v1/tickets?cursor=faux", headers=KEY).status_code == 422
    assert case.lines() == before
