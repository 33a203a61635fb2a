"""A short run of `python -m bench.kills`: parts die under conversations, and nothing is lost."""

import pytest

from bench.kills import compare, torment, victim

pytestmark = pytest.mark.rasa


def test_parts_killed_under_conversations_lose_and_double_nothing() -> None:
    parts = ("rasa", "postgresql", "service")
    with victim() as service:
        tally, told = torment(service, conversations=12, parts=parts, at_once=4)
        compare(service, tally, told)
    assert tally.kills == dict.fromkeys(parts, 1)
    assert tally.turns == sum(len(each.texts) for each in told)
    assert tally.faults == 0, tally
