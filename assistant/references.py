"""References of requests as people write them: « or 2026 7k3fq2 », « n° OR-2026-7K3FQ2 »."""

import re

_REFERENCE = re.compile(r"\bOR[- ]?(\d{4})[- ]?([0-9A-Z]{6})\b", re.IGNORECASE)
_ALONE = re.compile(
    r"(?:(?:n[°o]|num[eé]ro|r[eé]f(?:[eé]rence)?|dossier|demande)\.?[ :]*)*"
    r"[A-Z]{1,4}-?\d{2,4}-[0-9A-Z]{2,10}",
    re.IGNORECASE,
)


def find_reference(text: str) -> str | None:
    """Return the reference that a text holds, written as ours are; None when it holds none."""
    match = _REFERENCE.search(text)
    return f"OR-{match[1]}-{match[2]}".upper() if match else None


def is_reference(text: str) -> bool:
    """Tell whether a text is a reference and nothing else, ours or not: « T-2026-0001 »."""
    said = text.strip(" .!?")
    return bool(_REFERENCE.fullmatch(said) or _ALONE.fullmatch(said))
