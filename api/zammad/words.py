"""What is written to Zammad, and what is read from it, in French and in plain text."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from api.courrier.texte import html_to_text
from api.tickets.clock import promise_of
from api.tickets.models import Ticket
from api.zammad.client import Article
from assistant.business_days import CELLULE
from assistant.replies import french_date, french_number, load_replies

ADVISOR = "Conseiller"
_JOINED = "Un fichier est joint à cette réponse."
_MISSING = (
    "(Fichier joint qui n’a pas pu être repris ici, à demander à votre conseiller\u00a0: {names}.)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the élu said after the request was sent."""

    text: str
    at: datetime

    def subject(self, reference: str) -> str:
        """Return a title that no other words of this request have."""
        day = self.at.astimezone(CELLULE.zone)
        return f"{reference} · message de l’élu du {day:%d/%m/%Y à %H:%M:%S.%f}"


@cache
def _template() -> Template:
    environment = Environment(  # noqa: S701 - plain text
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["date_fr"] = french_date
    environment.filters["nombre"] = french_number
    return environment.get_template("demande.txt")


def title_of(ticket: Ticket) -> str:
    """Return the title of a ticket: its reference first, by which it is found again."""
    place = (ticket.territoire or {}).get("nom")
    return " · ".join(each for each in (ticket.reference, place, *ticket.themes[:1]) if each)


def body_of(ticket: Ticket, *, public_url: str) -> str:
    """Return all that an advisor needs to answer."""
    routes = load_replies().table("routes")
    return (
        _template()
        .render(
            ticket=ticket, routes=routes, public_url=public_url, attendu_le=promise_of(ticket).words
        )
        .strip()
    )


def answer_of(article: Article, *, missing: list[str]) -> str:
    """Return what the advisor wrote; `missing` names the joined files that were not let in."""
    html = article.content_type.startswith("text/html")
    text = (html_to_text(article.body) if html else article.body).strip()
    text = text or (_JOINED if article.attachments else "")
    told = _MISSING.format(names=", ".join(missing)) if missing else ""
    return "\n\n".join(each for each in (text, told) if each)


def author_of(article: Article) -> str:
    """Return the name of the advisor, without an address."""
    name, address = parseaddr(article.from_)
    shown = name or ("" if "@" in address else article.from_)
    return " ".join(shown.split()) or ADVISOR
