"""Short runs of `bench.kills` and `bench.kills_demandes`: parts die, and nothing is lost."""

import pytest

from bench import kills_demandes
from bench.kills import compare, torment, victim


@pytest.mark.rasa
def test_parts_killed_under_conversations_lose_and_double_nothing() -> None:
    parts = ("rasa", "postgresql", "service")
    with victim() as service:
        tally, told = torment(service, conversations=12, parts=parts, at_once=4)
        compare(service, tally, told)
    assert tally.kills == dict.fromkeys(parts, 1)
    assert tally.turns == sum(len(each.texts) for each in told)
    assert tally.faults == 0, tally


@pytest.mark.timeout(900)  # the service starts twice
def test_parts_killed_under_requests_lose_and_double_nothing() -> None:
    parts = ("worker", "serveur", "service")
    with kills_demandes.desk() as service:
        tally, accepted = kills_demandes.torment(service, requests=12, parts=parts, at_once=4)
        kills_demandes.compare(service, tally, accepted)
    assert tally.kills == dict.fromkeys(parts, 1)
    assert len(accepted) == 12
    assert tally.faults == 0, tally
