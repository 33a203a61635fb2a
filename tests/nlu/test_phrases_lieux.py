"""Two series of sentences on territories, hard on purpose: towns that are words, people, rivers.

`tests/phrases_lieux` holds no sentence of the other sets: places were drawn at random from the
base, and half of the sentences name none.
"""

from typing import Any

import pytest
import yaml

from api.settings import ROOT
from nlu.lieux import LieuxTrouves
from nlu.text import fold
from tests.nlu.lieux_finder import lieu_finder

SERIES = sorted((ROOT / "tests" / "phrases_lieux").glob("*.yml"))


@pytest.fixture(scope="module", params=SERIES, ids=lambda path: path.stem)
def cases(request: pytest.FixtureRequest) -> list[tuple[dict[str, Any], LieuxTrouves]]:
    phrases = yaml.safe_load(request.param.read_text(encoding="utf-8"))["phrases"]
    return [(phrase, lieu_finder().find(phrase["texte"])) for phrase in phrases]


def test_no_territory_is_invented(cases: list[tuple[dict[str, Any], LieuxTrouves]]) -> None:
    invented = [
        phrase["texte"]
        for phrase, found in cases
        if not _codes(found) <= {*(phrase.get("territoires") or ()), *(phrase.get("admis") or ())}
    ]
    assert not invented


def test_named_territories_are_found(cases: list[tuple[dict[str, Any], LieuxTrouves]]) -> None:
    missed = [
        phrase["texte"]
        for phrase, found in cases
        if not set(phrase.get("territoires") or ()) <= _codes(found)
    ]
    assert len(missed) <= 0.02 * len(cases), missed


def test_homonyms_are_asked(cases: list[tuple[dict[str, Any], LieuxTrouves]]) -> None:
    named = [(phrase["texte"], name, found) for phrase, found in cases for name in _open(phrase)]
    missed = [text for text, name, found in named if fold(name) not in _mentions(found)]
    assert len(missed) <= 0.1 * len(named), missed


def _open(phrase: dict[str, Any]) -> list[str]:
    return phrase.get("ambigu") or []


def _codes(found: LieuxTrouves) -> set[str]:
    return {f"{each.type}:{each.code}" for each in found.territoires}


def _mentions(found: LieuxTrouves) -> set[str]:
    return {fold(each.mention) for each in found.ambiguites}
