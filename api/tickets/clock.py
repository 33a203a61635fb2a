"""The clock of a ticket: what is due, and the time that waiting for the élu gives back."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from api.tickets.models import Ticket
from api.tickets.status import OPEN_STATUSES, WAITING
from assistant.business_days import (
    CELLULE,
    REPLY_WORKING_DAYS,
    Promise,
    add_working_days,
    add_working_time,
    promised_date,
    working_days_since,
    working_time_between,
)
from knowledge.territoires.calendrier import calendrier_of

_FILE = Path(__file__).with_name("delais.yml")

Destinataire = Literal["conseiller", "responsable", "elu"]


class Rappel(BaseModel):
    """A step of the reminder ladder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    jours: int = Field(ge=REPLY_WORKING_DAYS)
    a: Destinataire


class Delais(BaseModel):
    """The delays, as the team reads and changes them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    resolution_jours: int = Field(ge=REPLY_WORKING_DAYS)
    rappels: tuple[Rappel, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """When the first answer and the end of a ticket are due."""

    first_reply: datetime
    resolution: datetime


@cache
def load_delais() -> Delais:
    """Read the delays."""
    return Delais.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def due_from(now: datetime) -> Due:
    """Return what is due for a ticket that begins (or begins again) now: at closing time."""
    end = add_working_days(CELLULE.today(now), load_delais().resolution_jours)
    return Due(CELLULE.span(promised_date(now))[1], CELLULE.span(end)[1])


def promise_of(ticket: Ticket) -> Promise:
    """Return when the first answer is due, as the élu reads it."""
    return Promise(ticket.first_reply_due_at, calendrier_of(ticket.territoire))


def promise(ticket: Ticket, due: datetime) -> None:
    """Promise the first answer for this moment: the day is the one that the élu reads."""
    ticket.first_reply_due_at = due
    ticket.expected_reply_by = promise_of(ticket).day


def waited_days(ticket: Ticket, now: datetime) -> int | None:
    """Return how many of their own working days the élu has been waited for; None if not."""
    if ticket.waiting_since is None:
        return None
    return working_days_since(ticket.waiting_since, now, calendrier_of(ticket.territoire))


def turn_clock(ticket: Ticket, *, before: str, now: datetime) -> None:
    """Stop, start or wind up the clock of a ticket whose status was `before`."""
    if ticket.status == WAITING:
        ticket.waiting_since = now
    elif before == WAITING:
        _give_back(ticket, now)
    if before not in OPEN_STATUSES and ticket.status in OPEN_STATUSES:
        ticket.resolution_due_at = due_from(now).resolution


def _give_back(ticket: Ticket, now: datetime) -> None:
    """The time spent waiting for the élu does not count."""
    waited = working_time_between(ticket.waiting_since or now, now)
    ticket.waiting_since = None
    ticket.resolution_due_at = add_working_time(ticket.resolution_due_at, waited)
    if ticket.first_reply_at is None:
        promise(ticket, add_working_time(ticket.first_reply_due_at, waited))


def next_due(ticket: Ticket) -> datetime | None:
    """Return the next date due of a ticket; None while nothing is expected of an advisor."""
    if ticket.status not in OPEN_STATUSES or ticket.status == WAITING:
        return None
    if ticket.first_reply_at is None:
        return min(ticket.first_reply_due_at, ticket.resolution_due_at)
    return ticket.resolution_due_at


def is_overdue(ticket: Ticket, now: datetime) -> bool:
    """Tell whether an advisor is late; the queue's filter says the same in SQL."""
    due = next_due(ticket)
    return due is not None and due < now


def reminder_at(ticket: Ticket, rappel: Rappel) -> datetime:
    """Return when a step of the ladder is reached, waiting for the élu excluded."""
    first = CELLULE.today(ticket.first_reply_due_at)
    return CELLULE.span(add_working_days(first, rappel.jours - REPLY_WORKING_DAYS))[1]
