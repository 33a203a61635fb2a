"""Labels given and taken back: two that agree keep the sentence, two that differ call a third."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.annotations.models import MessageDouteux
from api.annotations.repository import DoubtRepository
from api.comptes.models import Compte
from api.droits.matrix import load_matrix
from api.lacunes.board import BoardRepository
from nlu.understanding import INTENTS

NONE = "aucune"
"""The label of a message that asks none of the intents, or several at once."""

LABELS = (*INTENTS, NONE)
_NEEDED = 2


class MessageGoneError(Exception):
    """The message is no more in the queue: erased with its conversation, or settled meanwhile."""


class OwnDisagreementError(Exception):
    """Whoever would settle is one of the two who differ, and a third person may."""


class AnnotationService:
    """Labels messages within the transaction of one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._queue = DoubtRepository(session)

    async def label(self, item_id: str, compte_id: str, intention: str | None) -> None:
        """Write a label, or None to pass. Raises MessageGoneError."""
        await self._find(item_id, "a_faire")
        await self._queue.label(item_id, compte_id, intention)
        said = await self._queue.labels(item_id)
        if len(said) < _NEEDED:
            return
        labels = {label for *_, label in said}
        if len(labels) == 1:
            await self._settle(item_id, labels.pop(), "accord", [name for _, name, _ in said])
        else:
            await self._queue.change(item_id, etat="desaccord", retenue=None)

    async def take_back(self, compte_id: str) -> bool:
        """Forget the last label of someone, unless a third person settled; tell whether done."""
        last = await self._queue.last_of(compte_id)
        if last is None or last[0].etat == "tranche":
            return False
        message = await self._queue.message(last[0].item_id)
        if message is None:
            return False
        if message.retenue not in (None, NONE):
            await self._queue.unlearn(message.texte)
        await self._queue.unlabel(message.item_id, compte_id)
        await self._queue.change(message.item_id, etat="a_faire", retenue=None)
        return True

    async def settle(self, item_id: str, intention: str, who: Compte) -> None:
        """Decide between two labels that differ.

        Whoever gave one of them decides only where the service has no third person to.

        Raises:
            MessageGoneError: there is nothing to decide any more.
            OwnDisagreementError: a third person may decide.
        """
        await self._find(item_id, "desaccord")
        differing = [compte for compte, *_ in await self._queue.labels(item_id)]
        roles = load_matrix().actions["trancher_annotations"].par
        if who.id in differing and await self._queue.another(roles, but=differing):
            raise OwnDisagreementError
        await self._settle(item_id, intention, "tranche", [who.nom])

    async def _find(self, item_id: str, etat: str) -> MessageDouteux:
        message = await self._queue.message(item_id)
        if message is None or message.etat != etat:
            raise MessageGoneError
        return message

    async def _settle(self, item_id: str, label: str, etat: str, who: list[str]) -> None:
        message = await self._queue.message(item_id)
        await self._queue.change(item_id, etat=etat, retenue=label)
        if message is not None and label != NONE:
            names = ", ".join(who)
            await BoardRepository(self._session).learn([message.texte], intent=label, who=names)
