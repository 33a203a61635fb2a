"""« Capitaliser »: two pages, without script, from an advisor's answer to a draft resource.

The first proposes what to remove; the second shows what the text becomes, to be named and filed.
An advisor may do this and nothing else in the base: the draft is then the editors', and whoever
drew it never publishes it (four eyes).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.capitalisation.mots import texts
from api.capitalisation.prepare import Reponse, find_answer, prefill
from api.capitalisation.repository import CapitalisationRepository
from api.capitalisation.retraits import segments
from api.console.ticket import TICKET, Notice, Services, find_ticket, me, ticket_page
from api.container import Container
from api.lacunes.fiches import FicheRepository
from api.redaction.controle import Remarques, remarks_of, typing_remarks
from api.redaction.pages import go, staff_page
from api.redaction.saisie import Saisie, read_saisie
from api.resources.staff import editorial
from api.tickets.journal import Journal
from api.tickets.models import Ticket
from knowledge.resources.lifecycle import Editor, Role
from knowledge.resources.problems import ContentRefused
from knowledge.resources.resource import Resource
from knowledge.resources.vocabulary import load_vocabulary
from knowledge.search.duplicates import Duplicate, near_duplicates
from nlu.text import fold

router = APIRouter(include_in_schema=False)
PAGE = f"{TICKET}/capitaliser"
_MAX_REMOVALS = 500
_Key = Annotated[str, Field(max_length=20)]


class Choix(BaseModel):
    """What the first page chose: the answer, what leaves it; `etape` is `fiche` for the second."""

    message: Annotated[str, Field(max_length=60)] = ""
    etape: Annotated[str, Field(max_length=10)] = ""
    retirer: Annotated[tuple[_Key, ...], Field(max_length=_MAX_REMOVALS)] = ()


@dataclass(frozen=True, slots=True)
class Etabli:
    """The second page: the form, what is wrong in it, what the base says already."""

    saisie: Saisie
    message: str
    remarques: Remarques = field(default_factory=Remarques)
    doublons: Sequence[Duplicate] = ()
    refuse: bool = False

    @property
    def status(self) -> int:
        """Status of the page."""
        return 422 if self.remarques else 409 if self.refuse else 200


@router.get(PAGE)
async def show(
    request: Request,
    reference: str,
    services: Services,
    choix: Annotated[Choix, Query()],
) -> Response:
    """Show what it is proposed to remove, then what the text becomes."""
    async with services.database.sessions() as session:
        ticket = await find_ticket(session, reference)
        answer = await find_answer(session, services, ticket, choix.message)
        if answer is None:
            notice = Notice(texts()["refus"]["sans_reponse"], 409)
            return await ticket_page(request, session, services, ticket, notice=notice)
        if choix.etape != "fiche":
            return _removals_page(request, ticket, answer)
        saisie = prefill(services, ticket, answer, answer.body(choix.retirer))
        alike = await _alike(session, services, saisie)
        etabli = Etabli(saisie, answer.choisie.id, doublons=alike)
        return await _draft_page(request, session, ticket, etabli)


@router.post(PAGE)
async def create(request: Request, reference: str, services: Services) -> Response:
    """Create the draft, linked to the request; or show the form again, and say why not."""
    form = await request.form()
    saisie = replace(read_saisie(form), lieu="")
    seen = {str(each) for each in form.getlist("doublons_vus")}
    etabli = Etabli(saisie, str(form.get("message", ""))[:60])
    async with services.database.sessions() as session:
        ticket = await find_ticket(session, reference, lock=True)
        try:
            resource = saisie.to_create().to_resource()
            alike = await near_duplicates(
                session, services.knowledge.engine.index, replace(resource, id="")
            )
            if {each.id for each in alike} - seen:
                etabli = replace(etabli, doublons=alike, refuse=True)
                return await _draft_page(request, session, ticket, etabli)
            answers_gap = bool(form.get("lacune"))
            await _create(request, session, services, ticket, resource, answers_gap=answers_gap)
        except ValidationError as error:
            etabli = replace(etabli, remarques=typing_remarks(error))
        except ContentRefused as refused:
            etabli = replace(etabli, remarques=remarks_of(refused.problems))
        else:
            await session.commit()
            where = TICKET.format(reference=ticket.reference)
            return go(request, f"{where}?fait=capitalisee")
        await session.rollback()
        ticket = await find_ticket(session, reference)
        return await _draft_page(request, session, ticket, etabli)


async def _create(
    request: Request,
    session: AsyncSession,
    services: Container,
    ticket: Ticket,
    resource: Resource,
    *,
    answers_gap: bool,
) -> None:
    nom = me(request).nom
    # The right to draw a draft from an answer, and no other, is given by the table of rights.
    writer = Editor(nom, frozenset({Role.REDACTEUR}))
    record = await editorial(services, session, writer).create(resource, numbered=True)
    made = CapitalisationRepository(session)
    gap = await made.open_gap(ticket.conversation_id) if answers_gap else None
    await made.add(
        resource_id=record.resource.id,
        ticket_id=ticket.id,
        par=nom,
    )
    if gap:
        await FicheRepository(session).link(record.resource.id, gap[0], par=nom)
    changes = {"resource": [None, record.resource.id]}
    await Journal(session).changed(ticket, kind="capitalised", actor=nom, changes=changes)


async def _alike(session: AsyncSession, services: Container, saisie: Saisie) -> list[Duplicate]:
    try:
        resource = saisie.to_create().to_resource()
    except ValidationError:
        return []
    index = services.knowledge.engine.index
    return await near_duplicates(session, index, replace(resource, id=""))


def _removals_page(request: Request, ticket: Ticket, answer: Reponse) -> Response:
    return staff_page(
        request,
        "capitalisation/retraits.html",
        demande=ticket,
        reponse=answer,
        morceaux=segments(answer.choisie.body, answer.retraits),
        sortes=texts()["sortes"],
    )


async def _draft_page(
    request: Request, session: AsyncSession, ticket: Ticket, etabli: Etabli
) -> Response:
    return staff_page(
        request,
        "capitalisation/fiche.html",
        status=etabli.status,
        demande=ticket,
        etabli=etabli,
        saisie=etabli.saisie,
        remarques=etabli.remarques,
        lacune=await CapitalisationRepository(session).open_gap(ticket.conversation_id),
        themes=[(each, each) for each in sorted(load_vocabulary().themes, key=fold)],
    )
