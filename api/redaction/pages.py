"""What the pages of the editorial desk share: who is there, their words, their look."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.pages import page as console_page
from api.console.pages import signed_in
from api.console.session import LoginRequired
from knowledge.resources.lifecycle import Editor, Role
from knowledge.resources.vocabulary import load_vocabulary

HOME = "/redaction/"
_DIGITS = 9
_TEXTS = Path(__file__).parent.parent / "textes" / "redaction.yml"
ROLES = {role.value for role in Role}


@cache
def texts() -> dict[str, Any]:
    """Return the words of the editorial desk that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


def editor(request: Request) -> Editor:
    """Return the editor who was let in, by the role of the account."""
    compte = signed_in(request)
    if compte is None:
        raise LoginRequired
    return Editor(compte.nom, frozenset({Role(compte.role)} if compte.role in ROLES else ()))


def page(request: Request, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
    """Return a page of the editorial desk."""
    return staff_page(request, f"redaction/{template}", status=status, **facts)


def staff_page(request: Request, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
    """Return a page of another slice, in the frame of the editorial desk."""
    known = {"mots": texts(), "vocabulaire": load_vocabulary()}
    return console_page(request, template, status=status, **known, **facts)


def number_sent(value: object) -> int:
    """Return the version that a form carries; -1 for what we never wrote."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else -1


def go(request: Request, path: str) -> RedirectResponse:
    """Lead to another page after a form."""
    root = str(request.scope.get("root_path", "")).rstrip("/")
    return RedirectResponse(root + path, status_code=303, headers={"Cache-Control": "no-store"})
