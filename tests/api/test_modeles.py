"""Canned answers: filled in, changed by a responsable, never broken."""

import secrets

import httpx2
import pytest

from api.console.modeles import ModeleFaulty, check_text, fill, load_modeles
from tests.api.console import csrf, enter
from tests.api.redaction import words
from tests.api.tickets import create
from tests.conftest import Service

FACTS = {"nom": "Camille Martin", "reference": "OR-2026-7F3K9Q", "territoire": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Bonjour[ {nom}],", "Bonjour Camille Martin,"),
        ("Votre demande {reference}[ pour {territoire}].", "Votre demande OR-2026-7F3K9Q."),
        ("[{nom}, {territoire}]Bonjour", "Bonjour"),
        ("Pour {territoire} :", "Pour  :"),
        ("Rien à remplir", "Rien à remplir"),
    ],
)
def test_a_fact_that_is_missing_takes_its_brackets_with_it(text: str, filled: str) -> None:
    assert fill(text, FACTS) == filled


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Bonjour {prenom}", "variable"),
        ("Bonjour {}", "variable"),
        ("Bonjour [tout court]", "crochets_vides"),
        ("Bonjour {nom", "signe_ouvert"),
        ("Bonjour [ {nom}", "signe_ouvert"),
        ("[[ {nom}] et {territoire}]", "signe_ouvert"),
    ],
)
def test_what_could_not_be_filled_in_is_refused(text: str, key: str) -> None:
    with pytest.raises(ModeleFaulty) as refused:
        check_text(text)
    assert refused.value.key == key


def test_the_answers_of_the_file_can_be_filled_in() -> None:
    for each in load_modeles():
        check_text(each.texte)


def send(
    client: httpx2.Client,
    modele: str,
    *,
    version: int = 0,
    geste: str = "enregistrer",
    **typed: str,
) -> httpx2.Response:
    """Send the form of a canned answer."""
    address = f"/console/modeles/{modele}"
    shown = csrf(client.get(address))
    data = {"csrf": shown, "version": str(version), "geste": geste, **typed}
    return client.post(address, data=data)


def test_a_responsable_writes_changes_and_withdraws_an_answer(
    client: httpx2.Client, service: Service
) -> None:
    word = secrets.token_hex(4)
    ticket = create(client, nom="Camille Martin")
    page = f"/console/demandes/{ticket['reference']}"
    with (
        enter(service, f"Rose {word}", "responsable") as rose,
        enter(service, f"Claire {word}", "conseiller") as claire,
    ):
        assert claire.get("/console/modeles").status_code == 403
        titre = f"Lavoirs {word}"
        refused = send(rose, "nouveau", titre=titre, texte="Bonjour {maire}")
        assert refused.status_code == 422
        assert "«\u00a0{maire}\u00a0» n’existe pas" in refused.text
        assert "Bonjour {maire}" in refused.text
        looked = send(rose, "nouveau", titre=titre, texte="Bonjour[ {nom}],", geste="apercu")
        assert "Bonjour Camille Martin," in looked.text
        assert send(rose, "nouveau", titre=titre, texte="Bonjour[ {nom}],").status_code == 303
        assert titre in claire.get(page).text
        name = claire.get(page).text.partition(f'">{titre}<')[0].rpartition("?modele=")[2]
        name = name.partition("#")[0]
        assert "Bonjour Camille Martin," in claire.get(page, params={"modele": name}).text

        changed = send(rose, name, version=1, titre=titre, texte="Bien reçu, {nom}.")
        assert changed.status_code == 303, changed.text
        late = send(rose, name, version=1, titre=titre, texte="Trop tard")
        assert late.status_code == 409
        assert "Trop tard" in late.text
        assert "Bien reçu, {nom}." in words(late)
        assert send(rose, name, version=2, geste="retirer").status_code == 303
        assert titre not in claire.get(page).text
        assert send(rose, name, version=3, geste="remettre").status_code == 303
        assert titre in claire.get(page).text
        assert rose.get("/console/modeles/inconnu").status_code == 404


def test_an_answer_of_the_file_is_changed_without_the_file(
    client: httpx2.Client, service: Service
) -> None:
    ticket = create(client)
    with enter(service, f"Rose {secrets.token_hex(4)}", "responsable") as rose:
        first = load_modeles()[-1]
        text = f"Voyez la préfecture ({secrets.token_hex(3)})."
        assert send(rose, first.id, titre=first.titre, texte=text).status_code == 303
        page = rose.get(f"/console/demandes/{ticket['reference']}", params={"modele": first.id})
        assert text in page.text
        assert send(rose, first.id, version=1, titre=first.titre, texte=first.texte).is_redirect
