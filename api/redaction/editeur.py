"""The page of the editor: the form as it stands, and all that helps to fill it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.repository import CompteRepository
from api.container import Container
from api.redaction.apercu import preview
from api.redaction.controle import Remarques, remarks_of
from api.redaction.dire import teller
from api.redaction.fusion import Fusion
from api.redaction.lieux import Lieu, chosen_places
from api.redaction.pages import ROLES, editor, page, texts
from api.redaction.saisie import MAX_QUESTIONS, MAX_SOURCES, Saisie, padded
from api.resources.staff import complete_problems
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import Resource, ResourceType, french_today
from knowledge.resources.vocabulary import load_vocabulary
from knowledge.search.duplicates import Duplicate
from knowledge.search.query import Hit
from knowledge.veille.links import Visit
from nlu.text import fold

REVIEW_AFTER = timedelta(days=365)
_BLANK_SOURCE: Mapping[str, str] = {"nom": "", "url": "", "date": "", "consultee_le": ""}


@dataclass(slots=True, kw_only=True)
class Bureau:
    """What the page shows besides the words of its template.

    `groupe` is the subject of the gap board that the text is written for, 0 for none.
    """

    saisie: Saisie
    record: ResourceRecord | None = None
    version: int = 0
    remarques: Remarques = field(default_factory=Remarques)
    doublons: Sequence[Duplicate] = ()
    propositions: Sequence[Lieu] | None = None
    liens: Mapping[str, Visit] = field(default_factory=dict)
    proches: Sequence[Hit] = ()
    question: str = ""
    groupe: int = 0
    fusion: Fusion | None = None
    refus: str = ""
    geste: str = "enregistrer"


def blank_saisie(request: Request, **known: Any) -> Saisie:
    """Return the form of a new resource: whoever writes answers for it, for a year."""
    today = french_today()
    values = {
        "territoires": ("france",),
        "responsable": editor(request).name,
        "verifie_le": today.isoformat(),
        "a_revoir_le": (today + REVIEW_AFTER).isoformat(),
    }
    return Saisie(**(values | known))


async def editor_page(
    request: Request, services: Container, desk: Bureau, *, status: int = 200
) -> Response:
    """Return the page of the form."""
    saisie, draft = desk.saisie, draft_of(desk)
    async with services.database.sessions() as session:
        owners = await list_owners(session, saisie.responsable)
    france = str(texts()["lieux"]["france"])
    return page(
        request,
        "editeur.html",
        status=status,
        bureau=desk,
        saisie=saisie,
        remarques=desk.remarques,
        record=desk.record,
        dire=teller(services.knowledge),
        lieux=chosen_places(services.knowledge, saisie.territoires, france=france),
        sources=padded(
            saisie.sources,
            least=len(saisie.sources) + 1,
            most=MAX_SOURCES,
            blank=_BLANK_SOURCE,
        ),
        questions=padded(saisie.questions, least=MAX_QUESTIONS, most=MAX_QUESTIONS, blank=""),
        responsables=owners,
        themes=[(each, each) for each in sorted(load_vocabulary().themes, key=fold)],
        apercu=preview(services, draft),
        restes=remaining(services, draft),
    )


async def list_owners(session: AsyncSession, present: str = "") -> list[str]:
    """Return who may answer for a resource: the accounts of the editorial staff."""
    comptes = await CompteRepository(session).all()
    names = [each.nom for each in comptes if each.role in ROLES and each.disabled_at is None]
    return [*names, *([present] if present and present not in names else [])]


def draft_of(desk: Bureau) -> Resource:
    """Return what was typed as a resource, as far as it can be read."""
    saisie = desk.saisie
    kind = saisie.type if saisie.type in set(ResourceType) else ResourceType.OUTIL.value
    base = desk.record.working if desk.record else None
    empty = base or Resource(id="", type=ResourceType(kind), title="", summary="", body="")
    try:
        return saisie.to_write().replacing(empty)
    except ValueError:  # a date or a number that cannot be read: told beside its field
        return (
            Saisie(
                titre=saisie.titre[:200], resume=saisie.resume[:1000], corps=saisie.corps[:30_000]
            )
            .to_write()
            .replacing(empty)
        )


def remaining(services: Container, resource: Resource) -> Remarques:
    """Return what a text lacks before it can be reviewed."""
    return remarks_of(each for each in complete_problems(services, resource) if each.field != "id")
