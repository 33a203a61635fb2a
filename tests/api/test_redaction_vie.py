"""The life of a resource from its pages: reviewed by someone else, published, given back."""

import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import httpx2
import pytest

from knowledge.resources.resource import french_today
from tests.api.console import enter
from tests.api.redaction import do, fields_of, press, send, typed, words, write
from tests.conftest import Service

People = dict[str, httpx2.Client]
ROLES = {"claire": "redacteur", "paul": "relecteur", "sofia": "responsable"}


@pytest.fixture(scope="module")
def people(service: Service) -> Iterator[People]:
    """Someone of each role, by first name."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(enter(service, f"{name} {secrets.token_hex(3)}", role))
            for name, role in ROLES.items()
        }


def online(client: httpx2.Client, address: str) -> httpx2.Response:
    """Return what an élu gets of a resource."""
    return client.get(f"/api/v1/resources/{address.rpartition('/')[2]}")


def seen(client: httpx2.Client, address: str, status: int) -> bool:
    """Tell whether an élu gets this answer, once the indexes heard of the last change."""
    deadline = time.monotonic() + 10
    while online(client, address).status_code != status:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def later(days: int) -> str:
    """Return a moment as a browser sends it."""
    return f"{(french_today() + timedelta(days=days)).isoformat()}T09:30"


def test_a_resource_goes_from_the_writer_to_the_elus(client: httpx2.Client, people: People) -> None:
    claire, paul = people["claire"], people["paul"]
    address = write(claire, "soumettre")
    assert address in paul.get("/redaction/relecture").text
    assert "Nouvelle fiche : il n’y a pas encore" in words(paul.get(f"{address}/relire"))
    sent_back = do(paul, address, "reprendre", commentaire="Qui anime la balade ?\n<b>Merci</b>")
    assert sent_back.status_code == 303
    told = claire.get(address)
    assert "Qui anime la balade ?" in words(told)
    assert "&lt;b&gt;Merci" in told.text
    assert address not in paul.get("/redaction/relecture").text
    body = str(fields_of(claire.get(f"{address}/modifier"))["corps"][0])
    corrected = body.replace("Le parcours", "Un élu anime la balade. Le parcours")
    assert send(claire, f"{address}/modifier", "soumettre", corps=corrected).status_code == 303
    review = paul.get(f"{address}/relire")
    assert "<ins>Un élu anime la balade. </ins>" in review.text
    assert "questions témoins" in words(paul.get(f"{address}/publier"))
    assert seen(client, address, 404)
    done = do(paul, address, "publier")
    assert done.headers["Location"] == f"{address}?fait=publiee"
    assert seen(client, address, 200)
    history = words(paul.get(f"{address}/histoire"))
    for action in ("a écrit la fiche", "a soumis à relecture", "a remis en brouillon", "a publié"):
        assert action in history


def test_nobody_publishes_their_own_text(client: httpx2.Client, people: People) -> None:
    sofia = people["sofia"]
    address = write(sofia, "soumettre")
    assert "une autre personne doit le publier" in words(sofia.get(f"{address}/relire"))
    refused = do(sofia, address, "publier")
    assert refused.status_code == 403
    assert "Publier demande un second regard" in words(refused)
    assert do(people["claire"], address, "publier").status_code == 403
    assert seen(client, address, 404)


def test_who_corrects_a_text_does_not_publish_it(people: People) -> None:
    address = write(people["claire"], "soumettre")
    summary = str(typed()["resume"])
    assert send(people["paul"], f"{address}/modifier", "enregistrer", resume=summary).is_redirect
    assert do(people["paul"], address, "publier").status_code == 403
    assert do(people["sofia"], address, "publier").status_code == 303


def test_an_unfinished_text_is_not_submitted(people: People) -> None:
    claire = people["claire"]
    address = write(claire, resume="", corps="", questions=[])
    refused = do(claire, address, "soumettre")
    assert refused.headers["Location"] == f"{address}/modifier?manque=true"
    told = words(claire.get(str(refused.headers["Location"])))
    assert "il en faut au moins trois ; il y en a 0." in told
    assert "le texte de la fiche est vide." in told


def test_a_publication_is_planned(client: httpx2.Client, people: People) -> None:
    address = write(people["claire"], "soumettre")
    for moment in ("", "demain", later(-1)):
        assert do(people["paul"], address, "publier", publier_le=moment).status_code == 422
    done = do(people["paul"], address, "publier", publier_le=later(3))
    assert done.headers["Location"] == f"{address}?fait=programmee"
    assert "à 9 h 30" in words(people["paul"].get(address))
    assert "Publication programmée" in words(people["paul"].get(address))
    assert seen(client, address, 404)
    shown = people["claire"].get(address)
    assert "Ne plus programmer" not in shown.text
    assert do(people["paul"], address, "programmation", publier_le=later(-1)).status_code == 422
    moved = do(people["paul"], address, "programmation", publier_le=later(5))
    assert moved.headers["Location"] == f"{address}?fait=deplacee"
    assert address not in people["paul"].get("/redaction/relecture").text
    assert do(people["claire"], address, "soumettre").status_code == 409
    given_up = do(people["paul"], address, "programmation", renoncer="oui")
    assert given_up.headers["Location"] == f"{address}?fait=renoncee"
    assert address in people["paul"].get("/redaction/relecture").text


def test_the_new_text_of_a_resource_online_is_planned(
    client: httpx2.Client, people: People
) -> None:
    address = write(people["claire"], "soumettre")
    do(people["paul"], address, "publier")
    assert seen(client, address, 200)
    send(people["claire"], f"{address}/modifier", "soumettre", resume=str(typed()["resume"]))
    page = people["paul"].get(f"{address}/publier")
    assert "remplacera celui en ligne de lui-même" in words(page)
    do(people["paul"], address, "publier", publier_le=later(3))
    assert "Nouveau texte programmé le" in words(people["claire"].get(address))
    assert address not in people["paul"].get("/redaction/relecture").text
    assert "a changé la date de publication" in words(people["paul"].get(f"{address}/histoire"))


def test_what_waits_longest_for_a_review_comes_first(people: People) -> None:
    first, second = (write(people["claire"], "soumettre") for _ in range(2))
    # Whoever comments or follows the first does not send it back to the end.
    do(people["paul"], first, "commenter", commentaire="Je la relis demain.")
    queue = people["paul"].get("/redaction/relecture").text
    assert 0 < queue.index(first) < queue.index(second)


def test_the_text_online_stays_until_the_new_one_is_reviewed(
    client: httpx2.Client, people: People
) -> None:
    address = write(people["claire"], "soumettre")
    assert do(people["paul"], address, "publier").status_code == 303
    title = f"Marcher dans Lectoure {secrets.token_hex(3)}"
    assert send(people["claire"], f"{address}/modifier", "soumettre", titre=title).is_redirect
    assert seen(client, address, 200)
    assert title not in online(client, address).text
    review = words(people["paul"].get(f"{address}/relire"))
    assert "Ce qui change par rapport au texte en ligne" in review
    assert do(people["paul"], address, "publier").status_code == 303
    deadline = time.monotonic() + 10
    while title not in online(client, address).text and time.monotonic() < deadline:
        time.sleep(0.1)
    assert title in online(client, address).text


def test_a_former_text_comes_back_through_a_review(people: People) -> None:
    claire = people["claire"]
    address = write(claire)
    first = fields_of(claire.get(f"{address}/modifier"))["titre"]
    assert send(
        claire, f"{address}/modifier", "enregistrer", titre="Un titre tout autre"
    ).is_redirect
    page = claire.get(f"{address}/histoire/1")
    assert "Voici ce qui changerait dans le texte actuel." in words(page)
    done = do(claire, f"{address}/histoire/1", "restaurer")
    assert done.headers["Location"] == f"{address}?fait=version"
    assert fields_of(claire.get(f"{address}/modifier"))["titre"] == first
    assert claire.get(f"{address}/histoire/99").status_code == 404


def test_what_is_deleted_is_given_back_as_it_was(client: httpx2.Client, people: People) -> None:
    address = write(people["claire"], "soumettre")
    assert do(people["paul"], address, "publier").status_code == 303
    for name in ("claire", "paul"):
        assert do(people[name], address, "supprimer").status_code == 403
    assert do(people["sofia"], address, "supprimer").status_code == 303
    assert seen(client, address, 404)
    assert "Modifier" not in words(people["claire"].get(address)).partition("Ce que verra")[0]
    assert do(people["sofia"], address, "restaurer").status_code == 303
    assert seen(client, address, 200)


def test_an_archived_resource_becomes_a_draft_again(client: httpx2.Client, people: People) -> None:
    address = write(people["claire"], "soumettre")
    assert do(people["paul"], address, "publier").status_code == 303
    assert do(people["claire"], address, "archiver").status_code == 403
    assert do(people["paul"], address, "archiver").status_code == 303
    assert seen(client, address, 404)
    assert do(people["claire"], address, "reprendre").status_code == 303
    assert "Brouillon" in words(people["claire"].get(address))


def test_a_resource_read_again_is_due_in_a_year(client: httpx2.Client, people: People) -> None:
    address = write(people["claire"], "soumettre", a_revoir_le=french_today().isoformat())
    assert do(people["paul"], address, "publier").status_code == 303
    assert "J’ai relu" in words(people["claire"].get(address))
    assert do(people["claire"], address, "confirmer").status_code == 303
    assert "J’ai relu" not in words(people["claire"].get(address))
    assert seen(client, address, 200)


def test_an_act_on_a_former_version_is_told_and_keeps_the_comment(people: People) -> None:
    address = write(people["claire"], "soumettre")
    comment = "Il manque une date."
    refused = do(people["paul"], address, "reprendre", version="1", commentaire=comment)
    assert refused.status_code == 412
    assert "La fiche a changé pendant que vous la lisiez." in words(refused)
    assert comment in refused.text
    assert do(people["paul"], address, "commenter", commentaire="  \0 ").status_code == 422
    assert do(people["paul"], address, "commenter", commentaire="Bien\0 vu").status_code == 303
    assert "Bien vu" in words(people["claire"].get(address))


def test_a_page_without_its_resource_does_not_exist(people: People) -> None:
    for tail in ("", "/modifier", "/relire", "/publier", "/histoire", "/histoire/1"):
        assert people["sofia"].get(f"/redaction/fiches/outil-perdu{tail}").status_code == 404
    shown = people["claire"].get("/redaction/fiches/nouvelle")
    assert press(people["claire"], shown, "apercu").status_code == 200
