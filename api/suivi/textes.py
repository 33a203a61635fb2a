"""The words of the follow-up of territories that are not in a template."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent.parent / "textes" / "suivi.yml"


@cache
def texts() -> dict[str, Any]:
    """Return the words, by kind."""
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found
