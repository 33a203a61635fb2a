"""The words of « Capitaliser » that are not in a page."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_TEXTS = Path(__file__).parent.parent / "textes" / "capitalisation.yml"


@cache
def texts() -> dict[str, Any]:
    """Return the words of the pages that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found
