"""Why the base refuses what an editor asks, in the words of these pages."""

from api.redaction.pages import texts
from api.resources.problems import to_problem
from knowledge.resources.errors import (
    ResourceDeletedError,
    ResourceError,
    ResourceModifiedError,
    TransitionImpossibleError,
)
from knowledge.resources.resource import ResourceState
from knowledge.resources.vocabulary import load_vocabulary


def refusal(error: ResourceError) -> tuple[int, str]:
    """Return the status and the sentence of a refusal."""
    problem, words = to_problem(error), texts()["refus"]
    match error:
        case TransitionImpossibleError(current=state):
            named = load_vocabulary().states[ResourceState(state)].lower()
            return problem.status, words["etat"].format(etat=named)
        case ResourceDeletedError():
            return problem.status, words["supprimee"]
        case ResourceModifiedError():
            return problem.status, words["version"]
        case _:
            return problem.status, problem.detail
