"""The form of a resource, as a browser without JavaScript fills it: nothing typed is ever lost."""

import html
import re
import secrets
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Thread

import httpx2
import pytest

from api.droits.matrix import load_matrix
from api.redaction.aide import check_sources
from api.redaction.comparaison import words as compared
from api.redaction.fusion import merge
from api.redaction.saisie import Saisie
from api.veille.fetch import Fetcher
from tests.api.console import enter
from tests.api.redaction import NEW, do, fields_of, press, send, typed, words, write
from tests.conftest import Service

QUESTION = "Comment associer les lycéens à la rénovation de la halle de Lectoure ?"
FORMS = sorted(
    line.partition(" ")[2] for line in load_matrix().routes if "POST /redaction/" in line
)


@pytest.fixture(scope="module")
def claire(service: Service) -> Iterator[httpx2.Client]:
    """Someone who writes."""
    with enter(service, f"Claire {secrets.token_hex(3)}", "redacteur") as client:
        yield client


@pytest.fixture(scope="module")
def karim(service: Service) -> Iterator[httpx2.Client]:
    """Someone else who writes."""
    with enter(service, f"Karim {secrets.token_hex(3)}", "redacteur") as client:
        yield client


def test_a_question_without_answer_opens_a_form_that_it_fills(claire: httpx2.Client) -> None:
    shown = claire.get(NEW, params={"question": f"  {QUESTION}\n", "type": "outil"})
    fields = fields_of(shown)
    assert fields["titre"] == [
        "Comment associer les lycéens à la rénovation de la halle de Lectoure"
    ]
    assert fields["questions"][0] == QUESTION
    assert fields["type"] == ["outil"]
    assert fields["territoires"] == ["france"]
    assert "Ce que l’assistant trouve de plus proche aujourd’hui" in words(shown)
    near = re.findall(r"/redaction/fiches/([a-z0-9-]+)/modifier\?question=", shown.text)
    assert near
    completed = claire.get(f"/redaction/fiches/{near[0]}/modifier", params={"question": QUESTION})
    assert QUESTION in fields_of(completed)["questions"]


def test_what_the_address_says_is_escaped_and_shortened(claire: httpx2.Client) -> None:
    shown = claire.get(NEW, params={"question": "<script>alert(1)</script> " + "mot " * 300})
    assert "<script>alert" not in shown.text
    fields = fields_of(shown)
    assert len(fields["questions"][0]) <= 400
    assert len(fields["titre"][0]) <= 90
    assert fields["questions"][0].endswith(" mot")
    assert claire.get(NEW, params={"question": "x" * 4001}).status_code == 422


def test_a_writer_writes_a_draft(claire: httpx2.Client) -> None:
    given = typed()
    address = write(claire, lieu="Lectoure", **given)
    shown = claire.get(address)
    assert html.escape(str(given["titre"])) in shown.text
    assert "Brouillon" in shown.text
    assert "Lectoure (32)" in shown.text
    assert "Tout y est : la fiche peut être relue." in words(shown)


def test_a_mistake_loses_nothing(claire: httpx2.Client) -> None:
    given = typed(
        type="",
        source_url="pas une adresse",
        a_revoir_le="demain",
        territoires="commune:32208",
        publics=["petite_ville"],
        responsable="",
    )
    refused = send(claire, NEW, "enregistrer", **given)
    assert refused.status_code == 422
    assert "Rien de ce que vous avez écrit n’est perdu." in words(refused)
    assert "choisissez le genre de la fiche." in words(refused)
    kept = fields_of(refused)
    for name, value in given.items():
        expected = value if isinstance(value, list) else [value]
        assert [each for each in kept.get(name, [""]) if each] == [
            each for each in expected if each
        ], name
    for anchor in re.findall(r'<li><a href="#([^"]+)">', refused.text):
        assert f'id="{anchor}"' in refused.text


def test_a_very_long_text_is_refused_in_its_page(claire: httpx2.Client) -> None:
    body = "é" * 29_000 + " fin"
    refused = send(claire, NEW, "enregistrer", **typed(corps=body, titre=""))
    assert refused.status_code == 422
    assert fields_of(refused)["corps"] == [body]
    assert "donnez un titre à la fiche." in words(refused)
    flood = claire.post(NEW, data={"corps": "x" * 600_000})
    assert flood.status_code == 413
    assert "<h1>" in flood.text


def test_a_place_is_looked_for_chosen_and_given_up(claire: httpx2.Client) -> None:
    shown = send(claire, NEW, "chercher", **typed(lieu="saint-martin-d'"))
    offered = re.findall(r'value="ajouter:([a-z]+:[0-9AB]+)"', shown.text)
    assert len(offered) > 1
    unsure = press(claire, shown, "enregistrer")
    assert unsure.status_code == 422
    assert "Plusieurs territoires portent ce nom" in words(unsure)
    chosen = press(claire, shown, f"ajouter:{offered[0]}")
    assert fields_of(chosen)["territoires"] == [offered[0]]
    second = press(claire, chosen, f"ajouter:{offered[1]}")
    assert fields_of(second)["territoires"] == offered[:2]
    alone = press(claire, press(claire, second, f"retirer:{offered[0]}"), f"retirer:{offered[1]}")
    assert fields_of(alone)["territoires"] == ["france"]
    assert fields_of(press(claire, shown, "ajouter:commune:99999"))["territoires"] == ["france"]
    unknown = press(claire, shown, "enregistrer", lieu="Trifouilly-les-Oies")
    assert "Aucun territoire ne porte ce nom ni ce code." in words(unknown)


def test_a_likeness_is_shown_before_it_is_written_twice(claire: httpx2.Client) -> None:
    given = typed()
    first = write(claire, **given)
    warned = send(claire, NEW, "soumettre", **given)
    assert warned.status_code == 409
    assert first in warned.text
    assert "cite la même page" in words(warned)
    assert fields_of(warned)["corps"] == [given["corps"]]
    made = press(claire, warned, "soumettre")
    assert made.status_code == 303
    assert made.headers["Location"].endswith("?fait=soumise")


def test_no_html_and_no_link_that_runs_something_is_shown(claire: httpx2.Client) -> None:
    given = typed(
        corps="<img src=x onerror=alert(1)> [ici](javascript:alert(1)) ![](https://exemple.fr/i.png)",
        titre='"><script>alert(1)</script>',
        source_url="javascript:alert(1)",
    )
    shown = send(claire, NEW, "apercu", **given)
    assert shown.status_code == 200
    for forbidden in ("<script>alert", "<img", 'href="javascript'):
        assert forbidden not in shown.text
    assert send(claire, NEW, "enregistrer", **given).status_code == 422


class _Site(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404 if self.path == "/perdue" else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    """A site on this machine, and what it was asked."""
    asked: list[str] = []
    handler = type("Handler", (_Site,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


async def test_the_pages_cited_are_visited(site: tuple[str, list[str]]) -> None:
    urls = [f"{site[0]}/{name}" for name in ("guide", "perdue", "guide")]
    given = Saisie(sources=tuple({"url": url} for url in urls))
    found = await check_sources(Fetcher(allowed=(ip_network("127.0.0.0/8"),)), given)
    assert {url: visit.state for url, visit in found.items()} == {
        urls[0]: "vivant",
        urls[1]: "mort",
    }
    assert sorted(site[1]) == ["/guide", "/perdue"]


def test_the_service_does_not_visit_its_own_network(
    claire: httpx2.Client, site: tuple[str, list[str]]
) -> None:
    addresses = [f"{site[0]}/guide", "http://169.254.169.254/latest", "file:///etc/passwd"]
    shown = send(claire, NEW, "verifier", **typed(source_url=addresses))
    assert shown.status_code == 200
    assert site[1] == []
    assert words(shown).count("Page introuvable.") == 3
    assert [each for each in fields_of(shown)["source_url"] if each] == addresses


def test_two_editors_of_the_same_text_lose_nothing(
    claire: httpx2.Client, karim: httpx2.Client
) -> None:
    given = typed()
    address = write(claire, **given)
    mine = claire.get(f"{address}/modifier")
    theirs = typed(titre="Marcher ensemble dans le bourg de Lectoure", questions=given["questions"])
    theirs |= {"source_url": given["source_url"], "lieu": "Lectoure"}
    assert send(karim, f"{address}/modifier", "enregistrer", **theirs).status_code == 303
    body = str(given["corps"]) + " Prévoyez des gilets jaunes et une collation au retour."
    title = "Une balade dans le bourg de Lectoure"
    clash = press(claire, mine, "enregistrer", titre=title, corps=body)
    assert clash.status_code == 412
    told = words(clash)
    assert "a enregistré une autre version pendant que vous écriviez" in told
    assert "déjà repris dans le formulaire : résumé, territoires." in told
    kept = fields_of(clash)
    assert kept["titre"] == [title]
    assert kept["corps"] == [body]
    assert kept["resume"] == [theirs["resume"]]
    assert kept["territoires"] == ["commune:32208"]
    assert theirs["titre"] in told
    half = press(claire, clash, "reprendre:titre")
    assert fields_of(half)["titre"] == [theirs["titre"]]
    assert "Reprendre l’autre version pour texte" in words(half)
    assert press(claire, half, "enregistrer").status_code == 303
    shown = claire.get(address)
    assert html.escape(str(theirs["titre"])) in shown.text
    assert "gilets jaunes" in shown.text
    assert "a modifié le texte" in words(karim.get(f"{address}/histoire/2"))


def test_a_text_archived_meanwhile_is_still_on_the_screen(
    service: Service, claire: httpx2.Client
) -> None:
    address = write(claire, geste="soumettre")
    with enter(service, f"Sofia {secrets.token_hex(3)}", "responsable") as sofia:
        assert do(sofia, address, "publier").status_code == 303
        mine = claire.get(f"{address}/modifier")
        assert do(sofia, address, "archiver").status_code == 303
    body = "Un texte que personne ne doit perdre. " * 10
    refused = press(claire, mine, "enregistrer", corps=body)
    assert refused.status_code == 409
    assert "dans l’état « archivée »" in words(refused)
    assert fields_of(refused)["corps"] == [body.strip()]
    assert claire.get(f"{address}/modifier").status_code == 409


@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_is_not_ours_is_refused(
    service: Service, claire: httpx2.Client, path: str
) -> None:
    where = path.replace("{resource_id}", "outil-inconnu").replace("{version}", "1")
    assert claire.post(where, data={"csrf": "0" * 64, "version": 1}).status_code == 403
    refused = claire.post(where, data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403


def test_a_rewritten_paragraph_is_shown_whole() -> None:
    told = compared(
        "Les élus décident seuls.", "Une convention citoyenne tire au sort cent habitants."
    )
    assert [each.genre for each in told] == ["retire", "ajoute"]


def test_merging_keeps_what_only_one_changed() -> None:
    base = Saisie(titre="Un", resume="Deux", questions=("a", "b"))
    theirs = Saisie(titre="Un bis", resume="Deux bis", questions=("a", "b"))
    mine = Saisie(titre="Un ter", resume="Deux", questions=("a", "b", "c"))
    merged = merge(base, theirs, mine)
    assert merged.saisie == Saisie(titre="Un ter", resume="Deux bis", questions=("a", "b", "c"))
    assert merged.heurts == {"titre": ("Un bis", "Un ter")}
    assert merged.reprises == ("resume",)
