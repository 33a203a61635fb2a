"""The page « Publier »: the witness questions that a text gains and loses, one by one."""

import html
import secrets
from collections.abc import Iterator

import httpx2
import psycopg
import pytest

from knowledge.search.judged import load_witnesses
from tests.api.console import enter
from tests.api.fiches import ROOT, edit, fiche
from tests.conftest import Service

pytestmark = pytest.mark.rasa
ANTENNE = "cadre-legal-antenne-relais-information"
_TRIES = 12
Staff = dict[str, httpx2.Client]


@pytest.fixture
def rose(service: Service) -> Iterator[httpx2.Client]:
    """The browser of whoever publishes; no revision of the shared base is left after."""
    with enter(service, f"Rose {secrets.token_hex(3)}", "responsable") as client:
        yield client
    undo(service)


def undo(service: Service) -> None:
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE resource SET revision = NULL, revision_state = NULL"
            " WHERE author = 'contenu' AND revision IS NOT NULL"
        )


def publish_page(rose: httpx2.Client, resource_id: str) -> str:
    shown = rose.get(f"/redaction/fiches/{resource_id}/publier")
    assert shown.status_code == 200
    return html.unescape(shown.text)


def test_the_questions_lost_are_named(rose: httpx2.Client, staff: Staff) -> None:
    text = fiche()
    changes = {name: text[name] for name in ("title", "summary", "body", "questions")}
    assert edit(staff["claire"], ANTENNE, **changes).status_code == 200
    page = publish_page(rose, ANTENNE)
    lost = page.partition('class="effets perdues"')[2].partition("</ul>")[0]
    assert "antenne 4g" in lost
    assert 'class="effets gagnees"' not in page


def test_the_questions_gained_are_named(
    rose: httpx2.Client, staff: Staff, client: httpx2.Client, service: Service
) -> None:
    tries = 0
    for witness in load_witnesses():
        found = client.get(ROOT, params={"q": witness.question, "limit": 3}).json()["items"]
        helping = sorted(witness.helping)
        if not helping or witness.helping & {each["id"] for each in found}:
            continue
        known = staff["claire"].get(f"{ROOT}/{helping[0]}")
        if known.status_code != 200:
            continue
        questions = [witness.question, *known.json()["questions"]][:4]
        assert edit(staff["claire"], helping[0], questions=questions).status_code == 200
        page = publish_page(rose, helping[0])
        gained = page.partition('class="effets gagnees"')[2].partition("</ul>")[0]
        if witness.question in gained:
            return
        undo(service)
        tries += 1
        if tries == _TRIES:
            break
    pytest.fail("no witness question was gained")
