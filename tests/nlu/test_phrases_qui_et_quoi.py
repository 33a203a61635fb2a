"""Series of sentences on who speaks and what of, apart from those of each entity's own tests."""

from typing import Any

import yaml

from api.settings import ROOT
from nlu.entities.roles import find_role
from nlu.entities.themes import find_themes
from tests.nlu.reader import read

NOBODY = "aucun"
ROLES = ROOT / "tests" / "phrases_roles" / "series.yml"
THEMES = ROOT / "tests" / "phrases_themes" / "serie.yml"


def _load(path: Any) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_role_is_the_writers_own() -> None:
    cases = [(text, role) for role, texts in _load(ROLES).items() for text in texts]
    wrong = [text for text, role in cases if (find_role(read(text)) or NOBODY) != role]
    assert len(wrong) <= 0.05 * len(cases), wrong


def test_a_role_is_never_given_to_who_speaks_of_another() -> None:
    given = [text for text in _load(ROLES)[NOBODY] if find_role(read(text))]
    assert len(given) <= 1, given


def test_themes_are_found_and_rejected_ones_left_out() -> None:
    found = expected = right = 0
    for phrase in _load(THEMES)["phrases"]:
        got = {mention.theme for mention in find_themes(read(phrase["texte"]))}
        wanted = [set(each.split("|")) for each in phrase.get("themes") or ()]
        hits = sum(bool(each & got) for each in wanted)
        extra = got - set().union(*wanted)
        right, expected, found = right + hits, expected + len(wanted), found + hits + len(extra)
    assert 2 * right / (expected + found) >= 0.92
