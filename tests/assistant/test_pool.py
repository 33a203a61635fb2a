"""Several dialogue engines: each takes its share, and a message that one loses is not lost."""

from dataclasses import dataclass, field

import pytest

from assistant.memory import Memory
from assistant.pool import REST_SECONDS, EnginePool
from assistant.ports import DialogueUnavailable, Exchange
from assistant.turn import Part

EXCHANGE = Exchange("c", "m", "bonjour", "saluer", 1.0, (), {}, Memory())


@dataclass
class Engine:
    """An engine that notes what it takes, and fails when told."""

    failure: DialogueUnavailable | None = None
    taken: list[str] = field(default_factory=list)

    async def exchange(self, exchange: Exchange) -> tuple[Part, ...]:
        self.taken.append(exchange.message_id)
        if self.failure:
            raise self.failure
        return (Part(outcome="social", memory=exchange.memory),)

    async def ready(self) -> bool:
        return self.failure is None


@dataclass
class Watch:
    """A clock that tests move."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


async def test_turns_go_round() -> None:
    engines = [Engine(), Engine()]
    pool = EnginePool(engines)
    for _ in range(6):
        await pool.exchange(EXCHANGE)
    assert [len(each.taken) for each in engines] == [3, 3]


async def test_a_lost_message_goes_to_the_next_and_the_dead_one_rests() -> None:
    watch = Watch()
    dead, well = Engine(DialogueUnavailable("ConnectError", lost=True)), Engine()
    pool = EnginePool([dead, well], now=watch)
    for _ in range(4):
        assert await pool.exchange(EXCHANGE)
    assert (len(dead.taken), len(well.taken)) == (1, 4)
    watch.now = REST_SECONDS + 1
    dead.failure = None
    for _ in range(4):
        await pool.exchange(EXCHANGE)
    assert len(dead.taken) == 3


async def test_a_slow_engine_is_not_waited_for_twice() -> None:
    slow, well = Engine(DialogueUnavailable("ReadTimeout")), Engine()
    pool = EnginePool([slow, well])
    with pytest.raises(DialogueUnavailable):
        await pool.exchange(EXCHANGE)
    assert well.taken == []
    for _ in range(3):
        assert await pool.exchange(EXCHANGE)
    assert len(slow.taken) == 1


async def test_all_dead_is_told_and_one_is_enough_to_be_ready() -> None:
    engines = [Engine(DialogueUnavailable("x", lost=True)) for _ in range(2)]
    pool = EnginePool(engines)
    with pytest.raises(DialogueUnavailable):
        await pool.exchange(EXCHANGE)
    assert not await pool.ready()
    engines[1].failure = None
    assert await pool.ready()
    assert await pool.exchange(EXCHANGE)
