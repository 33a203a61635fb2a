"""The client: one method per endpoint of the tickets."""

import uuid
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Unpack, cast
from urllib.parse import quote

import httpx2

from orientation_client.errors import problem_of
from orientation_client.model import (
    Criteria,
    Message,
    NewTicket,
    Ticket,
    TicketChanges,
    TicketDetail,
    Transcript,
    Versioned,
    Visibility,
)
from orientation_client.retry import Patience

_TICKETS = "/api/v1/tickets"


class Orientation:
    """The tickets of an Orientation service.

    A service that asks to wait (503 or 429 with `Retry-After`) is asked again, `patience` says for
    how long; nothing is done twice. Every refusal raises a `Problem`, and a service that cannot be
    reached an `httpx2.TransportError`. To be closed, or used with `with`.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str,
        timeout_seconds: float = 30.0,
        patience: Patience | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._http = httpx2.Client(
            base_url=url,
            timeout=timeout_seconds,
            headers={"Authorization": f"Bearer {key}", "User-Agent": "orientation-client"},
        )

    def __enter__(self) -> "Orientation":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def tickets(self, *, page_size: int = 100, **criteria: Unpack[Criteria]) -> Iterator[Ticket]:
        """Walk through the tickets that meet the criteria, newest first, page after page.

        `page_size`: 1 to 100. Raises Invalid when a criterion is wrong.
        """
        query: dict[str, Any] = {**criteria, "limit": page_size}
        while True:
            page = self._ask("GET", _TICKETS, params=query).json()
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    def ticket(self, reference: str) -> Versioned[TicketDetail]:
        """Read a ticket, its messages and its history. Raises NotFound."""
        answer = self._ask("GET", _path(reference))
        return Versioned(cast("TicketDetail", answer.json()), answer.headers["etag"])

    def create(
        self, *, idempotency_key: str | None = None, **ticket: Unpack[NewTicket]
    ) -> Versioned[Ticket]:
        """Create a ticket.

        Give your own reference as `idempotency_key`: the same key gives the same ticket, even after
        your process died. Raises Invalid, also when the key made another ticket.
        """
        return self._write("POST", _TICKETS, json=ticket, headers=_key(idempotency_key))

    def change(
        self, reference: str, *, etag: str, **changes: Unpack[TicketChanges]
    ) -> Versioned[Ticket]:
        """Change a ticket from the version that was read.

        Raises VersionStale when somebody changed it meanwhile, Conflict when its status does not
        allow the change, Invalid.
        """
        return self._write("PATCH", _path(reference), json=changes, headers={"If-Match": etag})

    def claim(self, reference: str) -> Versioned[Ticket]:
        """Take a ticket in charge. Raises Conflict when somebody has it."""
        return self._write("POST", _path(reference, "/claim"))

    def write(
        self,
        reference: str,
        body: str,
        *,
        visibility: Visibility = "public",
        idempotency_key: str | None = None,
    ) -> Message:
        """Answer the élu (`public`), or note something between advisors (`internal`)."""
        answer = self._ask(
            "POST",
            _path(reference, "/messages"),
            json={"body": body, "visibility": visibility},
            headers=_key(idempotency_key),
        )
        return cast("Message", answer.json())

    def messages(self, reference: str) -> list[Message]:
        """Return the messages of a ticket, oldest first."""
        return self.ticket(reference).ticket["messages"]

    def transcript(self, reference: str) -> Transcript:
        """Return what was said in the conversation of a ticket, before it was sent and since."""
        return cast("Transcript", self._ask("GET", _path(reference, "/transcript")).json())

    def _write(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Versioned[Ticket]:
        answer = self._ask(method, path, json=json, headers=headers)
        return Versioned(cast("Ticket", answer.json()), answer.headers["etag"])

    def _ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        answer = self._patience.insist(lambda: self._http.request(method, path, **request))
        if not answer.is_success:
            raise problem_of(answer)
        return answer


def _path(reference: str, tail: str = "") -> str:
    return f"{_TICKETS}/{quote(reference, safe='')}{tail}"


def _key(given: str | None) -> dict[str, str]:
    """Return the header that lets a request be sent again without being done twice."""
    return {"Idempotency-Key": given or str(uuid.uuid4())}
