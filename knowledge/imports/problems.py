"""Why a whole file is refused, told in French to the person who sent it."""

from functools import cache
from pathlib import Path

import yaml

_DATA = Path(__file__).parent / "data"


class FileRefused(Exception):
    """A file that cannot be imported: code and facts of its message."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.message = load_data("messages")[code].format_map(facts).strip()
        super().__init__(code)


@cache
def load_data(name: str) -> dict[str, str]:
    """Read one of the files that an agent may edit."""
    raw = (_DATA / f"{name}.yml").read_bytes()
    loaded: dict[str, str] = yaml.load(raw, Loader=yaml.BaseLoader)  # noqa: S506
    return loaded
