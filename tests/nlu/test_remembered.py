"""What was computed is remembered, and what is missing is computed together."""

from collections.abc import Sequence

from nlu.remembered import Remembered


class Lengths:
    """Counts letters, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, words: Sequence[str]) -> list[int]:
        self.asked.append(list(words))
        return [len(word) for word in words]


def test_missing_values_are_computed_together_and_once() -> None:
    lengths = Lengths()
    remembered = Remembered(lengths, size=10)
    assert remembered("Auch") == 4
    assert remembered.many(["Cahors", "Auch", "Figeac", "Cahors"]) == [6, 4, 6, 6]
    assert lengths.asked == [["Auch"], ["Cahors", "Figeac"]]


def test_the_value_used_longest_ago_is_forgotten() -> None:
    lengths = Lengths()
    remembered = Remembered(lengths, size=2)
    remembered.many(["Auch", "Cahors"])
    remembered("Auch")
    remembered("Figeac")
    remembered("Auch")
    remembered("Cahors")
    assert lengths.asked == [["Auch", "Cahors"], ["Figeac"], ["Cahors"]]


def test_all_is_forgotten_on_demand() -> None:
    lengths = Lengths()
    remembered = Remembered(lengths, size=2)
    remembered("Auch")
    remembered.forget()
    remembered("Auch")
    assert lengths.asked == [["Auch"], ["Auch"]]
