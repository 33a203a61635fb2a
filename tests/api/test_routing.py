"""Which team a ticket goes to: the table, its refusals, and another team by hand."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.database import connect
from api.tickets.routing import AiguillageInvalide, load_aiguillage
from api.tickets.service import TicketService
from assistant.ports import Demande
from tests.api.equipes import today
from tests.api.staff import add, send_away
from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Chat

TABLE = """
equipes:
  - id: cellule
    nom: "Cellule"
    courriel: cellule@exemple.fr
    responsable: chef@exemple.fr
  - id: outre-mer
    nom: "Outre-mer"
  - id: jeunesse
    nom: "Jeunesse"
regles:
  - id: tout-conseil
    rang: 90
    si: {besoins: [conseil]}
    alors: cellule
    motif: "Le reste."
    exemples: [{attendu: cellule}, {departement: "01", attendu: cellule}]
  - id: outre-mer
    rang: 10
    si: {departements: ["971", "974"], besoins: [conseil]}
    alors: outre-mer
    motif: "Décalage horaire."
    exemples: [{departement: "974", themes: [jeunesse], attendu: outre-mer}]
  - id: jeunes
    rang: 20
    si: {themes: [jeunesse, école]}
    alors: jeunesse
    motif: "Une équipe suit la jeunesse."
    exemples: [{themes: [école, eau], attendu: jeunesse}, {besoin: reclamation, attendu: commune}]
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "aiguillage.yml"
    file.write_text(text, encoding="utf-8")
    return file


PLACES = """
equipes:
  - {id: cellule, nom: "Cellule"}
  - {id: sud, nom: "Occitanie"}
  - {id: gers, nom: "Gers"}
regles:
  - id: occitanie
    rang: 40
    si: {regions: ["76"]}
    alors: sud
    motif: "Une équipe suit l’Occitanie."
    exemples: [{region: "76", attendu: sud}, {departement: "31", attendu: sud}]
  - id: gers
    rang: 30
    si: {departements: ["32"]}
    alors: gers
    motif: "Le Gers a son équipe."
    exemples: [{commune: "32107", attendu: gers}]
  - id: grand-auch
    rang: 20
    si: {epci: ["200066926"]}
    alors: gers
    conseiller: nadia@exemple.fr
    motif: "Nadia suit le Grand Auch."
    exemples:
      - {epci: "200066926", attendu: gers, conseiller: nadia@exemple.fr}
      - {commune: "32013", orientation: conseiller, attendu: gers}
  - id: auch-ateliers
    rang: 10
    si: {communes: ["32013"], orientations: [ateliers, projet_partage]}
    alors: cellule
    motif: "Les ateliers d’Auch vont à la cellule."
    exemples: [{commune: "32013", orientation: ateliers, attendu: cellule}]
"""
AUCH = {"type": "commune", "code": "32013", "nom": "Auch", "departement": "32"}
PAVIE = {"type": "commune", "code": "32307", "nom": "Pavie", "departement": "32"}
CONDOM = {"type": "commune", "code": "32107", "nom": "Condom", "departement": "32"}
GRAND_AUCH = {"type": "epci", "code": "200066926", "nom": "Grand Auch", "departement": "32"}
TOULOUSE = {"type": "commune", "code": "31555", "nom": "Toulouse", "departement": "31"}
BREST = {"type": "commune", "code": "29019", "nom": "Brest", "departement": "29"}
GERS = {"type": "departement", "code": "32", "nom": "Gers", "departement": "32"}
OCCITANIE = {"type": "region", "code": "76", "nom": "Occitanie", "departement": None}
# The code of a département, not of the région that has the same one.
SEINE_MARITIME = {"type": "departement", "code": "76", "nom": "Seine-Maritime", "departement": "76"}


@pytest.mark.parametrize(
    ("territoire", "orientation", "rule"),
    [
        (AUCH, "ateliers", "auch-ateliers"),
        (AUCH, "conseiller", "grand-auch"),
        (AUCH, None, "grand-auch"),
        (PAVIE, "ateliers", "grand-auch"),
        (GRAND_AUCH, None, "grand-auch"),
        (CONDOM, "ateliers", "gers"),
        (GERS, None, "gers"),
        (TOULOUSE, None, "occitanie"),
        (OCCITANIE, None, "occitanie"),
        (SEINE_MARITIME, None, None),
        (BREST, "ateliers", None),
        (None, "ateliers", None),
    ],
)
def test_a_place_is_in_all_that_holds_it_and_the_smallest_rank_decides(
    tmp_path: Path, territoire: dict[str, Any] | None, orientation: str | None, rule: str | None
) -> None:
    decided = load_aiguillage(write(tmp_path, PLACES)).decide(
        themes=["jeunesse"],
        departement=territoire["departement"] if territoire else None,
        besoin="conseil",
        territoire=territoire,
        orientation=orientation,
    )
    assert (decided.id if decided else None) == rule


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '["76"]',
            '["99"]',
            "règle « occitanie » : la région « 99 » n’existe pas. Écrivez le code",
        ),
        ('["200066926"]', '["200000000"]', "l’intercommunalité « 200000000 » n’existe pas"),
        ('communes: ["32013"]', 'communes: ["32000"]', "la commune « 32000 » n’existe pas"),
        ('["32"]', '["20"]', "le département « 20 » n’existe pas"),
        ('["32"]', '["96"]', "Écrivez le code d’un département entre guillemets"),
        ('["200066926"]', '["2000"]', "Écrivez le numéro SIREN d’une intercommunalité"),
        ("[ateliers, projet_partage]", "[stage]", "Écrivez ressources, projet_partage,"),
        ("nadia@exemple.fr\n    motif", "Nadia\n    motif", "l’adresse électronique de son compte"),
        (
            'si: {communes: ["32013"],',
            'si: {communes: ["32013"], epci: ["200066926"],',
            "epci, communes ne vont pas",
        ),
        ('{region: "76", attendu', '{region: "76", commune: "31555", attendu', "d’un seul lieu"),
        (
            "attendu: gers, conseiller: nadia@",
            "attendu: gers, conseiller: paul@",
            "attendu « paul@exemple.fr », obtenu « nadia@exemple.fr »",
        ),
        (
            '{departement: "31", attendu: sud',
            '{departement: "29", attendu: sud',
            "obtenu « commune »",
        ),
        (
            "alors: sud",
            "alors: nord",
            "« nord » n’existe pas. Choisissez « cellule », « gers », « sud »",
        ),
    ],
)
def test_a_wrong_place_orientation_or_advisor_is_refused_and_says_how_to_mend(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in PLACES
    with pytest.raises(AiguillageInvalide) as refused:
        load_aiguillage(write(tmp_path, PLACES.replace(old, new, 1)))
    assert any(told in each for each in refused.value.problemes), refused.value.problemes
    assert all(each.startswith("aiguillage.yml") for each in refused.value.problemes)


@pytest.mark.parametrize("there", [True, False])
async def test_a_rule_gives_a_ticket_to_its_advisor_or_leaves_it_to_the_team(
    database_url: str, tmp_path: Path, there: bool
) -> None:
    table = load_aiguillage(write(tmp_path, PLACES))
    add(database_url, "Nadia", "cellule")
    if not there:
        send_away(database_url, "Nadia", today(), today())
    database = connect(database_url)
    demande = Demande(besoin="Un conseil de développement", courriel="a@b.fr", territoire=AUCH)
    async with database.sessions.begin() as session:
        service = TicketService(session, aiguillage=table)
        ticket = await service.create(demande)
        kinds = {each.kind: each.changes for each in await service.events(ticket)}
    await database.close()
    assert kinds["created"] == {"team": [None, "gers"], "rule": "grand-auch"}
    assert (ticket.team, ticket.assignee) == ("gers", "Nadia" if there else None)
    given = {"assigned": {"assignee": [None, "Nadia"], "rule": "grand-auch"}}
    assert {name: each for name, each in kinds.items() if name == "assigned"} == (
        given if there else {}
    )


@pytest.mark.parametrize(
    ("ticket", "team"),
    [
        ({"themes": ["jeunesse"], "departement": "974", "besoin": "conseil"}, "outre-mer"),
        ({"themes": ["jeunesse"], "departement": "974", "besoin": "reclamation"}, "jeunesse"),
        ({"themes": [], "departement": None, "besoin": "conseil"}, "cellule"),
        ({"themes": [], "departement": "974", "besoin": "reclamation"}, None),
    ],
)
def test_the_smallest_rank_decides_whatever_the_order_of_the_file(
    tmp_path: Path, ticket: dict[str, Any], team: str | None
) -> None:
    decided = load_aiguillage(write(tmp_path, TABLE)).decide(**ticket)
    assert (decided.alors if decided else None) == team


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("rang: 10", "rang: 20", "« outre-mer », « jeunes » ont le même rang, 20"),
        ("alors: jeunesse", "alors: sport", "l’équipe « sport » n’existe pas"),
        ("[jeunesse, école]", "[pétanque]", "le thème « pétanque » n’existe pas"),
        ("attendu: outre-mer", "attendu: cellule", "attendu « cellule », obtenu « outre-mer »"),
        ('["971", "974"]', '["99"]', "regles.1.si.departements.0"),
        ('motif: "Le reste."', "raison: x", "regles.0.motif"),
        ("id: jeunes\n", "id: outre-mer\n", "deux règles s’appellent « outre-mer »"),
        ("id: jeunesse\n", "id: commune\n", "deux équipes s’appellent « commune »"),
        ("cellule@exemple.fr", "a@b.fr, c@d.fr", "equipes.0.courriel"),
        ('nom: "Jeunesse"', "nom: x\n    attribution: au hasard", "equipes.2.attribution"),
        ("equipes:", "equipes: [", "n’est pas du YAML"),
    ],
)
def test_a_wrong_table_is_refused_and_says_why(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in TABLE
    with pytest.raises(AiguillageInvalide) as refused:
        load_aiguillage(write(tmp_path, TABLE.replace(old, new, 1)))
    assert any(told in each for each in refused.value.problemes), refused.value.problemes


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AiguillageInvalide):
        load_aiguillage(tmp_path / "absente.yml")


def test_a_ticket_finds_its_team_and_changes_it_with_a_reason(client: httpx2.Client) -> None:
    ticket = create(client)
    assert ticket["team"] == "cellule"
    assert ticket["reference"] in listed(client, "cellule")
    client.post(path(ticket, "/claim"), headers=KEY)

    def patch(**change: Any) -> httpx2.Response:
        return client.patch(path(ticket), json=change, headers={**KEY, "If-Match": "*"})

    assert patch(team="base").status_code == 422
    assert patch(team="inconnue", reason="x").status_code == 422
    moved = patch(team="base", reason="Une fiche est à corriger.")
    assert moved.json()["team"] == "base"
    assert moved.json()["assignee"] is None
    back = patch(team=None, reason="Personne ne sait.")
    assert back.json()["team"] is None
    assert ticket["reference"] in listed(client, "commune")
    assert ticket["reference"] not in listed(client, "cellule")
    events = client.get(path(ticket, "/events"), headers=KEY).json()["items"]
    kinds = [each["kind"] for each in events]
    assert kinds == ["created", "claimed", "rerouted", "rerouted"]
    assert events[0]["changes"] == {"team": [None, "cellule"], "rule": "conseils"}
    assert events[2]["changes"]["reason"] == "Une fiche est à corriger."


def listed(client: httpx2.Client, team: str) -> set[str]:
    """The references of the tickets of a team."""
    query: dict[str, Any] = {"team": team, "limit": 100}
    page = client.get("/api/v1/tickets", params=query, headers=KEY).json()
    return {each["reference"] for each in page["items"]}


def test_an_elu_who_writes_again_starts_the_clock_and_is_read(client: httpx2.Client) -> None:
    chat = Chat.open(client)
    made = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    for status in ("en_cours", "en_attente_elu"):
        headers = {**KEY, "If-Match": "*"}
        changed = client.patch(path(made), json={"status": status}, headers=headers)
    assert changed.json()["waiting_since"]
    chat.say("Nous sommes 900 habitants.")
    read = client.get(path(made), headers=KEY).json()
    assert read["status"] == "en_cours"
    assert read["waiting_since"] is None
    assert read["events"][-1]["kind"] == "elu_replied"
    since = client.get(path(made, "/transcript"), headers=KEY).json()["since"]
    assert since[0]["text"] == "Nous sommes 900 habitants."
