"""Several resources at once, as a browser without JavaScript does it: shown, confirmed, told."""

import csv
import html
import io
import json
import re
import secrets
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from knowledge.resources.resource import french_today
from tests.api.console import csrf, enter
from tests.api.fiches import ROOT, created, edit, published
from tests.api.redaction import words
from tests.conftest import Service

Staff = dict[str, httpx2.Client]
LOT = "/redaction/lot"


@pytest.fixture(scope="module")
def writer(service: Service) -> Iterator[httpx2.Client]:
    """The browser of a writer."""
    with enter(service, f"Rédactrice {secrets.token_hex(3)}", "redacteur") as client:
        yield client


@pytest.fixture(scope="module")
def head(service: Service) -> Iterator[httpx2.Client]:
    """The browser of who answers for the cellule."""
    with enter(service, f"Rose {secrets.token_hex(3)}", "responsable") as client:
        yield client


def boxes(*fiches: dict[str, Any]) -> list[str]:
    return [f"{each['id']}:{each['version']}" for each in fiches]


def ask(client: httpx2.Client, ticked: list[str], geste: str, **more: Any) -> httpx2.Response:
    """Tick some resources of the list and press the button."""
    secret = csrf(client.get("/redaction/"))
    return client.post(LOT, data={"csrf": secret, "choix": ticked, "geste": geste, **more})


def confirm(
    client: httpx2.Client, ticked: list[str], geste: str, value: str = ""
) -> httpx2.Response:
    """See the effect, then press the button of the page that shows it."""
    shown = ask(client, ticked, geste, demande="true", valeur=value)
    assert shown.status_code == 200, shown.text
    left = re.findall(r'name="choix" value="([^"]+)"', shown.text)
    return ask(client, left, geste, demande="true", valeur=value, confirme=f"{geste}:{value}")


def read(staff: Staff, fiche: dict[str, Any]) -> dict[str, Any]:
    return dict(staff["claire"].get(f"{ROOT}/{fiche['id']}").json())


def test_nothing_is_done_before_it_is_confirmed(head: httpx2.Client, staff: Staff) -> None:
    online, draft = published(staff), created(staff["claire"])
    shown = ask(head, boxes(online, draft), "archiver")
    assert "1 fiche à changer" in words(shown)
    assert "1 fiche impossible à changer" in words(shown)
    assert "La fiche est maintenant dans l’état « brouillon »" in words(shown)
    assert read(staff, online)["etat"] == "publie"
    done = confirm(head, boxes(online, draft), "archiver")
    assert "C’est fait pour 1 fiche." in words(done)
    assert (read(staff, online)["etat"], read(staff, draft)["etat"]) == ("archive", "brouillon")


def test_a_version_read_too_long_ago_is_left_alone(writer: httpx2.Client, staff: Staff) -> None:
    first, second = created(staff["claire"]), created(staff["claire"])
    edit(staff["claire"], first["id"], summary=first["summary"] + " Et le marché.")
    shown = ask(writer, boxes(first, second), "soumettre")
    assert "Elle a changé depuis que la liste s’est affichée." in words(shown)
    confirm(writer, boxes(first, second), "soumettre")
    assert (read(staff, first)["etat"], read(staff, second)["etat"]) == ("brouillon", "a_relire")


def test_what_is_unfinished_says_what_it_lacks(writer: httpx2.Client, staff: Staff) -> None:
    draft = created(staff["claire"], sources=[])
    shown = ask(writer, boxes(draft), "soumettre")
    assert "Aucune des fiches cochées" in words(shown)
    assert "Sources :" in words(shown)
    assert 'name="confirme"' not in shown.text


def test_each_has_its_own_revision_in_the_name_of_who_did_it(
    writer: httpx2.Client, staff: Staff
) -> None:
    owner, both = f"Équipe {secrets.token_hex(3)}", [created(staff["claire"]), published(staff)]
    asked = ask(writer, boxes(*both), "responsable")
    assert "Nom du responsable" in words(asked)
    confirm(writer, boxes(*both), "responsable", owner)
    for each in both:
        assert read(staff, each)["responsable"] == owner
        history = staff["claire"].get(f"{ROOT}/{each['id']}/history").json()["items"]
        assert history[0]["action"] == "suivre"
        assert history[0]["version"] == each["version"] + 1
    again = [dict(each, version=each["version"] + 1) for each in both]
    assert "2 fiches déjà ainsi" in words(
        ask(writer, boxes(*again), "responsable", demande="true", valeur=owner)
    )


def test_a_theme_of_what_is_published_waits_for_a_review(
    writer: httpx2.Client, staff: Staff
) -> None:
    online, draft = published(staff), created(staff["claire"], themes=["jeunesse"])
    done = confirm(writer, boxes(online, draft), "ajouter_theme", "jeunesse")
    assert "Nouvelle version en cours" in words(done)
    now = read(staff, online)
    assert (now["etat"], now["revision"]) == ("publie", "brouillon")
    assert now["themes"] == ["concertation", "jeunesse"]
    confirm(writer, boxes(draft), "retirer_theme", "jeunesse")
    assert read(staff, draft)["themes"] == []


@pytest.mark.parametrize(
    ("geste", "value", "said"),
    [
        ("echeance", "hier", "Donnez un jour à venir."),
        ("echeance", "2020-01-01", "Donnez un jour à venir."),
        ("ajouter_theme", "trottinette", "Choisissez un thème de la liste."),
        ("responsable", " ", "Donnez un nom, de 200 caractères au plus."),
    ],
)
def test_a_wrong_value_is_said_and_the_choice_kept(
    writer: httpx2.Client, staff: Staff, geste: str, value: str, said: str
) -> None:
    draft = created(staff["claire"])
    refused = ask(writer, boxes(draft), geste, demande="true", valeur=value)
    assert refused.status_code == 422
    assert said in words(refused)
    assert boxes(draft)[0] in refused.text


def test_a_review_date_is_set(writer: httpx2.Client, staff: Staff) -> None:
    draft, day = created(staff["claire"]), (french_today() + timedelta(days=90)).isoformat()
    confirm(writer, boxes(draft), "echeance", day)
    assert read(staff, draft)["a_revoir_le"] == day


def test_what_a_role_may_not_do_is_refused_even_when_forged(
    writer: httpx2.Client, staff: Staff
) -> None:
    online = published(staff)
    assert 'value="archiver"' not in writer.get("/redaction/").text
    forged = ask(writer, boxes(online), "archiver", confirme="archiver:")
    assert "Rien n’a changé." in words(forged)
    assert read(staff, online)["etat"] == "publie"


def test_all_of_the_page_needs_no_script(writer: httpx2.Client, staff: Staff) -> None:
    owner = f"Équipe {secrets.token_hex(3)}"
    made = [created(staff["claire"], responsable=owner) for _ in range(3)]
    shown = writer.get("/redaction/", params={"responsable": owner})
    ticked = {"csrf": csrf(shown), "toutes": "true", "geste": "soumettre"}
    page = re.findall(r'name="page" value="([^"]+)"', shown.text)
    assert sorted(page) == sorted(boxes(*made))
    assert "3 fiches à changer" in words(writer.post(LOT, data=ticked | {"page": page}))


def test_a_whole_list_is_changed_page_after_page(writer: httpx2.Client, staff: Staff) -> None:
    word = f"Glane{secrets.token_hex(4)}"
    fiches = [created(staff["claire"], title=f"{word} numéro {number}") for number in range(27)]
    shown = writer.get("/redaction/", params={"q": word})
    assert "Les 27 fiches de la liste" in words(shown)
    back = html.unescape(re.findall(r'name="retour" value="([^"]+)"', shown.text)[0])
    asked = ask(writer, [], "echeance", ensemble="true", retour=back)
    assert "Pour 27 fiches." in words(asked)
    ticked = re.findall(r'name="choix" value="([^"]+)"', asked.text)
    day = (french_today() + timedelta(days=40)).isoformat()
    told = confirm(writer, ticked, "echeance", day)
    assert "C’est fait pour 27 fiches." in words(told)
    assert {read(staff, each)["a_revoir_le"] for each in fiches} == {day}
    wrong = ask(writer, [], "echeance", ensemble="true", retour="?etat=perdu")
    assert wrong.headers["Location"].endswith("lot=vide")


def test_nothing_ticked_or_nothing_chosen_comes_back_to_the_list(
    writer: httpx2.Client, staff: Staff
) -> None:
    for ticked, geste, said in (
        ([], "soumettre", "Aucune fiche n’était cochée."),
        (boxes(created(staff["claire"])), "", "Choisissez ce qu’il faut faire"),
    ):
        answer = ask(writer, ticked, geste, retour="?etat=brouillon")
        assert answer.status_code == 303
        back = answer.headers["Location"]
        assert back.startswith("/redaction/?etat=brouillon&")
        assert said in words(writer.get(back))


def test_the_filter_is_exported_in_three_formats(writer: httpx2.Client, staff: Staff) -> None:
    owner = f"Équipe {secrets.token_hex(3)}"
    draft = created(staff["claire"], responsable=owner)
    created(staff["claire"])
    shown = writer.get("/redaction/", params={"responsable": owner})
    links = re.findall(r'href="(/redaction/export[^"]+)"', shown.text)
    table, data, archive = (writer.get(each.replace("&amp;", "&")) for each in links)
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["id"] for row in rows] == [draft["id"]]
    assert [each["id"] for each in json.loads(data.content)["items"]] == [draft["id"]]
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert names == [f"outil/{draft['id']}.md"]
    assert "attachment" in table.headers["Content-Disposition"]
