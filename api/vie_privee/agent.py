"""What the service keeps about someone who works here: what they did, never what élus wrote."""

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.abonnements.models import Abonnement
from api.annotations.models import Annotation
from api.comptes.models import Compte, CompteEvent, CompteSession
from api.droits.models import Acces
from api.equipes.models import Absence, CompteEquipe
from api.suivi.models import NoteTerritoire
from api.tickets.models import Ticket, TicketMessage
from knowledge.resources.models import ResourceCommentRow, ResourceRevisionRow


async def find_agent(session: AsyncSession, courriel: str) -> Compte | None:
    """Return the account of an address, closed ones included."""
    same = func.lower(Compte.courriel) == courriel.lower()
    found: Compte | None = await session.scalar(select(Compte).where(same))
    return found


async def export_agent(session: AsyncSession, compte: Compte) -> dict[str, Any]:
    """Return everything that names an account, as plain data; of a request, its reference only."""
    named = (Acces.who == f"compte:{compte.nom}", CompteEvent.by == compte.nom)
    queries: dict[str, Any] = {
        "equipes": select(CompteEquipe.equipe.label("equipe")).where(
            CompteEquipe.compte_id == compte.id
        ),
        "absences": select(Absence.du, Absence.au, Absence.retiree_le).where(
            Absence.compte_id == compte.id
        ),
        "remplacements": select(Absence.du, Absence.au).where(Absence.delegue_id == compte.id),
        "abonnements": select(Abonnement.genre, Abonnement.actif).where(
            Abonnement.compte_id == compte.id
        ),
        "sessions": select(CompteSession.created_at, CompteSession.seen_at).where(
            CompteSession.compte_id == compte.id
        ),
        "evenements": select(CompteEvent.at, CompteEvent.kind, CompteEvent.by).where(
            or_(CompteEvent.compte_id == compte.id, named[1])
        ),
        "acces": select(Acces.at, Acces.action, Acces.reference).where(named[0]),
        "demandes_suivies": select(Ticket.reference, Ticket.status).where(
            Ticket.assignee == compte.nom
        ),
        "messages": select(TicketMessage.created_at, TicketMessage.visibility, Ticket.reference)
        .join(Ticket, Ticket.id == TicketMessage.ticket_id)
        .where(TicketMessage.author == compte.nom),
        "fiches": select(
            ResourceRevisionRow.created_at,
            ResourceRevisionRow.action,
            ResourceRevisionRow.resource_id,
        ).where(ResourceRevisionRow.actor == compte.nom),
        "commentaires": select(
            ResourceCommentRow.created_at, ResourceCommentRow.resource_id, ResourceCommentRow.body
        ).where(ResourceCommentRow.author == compte.nom),
        "notes_de_suivi": select(NoteTerritoire.le, NoteTerritoire.type, NoteTerritoire.code).where(
            NoteTerritoire.auteur == compte.nom
        ),
        "etiquettes": select(Annotation.at, Annotation.intention).where(
            Annotation.compte_id == compte.id
        ),
    }
    told = {name: await _rows(session, query) for name, query in queries.items()}
    return {
        "nom": compte.nom,
        "courriel": compte.courriel,
        "role": compte.role,
        "ouvert_le": _plain(compte.created_at),
        "derniere_connexion": _plain(compte.last_login_at),
        "ferme_le": _plain(compte.disabled_at),
        **told,
    }


async def _rows(session: AsyncSession, query: Any) -> list[dict[str, Any]]:
    first = query.selected_columns[0]
    found = await session.execute(query.order_by(first))
    return [{name: _plain(value) for name, value in row.items()} for row in found.mappings()]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
