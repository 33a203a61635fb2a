"""Two series on who writes, from where, for how many: letters, text messages, signatures.

`tests/phrases_lieux_2` holds no sentence of the other sets; its first reading says what each series
was worth (`pytest -s`), and the bounds keep what was gained.
"""

from typing import Any

import pytest
import yaml

from api.bootstrap import build_understander
from api.settings import ROOT, Settings
from knowledge.territoires.loader import load_territoires
from nlu.encoder import UseEncoder
from nlu.pipeline import Understander
from nlu.text import fold
from nlu.understanding import Understanding

SERIES = sorted((ROOT / "tests" / "phrases_lieux_2").glob("*.yml"))
Cases = list[tuple[dict[str, Any], Understanding]]


@pytest.fixture(scope="module")
def understander() -> Understander:
    return build_understander(
        Settings(data_dir=ROOT / ".donnees"), UseEncoder(), load_territoires()
    )


@pytest.fixture(scope="module", params=SERIES, ids=lambda path: path.stem)
def cases(request: pytest.FixtureRequest, understander: Understander) -> Cases:
    phrases = yaml.safe_load(request.param.read_text(encoding="utf-8"))["phrases"]
    return [(phrase, understander.understand(phrase["texte"])) for phrase in phrases]


def test_territories_are_exact_and_none_is_invented(cases: Cases) -> None:
    invented = [phrase["texte"] for phrase, got in cases if _codes(got) - _allowed(phrase)]
    missed = [phrase["texte"] for phrase, got in cases if not _wanted(phrase) <= _codes(got)]
    exact = 1 - len({*invented, *missed}) / len(cases)
    _say(f"territoires, exacts {exact:.3f}, inventés {len(invented)}")
    assert not invented
    assert exact >= 0.98, missed


def test_homonyms_are_asked(cases: Cases) -> None:
    named = [(phrase["texte"], name, got) for phrase, got in cases for name in _open(phrase)]
    missed = [text for text, name, got in named if fold(name) not in _asked(got)]
    _say(f"homonymes, demandés {len(named) - len(missed)} sur {len(named)}")
    assert not missed


@pytest.mark.parametrize("field", ["population", "role"])
def test_who_speaks_and_for_how_many(cases: Cases, field: str) -> None:
    wrong = [phrase["texte"] for phrase, got in cases if getattr(got, field) != phrase.get(field)]
    _say(f"{field}, exactitude {1 - len(wrong) / len(cases):.3f}")
    assert len(wrong) <= 0.01 * len(cases), wrong


def _say(figures: str) -> None:
    print(f"\n{figures}")  # noqa: T201 - to report


def _wanted(phrase: dict[str, Any]) -> set[str]:
    return set(phrase.get("territoires") or ())


def _allowed(phrase: dict[str, Any]) -> set[str]:
    return _wanted(phrase) | set(phrase.get("admis") or ())


def _open(phrase: dict[str, Any]) -> list[str]:
    return phrase.get("ambigu") or []


def _codes(got: Understanding) -> set[str]:
    return {f"{each.type}:{each.code}" for each in got.territoires}


def _asked(got: Understanding) -> set[str]:
    return {fold(each.mention) for each in got.ambiguites}
