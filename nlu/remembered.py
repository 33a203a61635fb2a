"""A bounded memory of what was computed, that computes several missing values at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """Remembers the last `size` values; safe to share between threads.

    `compute` receives the keys that are missing and returns their values in the same order: a
    batch is often far cheaper than its members one by one.
    """

    def __init__(self, compute: Callable[[Sequence[Key]], Sequence[Value]], *, size: int) -> None:
        self._compute = compute
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def __call__(self, key: Key) -> Value:
        """Return the value of one key."""
        return self.many([key])[0]

    def many(self, keys: Sequence[Key]) -> list[Value]:
        """Return the values of these keys, the missing ones computed together."""
        with self._lock:
            known = {key: self._values[key] for key in keys if key in self._values}
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if missing:
            known.update(zip(missing, self._compute(missing), strict=True))
        with self._lock:
            for key in keys:
                self._values[key] = known[key]
                self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return [known[key] for key in keys]

    def forget(self) -> None:
        """Empty the memory."""
        with self._lock:
            self._values.clear()
