"""One person's data: found by address or reference, given back, or erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte
from api.conversations.models import Conversation, Item
from api.conversations.repository import ConversationRepository
from api.courrier.models import CourrielRecu
from api.courrier.repository import of_person
from api.mail.models import TO_ELU, Mail
from api.pieces.repository import PieceRepository
from api.satisfaction.models import Satisfaction
from api.suivi.models import NoteTerritoire
from api.tickets.models import Ticket, TicketMessage
from api.tickets.repository import TicketRepository
from api.vie_privee.agent import export_agent, find_agent
from api.vie_privee.contacts import mask_notes, names_of, notes_about

# The person's own part of a request; the rest is the service's.
_TOLD = (
    "reference",
    "status",
    "categorie",
    "besoin",
    "territoire",
    "population",
    "role",
    "themes",
    "nom",
    "courriel",
    "telephone",
    "route",
    "resources_shown",
    "transcript",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True)
class Personne:
    """What is kept about someone; `mails`: all those of their requests, the staff's included."""

    tickets: Sequence[Ticket]
    conversations: Sequence[str]
    mails: Sequence[Mail]
    recus: Sequence[CourrielRecu] = ()
    notes: Sequence[NoteTerritoire] = ()
    compte: Compte | None = None

    @property
    def known(self) -> bool:
        """Tell whether anything is kept."""
        return self.erasable or self.compte is not None

    @property
    def erasable(self) -> bool:
        """Tell whether anything is kept that is erased on request; an account is closed instead."""
        return bool(self.tickets or self.mails or self.recus or self.notes)

    @property
    def courriels(self) -> list[Mail]:
        """Return the mails that were for them."""
        return [each for each in self.mails if each.kind in TO_ELU]

    @property
    def references(self) -> list[str]:
        """Return the references of the requests."""
        return [each.reference for each in self.tickets]


async def find(session: AsyncSession, qui: str) -> Personne:
    """Return what is kept under an address, or a reference; an account of this address too.

    A conversation is anonymous: it is known only by the request that was sent from it. What the
    service writes to its own staff is theirs as agents, never as élus.
    """
    wanted = "".join(each for each in qui if each.isprintable()).strip()
    same = (
        func.lower(Ticket.courriel) == wanted.lower()
        if "@" in wanted
        else Ticket.reference == wanted.upper()
    )
    tickets = (await session.execute(select(Ticket).where(same).order_by(Ticket.id))).scalars()
    found = await _with_merged(session, tickets.all())
    ids = [each.id for each in found]
    addressed = and_(Mail.kind.in_(TO_ELU), func.lower(Mail.recipient) == wanted.lower())
    received = or_(Mail.ticket_id.in_(ids), addressed)
    mails = await session.execute(select(Mail).where(received).order_by(Mail.created_at, Mail.id))
    conversations = dict.fromkeys(each.conversation_id for each in found if each.conversation_id)
    recus = await session.execute(
        select(CourrielRecu).where(of_person(ids, wanted)).order_by(CourrielRecu.recu_le)
    )
    return Personne(
        tickets=found,
        conversations=list(conversations),
        mails=mails.scalars().all(),
        recus=recus.scalars().all(),
        notes=await notes_about(session, found),
        compte=await find_agent(session, wanted) if "@" in wanted else None,
    )


async def _with_merged(session: AsyncSession, found: Sequence[Ticket]) -> Sequence[Ticket]:
    """Add the requests merged with these: they are the same person's, under another contact."""
    references = [each.reference for each in found]
    targets = [each.merged_into for each in found if each.merged_into]
    whole = select(Ticket).where(
        or_(
            Ticket.reference.in_([*references, *targets]),
            Ticket.merged_into.in_([*references, *targets]),
        )
    )
    return (await session.execute(whole.order_by(Ticket.id))).scalars().all()


async def erase(session: AsyncSession, personne: Personne, *, erased: str) -> None:
    """Erase the person: words, contacts, conversations, mails. The anonymised case stays."""
    ids = [each.id for each in personne.tickets]
    mask_notes(personne.notes, [name for each in personne.tickets for name in names_of(each)])
    await session.flush()
    await TicketRepository(session).forget_tickets(ids, erased=erased)
    await ConversationRepository(session).erase(*personne.conversations)
    mails = [each.id for each in personne.mails]
    await session.execute(delete(Mail).where(Mail.id.in_(mails)))
    recus = [each.id for each in personne.recus]
    await session.execute(delete(CourrielRecu).where(CourrielRecu.id.in_(recus)))


async def export(session: AsyncSession, personne: Personne) -> dict[str, Any]:
    """Return everything as plain data, ready to be written."""
    compte = personne.compte
    return {
        "agent": await export_agent(session, compte) if compte else None,
        "demandes": [await _request(session, each) for each in personne.tickets],
        "conversations": [await _conversation(session, each) for each in personne.conversations],
        "courriels": [
            {
                "destinataire": each.recipient,
                "objet": each.subject,
                "texte": each.body_text,
                "etat": each.status,
                "ecrit_le": _date(each.created_at),
                "envoye_le": _date(each.sent_at),
            }
            for each in personne.courriels
        ],
        "courriels_recus": [
            {
                "expediteur": each.expediteur,
                "objet": each.objet,
                "texte": each.texte,
                "etat": each.etat,
                "recu_le": _date(each.recu_le),
            }
            for each in personne.recus
        ],
        "notes_de_suivi": [
            {
                "territoire": f"{each.type} {each.code}",
                "jour": each.le.isoformat(),
                "texte": each.texte,
                "auteur": each.auteur,
            }
            for each in personne.notes
        ],
    }


async def _request(session: AsyncSession, ticket: Ticket) -> dict[str, Any]:
    messages = await session.execute(
        select(TicketMessage)
        .where(TicketMessage.ticket_id == ticket.id)
        .order_by(TicketMessage.created_at, TicketMessage.id)
    )
    opinion = await session.get(Satisfaction, ticket.id)
    files = await PieceRepository(session).of_ticket(ticket.id)
    told: dict[str, Any] = {name: _plain(getattr(ticket, name)) for name in _TOLD}
    told["messages"] = [
        {
            "auteur": each.author,
            "canal": each.canal,
            "note_interne": each.visibility != "public",
            "texte": each.body,
            "ecrit_le": _date(each.created_at),
            "fichiers": [
                {"nom": piece.nom, "type": piece.type, "octets": piece.taille}
                for piece in files.get(each.id, ())
            ],
        }
        for each in messages.scalars()
    ]
    told["avis"] = {"note": opinion.note, "raison": opinion.raison} if opinion else None
    return told


async def _conversation(session: AsyncSession, conversation_id: str) -> dict[str, Any]:
    conversation = await session.get_one(Conversation, conversation_id)
    items = await session.execute(
        select(Item).where(Item.conversation_id == conversation_id).order_by(Item.seq)
    )
    opinions = {
        each.item_id: {"utile": each.useful, "raison": each.reason, "commentaire": each.comment}
        for each in await ConversationRepository(session).feedback(conversation_id)
    }
    return {
        "ouverte_le": _date(conversation.created_at),
        "page": conversation.page_url,
        "memoire": conversation.memory,
        "echanges": [
            {
                "auteur": each.author,
                "texte": each.text or _spoken(each.turn),
                "ecrit_le": _date(each.created_at),
                "avis": opinions.get(each.id),
            }
            for each in items.scalars()
        ],
    }


def _spoken(turn: dict[str, Any] | None) -> str:
    messages = (turn or {}).get("messages", ())
    return "\n".join(
        each["text"] if each["type"] == "text" else str(each.get("title", ""))
        for each in messages
        if each["type"] in ("text", "orientation")
    )


def _plain(value: Any) -> Any:
    return _date(value) if isinstance(value, datetime) else value


def _date(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
