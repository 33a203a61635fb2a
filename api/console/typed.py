"""What someone typed in a form that cannot be taken any more: given back, never lost.

Their session ended while they wrote: they are unknown at that moment, little is read, nothing is
kept nor logged, and only their own browser shows it to them again. Or the ticket went to another
team meanwhile.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from api.console.pages import texts
from api.errors import Problem

# A long answer and what goes with it; beyond come the files, which are not given back.
_READ_BYTES = 256 * 1024
_MAX_FIELDS = 150


@dataclass(frozen=True, slots=True)
class Typed:
    """A form: the texts, by the name of their field; the other fields; what is missing of it."""

    texts: dict[str, str]
    others: tuple[tuple[str, str], ...]
    files: bool = False
    whole: bool = True


class FormRefused(Problem):
    """The form is not taken, whatever is done; here is what was typed in it."""

    def __init__(self, typed: Typed, key: str, **facts: Any) -> None:
        super().__init__(403, key, **facts)
        self.typed = typed


class FormExpired(Problem):
    """The form is not of this session any more; here is what was typed in it."""

    def __init__(self, typed: Typed) -> None:
        super().__init__(403, "formulaire_perime")
        self.typed = typed


async def form_expired(request: Request) -> Problem:
    """Return how to refuse a form that is too old: with its texts, if someone typed any."""
    typed = await _texts_of(request)
    return FormExpired(typed) if typed else Problem(403, "formulaire_perime")


async def form_refused(request: Request, key: str, **facts: Any) -> Problem:
    """Return how to refuse a form for good: with its texts, if someone typed any."""
    typed = await _texts_of(request)
    return FormRefused(typed, key, **facts) if typed else Problem(403, key, **facts)


async def _texts_of(request: Request) -> Typed | None:
    try:
        typed = await _read(request)
    except (MultiPartException, Problem):
        return None
    return typed if typed and typed.texts else None


@dataclass(slots=True)
class _Beginning:
    """The beginning of a body; the rest is let go by, so that the browser reads our answer."""

    request: Request
    seen: int = field(default=0)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        async for chunk in self.request.stream():
            kept = chunk[: max(0, _READ_BYTES - self.seen)]
            self.seen += len(chunk)
            if kept:
                yield kept


async def _read(request: Request) -> Typed | None:
    known: FormData | None = getattr(request, "_form", None)
    if known is not None:
        return _sort(known, whole=True)
    body = _Beginning(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        parser: MultiPartParser | FormParser = MultiPartParser(
            request.headers, body.chunks(), max_fields=_MAX_FIELDS, max_files=_MAX_FIELDS
        )
    elif kind == "application/x-www-form-urlencoded":
        parser = FormParser(request.headers, body.chunks(), max_fields=_MAX_FIELDS)
    else:
        return None
    form = await parser.parse()
    typed = _sort(form, whole=body.seen <= _READ_BYTES)
    await form.close()
    return typed


def _sort(form: FormData, *, whole: bool) -> Typed:
    names = texts()["textes_rendus"]
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    joined = [each for each in form.values() if isinstance(each, UploadFile) and each.filename]
    return Typed(
        {name: value for name, value in pairs if name in names and value.strip()},
        tuple(pair for pair in pairs if pair[0] not in names and pair[0] != "csrf"),
        files=bool(joined),
        whole=whole,
    )
