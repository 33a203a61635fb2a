"""Writes the pages of the console; every sentence is in `templates/` or `textes/console.yml`."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.comptes.models import Compte
from api.console.session import csrf_of, keep_visit
from api.droits.matrix import load_matrix
from assistant.business_days import CELLULE, french_hour
from assistant.replies import french_date, french_number, load_replies

_API = Path(__file__).parent.parent
_TEMPLATES = tuple(
    _API / each / "templates"
    for each in (
        "console",
        "redaction",
        "lacunes",
        "annotations",
        "entrainement",
        "taxonomie",
        "regles",
        "capitalisation",
        "statistiques",
        "projets_partages",
        "carte",
        "suivi",
        "veille",
        "equipes",
    )
)
_TEXTS = _API / "textes" / "console.yml"
_ENTRY_TEXTS = _API / "textes" / "entree.yml"
# Nothing of the console is kept by the browser: « back » after the logout shows nothing.
_HEADERS = {"Cache-Control": "no-store"}


@cache
def texts() -> dict[str, Any]:
    """Return the words of the console that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


@cache
def entry_texts() -> dict[str, Any]:
    """Return the words of the doors: second factor, identity provider."""
    found: dict[str, Any] = yaml.safe_load(_ENTRY_TEXTS.read_text(encoding="utf-8"))
    return found


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["date_fr"] = french_date
    environment.filters["moment"] = french_moment
    environment.filters["jour"] = french_day
    environment.filters["nombre"] = french_number
    environment.filters["instant"] = datetime.fromisoformat
    environment.filters["poids"] = french_weight
    environment.filters["valeur"] = _told
    environment.filters["majuscule"] = lambda text: text[:1].upper() + text[1:]
    environment.globals["textes"] = texts()
    environment.globals["entree"] = entry_texts()
    return environment


def french_moment(value: datetime) -> str:
    """Return a date and an hour as the cellule reads them: « 27/11/2026 à 18 h »."""
    local = value.astimezone(CELLULE.zone)
    return f"{local:%d/%m/%Y} à {french_hour(local)}"


def french_day(value: date | datetime) -> str:
    """Return a day as the cellule reads it: « 27/11/2026 »."""
    local = value.astimezone(CELLULE.zone) if isinstance(value, datetime) else value
    return f"{local:%d/%m/%Y}"


def french_weight(size: int) -> str:
    """Return the weight of a file: « 840 ko », « 2,5 Mo »."""
    if size < 1_000_000:  # noqa: PLR2004 - a megabyte
        return f"{max(1, round(size / 1_000))}\u00a0ko"
    return f"{size / 1_000_000:.1f}".replace(".", ",") + "\u00a0Mo"


def _told(value: Any, name: str) -> str:
    """Return a value of the history as advisors say it."""
    if value in (None, [], ""):
        return "–"
    if isinstance(value, list):
        return ", ".join(value)
    labels = {
        "status": texts()["etats"],
        "priority": texts()["priorites"],
        "satisfaction": texts()["avis"],
        "route": load_replies().table("routes"),
    }
    return str(labels.get(name, {}).get(value, value))


def signed_in(request: Request) -> Compte | None:
    """Return the account that this request was let in for."""
    compte: Compte | None = getattr(request.state, "compte", None)
    return compte


def may(request: Request, action: str) -> bool:
    """Tell whether who is there may do this: what they may not do is not offered."""
    compte = signed_in(request)
    return compte is not None and load_matrix().allows(compte.role, action)


def go(request: Request, path: str) -> RedirectResponse:
    """Lead to another page of ours."""
    root = str(request.scope.get("root_path", "")).rstrip("/")
    return RedirectResponse(root + path, status_code=303, headers=_HEADERS)


def page(request: Request, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
    """Return a page of the console."""
    known = {
        "racine": str(request.scope.get("root_path", "")).rstrip("/"),
        "chemin": request.url.path,
        "compte": signed_in(request),
        "peut": lambda action: may(request, action),
        "csrf": csrf_of(request),
    }
    content = _environment().get_template(template).render(known | facts)
    response = HTMLResponse(content, status_code=status, headers=_HEADERS)
    keep_visit(request, response)
    return response
