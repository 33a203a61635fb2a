"""The gap board, from the élu's question to the group closed, as staff go through it."""

import html
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import psycopg
import pytest

from api.droits.matrix import load_matrix
from tests.api.console import csrf, enter
from tests.api.fiches import published
from tests.api.lacunes import BOARD, add_turn, gap_of, gaps, group_of, post, read_again
from tests.api.redaction import fields_of
from tests.conftest import Chat, Service

pytestmark = pytest.mark.rasa
CHATS = (
    "Que faire contre les chats errants avec les associations ?",
    "Des chats errants envahissent le village, que faire ?",
    "Comment gérer les chats errants ?",
)
Staff = dict[str, httpx2.Client]


@pytest.fixture(scope="module")
def desk(service: Service) -> Iterator[httpx2.Client]:
    """The browser of a writer."""
    with enter(service, f"Rédactrice {secrets.token_hex(3)}", "redacteur") as client:
        yield client


def take_out_the_others(
    desk: httpx2.Client, page: str, found: list[dict[str, Any]], number: int
) -> None:
    """Take out of the cats what the conversations of other tests said of a cat."""
    for each in found:
        if each["groupe_id"] == number and "chats errants" not in each["question"]:
            assert post(desk, page, "separer", question=each["item_id"]).status_code == 303


@pytest.fixture(scope="module")
def cats(service: Service) -> Iterator[list[Chat]]:
    """Three élus ask about stray cats, which the base knows nothing of."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        chats = [Chat.open(client, territoire_code="32013") for _ in CHATS]
        for chat, question in zip(chats, CHATS, strict=True):
            turn = chat.say(question)
            assert turn["outcome"] != "answered", turn
        yield chats


def test_questions_are_gathered_masked_and_grouped(
    desk: httpx2.Client, service: Service, cats: list[Chat], client: httpx2.Client
) -> None:
    masked = Chat.open(client)
    masked.say("Que faire contre les chats errants ? Répondez-moi : maire.auch@exemple.fr")
    found = read_again(desk, service)
    groups = {gap_of(found, chat)["groupe_id"] for chat in (*cats, masked)}
    assert len(groups) == 1
    assert "[courriel]" in gap_of(found, masked)["question"]
    assert gap_of(found, cats[0])["departement"] == "32"
    (number,) = groups
    board = desk.get(BOARD, params={"departement": "32"})
    assert f'href="{BOARD}/{number}"' in board.text
    assert "Mots\u00a0: " in board.text
    shown = desk.get(f"{BOARD}/{number}")
    assert "exemple.fr" not in shown.text
    assert all(question in shown.text for question in CHATS)
    assert "Gers (32)\u00a0: 3" in shown.text


def test_filters_keep_what_they_say(
    desk: httpx2.Client, service: Service, cats: list[Chat]
) -> None:
    number = gap_of(read_again(desk, service), cats[0])["groupe_id"]
    link = f'href="{BOARD}/{number}"'
    month = time.strftime("%Y-%m")
    assert link in desk.get(BOARD, params={"mois": month}).text
    for filters in (
        {"mois": "2020-01"},
        {"departement": "75"},
        {"motif": "avis_negatif"},
        {"etat": "close"},
        {"theme": "énergie"},
    ):
        shown = desk.get(BOARD, params=filters)
        assert (shown.status_code, link in shown.text) == (200, False), filters
    assert desk.get(BOARD, params={"mois": "avril"}).status_code == 422


def test_an_opinion_and_its_reason_are_told(
    desk: httpx2.Client, service: Service, client: httpx2.Client
) -> None:
    chat = Chat.open(client)
    turn = chat.say("Comment lancer un budget participatif dans une petite commune ?")
    opinion = {"useful": False, "reason": "incomplet"}
    path = f"{chat.path}/messages/{turn['id']}/feedback"
    assert client.post(path, json=opinion, headers=chat.headers).status_code < 300
    gap = gap_of(read_again(desk, service), chat)
    assert (gap["motif"], gap["raison"]) == ("avis_negatif", "incomplet")
    shown = desk.get(f"{BOARD}/{gap['groupe_id']}")
    assert "Avis negatif" not in shown.text
    assert "Avis négatif\u00a0: réponse incomplète" in shown.text


def test_a_question_leaves_with_its_conversation(
    desk: httpx2.Client, service: Service, client: httpx2.Client
) -> None:
    chat = Chat.open(client)
    chat.say("Comment végétaliser le cimetière de la commune avec les familles ?")
    number = gap_of(read_again(desk, service), chat)["groupe_id"]
    client.delete(chat.path, headers=chat.headers)
    assert all(each["conversation_id"] != chat.id for each in gaps(service))
    found = read_again(desk, service)
    if all(each["groupe_id"] != number for each in found):
        assert desk.get(f"{BOARD}/{number}").status_code == 404


def test_the_state_of_a_subject_is_kept_and_reopens_when_asked_again(
    desk: httpx2.Client, service: Service, client: httpx2.Client
) -> None:
    words = "Comment choisir la couleur des volets de la salle des fêtes avec les chasseurs ?"
    first = Chat.open(client)
    first.say(words)
    number = gap_of(read_again(desk, service), first)["groupe_id"]
    sent = post(desk, f"{BOARD}/{number}", "etat", etat="hors_champ")
    assert sent.headers["location"].endswith(f"{number}?fait=hors_champ")
    again = Chat.open(client)
    again.say(words)
    gap = gap_of(read_again(desk, service), again)
    assert (gap["groupe_id"], gap["etat"]) == (number, "hors_champ")
    post(desk, f"{BOARD}/{number}", "etat", etat="close")
    read_again(desk, service)
    assert gap_of(gaps(service), again)["etat"] == "close"
    later = Chat.open(client)
    later.say(words)
    assert gap_of(read_again(desk, service), later)["etat"] == "ouverte"
    refused = post(desk, f"{BOARD}/{number}", "etat", etat="perdue")
    assert refused.status_code == 422
    assert "Ce choix ne fait pas partie de la liste" in refused.text


def test_a_question_that_has_nothing_to_do_with_a_subject_leaves_it_for_good(
    desk: httpx2.Client, service: Service, staff: Staff
) -> None:
    url = service.database_url
    repaint = "Qui consulter pour repeindre la girouette du clocher avec les pompiers ?"
    dance = "Qui consulter pour danser sous la girouette du clocher avec les pompiers ?"
    items = [add_turn(url, text) for text in (repaint, dance)]
    groups = group_of(read_again(desk, service))
    page = f"{BOARD}/{groups[items[0]]}"
    assert groups[items[0]] == groups[items[1]]
    assert desk.get(page).text.count("N’a rien à voir avec ce sujet") >= 2
    taken = post(desk, page, "separer", question=items[1])
    own = taken.headers["location"].removesuffix("?fait=a_part")
    assert own != page
    assert "Question mise à part d’un autre sujet par Rédactrice" in desk.get(own).text
    assert post(desk, page, "separer", question=items[1]).status_code == 422
    assert "elle est déjà à part" in post(desk, own, "separer", question=items[1]).text
    again = add_turn(url, dance.upper())
    groups = group_of(read_again(desk, service))
    assert f"{BOARD}/{groups[items[0]]}" == page
    assert {f"{BOARD}/{groups[each]}" for each in (items[1], again)} == {own}
    fiche = published(staff)["id"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO lacune_fiche (resource_id, groupe_id, par) VALUES (%s, %s, 'claire')",
            (fiche, own.rpartition("/")[2]),
        )
    assert post(desk, own, "rendre").headers["location"] == f"{BOARD}?fait=rendue"
    groups = group_of(read_again(desk, service))
    assert {groups[each] for each in (*items, again)} == {groups[items[0]]}
    shown = desk.get(f"{BOARD}/{groups[items[0]]}").text
    assert "Question mise à part" not in shown
    assert f"/redaction/fiches/{fiche}" in shown  # what was written for it followed it


def test_a_publication_closes_the_gap(
    desk: httpx2.Client, service: Service, cats: list[Chat], staff: Staff
) -> None:
    found = read_again(desk, service)
    number = gap_of(found, cats[0])["groupe_id"]
    page = f"{BOARD}/{number}"
    take_out_the_others(desk, page, found, number)
    assert post(desk, page, "reposer").headers["location"].endswith("?fait=reposees")
    assert re.search(r"0 sur \d+ trouvent une réponse", desk.get(page).text)
    published(
        staff,
        title="Chats errants : une campagne de stérilisation avec les associations",
        summary="La commune et une association de protection animale recensent les chats errants "
        "avec les habitants, puis organisent leur stérilisation et leur suivi.",
        body="Les chats errants du village sont recensés par les habitants. " * 8,
        questions=[*CHATS[:2], "gérer les chats errants"],
    )
    deadline = time.monotonic() + 60
    while "Ce que sait l’assistant a changé depuis" not in desk.get(page).text:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    done = ""
    while "comblee" not in done and time.monotonic() < deadline:
        done = post(desk, page, "reposer").headers["location"]
    assert done.endswith("?fait=comblee"), desk.get(page).text
    shown = desk.get(page)
    assert re.search(r"([1-9]\d*) sur \1 trouvent une réponse", shown.text)
    assert '<span class="marque-etat">Clos</span>' in shown.text


def test_a_synonym_and_sentences_are_added_from_the_page(
    desk: httpx2.Client, service: Service, cats: list[Chat]
) -> None:
    number = gap_of(read_again(desk, service), cats[0])["groupe_id"]
    page, meaning = f"{BOARD}/{number}", f"chat libre {secrets.token_hex(2)}"
    typed = {"sens": meaning, "formes": "matou du village, chat sans maître"}
    answers = desk.get(page)
    (action,) = re.findall(r'action="([^"]*/taxonomie/[^"]+)"', answers.text)
    tried = desk.post(action, data={"csrf": csrf(answers), "groupe": str(number), **typed})
    assert "Rien n’est encore enregistré" in tried.text
    added = desk.post(action, data=fields_of(tried, "synonyme") | {"geste": "enregistrer"})
    assert added.headers["location"] == f"{page}?fait=synonyme"
    sentence = f"Qui s’occupe des chats du {secrets.token_hex(2)} rue ?"
    for intent in ("demander_methode", "chercher_acteur"):
        post(desk, page, "phrases", intention=intent, phrases=f"{sentence}\r\n\r\n{sentence}")
    with psycopg.connect(service.database_url) as connection:
        rows = connection.execute(
            "SELECT intention, par FROM phrase_apprise WHERE texte = %s", (sentence,)
        ).fetchall()
    assert [row[0] for row in rows] == ["chercher_acteur"]
    assert rows[0][1].startswith("Rédactrice")
    wrong = post(desk, page, "phrases", intention="chanter", phrases=sentence)
    assert wrong.status_code == 422
    assert sentence in wrong.text


def test_a_handed_over_question_is_the_one_asked_before(
    desk: httpx2.Client, service: Service, client: httpx2.Client
) -> None:
    chat = Chat.open(client, territoire_code="32013")
    question = "Comment organiser un budget participatif à Auch ?"
    chat.say(question)
    body = {"envoyer": True, "consentement": True, "courriel": "claire.essai@exemple.fr"}
    body |= {"nom": "Claire Essai", "besoin": question, "territoire_code": "32013"}
    sent = client.post(f"{chat.path}/handover", json=body, headers=chat.headers)
    assert sent.json()["outcome"] == "handed_over", sent.text
    gap = gap_of(read_again(desk, service), chat)
    assert (gap["motif"], gap["question"]) == ("transmise", question)


def test_a_resource_is_written_from_the_page_where_the_service_has_an_editor(
    desk: httpx2.Client, service: Service, cats: list[Chat]
) -> None:
    number = gap_of(read_again(desk, service), cats[0])["groupe_id"]
    shown = desk.get(f"{BOARD}/{number}").text
    link = re.search(r'href="(/redaction/fiches/nouvelle\?question=[^"]+)">Écrire une res', shown)
    assert bool(link) == ("GET /redaction/fiches/nouvelle" in load_matrix().routes)
    if link:
        form = desk.get(html.unescape(link[1]))
        assert (form.status_code, "chats errants" in form.text) == (200, True)


def test_each_access_is_in_the_log(desk: httpx2.Client, service: Service) -> None:
    desk.get(BOARD)
    with psycopg.connect(service.database_url) as connection:
        last = connection.execute(
            "SELECT action FROM acces_journal ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert last == ("lire_lacunes",)
