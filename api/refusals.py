"""One line of the log for each refusal: its id, the route, the ticket when there is one.

The id is the key of the sentence that was told: it never changes with the words. Neither what was
sent nor who sent it is ever there. Who asks too much is told once a minute: a flood must not
become a flood of the log.
"""

import logging
import re
import time
from collections.abc import MutableMapping
from typing import Any

from fastapi.routing import iter_route_contexts

logger = logging.getLogger(__name__)
_REFERENCE = re.compile(r"OR-\d{4}-[0-9A-Z]{6}")
# Addresses that lead nowhere: robots ask for thousands.
_UNTOLD = frozenset({"introuvable", "methode"})
_OURS = 500
_TOO_MUCH = 429
_MINUTE = 60.0
# When each refusal of too much was last written, by route: as many entries as routes, at most.
_written: dict[tuple[str, str | None], float] = {}


def note_refusal(scope: MutableMapping[str, Any], refusal: str, status: int) -> None:
    """Write that a request was refused; what went wrong on our side is written elsewhere."""
    if refusal in _UNTOLD or status >= _OURS:
        return
    route, params = _place(scope)
    reference = str(params.get("reference", "")).strip().upper()
    facts: dict[str, Any] = {"refusal": refusal, "status": status}
    facts["route"] = f"{scope['method']} {route}" if route else None
    if status == _TOO_MUCH and _told_lately(refusal, facts["route"], time.monotonic()):
        return
    facts["ticket"] = reference if _REFERENCE.fullmatch(reference) else None
    logger.warning("request refused", extra=facts)


def _told_lately(refusal: str, route: str | None, now: float) -> bool:
    """Tell whether this was written less than a minute ago; if not, it is about to be."""
    last = _written.get((refusal, route))
    if last is not None and now - last < _MINUTE:
        return True
    _written[refusal, route] = now
    return False


def _place(scope: MutableMapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return the route as the table of rights writes it, and what its address holds."""
    route = getattr(scope.get("route"), "path", None)
    if route is not None:
        return str(route), scope.get("path_params", {})
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    for each in iter_route_contexts(scope["app"].routes):  # refused before any route was chosen
        match = each.path_regex.match(path) if each.path_regex else None
        if match and scope["method"] in (each.methods or ()):
            return str(each.path), match.groupdict()
    return None, {}
