"""The refusals of the base of resources as RFC 9457 problems."""

from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api.errors import Problem, not_found, problem_response, wrong_field
from api.invalid import fields_problem
from knowledge.resources.errors import (
    ActionForbiddenError,
    FourEyesError,
    ResourceDeletedError,
    ResourceError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ScheduleImpossibleError,
    TransitionImpossibleError,
)
from knowledge.resources.lifecycle import RIGHTS, Action
from knowledge.resources.problems import ContentProblem, ContentRefused
from knowledge.resources.records import InvalidCursorError

_SIMPLE: dict[type[ResourceError], tuple[int, str]] = {
    ResourceModifiedError: (412, "version_perimee"),
    ResourceExistsError: (409, "ressource_existe"),
    FourEyesError: (403, "quatre_yeux"),
    ScheduleImpossibleError: (422, "programmation"),
}


def install_resource_errors(app: FastAPI) -> None:
    """Make every refusal of the base a French problem."""
    for kind in (ResourceError, ContentRefused, InvalidCursorError):
        app.add_exception_handler(kind, _on_refusal)


def problems_json(problems: Sequence[ContentProblem]) -> list[dict[str, str]]:
    """Return what is wrong, field by field, in French."""
    return [{"champ": each.field, "message": each.message} for each in problems]


async def _on_refusal(request: Request, error: Exception) -> JSONResponse:
    return problem_response(to_problem(error), request.scope)


def to_problem(error: Exception) -> Problem:
    """Return a refusal of the base as a problem."""
    match error:
        case ResourceNotFoundError():
            return not_found()
        case ResourceDeletedError():
            return Problem(409, "ressource_supprimee", extra={"possibles": [Action.RESTORE.value]})
        case TransitionImpossibleError():
            return _impossible(error)
        case ActionForbiddenError():
            roles = sorted(role.value for role in RIGHTS[Action(error.action)])
            return Problem(403, "role", roles=", ".join(roles), extra={"roles": roles})
        case ContentRefused():
            return fields_problem("fiche", ((each.field, each.message) for each in error.problems))
        case InvalidCursorError():
            return wrong_field("cursor", "curseur")
        case _:
            return Problem(*_SIMPLE[type(error)])  # type: ignore[index]


def _impossible(error: TransitionImpossibleError) -> Problem:
    return Problem(
        409,
        "transition",
        depuis=str(error.current),
        vers=str(error.wanted),
        possibles=", ".join(map(str, error.possible)) or "–",
        extra={"possibles": list(map(str, error.possible))},
    )
