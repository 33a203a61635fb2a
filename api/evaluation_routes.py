"""Where single messages lead, through the whole chain, as an élu would live it."""

from collections.abc import Sequence

from api.container import Container
from api.evaluation_service import Elu, throwaway_service
from api.settings import Settings
from knowledge.orientation.mesure import Lived, Message
from knowledge.orientation.vocabulaire import QUESTIONS, Route

_PASS = "/passer"  # noqa: S105 - a button, no secret
_ORIENTATION_QUESTIONS = frozenset({*QUESTIONS, "themes"})


async def live_routes(settings: Settings, messages: Sequence[Message]) -> tuple[Lived, ...]:
    """Send each message to a service started for it, each in a conversation of its own."""
    async with throwaway_service(settings) as container:
        return tuple([await live(container, each) for each in messages])


async def live(container: Container, message: Message) -> Lived:
    """Say the message, pass every question of the orientation, and keep the route then told.

    The route is `orientation.route` of the Turn (contract v1): the offer or the body that the
    answer leads to; `aucune` when the Turn carries no orientation at all. A question about the
    place, the number of collectivités, the duration or the theme is passed, never answered: the
    route reached owes nothing to anything but the message.
    """
    elu = await Elu.arrive(container)
    turn = await elu.say(message.texte)
    first, human, turns = _route(turn), bool(turn["human_offered"]), 1
    while _asks_to_orient(turn) and turns <= len(QUESTIONS):
        turn = await elu.press(_PASS)
        turns += 1
    return Lived(message, first=first, reached=_route(turn), turns=turns, human=human)


def _asks_to_orient(turn: dict[str, object]) -> bool:
    dialogue = turn["dialogue"]
    assert isinstance(dialogue, dict)  # noqa: S101 - the contract says so
    return turn["outcome"] == "clarified" and dialogue["question"] in _ORIENTATION_QUESTIONS


def _route(turn: dict[str, object]) -> Route:
    orientation = turn["orientation"]
    return orientation["route"] if isinstance(orientation, dict) else "aucune"
