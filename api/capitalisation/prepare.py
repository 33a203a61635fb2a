"""From an advisor's answer to a draft: what identifies, what it becomes, what is already known."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.capitalisation.mots import texts
from api.capitalisation.retraits import SMALL_COMMUNE, Known, Retrait, find_removals, remove
from api.comptes.repository import CompteRepository
from api.container import Container
from api.equipes.relais import ADVISORS
from api.redaction.ecrire import MAX_QUESTION, shortened, title_of
from api.redaction.saisie import Saisie
from api.tickets.family import FamilyRepository
from api.tickets.models import Ticket, TicketMessage
from api.tickets.service import TicketService
from knowledge.resources.resource import ResourceType
from knowledge.resources.vocabulary import load_vocabulary
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.territoire import Territoire

MAX_THEMES = 4
_POSTAL = 5
_MAX_SUMMARY = 300
_TELLS = frozenset({"donner_information", "proposer_ressource"})
_KINDS = {
    "question_juridique": ResourceType.CADRE_LEGAL,
    "question_financement": ResourceType.PROGRAMME,
    "chercher_acteur": ResourceType.ACTEUR,
    "comprendre_demarche": ResourceType.DEMARCHE,
}


@dataclass(frozen=True, slots=True)
class Reponse:
    """The answer that a draft is made of, and what it is proposed to remove from it."""

    messages: Sequence[TicketMessage]
    choisie: TicketMessage
    known: Known
    retraits: tuple[Retrait, ...]

    def kept(self, removed: Collection[str]) -> tuple[Retrait, ...]:
        """Return what is removed of what was proposed, the keys of the form given."""
        return tuple(each for each in self.retraits if each.cle in removed)

    def body(self, removed: Collection[str]) -> str:
        """Return what the text becomes."""
        return remove(self.choisie.body, self.kept(removed), instead)


async def public_answers(session: AsyncSession, ticket: Ticket) -> list[TicketMessage]:
    """Return what advisors answered the élu, oldest first."""
    written = await TicketService(session).messages(ticket)
    return [each for each in written if each.visibility == "public" and each.canal is None]


async def find_answer(
    session: AsyncSession, services: Container, ticket: Ticket, message: str = ""
) -> Reponse | None:
    """Return the answer chosen, else the longest; None when nobody answered."""
    answers = await public_answers(session, ticket)
    if not answers:
        return None
    named = [each for each in answers if each.id == message]
    chosen = named[0] if named else max(answers, key=lambda each: len(each.body))
    asked = [ticket, *await FamilyRepository(session).merged(ticket)]
    agents = [*(each.author for each in answers), *await _colleagues(session)]
    known = known_of(services, asked, agents)
    found = await asyncio.to_thread(find_removals, chosen.body, known)
    return Reponse(answers, chosen, known, found)


async def _colleagues(session: AsyncSession) -> list[str]:
    """Return the names of all who answer or answered élus, closed accounts included."""
    comptes = await CompteRepository(session).all()
    return [each.nom for each in comptes if each.role in ADVISORS]


def known_of(services: Container, asked: Sequence[Ticket], agents: Sequence[str]) -> Known:
    """Return what is known of who asked, in each of the merged requests, and of who may answer."""
    contacts: list[str | None] = []
    places: list[str] = []
    for each in asked:
        contacts += [*(each.nom or "").split(), each.nom, each.courriel, each.telephone]
        place = _place(services, each)
        if place is not None and identifies(place):
            places += [place.nom, *_other_names(place)]
    assigned = [each.assignee for each in asked if each.assignee]
    return Known(
        contacts=tuple(dict.fromkeys(each for each in contacts if each)),
        agents=tuple(dict.fromkeys([*agents, *assigned])),
        places=tuple(dict.fromkeys(places)),
        is_code=lambda code: is_code(services.knowledge.territoires, code),
        villages=lambda text: villages_in(services, text),
    )


def is_code(base: TerritoireBase, code: str) -> bool:
    """Tell whether a number is the code of a commune, the SIREN or the SIRET of a body."""
    if len(code) == _POSTAL:
        named = base.resolve(code) is not None
        return named or any(code in each.codes_postaux for each in base)
    return base.resolve(code) is not None or _luhn(code)


def _luhn(number: str) -> bool:
    """Tell whether a SIREN or a SIRET has the right key."""
    digits = [int(each) for each in reversed(number)]
    doubled = (sum(divmod(2 * each, 10)) for each in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def villages_in(services: Container, text: str) -> list[tuple[int, int]]:
    """Return where a text names a commune that is small, whichever it is of those of its name."""
    read = services.assistant.understander.understand(text)
    find = services.knowledge.find
    sure = [(each.start, each.end, [(each.type, each.code)]) for each in read.territoires]
    unsure = [
        (each.start, each.end, [(one.type, one.code) for one in each.candidats])
        for each in read.ambiguites
    ]
    return [
        (start, end)
        for start, end, keys in (*sure, *unsure)
        if keys and all((place := find(*key)) is not None and identifies(place) for key in keys)
    ]


def identifies(place: Territoire) -> bool:
    """Tell whether the name of a place tells who asked: a commune that is small, or unknown so."""
    return place.type == "commune" and (place.population or 0) < SMALL_COMMUNE


def prefill(services: Container, ticket: Ticket, answer: Reponse, body: str) -> Saisie:
    """Return the form of the draft, as far as the ticket tells."""
    question = anonymous(answer.known, ticket.besoin)
    kind = default_type(ticket)
    vocabulary = set(load_vocabulary().themes)
    return Saisie(
        type=kind.value,
        titre=title_of(question),
        resume=shortened(" ".join(body.partition("\n\n")[0].split()), _MAX_SUMMARY),
        corps=body,
        themes=tuple(each for each in ticket.themes if each in vocabulary)[:MAX_THEMES],
        territoires=(_where(services, ticket, kind),),
        questions=(shortened(question, MAX_QUESTION),) if question else (),
    )


def anonymous(known: Known, text: str) -> str:
    """Return a text on one line, all that identifies removed from it."""
    return " ".join(remove(text, find_removals(text, known), instead).split())


def default_type(ticket: Ticket) -> ResourceType:
    """Return the likeliest kind: an experience only when the élu tells one."""
    if ticket.categorie == "contribution" or ticket.intent in _TELLS:
        return ResourceType.EXPERIENCE
    return _KINDS.get(ticket.intent or "", ResourceType.OUTIL)


def instead(sorte: str) -> str:
    """Return what stands in the place of what is removed."""
    found: str = texts()["sortes"][sorte]["devient"]
    return found


def _where(services: Container, ticket: Ticket, kind: ResourceType) -> str:
    """Return the territory of the draft: that of the experience, or its département's if small."""
    place = _place(services, ticket)
    if kind is not ResourceType.EXPERIENCE or place is None:
        return "france"
    if not identifies(place):
        return f"{place.type}:{place.code}"
    return f"departement:{place.departement}" if place.departement else "france"


def _place(services: Container, ticket: Ticket) -> Territoire | None:
    known = ticket.territoire
    return services.knowledge.find(known["type"], known["code"]) if known else None


def _other_names(place: Territoire) -> tuple[str, ...]:
    """Return the names of use of a commune; its former codes name nothing."""
    return tuple(each for each in place.alias if not any(char.isdigit() for char in each))
