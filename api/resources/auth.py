"""Who of the staff calls: the port between an access key (later, a session) and an editor."""

from typing import Annotated

from fastapi import Depends

from api.container import Container
from api.tickets.auth import Actor, identify, identify_optional, key_expected
from knowledge.resources.lifecycle import Action, Editor, Role


def to_editor(actor: Actor) -> Editor:
    """Return the editor behind an access key: its name, the roles among its scopes."""
    return Editor(actor.name, frozenset(role for role in Role if role.value in actor.scopes))


async def staff(actor: Annotated[Actor, Depends(identify)]) -> Editor:
    """Require a key of the staff, whatever its role."""
    editor = to_editor(actor)
    editor.check(Action.READ)
    return editor


async def staff_or_nobody(services: Container, authorization: str | None) -> Editor | None:
    """Return the editor who calls; None for everyone else, who see what is published."""
    actor = await identify_optional(services, authorization) if authorization else None
    editor = to_editor(actor) if actor else None
    return editor if editor and editor.roles else None


async def required_staff(services: Container, authorization: str | None) -> Editor:
    """Return the editor who calls, or raise Problem 401 or `ActionForbiddenError`."""
    if not authorization:
        raise key_expected()
    return await staff(await identify(services, authorization))
