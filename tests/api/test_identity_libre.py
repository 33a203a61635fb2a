"""A provider that does not sign what it says of a person: taken only where staff chose so."""

from collections.abc import Iterator

import pytest

from api.postgres import EmbeddedPostgres
from api.rasa_process import free_port
from tests.api.console import add_invitation, open_client
from tests.api.doors import Doors, ProConnect, database_of, open_doors, start_proconnect
from tests.api.test_identity import come_in, inside, someone

PORT = free_port()


@pytest.fixture(scope="module")
def proconnect() -> Iterator[ProConnect]:
    with start_proconnect(f"http://127.0.0.1:{PORT}") as started:
        yield started


@pytest.fixture
def doors(
    proconnect: ProConnect,
    postgres: EmbeddedPostgres,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Doors]:
    chosen = {**proconnect.settings, "oidc_userinfo": "libre"}
    with (
        database_of(postgres, template) as url,
        open_doors(url, tmp_path_factory.mktemp("libre"), port=PORT, **chosen) as opened,
    ):
        yield opened


@pytest.mark.parametrize("mode", ["userinfo_json", ""])
def test_facts_come_as_json_or_signed(doors: Doors, proconnect: ProConnect, mode: str) -> None:
    person = someone()
    add_invitation(doors, person["email"], "conseiller")
    proconnect.choose(mode, **person)
    with open_client(doors) as browser:
        assert come_in(doors, browser).status_code == 303
        assert inside(browser)
