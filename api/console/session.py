"""The cookie of the console: who is there, and whether a form comes from our own page."""

import hashlib
import hmac
import secrets
from collections.abc import Callable

from fastapi import Request, Response

from api.comptes.login import SESSION_LIFE, Entered, LoginService
from api.comptes.models import Compte
from api.dependencies import get_container
from api.errors import Problem

SESSION = "orientation_session"
VISIT = "orientation_visite"
RESUME = "orientation_reprise"
HOME = "/console/"
LOGIN = "/console/connexion"
CODE = "/console/connexion/code"
FACTOR = "/console/double-authentification"
# What is under these is a page, for an account; the rest is the API, for a key.
PAGES = (HOME, "/redaction/")


class LoginRequired(Exception):
    """Nobody is there: the login page, then back to where they went."""


def login_service(request: Request) -> LoginService:
    """Return the door of this process."""
    container = get_container(request)
    return LoginService(container.database, now=container.clock.now)


class FactorRequired(Exception):
    """Their role does not work without a second factor: the page that adds one."""


async def find_entered(request: Request) -> Entered | None:
    """Return who is behind the cookie, and how they came in."""
    token = session_token(request)
    return await login_service(request).enter(token) if token else None


async def find_compte(request: Request) -> Compte | None:
    """Return the account behind the cookie; None when there is none, or not any more."""
    entered = await find_entered(request)
    return entered.compte if entered else None


async def find_waiting(request: Request) -> Compte | None:
    """Return the account that gave its password and owes its second factor."""
    token = session_token(request)
    return await login_service(request).waiting(token) if token else None


def bearer_of(request: Request) -> str:
    """Return the secret that the forms of this browser are bound to, drawing it at need."""
    token = session_token(request) or read_cookie(request, VISIT)
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
        set_cookie(request, response, VISIT, visit, max_age=None)


def keep_session(request: Request, response: Response, token: str) -> None:
    """Give the browser its session, and a secret of its own once more."""
    set_cookie(request, response, SESSION, token, max_age=int(SESSION_LIFE.total_seconds()))
    drop_cookie(request, response, VISIT)


def session_token(request: Request) -> str | None:
    """Return the secret of the session, which this browser keeps."""
    return read_cookie(request, SESSION)


def _is_https(request: Request) -> bool:
    return get_container(request).settings.public_base.startswith("https://")


def _cookie_name(request: Request, name: str) -> str:
    """Return a cookie's whole name: in https, one that no neighbouring site may write over."""
    return f"__Host-{name}" if _is_https(request) else name


def read_cookie(request: Request, name: str) -> str | None:
    """Return a cookie that we gave."""
    return request.cookies.get(_cookie_name(request, name))


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Take a cookie back from the browser."""
    response.delete_cookie(
        _cookie_name(request, name),
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_https(request),
    )


def set_cookie(
    request: Request, response: Response, name: str, value: str, *, max_age: int | None
) -> None:
    """Give the browser a cookie that scripts do not read."""
    response.set_cookie(
        _cookie_name(request, name),
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_https(request),
    )


class FormStale(Problem):
    """The form was not written by our page for this session."""

    def __init__(self) -> None:
        super().__init__(403, "formulaire_perime")


def check_origin(request: Request) -> None:
    """Raise Problem 403 when the browser says that the form is another site's."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "formulaire_etranger")


async def check_form(request: Request) -> None:
    """Raise Problem 403 unless the form was written by our page, for this browser."""
    check_origin(request)
    form = await request.form()
    given = str(form.get("csrf", ""))
    resumed = read_cookie(request, RESUME)
    expected = [csrf_of(request), *([_resume_token(request, resumed)] if resumed else [])]
    if not any(hmac.compare_digest(given.encode(), each.encode()) for each in expected):
        raise FormStale


def _resume_token(request: Request, bearer: str) -> str:
    told = f"reprise:{request.url.path}"
    return hmac.new(bearer.encode(), told.encode(), hashlib.sha256).hexdigest()


def resume(request: Request, response_to: Callable[[str], Response]) -> Response:
    """Return a page whose form is worth as much after the next login: this address, this browser.

    Only a browser that says where a form comes from gets it; the others copy their text.
    """
    if request.headers.get("sec-fetch-site") != "same-origin":
        return response_to("")
    bearer = read_cookie(request, RESUME) or secrets.token_urlsafe(32)
    response = response_to(_resume_token(request, bearer))
    life = int(SESSION_LIFE.total_seconds())
    set_cookie(request, response, RESUME, bearer, max_age=life)
    return response


def safe_return(path: str | None) -> str:
    """Return where to go after the login: a page of the staff, nowhere else."""
    if path and path.startswith(PAGES) and path.isprintable() and "\\" not in path:
        return path
    return HOME
