"""Several dialogue engines on one base: turns go round, a dead one is left alone for a while."""

import time
from collections.abc import Callable, Sequence

from assistant.dialogue import DialogueEngine
from assistant.ports import DialogueUnavailable, Exchange
from assistant.turn import Part

REST_SECONDS = 5.0


class EnginePool:
    """A DialogueEngine made of several.

    The memory of a conversation is in the base that they share, and one conversation has one turn
    at a time: any of them may take any turn. An engine that fails rests; a message that it lost
    goes to the next one, which is safe since a cut turn is not saved.
    """

    def __init__(
        self, engines: Sequence[DialogueEngine], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        if not engines:
            raise ValueError("at least one engine")
        self._engines = tuple(engines)
        self._rests_until = [0.0] * len(self._engines)
        self._next = 0
        self._now = now

    async def exchange(self, exchange: Exchange) -> tuple[Part, ...]:
        """Send the message to the next engine that is well; raise when none takes it."""
        failure = DialogueUnavailable("no engine", lost=True)
        for number in self._turn():
            try:
                return await self._engines[number].exchange(exchange)
            except DialogueUnavailable as error:
                self._rests_until[number] = self._now() + REST_SECONDS
                failure = error
                if not error.lost:
                    break
        raise failure

    def _turn(self) -> list[int]:
        """Return the engines in the order of this turn: the resting ones last."""
        count, now = len(self._engines), self._now()
        order = [(self._next + step) % count for step in range(count)]
        self._next = (self._next + 1) % count
        return sorted(order, key=lambda number: self._rests_until[number] > now)

    async def ready(self) -> bool:
        """Tell whether one of them answers."""
        for engine in self._engines:
            if await engine.ready():
                return True
        return False
