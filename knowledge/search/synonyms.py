"""Sigles and other ways of saying the same thing.

Those of the product are in `data/synonymes.yml`; in service, staff keep them in the database.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from nlu.text import words

DATA = Path(__file__).parent / "data"
MAX_FORM_WORDS = 5


class Synonym(BaseModel):
    """One entry of the file: `formes` are typed instead of `sens`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sens: str
    formes: tuple[str, ...]
    sigle: Literal["majuscules"] | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """A form recognised in a text, with the words that say the same thing.

    `start` and `end` count words. `to_meaning` is true when `meaning` is the full form.
    """

    start: int
    end: int
    meaning: str
    to_meaning: bool


class Synonyms:
    """Finds the known forms of a text and what else they are called."""

    def __init__(self, entries: Iterable[Synonym]) -> None:
        self._forms: defaultdict[tuple[str, ...], list[Expansion]] = defaultdict(list)
        self._capitals: set[str] = set()
        self.acronyms: set[str] = set()
        for entry in entries:
            self._add(entry)

    def find(self, tokens: Sequence[str], typed: Sequence[str] = ()) -> list[Expansion]:
        """Return the expansions of folded words; `typed` are the same words as they were typed."""
        found: list[Expansion] = []
        for start in range(len(tokens)):
            for end in range(start + 1, min(start + MAX_FORM_WORDS, len(tokens)) + 1):
                key = tuple(tokens[start:end])
                if key not in self._forms or self._is_plain_word(key, typed[start:end]):
                    continue
                found += [
                    Expansion(start, end, form.meaning, form.to_meaning)
                    for form in self._forms[key]
                ]
        return found

    def _add(self, entry: Synonym) -> None:
        meaning = tuple(words(entry.sens))
        for form in entry.formes:
            key = tuple(words(form))
            self._forms[key].append(Expansion(0, 0, entry.sens, True))
            if len(key) == 1:
                self.acronyms.add(key[0])
                self._forms[meaning].append(Expansion(0, 0, form, False))
            if entry.sigle == "majuscules":
                self._capitals.update(key)

    def _is_plain_word(self, key: tuple[str, ...], typed: Sequence[str]) -> bool:
        """Tell whether a sigle that is also a word was typed as a word."""
        return len(key) == 1 and key[0] in self._capitals and not "".join(typed).isupper()


def read_entries() -> list[Synonym]:
    """Read the entries that the product ships."""
    raw = yaml.load((DATA / "synonymes.yml").read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
    return TypeAdapter(list[Synonym]).validate_python(raw)


@cache
def load_synonyms() -> Synonyms:
    """Return the synonyms that the product ships."""
    return Synonyms(read_entries())
