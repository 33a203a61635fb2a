"""What the service keeps about someone who works here: what they did, never what élus wrote."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.abonnements.models import Abonnement
from api.annotations.models import Annotation
from api.capitalisation.models import Capitalisation
from api.collegues.models import Mention
from api.comptes.models import Compte, CompteEvent, CompteSession
from api.console.models import Filtre
from api.droits.models import Acces
from api.equipes.models import Absence, CompteEquipe
from api.mail.models import TO_ELU, Mail
from api.suivi.models import NoteTerritoire
from api.tickets.models import Ticket, TicketEvent, TicketMessage
from knowledge.resources.models import ResourceCommentRow, ResourceRevisionRow


async def find_agent(session: AsyncSession, courriel: str) -> Compte | None:
    """Return the account of an address, closed ones included."""
    same = func.lower(Compte.courriel) == courriel.lower()
    found: Compte | None = await session.scalar(select(Compte).where(same))
    return found


async def export_agent(session: AsyncSession, compte: Compte) -> dict[str, Any]:
    """Return everything that names an account, as plain data; of a request, its reference only."""
    queries = _of_account(compte) | _of_requests(compte) | _of_resources(compte)
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


def _of_account(compte: Compte) -> dict[str, Any]:
    return {
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
            CompteEvent.compte_id == compte.id
        ),
        "gestes_sur_les_comptes": select(CompteEvent.at, CompteEvent.kind, CompteEvent.nom).where(
            CompteEvent.by == compte.nom, CompteEvent.compte_id != compte.id
        ),
        "filtres": select(Filtre.nom, Filtre.requete).where(Filtre.compte_id == compte.id),
    }


def _of_requests(compte: Compte) -> dict[str, Any]:
    to_agent = (Mail.kind.not_in(TO_ELU), func.lower(Mail.recipient) == compte.courriel.lower())
    return {
        "acces": select(
            Acces.at, Acces.action, Acces.reference, Acces.nombre, Acces.demandes
        ).where(Acces.who == f"compte:{compte.nom}"),
        "demandes_suivies": select(Ticket.reference, Ticket.status).where(
            Ticket.assignee == compte.nom
        ),
        "historique": _about_tickets(TicketEvent.created_at, TicketEvent.kind)
        .join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .where(TicketEvent.actor == compte.nom),
        "messages": _about_tickets(TicketMessage.created_at, TicketMessage.visibility)
        .join(TicketMessage, TicketMessage.ticket_id == Ticket.id)
        .where(TicketMessage.author == compte.nom),
        "mentions": _about_tickets(TicketMessage.created_at, Mention.read_at)
        .join(Mention, Mention.ticket_id == Ticket.id)
        .join(TicketMessage, TicketMessage.id == Mention.message_id)
        .where(Mention.nom == compte.nom),
        "courriels_recus": _about_tickets(Mail.created_at, Mail.kind, Mail.status)
        .join(Mail, Mail.ticket_id == Ticket.id)
        .where(*to_agent),
        "notes_de_suivi": select(NoteTerritoire.le, NoteTerritoire.type, NoteTerritoire.code).where(
            NoteTerritoire.auteur == compte.nom
        ),
    }


def _about_tickets(*columns: Any) -> Any:
    return select(*columns, Ticket.reference).select_from(Ticket)


def _of_resources(compte: Compte) -> dict[str, Any]:
    return {
        "fiches": select(
            ResourceRevisionRow.created_at,
            ResourceRevisionRow.action,
            ResourceRevisionRow.resource_id,
        ).where(ResourceRevisionRow.actor == compte.nom),
        "fiches_tirees": _about_tickets(Capitalisation.at, Capitalisation.resource_id)
        .join(Capitalisation, Capitalisation.ticket_id == Ticket.id)
        .where(Capitalisation.par == compte.nom),
        "commentaires": select(
            ResourceCommentRow.created_at, ResourceCommentRow.resource_id, ResourceCommentRow.body
        ).where(ResourceCommentRow.author == compte.nom),
        "etiquettes": select(Annotation.at, Annotation.intention).where(
            Annotation.compte_id == compte.id
        ),
    }


async def _rows(session: AsyncSession, query: Any) -> list[dict[str, Any]]:
    first = query.selected_columns[0]
    found = await session.execute(query.order_by(first))
    return [{name: _plain(value) for name, value in row.items()} for row in found.mappings()]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
