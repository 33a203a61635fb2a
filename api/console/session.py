"""The cookie of the console: who is there, and whether a form comes from our own page."""

import hashlib
import hmac
import secrets

from fastapi import Request, Response

from api.comptes.login import SESSION_LIFE, LoginService
from api.comptes.models import Compte
from api.dependencies import get_container
from api.errors import Problem

SESSION = "orientation_session"
VISIT = "orientation_visite"
HOME = "/console/"
LOGIN = "/console/connexion"
# What is under these is a page, for an account; the rest is the API, for a key.
PAGES = (HOME, "/redaction/")


class LoginRequired(Exception):
    """Nobody is there: the login page, then back to where they went."""


def login_service(request: Request) -> LoginService:
    """Return the door of this process."""
    container = get_container(request)
    return LoginService(container.database, now=container.clock.now)


async def find_compte(request: Request) -> Compte | None:
    """Return the account behind the cookie; None when there is none, or not any more."""
    token = request.cookies.get(SESSION)
    return await login_service(request).find(token) if token else None


def bearer_of(request: Request) -> str:
    """Return the secret that the forms of this browser are bound to, drawing it at need."""
    token = request.cookies.get(SESSION) or request.cookies.get(VISIT)
    if token is None:
        token = getattr(request.state, "visit", None) or secrets.token_urlsafe(32)
        request.state.visit = token
    return token


def csrf_of(request: Request) -> str:
    """Return what our forms carry, and nobody else's can."""
    return hmac.new(bearer_of(request).encode(), b"formulaire", hashlib.sha256).hexdigest()


def keep_visit(request: Request, response: Response) -> None:
    """Give the browser the secret that was drawn while writing its page."""
    visit = getattr(request.state, "visit", None)
    if visit is not None:
        _set(request, response, VISIT, visit, max_age=None)


def keep_session(request: Request, response: Response, token: str) -> None:
    """Give the browser its session, and a secret of its own once more."""
    _set(request, response, SESSION, token, max_age=int(SESSION_LIFE.total_seconds()))
    response.delete_cookie(VISIT, path="/")


def drop_session(response: Response) -> None:
    """Take the session back from the browser."""
    response.delete_cookie(SESSION, path="/")


def _set(
    request: Request, response: Response, name: str, value: str, *, max_age: int | None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=get_container(request).settings.public_base.startswith("https://"),
    )


async def check_form(request: Request) -> None:
    """Raise Problem 403 unless the form was written by our page, for this browser."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "formulaire_etranger")
    form = await request.form()
    given = str(form.get("csrf", ""))
    if not hmac.compare_digest(given.encode(), csrf_of(request).encode()):
        raise Problem(403, "formulaire_perime")


def safe_return(path: str | None) -> str:
    """Return where to go after the login: a page of the staff, nowhere else."""
    if path and path.startswith(PAGES) and path.isprintable() and "\\" not in path:
        return path
    return HOME
