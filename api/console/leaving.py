"""Leaving: the identity provider keeps a session of its own, which is closed with ours."""

import secrets

from fastapi import Request, Response

from api.comptes.login import Entered
from api.console.pages import page
from api.console.session import set_cookie
from api.dependencies import get_container
from api.identite.errors import ProviderDown
from api.secret_box import SecretUnreadable

LEAVING = "orientation_sortie"
_LEAVING_SECONDS = 600


async def leave_provider(request: Request, entered: Entered | None) -> Response | None:
    """Return the page that leads to the provider's own logout; None when there is none to do.

    A page and not a redirection: after a form, the browser follows no redirection out of our site
    (`form-action 'self'`).
    """
    container = get_container(request)
    if container.provider is None or entered is None or entered.id_token is None:
        return None
    state = secrets.token_urlsafe(32)
    try:
        id_token = container.box.open(entered.id_token, about=entered.compte.id).decode()
        where = await container.provider.logout_address(id_token, state=state)
    except (ProviderDown, SecretUnreadable):
        return None  # their session ends by itself; ours is closed
    if where is None:
        return None
    response = page(request, "sortie.html", adresse=where, fournisseur=container.provider.name)
    set_cookie(request, response, LEAVING, state, max_age=_LEAVING_SECONDS)
    return response
