"""Mails that no one wrote: automatic replies (RFC 3834), reports of non-delivery (RFC 3464)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from api.courrier.entetes import addresses, header
from nlu.text import fold

_PRECEDENCES = ("auto_reply", "bulk", "junk", "list")
_ADDED_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-mail-autoreply", "list-id")
_MACHINES = re.compile(
    r"(?:mailer-daemon|postmaster|mail-daemon|no-?reply|ne-?pas-?repondre|noreply[\w.-]*|bounces?)"
    r"(?:[+=-].*)?"
)
_ABSENT = re.compile(
    r"(?:re\s?: ?)?(?:\[?(?:reponse|message|mail|courriel) (?:automatique|d'absence)\b"
    r"|absen(?:ce|te?)(?:\s+du bureau| du .{3,20}| jusqu'au|\s*[:-]|$)|absence du bureau"
    r"|automatic reply|auto(?:matic)?[- ]?reply|auto :|out of (?:the )?office"
    r"|notification d'absence|accuse de (?:reception|lecture)|lu\s?:|read\s?:"
    r"|confirmation de lecture).*"
)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report of non-delivery says: which mail of ours, for good or not, and why."""

    mail_id: str | None
    final: bool
    code: str


def automatic_reason(message: EmailMessage) -> str | None:
    """Return how a mail shows that a machine wrote it, None when someone may have.

    RFC 3834 (2, 5), Exchange (`X-Auto-Response-Suppress`), usage; the subject comes last.
    """
    return next((reason for reason, shows in _SIGNS.items() if shows(message)), None)


def _submitted(message: EmailMessage) -> bool:
    told = header(message, "auto-submitted").lower()
    return told.split(";")[0].strip() not in ("", "no")


def _no_return(message: EmailMessage) -> bool:
    return "return-path" in message and header(message, "return-path") in ("<>", "")


def _machine(message: EmailMessage) -> bool:
    local = next(iter(addresses(message, "from")), "").partition("@")[0]
    return bool(_MACHINES.fullmatch(local))


def _suppresses(message: EmailMessage) -> bool:
    """Exchange writes this in what it sends alone, and in some mails that people write."""
    told = header(message, "x-auto-response-suppress").lower()
    return bool(set(re.findall(r"\w+", told)) & {"all", "oof", "autoreply"})


def _absent(message: EmailMessage) -> bool:
    return bool(_ABSENT.fullmatch(fold(header(message, "subject"))))


_SIGNS: dict[str, Callable[[EmailMessage], bool]] = {
    "auto_submitted": _submitted,
    "rapport": lambda message: message.get_content_type() == "multipart/report",
    "precedence": lambda message: header(message, "precedence").lower() in _PRECEDENCES,
    "entete": lambda message: any(name in message for name in _ADDED_HEADERS),
    "suppression": lambda message: _suppresses(message) and _absent(message),
    "sans_retour": _no_return,
    "expediteur": _machine,
    "objet": _absent,
}


def read_failure(message: EmailMessage, *, domain: str) -> Failure | None:
    """Return what a report of non-delivery says, None when the mail is none (RFC 3464).

    Our mail is known by its Message-ID, in the copy that the report joins.
    """
    if message.get_content_type() != "multipart/report":
        return None
    status = next(_parts(message, "message/delivery-status"), None)
    if status is None:
        return None
    told = _flat(status)
    action = re.search(r"^action:\s*(\w+)", told, re.MULTILINE | re.IGNORECASE)
    code = _STATUS.search(told)
    return Failure(
        mail_id=_own_id(message, domain),
        final=action is not None and action[1].lower() == "failed",
        code=code[0] if code else "non remis",
    )


def _own_id(message: EmailMessage, domain: str) -> str | None:
    ours = re.compile(
        rf"^message-id:\s*<([0-9a-f-]{{36}})@{re.escape(domain)}>", re.MULTILINE | re.IGNORECASE
    )
    for kind in ("message/rfc822", "text/rfc822-headers"):
        for part in _parts(message, kind):
            found = ours.search(_flat(part))
            if found:
                return found[1].lower()
    return None


def _parts(message: EmailMessage, kind: str) -> Iterator[EmailMessage]:
    """Return the parts of a kind, those of the report itself."""
    inner = message.get_payload()
    for part in inner if isinstance(inner, list) else ():
        if isinstance(part, EmailMessage) and part.get_content_type() == kind:
            yield part


def _flat(part: EmailMessage) -> str:
    """Return a part as it is written, its folded lines on one."""
    payload = part.get_payload()
    inner = payload if isinstance(payload, list) else [payload]
    told = "\n".join(each if isinstance(each, str) else each.as_string() for each in inner)
    return re.sub(r"\r?\n[ \t]+", " ", told)
