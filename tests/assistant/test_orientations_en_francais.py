"""Where French sentences lead: all of understanding, then every rule, as the public page tells.

Each mend of a rule or of a cue leaves here several wordings of its own, beside neighbours that
must lead elsewhere: `orientations_en_francais.yml`.
"""

import re
from pathlib import Path

import httpx2
import pytest
import yaml

from tests.knowledge.orientation_cases import REGLES

SENTENCES: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("orientations_en_francais.yml").read_text(encoding="utf-8")
)
_ROUTES = {regle.id: regle.route for regle in REGLES}
_RETAINED = re.compile("Règle «\u00a0([a-z0-9-]+)\u00a0»")


def _route(client: httpx2.Client, sentence: str) -> str:
    page = client.post("/orientation/expliquer", data={"question": sentence}).text
    retained = _RETAINED.search(page)
    assert retained is not None, page
    return _ROUTES[retained[1]]


@pytest.mark.rasa
@pytest.mark.parametrize("route", SENTENCES)
def test_each_sentence_leads_where_it_should(client: httpx2.Client, route: str) -> None:
    led = {sentence: _route(client, sentence) for sentence in SENTENCES[route]}
    assert {sentence: to for sentence, to in led.items() if to != route} == {}
