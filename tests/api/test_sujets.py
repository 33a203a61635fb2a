"""A subject of the board and what is written for it, until its last question has its answer."""

import contextlib
import html
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg.types.json import Jsonb

from api.lacunes.reposer import resource_job, subject_job
from tests.api.console import enter
from tests.api.fiches import act, created, edit, published
from tests.api.lacunes import BOARD, add_turn, post, put_on_board
from tests.api.receiver import wait_for
from tests.api.redaction import do, press, send, typed, words
from tests.conftest import Chat, Service

pytestmark = pytest.mark.rasa
AUCH, MENDE = ("commune", "32013"), ("commune", "48095")
DUE = "SELECT run_at FROM job WHERE kind = 'lacunes.reposer' AND payload->>'fiche' = %s"
Staff = dict[str, httpx2.Client]


@pytest.fixture(scope="module")
def desk(service: Service) -> Iterator[httpx2.Client]:
    """The browser of a writer."""
    with enter(service, f"Écrivaine {secrets.token_hex(3)}", "redacteur") as client:
        yield client


@pytest.fixture(scope="module")
def rose(service: Service) -> Iterator[httpx2.Client]:
    """The browser of whoever publishes."""
    with enter(service, f"Rose {secrets.token_hex(3)}", "responsable") as client:
        yield client


def subject(service: Service, *questions: str, place: tuple[str, str] | None = None) -> int:
    """A subject of questions left unanswered."""
    number = None
    for each in questions:
        item = add_turn(service.database_url, each, place=place)
        number = put_on_board(service.database_url, item, motif="sans_reponse", groupe=number)
    assert number is not None
    return number


def rows(service: Service, query: str, *values: Any) -> list[Any]:
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        cursor = connection.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def state(service: Service, number: int) -> str:
    return str(rows(service, "SELECT etat FROM lacune_groupe WHERE id = %s", number)[0][0])


def about(word: str) -> dict[str, Any]:
    """A resource about a giant of wicker, as the form names its fields."""
    return typed(
        titre=f"Baptiser le géant en osier {word} du carnaval",
        resume=f"Les habitants choisissent ensemble le nom du géant en osier {word} du carnaval, "
        "par des bulletins déposés à la médiathèque puis un dépouillement public en fanfare.",
        corps=f"Le géant en osier {word} reçoit son nom des habitants, au carnaval. " * 8,
        questions=[
            f"Comment baptiser le géant en osier {word} ?",
            f"nom du géant en osier {word}",
            f"choisir le nom d’un géant {word} de carnaval",
        ],
    )


def test_what_is_written_for_a_subject_closes_it_once_every_question_is_answered(
    service: Service, desk: httpx2.Client, rose: httpx2.Client
) -> None:
    word = f"zorgal{secrets.token_hex(2)}"
    stray = f"Quelle encre pour les tampons de la chaufferie {word} ?"
    number = subject(service, f"Comment baptiser le géant en osier {word} ?", stray)
    page = f"{BOARD}/{number}"
    link = re.search(r'href="(/redaction/fiches/nouvelle\?[^"]+)"', desk.get(page).text)
    assert link is not None
    made = send(desk, html.unescape(link[1]), "soumettre", **about(word))
    if made.status_code == 409:
        made = press(desk, made, "soumettre")
    address = made.headers["location"].partition("?")[0]
    shown = words(desk.get(page))
    assert f"Baptiser le géant en osier {word} du carnaval : à relire Écrivaine" in shown
    assert state(service, number) == "en_cours"
    assert "Questions d’élus" in words(rose.get(address))
    assert do(rose, address, "publier").headers["location"].endswith("fait=publiee")
    assert state(service, number) == "en_cours"
    assert "il lui reste 1 question sans réponse" in words(rose.get(address))
    shown = words(desk.get(page))
    assert f"Trouve une réponse : Baptiser le géant en osier {word} du carnaval" in shown
    left = words(desk.get(page, params={"sans_reponse": "true"})).split("restent sans réponse")[-1]
    assert (stray in left, "Comment baptiser" in left) == (True, False)
    (item,) = rows(
        service, "SELECT item_id FROM lacune WHERE groupe_id = %s AND question = %s", number, stray
    )
    assert post(desk, page, "separer", question=item[0]).status_code == 303
    assert post(desk, page, "reposer").headers["location"].endswith("?fait=comblee")
    assert "Toutes ses questions trouvent une réponse" in words(rose.get(address))
    assert do(rose, address, "archiver").status_code == 303
    assert "n’est plus montrée aux élus" in words(desk.get(page))

    def reopened() -> bool:
        post(desk, page, "reposer")
        return state(service, number) == "ouverte"

    wait_for(reopened)


def test_a_planned_publication_asks_the_subject_when_it_comes(
    service: Service, staff: Staff
) -> None:
    word = f"mirvol{secrets.token_hex(2)}"
    number = subject(service, f"Comment baptiser le géant en osier {word} ?")
    text = about(word)
    draft = created(
        staff["claire"],
        title=text["titre"],
        summary=text["resume"],
        body=text["corps"],
        questions=text["questions"],
    )
    link(service, draft["id"], number)
    assert act(staff["claire"], draft["id"], "submit").status_code == 200
    planned = datetime.now(UTC) + timedelta(hours=1)
    made = act(staff["paul"], draft["id"], "publish", publish_at=planned.isoformat())
    assert made.status_code == 200, made.text
    assert rows(service, DUE, draft["id"]) == [(planned,)]
    run_now(service, draft["id"])
    wait_for(lambda: rows(service, DUE, draft["id"]) == [(planned,)])  # too early: it waits
    assert state(service, number) == "ouverte"
    come = "UPDATE resource SET publish_at = now(), published_at = now() WHERE id = %s"
    rows(service, come, draft["id"])
    run_now(service, draft["id"])
    wait_for(lambda: state(service, number) == "close", seconds=60)
    told = "SELECT etat_par FROM lacune_groupe WHERE id = %s"
    assert rows(service, told, number) == [("paul",)]


def test_a_new_text_planned_for_later_asks_the_subject_when_it_comes(
    service: Service, staff: Staff
) -> None:
    word = f"belgan{secrets.token_hex(2)}"
    number = subject(service, f"Comment baptiser le géant en osier {word} ?")
    known, text = published(staff)["id"], about(word)
    link(service, known, number)
    changes = {"title": text["titre"], "summary": text["resume"], "body": text["corps"]}
    changes["questions"] = text["questions"]
    assert edit(staff["claire"], known, **changes).status_code == 200
    assert act(staff["claire"], known, "submit").status_code == 200
    planned = datetime.now(UTC) + timedelta(hours=1)
    made = act(staff["paul"], known, "publish", publish_at=planned.isoformat())
    assert made.status_code == 200, made.text
    run_now(service, known)
    wait_for(lambda: rows(service, DUE, known) == [(planned,)])
    assert state(service, number) == "ouverte"
    rows(service, "UPDATE resource SET revision_at = now() WHERE id = %s", known)
    run_now(service, known)
    rows(service, "UPDATE job SET run_at = now() WHERE kind = 'resource.publish_due'")
    rows(service, "SELECT pg_notify('jobs', '')")
    wait_for(lambda: state(service, number) == "close", seconds=60)


def link(service: Service, resource_id: str, number: int) -> None:
    """Say that a resource is written for a subject, which nobody took in hand."""
    tie = "INSERT INTO lacune_fiche (resource_id, groupe_id, par) VALUES (%s, %s, 'claire')"
    rows(service, tie, resource_id, number)


def run_now(service: Service, resource_id: str) -> None:
    """Make the clock of a job come."""
    rows(service, "UPDATE job SET run_at = now() WHERE payload->>'fiche' = %s", resource_id)
    rows(service, "SELECT pg_notify('jobs', '')")


def archive(service: Service, staff: Staff) -> None:
    fiche = published(staff)
    assert act(staff["paul"], fiche["id"], "archive").status_code == 200


def revise(service: Service, staff: Staff) -> None:
    mine = "SELECT id FROM resource WHERE editor = 'claire' AND state = 'publie'"
    (known, *_) = rows(service, f"{mine} ORDER BY updated_at DESC LIMIT 1")
    assert edit(staff["claire"], known[0], year=2024).status_code == 200
    assert act(staff["claire"], known[0], "submit").status_code == 200
    assert act(staff["paul"], known[0], "publish").status_code == 200


def add_synonym(service: Service, staff: Staff) -> None:
    entry = {"sens": f"fanal {secrets.token_hex(3)}", "formes": [f"zz{secrets.token_hex(3)}"]}
    assert staff["claire"].post("/api/v1/synonyms", json=entry).status_code == 201


def promote(service: Service, staff: Staff) -> None:
    rows(service, "INSERT INTO modele_decision (geste, par) VALUES ('retour', 'Rose')")


@pytest.mark.parametrize("change", [archive, revise, add_synonym, promote])
def test_whatever_changes_the_answers_raises_the_subject(
    service: Service,
    desk: httpx2.Client,
    staff: Staff,
    change: Callable[[Service, Staff], None],
) -> None:
    published(staff)
    word = secrets.token_hex(3)
    number = subject(service, f"Quelle encre pour les tampons du phare {word} ?")
    page, told = f"{BOARD}/{number}", "Ce que sait l’assistant a changé depuis"
    assert post(desk, page, "reposer").headers["location"].endswith("?fait=reposees")
    assert told not in desk.get(page).text
    change(service, staff)
    assert told in desk.get(page).text
    post(desk, page, "reposer")
    assert told not in desk.get(page).text


def test_a_question_is_asked_again_from_where_it_was_asked(
    service: Service, desk: httpx2.Client, staff: Staff
) -> None:
    word = f"brumel{secrets.token_hex(2)}"
    text = about(word)
    made = {
        f"{kind}:{code}": published(
            staff,
            type="experience",
            title=f"{text['titre']} ({code})",
            summary=text["resume"],
            body=text["corps"],
            questions=text["questions"],
            territoires=[f"{kind}:{code}"],
            year=2025,
        )["id"]
        for kind, code in (AUCH, MENDE)
    }
    for kind, code in (AUCH, MENDE):
        question = f"Comment baptiser le géant en osier {word} ?"
        number = subject(service, question, place=(kind, code))
        assert post(desk, f"{BOARD}/{number}", "reposer").headers["location"].endswith("comblee")
        found = rows(service, "SELECT reponse_id FROM lacune WHERE groupe_id = %s", number)
        assert found == [(made[f"{kind}:{code}"],)]


def test_a_subject_of_many_questions_is_asked_by_a_job(
    service: Service, desk: httpx2.Client
) -> None:
    word = secrets.token_hex(3)
    texts = [f"Quelle encre numéro {each} pour les tampons du port {word} ?" for each in range(120)]
    number = subject(service, *texts)
    page = f"{BOARD}/{number}"
    assert post(desk, page, "reposer").headers["location"].endswith("?fait=reposer")
    wait_for(
        lambda: rows(service, "SELECT posees FROM lacune_groupe WHERE id = %s", number) == [(120,)],
        seconds=120,
    )
    left = "SELECT count(*) FROM lacune WHERE groupe_id = %s AND reposee_le IS NULL"
    assert rows(service, left, number) == [(0,)]
    assert "reposées une à une" not in desk.get(page).text


def test_the_progress_of_a_long_subject_is_shown(service: Service, desk: httpx2.Client) -> None:
    number = subject(service, *(f"Où ranger la bouée {each} du lac ?" for each in range(3)))
    rows(service, "UPDATE lacune_groupe SET reposer_depuis = now() WHERE id = %s", number)
    page, press_again = f"{BOARD}/{number}", "Reposer ces questions"
    shown = desk.get(page).text  # whoever was asking died: nothing says that it goes on
    assert ("reposées une à une" in shown, press_again in shown) == (False, True)
    rows(
        service,
        "INSERT INTO job (kind, payload, dedupe, run_at)"
        " VALUES ('lacunes.reposer', '{}', %s, now() + interval '1 day')",
        subject_job(number),
    )
    asked = "UPDATE lacune SET reposee_le = now() WHERE groupe_id = %s AND question LIKE %s"
    rows(service, asked, number, "%bouée 1 %")
    shown = words(desk.get(page))
    assert "Les questions sont reposées une à une : 1 sur 3." in shown
    assert press_again not in shown


@contextlib.contextmanager
def kept_waiting(service: Service, number: int) -> Iterator[None]:
    """Keep whoever asks a subject waiting at its first answers."""
    with psycopg.connect(service.database_url) as connection:
        connection.execute("SELECT FROM lacune WHERE groupe_id = %s FOR UPDATE", (number,))
        yield


def is_held(service: Service, name: str) -> bool:
    """Tell whether a worker is at this job."""
    known = rows(service, "SELECT id FROM job WHERE dedupe = %s", name)
    skip = "SELECT id FROM job WHERE dedupe = %s FOR UPDATE SKIP LOCKED"
    return bool(known) and not rows(service, skip, name)


def test_a_long_subject_asked_again_while_it_is_being_asked_goes_on(
    service: Service, desk: httpx2.Client
) -> None:
    word = secrets.token_hex(3)
    texts = [f"Quel cirage numéro {each} pour les bottes du bedeau {word} ?" for each in range(101)]
    number = subject(service, *texts)
    page = f"{BOARD}/{number}"
    with kept_waiting(service, number):
        assert post(desk, page, "reposer").headers["location"].endswith("?fait=reposer")
        wait_for(lambda: is_held(service, subject_job(number)))
        again = post(desk, page, "reposer").headers["location"]
        assert again.endswith("?fait=deja_reposees")
        assert "déjà reposées une à une" in words(desk.get(again))
    wait_for(
        lambda: rows(service, "SELECT posees FROM lacune_groupe WHERE id = %s", number) == [(101,)],
        seconds=120,
    )


def test_a_text_is_published_while_the_former_one_is_tried_on_its_subjects(
    service: Service, staff: Staff
) -> None:
    known = published(staff)["id"]
    number = subject(service, f"Où vend-on le cirage du bedeau {secrets.token_hex(3)} ?")
    link(service, known, number)
    assert edit(staff["claire"], known, year=2024).status_code == 200
    assert act(staff["claire"], known, "submit").status_code == 200
    planned = datetime.now(UTC) + timedelta(hours=1)
    with kept_waiting(service, number):
        rows(
            service,
            "INSERT INTO job (kind, payload, dedupe) VALUES ('lacunes.reposer', %s, %s)",
            Jsonb({"fiche": known, "par": "paul"}),
            resource_job(known),
        )
        rows(service, "SELECT pg_notify('jobs', '')")
        wait_for(lambda: is_held(service, resource_job(known)))
        made = act(staff["paul"], known, "publish", publish_at=planned.isoformat())
        assert made.status_code == 200, made.text
    wait_for(lambda: rows(service, DUE, known) == [(planned,)])


def test_a_subject_tied_or_merged_since_is_asked_at_the_publication(
    service: Service, staff: Staff
) -> None:
    word = f"falbor{secrets.token_hex(2)}"
    number = subject(service, f"Comment baptiser le géant en osier {word} ?")
    text = about(word)
    draft = created(
        staff["claire"],
        title=text["titre"],
        summary=text["resume"],
        body=text["corps"],
        questions=text["questions"],
    )["id"]
    assert act(staff["claire"], draft, "submit").status_code == 200
    planned = datetime.now(UTC) + timedelta(hours=1)
    made = act(staff["paul"], draft, "publish", publish_at=planned.isoformat())
    assert made.status_code == 200, made.text
    assert rows(service, DUE, draft) == []
    link(service, draft, number)
    later = planned + timedelta(hours=1)
    moved = act(staff["paul"], draft, "schedule", publish_at=later.isoformat())
    assert moved.status_code == 200, moved.text
    assert rows(service, DUE, draft) == [(later,)]
    merged = subject(service, f"Nom du géant en osier {word} ?")
    rows(service, "UPDATE lacune SET groupe_id = %s WHERE groupe_id = %s", merged, number)
    rows(service, "UPDATE lacune_fiche SET groupe_id = %s WHERE groupe_id = %s", merged, number)
    rows(service, "DELETE FROM lacune_groupe WHERE id = %s", number)
    come = "UPDATE resource SET publish_at = now(), published_at = now() WHERE id = %s"
    rows(service, come, draft)
    run_now(service, draft)
    wait_for(lambda: state(service, merged) == "close", seconds=60)


def test_what_is_left_of_a_subject_is_told_only_once_it_is_known(
    service: Service, desk: httpx2.Client, staff: Staff
) -> None:
    fiche = published(staff)["id"]
    number = subject(service, f"Qui cire les bottes du bedeau {secrets.token_hex(3)} ?")
    link(service, fiche, number)
    # As a subject that was asked, and closed, before the answers were kept.
    asked = "UPDATE lacune_groupe SET etat = 'close', posees = 1, repondues = 1, verifie_le = now()"
    rows(service, f"{asked} WHERE id = %s", number)
    assert "il lui reste" not in words(desk.get(f"/redaction/fiches/{fiche}"))
    assert "Pour clore" not in words(desk.get(f"{BOARD}/{number}"))
    post(desk, f"{BOARD}/{number}", "reposer")
    shown = words(desk.get(f"/redaction/fiches/{fiche}"))
    assert "il lui reste 1 question sans réponse" in shown


def test_an_opinion_is_lifted_for_good_by_a_vote_about_what_was_revised(
    service: Service, desk: httpx2.Client, staff: Staff
) -> None:
    revised, other = (published(staff)["id"] for _ in range(2))

    def judge(*shown: str, useful: bool) -> str:
        item = add_turn(
            service.database_url,
            f"Qui accorde le carillon {secrets.token_hex(3)} ?",
            outcome="answered",
            opinion={"useful": useful} | ({} if useful else {"reason": "incomplet"}),
        )
        answer = "UPDATE conversation_item SET turn = turn || %s WHERE reply_to = %s"
        rows(service, answer, Jsonb({"resources": [{"id": each} for each in shown]}), item)
        return item

    def publish_again(year: int) -> None:
        assert edit(staff["claire"], revised, year=year).status_code == 200
        assert act(staff["claire"], revised, "submit").status_code == 200
        assert act(staff["paul"], revised, "publish").status_code == 200

    number = put_on_board(service.database_url, judge(revised, other, useful=False))
    page, lifted = f"{BOARD}/{number}", "a été dite utile depuis"
    publish_again(2023)
    judge(other, useful=True)
    shown = words(desk.get(page))
    assert "sans avis favorable depuis" in shown
    assert lifted not in shown
    judge(revised, useful=True)
    assert lifted in words(desk.get(page))
    publish_again(2024)
    assert lifted in words(desk.get(page))


def test_a_subject_of_opinions_closes_when_the_text_is_revised_then_found_useful(
    service: Service, desk: httpx2.Client, staff: Staff, client: httpx2.Client
) -> None:
    word = f"pluvian{secrets.token_hex(2)}"
    text = about(word)
    fiche = published(
        staff,
        title=text["titre"],
        summary=text["resume"],
        body=text["corps"],
        questions=text["questions"],
    )
    question = f"Comment baptiser le géant en osier {word} du carnaval ?"

    def judge(*, useful: bool) -> str:
        chat = Chat.open(client)
        turn = chat.say(question)
        assert fiche["id"] in [each["id"] for each in turn["resources"]], turn
        opinion = {"useful": useful} | ({} if useful else {"reason": "incomplet"})
        sent = client.post(
            f"{chat.path}/messages/{turn['id']}/feedback", json=opinion, headers=chat.headers
        )
        assert sent.status_code < 300
        (item,) = rows(
            service,
            "SELECT id FROM conversation_item WHERE conversation_id = %s AND author = 'elu'",
            chat.id,
        )
        return str(item[0])

    number = put_on_board(service.database_url, judge(useful=False))
    page = f"{BOARD}/{number}"
    refused = post(desk, page, "etat", etat="close")
    assert refused.status_code == 422
    assert "dites pourquoi vous le fermez" in refused.text
    judge(useful=True)
    assert post(desk, page, "reposer").headers["location"].endswith("?fait=reposees")
    assert "0 sur 1" in words(desk.get(page))
    assert edit(staff["claire"], fiche["id"], year=2024).status_code == 200
    assert act(staff["claire"], fiche["id"], "submit").status_code == 200
    assert act(staff["paul"], fiche["id"], "publish").status_code == 200
    assert "sans avis favorable depuis" in words(desk.get(page))
    judge(useful=True)
    assert post(desk, page, "reposer").headers["location"].endswith("?fait=comblee")
    assert "a été dite utile depuis" in words(desk.get(page))


def test_whoever_closes_opinions_that_nobody_withdrew_says_why(
    service: Service, desk: httpx2.Client
) -> None:
    word = secrets.token_hex(3)
    item = add_turn(
        service.database_url,
        f"Peut-on louer le phare {word} ?",
        outcome="answered",
        opinion={"useful": False, "reason": "inexact"},
    )
    number = put_on_board(service.database_url, item)
    why = "La réponse était la bonne : l’élu l’a confirmé."
    sent = post(desk, f"{BOARD}/{number}", "etat", etat="close", raison=why)
    assert sent.headers["location"].endswith("?fait=close")
    assert why in words(desk.get(f"{BOARD}/{number}"))
    assert (
        post(desk, f"{BOARD}/{number}", "etat", etat="close", raison="a" * 301).status_code == 422
    )
