"""The life of a resource, from the outside: draft, review by another, publication, withdrawal."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import psycopg
import pytest

from knowledge.resources.resource import french_today
from tests.api.fiches import ROOT, act, created, edit, fiche, published
from tests.conftest import API_KEY, Service

Staff = dict[str, httpx2.Client]


def _wait_for(client: httpx2.Client, resource_id: str, *, status: int) -> None:
    deadline = time.monotonic() + 20
    while client.get(f"{ROOT}/{resource_id}").status_code != status:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_resource_lives_from_draft_to_archive(client: httpx2.Client, staff: Staff) -> None:
    response = staff["claire"].post(ROOT, json=fiche(title="Balade fleurie : lire le bourg"))
    draft = response.json()
    assert response.headers["Location"] == f"{ROOT}/{draft['id']}"
    assert (draft["id"], draft["etat"]) == ("outil-balade-fleurie-lire-le-bourg", "brouillon")
    assert client.get(f"{ROOT}/{draft['id']}").status_code == 404
    assert act(staff["claire"], draft["id"], "submit").json()["etat"] == "a_relire"
    shown = act(staff["paul"], draft["id"], "publish").json()
    assert (shown["etat"], shown["en_ligne"], shown["auteur"]) == ("publie", True, "claire")
    _wait_for(client, draft["id"], status=200)
    assert act(staff["paul"], draft["id"], "archive").json()["etat"] == "archive"
    _wait_for(client, draft["id"], status=404)
    assert act(staff["claire"], draft["id"], "reopen").json()["etat"] == "brouillon"
    history = staff["claire"].get(f"{ROOT}/{draft['id']}/history").json()["items"]
    assert [(each["action"], each["auteur"]) for each in history] == [
        ("reprendre", "claire"),
        ("archiver", "paul"),
        ("publier", "paul"),
        ("soumettre", "claire"),
        ("creer", "claire"),
    ]


@pytest.mark.parametrize(
    ("action", "possible"),
    [("publish", ["a_relire"]), ("archive", ["a_relire"]), ("restore", ["a_relire"])],
)
def test_an_impossible_transition_names_the_possible_ones(
    staff: Staff, action: str, possible: list[str]
) -> None:
    draft = created(staff["claire"])
    refused = act(staff["sofia"], draft["id"], action)
    assert refused.status_code == 409
    assert refused.json()["possibles"] == possible
    assert "a_relire" in refused.json()["detail"]


def test_nobody_publishes_what_they_wrote(staff: Staff) -> None:
    draft = created(staff["sofia"])
    act(staff["sofia"], draft["id"], "submit")
    refused = act(staff["sofia"], draft["id"], "publish")
    assert refused.status_code == 403
    assert "second regard" in refused.json()["detail"]
    assert act(staff["paul"], draft["id"], "publish").status_code == 200


def test_nobody_publishes_what_they_edited_last(staff: Staff) -> None:
    draft = created(staff["claire"])
    act(staff["claire"], draft["id"], "submit")
    assert edit(staff["paul"], draft["id"], title="Une balade corrigée par Paul").status_code == 200
    assert act(staff["paul"], draft["id"], "publish").status_code == 403
    assert act(staff["sofia"], draft["id"], "publish").status_code == 200


def test_a_writer_cannot_publish_and_a_ticket_key_cannot_edit(
    client: httpx2.Client, staff: Staff
) -> None:
    draft = created(staff["claire"])
    act(staff["claire"], draft["id"], "submit")
    refused = act(staff["karim"], draft["id"], "publish")
    assert refused.status_code == 403
    assert refused.json()["roles"] == ["relecteur", "responsable"]
    tickets = {"Authorization": f"Bearer {API_KEY}"}
    assert client.post(ROOT, json=fiche(), headers=tickets).status_code == 403
    assert client.post(ROOT, json=fiche()).status_code == 401
    assert client.get(ROOT, params={"etat": "brouillon"}).status_code == 401
    assert client.get(f"{ROOT}/{draft['id']}", headers=tickets).status_code == 404
    assert staff["sofia"].get("/api/v1/tickets").status_code == 403


def test_an_edit_starts_from_the_version_read(staff: Staff) -> None:
    draft = created(staff["claire"])
    path = f"{ROOT}/{draft['id']}"
    read = staff["claire"].get(path)
    assert staff["claire"].patch(path, json={"annee": 2024}).status_code == 428
    headers = {"If-Match": read.headers["ETag"]}
    first = staff["claire"].patch(path, json={"annee": 2024}, headers=headers)
    assert (first.status_code, first.json()["annee"]) == (200, 2024)
    stale = staff["karim"].patch(path, json={"annee": 2025}, headers=headers)
    assert stale.status_code == 412
    assert staff["claire"].get(path).json()["annee"] == 2024
    assert act(staff["claire"], draft["id"], "submit").status_code == 200
    headers = {"If-Match": first.headers["ETag"]}
    assert staff["paul"].post(f"{path}/publish", headers=headers).status_code == 412


def test_what_was_read_can_be_sent_back_whole(staff: Staff) -> None:
    draft = created(staff["claire"], territoires=["commune:32013"], type="experience")
    path = f"{ROOT}/{draft['id']}"
    read = staff["claire"].get(path)
    headers = {"If-Match": read.headers["ETag"]}
    same = staff["claire"].put(path, json=read.json(), headers=headers)
    assert {**same.json(), "doublons_possibles": 0} == {**read.json(), "doublons_possibles": 0}
    shorter = staff["claire"].put(path, json={"titre": "Un titre nu"}, headers=headers).json()
    assert (shorter["title"], shorter["body"], shorter["themes"]) == ("Un titre nu", "", [])


def test_a_published_text_stays_until_its_revision_is_published(
    client: httpx2.Client, staff: Staff
) -> None:
    shown = published(staff)
    path = f"{ROOT}/{shown['id']}"
    _wait_for(client, shown["id"], status=200)
    revised = edit(staff["claire"], shown["id"], title="Balade revue et augmentée").json()
    assert (revised["etat"], revised["revision"]) == ("publie", "brouillon")
    assert client.get(path).json()["title"] == shown["title"]
    assert act(staff["claire"], shown["id"], "submit").json()["revision"] == "a_relire"
    assert act(staff["paul"], shown["id"], "publish").json()["revision"] is None
    deadline = time.monotonic() + 20
    while client.get(path).json()["title"] != "Balade revue et augmentée":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_unfinished_draft_is_kept_but_not_submitted(staff: Staff) -> None:
    response = staff["claire"].post(ROOT, json={"type": "acteur", "title": "Un acteur à décrire"})
    assert response.status_code == 201
    refused = act(staff["claire"], response.json()["id"], "submit")
    assert refused.status_code == 422
    fields = {each["champ"]: each["message"] for each in refused.json()["problemes"]}
    assert set(fields) == {"resume", "themes", "questions", "sources", "corps"}
    assert "120 caractères au moins" in fields["resume"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"themes": ["astronomie"]}, "themes"),
        ({"territoires": ["commune:99999"]}, "territoires"),
        ({"territoires": ["Auch"]}, "territoires"),
        ({"sources": [{"nom": "Piège", "url": "javascript:alert(1)"}]}, "sources[1].url"),
        ({"sources": [{"nom": "Réseau", "url": "http://127.0.0.1/secret"}]}, "sources[1].url"),
        ({"body": "Un texte <script>alert(1)</script>"}, "corps"),
        ({"body": "[cliquez](javascript:alert(1))"}, "corps"),
        ({"population": 900}, "population"),
        ({"id": "Mauvais identifiant"}, "id"),
        ({"annee": 99999}, "annee"),
    ],
)
def test_what_is_wrong_is_refused_at_once(
    staff: Staff, changes: dict[str, Any], field: str
) -> None:
    refused = staff["claire"].post(ROOT, json=fiche(**changes))
    assert refused.status_code == 422
    assert field in refused.json()["champs"]
    assert len(refused.json()["detail"]) > 20


def test_a_scheduled_publication_waits_for_its_hour(client: httpx2.Client, staff: Staff) -> None:
    draft = created(staff["claire"])
    act(staff["claire"], draft["id"], "submit")
    late = datetime.now(UTC) + timedelta(days=1)
    planned = act(staff["paul"], draft["id"], "publish", publish_at=late.isoformat()).json()
    assert (planned["etat"], planned["en_ligne"]) == ("publie", False)
    assert client.get(f"{ROOT}/{draft['id']}").status_code == 404
    soon = datetime.now(UTC) + timedelta(seconds=3)
    act(staff["paul"], draft["id"], "schedule", publish_at=soon.isoformat())
    _wait_for(client, draft["id"], status=200)
    assert datetime.now(UTC) >= soon


def test_a_planned_publication_is_moved_then_given_up(client: httpx2.Client, staff: Staff) -> None:
    draft = created(staff["claire"])
    act(staff["claire"], draft["id"], "submit")
    assert act(staff["paul"], draft["id"], "schedule", publish_at=None).status_code == 409
    tomorrow, later = ((datetime.now(UTC) + timedelta(days=each)).isoformat() for each in (1, 2))
    act(staff["paul"], draft["id"], "publish", publish_at=tomorrow)
    assert act(staff["claire"], draft["id"], "schedule", publish_at=later).status_code == 403
    moved = act(staff["paul"], draft["id"], "schedule", publish_at=later).json()
    assert datetime.fromisoformat(moved["publish_at"]) == datetime.fromisoformat(later)
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert act(staff["paul"], draft["id"], "schedule", publish_at=past).status_code == 422
    given_up = act(staff["paul"], draft["id"], "schedule", publish_at=None).json()
    assert (given_up["etat"], given_up["publish_at"], given_up["publie_le"]) == (
        "a_relire",
        None,
        None,
    )
    assert act(staff["paul"], draft["id"], "publish").json()["en_ligne"]


def test_the_new_text_of_a_resource_online_waits_for_its_hour(
    client: httpx2.Client, staff: Staff
) -> None:
    shown = published(staff)
    path = f"{ROOT}/{shown['id']}"
    _wait_for(client, shown["id"], status=200)
    edit(staff["claire"], shown["id"], title="Balade bientôt changée encore")
    act(staff["claire"], shown["id"], "submit")
    late = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    planned = act(staff["paul"], shown["id"], "publish", publish_at=late).json()
    assert (planned["revision"], planned["en_ligne"]) == ("a_relire", True)
    assert planned["revision_publish_at"] is not None
    # A text changed since is not the one that was read: the plan is undone.
    changed = edit(staff["claire"], shown["id"], title="Balade changée d’ici là").json()
    assert changed["revision_publish_at"] is None
    act(staff["paul"], shown["id"], "publish", publish_at=late)
    soon = datetime.now(UTC) + timedelta(seconds=6)
    act(staff["sofia"], shown["id"], "schedule", publish_at=soon.isoformat())
    assert client.get(path).json()["title"] == shown["title"]
    deadline = time.monotonic() + 60
    while client.get(path).json()["title"] != "Balade changée d’ici là":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert datetime.now(UTC) >= soon
    history = staff["paul"].get(f"{path}/history").json()["items"]
    assert [each["action"] for each in history[:2]] == ["publier", "programmer"]
    # Whoever moved the hour did not read the text again.
    assert [each["auteur"] for each in history[:2]] == ["paul", "sofia"]


def test_a_planned_new_text_comes_back_with_its_resource(
    client: httpx2.Client, staff: Staff, service: Service
) -> None:
    shown = published(staff)
    path = f"{ROOT}/{shown['id']}"
    _wait_for(client, shown["id"], status=200)
    edit(staff["claire"], shown["id"], title="Balade effacée puis rendue")
    act(staff["claire"], shown["id"], "submit")
    soon = datetime.now(UTC) + timedelta(seconds=20)
    act(staff["paul"], shown["id"], "publish", publish_at=soon.isoformat())
    staff["sofia"].delete(path)
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM job WHERE kind = 'resource.publish_due'")
    assert act(staff["sofia"], shown["id"], "restore").json()["revision_publish_at"] is not None
    deadline = time.monotonic() + 90
    while (told := client.get(path)).is_error or told.json()["title"] == shown["title"]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert datetime.now(UTC) >= soon


def test_what_will_have_expired_is_not_planned(staff: Staff) -> None:
    draft = created(staff["claire"], expire_le=(french_today() + timedelta(days=5)).isoformat())
    act(staff["claire"], draft["id"], "submit")
    late, right = (datetime.now(UTC) + timedelta(days=each) for each in (7, 2))
    refused = act(staff["paul"], draft["id"], "publish", publish_at=late.isoformat())
    assert (refused.status_code, "avant que la fiche expire" in refused.text) == (422, True)
    act(staff["paul"], draft["id"], "publish", publish_at=right.isoformat())
    moved = act(staff["paul"], draft["id"], "schedule", publish_at=late.isoformat())
    assert moved.status_code == 422


def test_a_deleted_resource_is_hidden_then_restored(client: httpx2.Client, staff: Staff) -> None:
    shown = published(staff)
    path = f"{ROOT}/{shown['id']}"
    _wait_for(client, shown["id"], status=200)
    assert staff["paul"].delete(path).status_code == 403
    assert staff["sofia"].delete(path).status_code == 204
    _wait_for(client, shown["id"], status=404)
    assert act(staff["paul"], shown["id"], "archive").json()["possibles"] == ["restaurer"]
    assert edit(staff["claire"], shown["id"], title="Une balade morte").status_code == 409
    deleted = staff["claire"].get(ROOT, params={"supprimees": True}).json()["items"]
    assert shown["id"] in [each["id"] for each in deleted]
    taken = staff["claire"].post(ROOT, json=fiche(id=shown["id"]))
    assert taken.status_code == 409
    assert act(staff["sofia"], shown["id"], "restore").json()["etat"] == "publie"
    _wait_for(client, shown["id"], status=200)


def test_history_keeps_every_text_and_tells_the_difference(staff: Staff) -> None:
    draft = created(staff["claire"], body="Première ligne du texte.\nDeuxième ligne.")
    edit(staff["karim"], draft["id"], body="Première ligne du texte.\nLigne changée.", annee=2025)
    path = f"{ROOT}/{draft['id']}/history"
    latest = staff["paul"].get(path).json()["items"][0]
    assert (latest["auteur"], latest["champs"]) == ("karim", ["annee", "corps"])
    found = staff["paul"].get(f"{path}/diff", params={"from": 1, "to": 2}).json()["items"]
    assert found[0] == {"champ": "annee", "avant": None, "apres": 2025, "lignes": []}
    assert "-Deuxième ligne." in found[1]["lignes"]
    assert "+Ligne changée." in found[1]["lignes"]
    first = staff["paul"].get(f"{path}/1").json()
    assert first["contenu"]["corps"].endswith("Deuxième ligne.")
    assert staff["paul"].get(f"{path}/9").status_code == 404


def test_the_database_refuses_to_rewrite_history(service: Service, staff: Staff) -> None:
    created(staff["claire"])
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        for statement in (
            "UPDATE resource_revision SET actor = 'x'",
            "DELETE FROM resource_revision",
        ):
            with pytest.raises(psycopg.errors.RaiseException):
                connection.execute(statement)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sources": [{"nom": "Double", "url": "http://www.exemple.fr/jumelle/"}]}, "adresse"),
        ({"title": "Une fiche jumelle a reconnaitre par son titre"}, "titre"),
    ],
)
def test_a_near_duplicate_is_announced_at_entry(
    staff: Staff, changes: dict[str, Any], reason: str
) -> None:
    body = fiche(
        title="Une fiche jumelle, à reconnaître par son titre",
        sources=[{"nom": "Exemple", "url": "https://exemple.fr/jumelle"}],
    )
    staff["claire"].post(ROOT, json={**body, "id": "outil-jumelle"})
    found = staff["karim"].post(f"{ROOT}/similar", json=fiche(**changes)).json()["items"]
    assert ("outil-jumelle", reason) in [(each["id"], each["motif"]) for each in found]


def test_a_text_of_the_same_meaning_is_announced(client: httpx2.Client, staff: Staff) -> None:
    model = client.get(f"{ROOT}/acteur-amrf").json()
    reworded = fiche(
        type="acteur",
        title="AMRF : des maires ruraux réunis en association",
        summary=model["summary"],
        body=model["body"],
    )
    found = staff["claire"].post(ROOT, json=reworded).json()["doublons_possibles"]
    assert ("acteur-amrf", "sens") in [(each["id"], each["motif"]) for each in found]


def test_staff_list_every_state_page_by_page(staff: Staff) -> None:
    ids = {created(staff["claire"])["id"] for _ in range(3)}
    seen: list[str] = []
    cursor = None
    while True:
        query = "?etat=brouillon&etat=a_relire&limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = staff["paul"].get(f"{ROOT}{query}").json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert ids <= set(seen)
    assert len(seen) == len(set(seen)) == page["total"]


@pytest.fixture
def antenne(service: Service) -> Iterator[str]:
    """Identifier of a record of the base that all tests share: no revision of it is left."""
    resource_id = "cadre-legal-antenne-relais-information"
    yield resource_id
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE resource SET revision = NULL, revision_state = NULL WHERE id = %s",
            (resource_id,),
        )


def test_a_publication_shows_the_questions_it_gains_and_loses(
    client: httpx2.Client, staff: Staff, antenne: str
) -> None:
    """« antenne 4g les gens st furieux… » is a witness question that one record answers."""
    path = f"{ROOT}/{antenne}"
    assert client.get(f"{path}/effect").status_code == 401
    before = staff["claire"].get(f"{path}/effect").json()
    assert (before["gagnees"], before["perdues"]) == ([], [])
    assert before["avant"] == before["apres"]
    assert before["avant"]["success_at_3"] > 0.9
    text = fiche()
    changes = {name: text[name] for name in ("title", "summary", "body", "questions")}
    assert edit(staff["claire"], antenne, **changes).status_code == 200
    effect = staff["claire"].get(f"{path}/effect").json()
    assert any("antenne 4g" in each["question"] for each in effect["perdues"])
    assert effect["apres"]["success_at_3"] < effect["avant"]["success_at_3"]
    assert client.get(path).json()["title"] != text["title"]


def test_publishing_says_its_effect(staff: Staff) -> None:
    effect = published(staff)["effet"]
    assert (effect["gagnees"], effect["perdues"]) == ([], [])
    assert staff["claire"].get(f"{ROOT}/outil-inconnu/effect").status_code == 404
