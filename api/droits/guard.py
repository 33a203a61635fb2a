"""The one place where rights are enforced: every request passes here before its route.

A form of a page must come from our own page; the ticket of another team is refused, and the
refusal written; whoever is let in to what an élu wrote is written in the access log first, with
the tickets merged into the one that is read, so that nothing is read without a trace. What shows
several tickets writes its line itself, with their references, before it answers.
"""

from collections.abc import Iterable
from typing import NamedTuple

from fastapi import Request

from api.comptes.models import Entry
from api.console.session import (
    FACTOR,
    PAGES,
    FactorRequired,
    FormStale,
    LoginRequired,
    check_form,
    check_origin,
    find_entered,
)
from api.console.typed import form_expired, form_refused
from api.dependencies import get_container
from api.droits.equipes import team_refused
from api.droits.matrix import DELEGATED, Right, load_matrix
from api.droits.models import OTHER_TEAM
from api.droits.repository import AccesRepository
from api.errors import Problem
from api.tickets.auth import identify

_LONGEST_REFERENCE = 20


class Access(NamedTuple):
    """Who was let in, and to do what."""

    who: str
    action: str


async def guard(request: Request) -> None:
    """Let the request through to its route, or raise a Problem or whatever leads to a door."""
    path = str(request.scope["route"].path)
    action = load_matrix().action_of(request.method, path)
    if action is None:
        raise Problem(403, "droit")
    console = path.startswith(PAGES)
    form = console and request.method == "POST"
    if action in DELEGATED:
        if form:
            await check_form(request)
        return
    right = load_matrix().actions[action]
    who = await (_compte(request, right) if console else _key(request, right))
    if form:
        await _check(request)
    if console and right.equipe:
        await check_team(request, str(request.path_params["reference"]))
    request.state.access = Access(who, action)
    if right.contenu and not load_matrix().lists(request.method, path):
        await _note(request, request.state.access, _own(request), whole=right.equipe)


async def check_team(request: Request, reference: str) -> None:
    """Refuse the ticket of another team to an account; what was typed in a form is given back."""
    wanted = _wanted(reference)
    async with get_container(request).database.sessions.begin() as session:
        team = await team_refused(request, session, wanted) if wanted else None
        if team is None:
            return
        who = f"compte:{request.state.compte.nom}"
        await AccesRepository(session).add(who=who, action=OTHER_TEAM, reference=wanted)
    if request.method == "POST":
        raise await form_refused(request, "autre_equipe", equipe=team)
    raise Problem(403, "autre_equipe", equipe=team)


async def _check(request: Request) -> None:
    """Require a form of this session; what was typed in another is given back."""
    try:
        await check_form(request)
    except FormStale:
        raise await form_expired(request) from None


async def _compte(request: Request, right: Right) -> str:
    """Require an account whose role allows it, entered as its role must."""
    entered = await find_entered(request)
    if entered is None and request.method == "POST":
        check_origin(request)
        raise await form_expired(request)
    if entered is None:
        raise LoginRequired
    compte = entered.compte
    request.state.compte, request.state.entered = compte, entered
    required = get_container(request).settings.totp_required(compte.role)
    alone = entered.entry == Entry.PASSWORD and not request.scope["route"].path.startswith(FACTOR)
    if required and alone:
        raise FactorRequired
    if not right.allows(compte.role):
        raise Problem(403, "droit")
    return f"compte:{compte.nom}"


async def _key(request: Request, right: Right) -> str:
    """Require an access key with the scope that allows it."""
    actor = await identify(get_container(request), request.headers.get("authorization"))
    for scope in right.scopes:
        actor.require(scope)
    request.state.actor = actor
    return f"cle:{actor.name}"


def _own(request: Request) -> str | None:
    return str(request.path_params.get("reference", "")) or None


async def note_shown(request: Request, references: Iterable[str]) -> None:
    """Write in the access log the tickets that are about to be shown, their references bounded."""
    access: Access = request.state.access
    async with get_container(request).database.alone() as session:
        await AccesRepository(session).add(
            who=access.who,
            action=access.action,
            reference=_wanted(_own(request)),
            shown=set(references),
        )


async def note_other(request: Request, reference: str) -> None:
    """Write in the access log that what is being done also touches this other ticket.

    Raises Problem when an account may not touch it.
    """
    if hasattr(request.state, "compte"):
        await check_team(request, reference)
    access: Access = request.state.access
    await _note(request, access, reference, whole=True)


def _wanted(reference: str | None) -> str | None:
    return (reference or "").strip().upper()[:_LONGEST_REFERENCE] or None


async def _note(
    request: Request, access: Access, reference: str | None, *, whole: bool = False
) -> None:
    wanted = _wanted(reference)
    async with get_container(request).database.alone() as session:
        log = AccesRepository(session)
        if whole and wanted:
            await log.add_whole(who=access.who, action=access.action, reference=wanted)
        else:
            await log.add(who=access.who, action=access.action, reference=wanted)
