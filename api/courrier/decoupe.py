"""What was really written in a reply: without the quoted mail, nor the signature of the software.

Rules of the mail programs that mairies use; each is tried on the replies of
`tests/courriels/reponses.yml`. In doubt, nothing is cut: the whole text stays one click away.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.text import fold

MARK = "Écrivez votre réponse au-dessus de cette ligne"
_LONGEST_ATTRIBUTION = 4
_HEADER_BLOCK = 8
_FEWEST_HEADERS = 3
_NAMES = (
    r"de|from|envoye(?: le)?|sent|date|a|to|pour|destinataires?|cc|copie a|objet|subject|sujet"
    r"|repondre a|reply-to|importance"
)
_HEADER = re.compile(rf"[*_]*(?P<name>{_NAMES})\s*:[*_]*(?:\s|$)")
_FIRST = ("de", "from", "envoye", "envoye le", "sent", "date")
_SENDER = ("de", "from")
_WROTE = r"(?:a|ont) ecrit|wrote|schrieb"
_ATTRIBUTION = re.compile(
    rf"(?:(?:le|on|am)\b.{{4,300}}\b(?:{_WROTE})\s*:"
    rf"|.{{2,300}}\b(?:{_WROTE})\s+(?:le|on)\b.{{4,80}}:"
    r"|message du \d.{2,60}|.{0,4}\d{1,2}/\d{1,2}/\d{2,4}.{3,200}\b(?:a ecrit|wrote)\s*:)\s*"
)
# « Le préfet nous a écrit : » announces no quotation; a time or an address does.
_DATED = re.compile(r"\d{1,2}\s?[:h]\s?\d{2}|[<@]")
_BEGINS = re.compile(r"[*_ ]*(?:le|on|am)\b|.{2,120}(?:<|\b(?:a|ont) ecrit\b)|.{0,4}\d|message du ")
_SEPARATOR = re.compile(
    r"[-_ *]{2,}\s*(?:message (?:d'|de )?origin(?:e|al)|mail original|original message"
    r"|e-?mail d'origine|courriel d'origine|reponse apportee)\s*[-_ *]{2,}:?\s*"
)
_FORWARD = re.compile(
    r"(?:[-_ ]{2,}\s*)?(?:message transfere|forwarded message"
    r"|debut du message (?:transfere|reexpedie)|message reexpedie)\b.*"
)
_RULE = re.compile(r"[_\-*=]{5,}")
_SIGNATURE = re.compile(r"--\s?")
_PHONE = re.compile(
    r"(?:envoye (?:de|depuis|a partir de|par|avec)|envoye depuis|sent from|provenance :"
    r"|obtenir outlook|telecharge[rz]? outlook|get outlook|cordialement envoye)\b.{0,80}"
    r"|(?:garanti )?sans virus\b.{0,60}|virus-free\b.{0,60}"
    r"|-*\s*l'absence de virus dans ce courriel.*"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, and what the rules read of it."""

    text: str
    read: str

    @property
    def quoted(self) -> bool:
        return self.read.startswith(">")


def trim(text: str) -> str:
    """Return what was written; the whole when nothing would be left of it."""
    lines = [_Line(each.rstrip(), fold(each)) for each in text.splitlines()]
    for cut in (_cut_mark, _cut_blocks, _cut_quotes, _cut_signature, _cut_phone):
        lines = cut(lines)
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(each.text for each in lines)).strip()
    return kept or text.strip()


def _cut_mark(lines: Sequence[_Line]) -> list[_Line]:
    """Cut below our own mark, unless the answer stands below a quotation."""
    for at, line in enumerate(lines):
        if _MARK_READ in line.read and not line.quoted:
            return list(lines[:at])
    return list(lines)


def _cut_blocks(lines: Sequence[_Line]) -> list[_Line]:
    """Cut from the headers of the mail that is answered, which nothing distinguishes from it."""
    for at, line in enumerate(lines):
        if _FORWARD.fullmatch(line.read):  # what is handed over is what the person has to say
            return list(lines)
        if _SEPARATOR.fullmatch(line.read) or _is_header_block(lines, at):
            return _without_rule(lines[:at])
    return list(lines)


def _is_header_block(lines: Sequence[_Line], at: int) -> bool:
    """Tell whether « De : … Envoyé : … Objet : … » begins here, in any order."""
    first = _HEADER.match(lines[at].read)
    if first is None or first["name"] not in _FIRST:
        return False
    block = [each.read for each in lines[at : at + _HEADER_BLOCK] if each.read]
    found = [match["name"] for each in block if (match := _HEADER.match(each))]
    return len(set(found)) >= _FEWEST_HEADERS and any(name in _SENDER for name in found)


def _without_rule(lines: Sequence[_Line]) -> list[_Line]:
    kept = list(lines)
    while kept and (not kept[-1].read or _RULE.fullmatch(kept[-1].read)):
        kept.pop()
    return kept


def _cut_quotes(lines: Sequence[_Line]) -> list[_Line]:
    """Drop quotations and what announces them; what stands below a quotation is kept."""
    kept: list[_Line] = []
    at = 0
    while at < len(lines):
        length = _attribution(lines, at)
        if not length:
            if not lines[at].quoted:
                kept.append(lines[at])
            at += 1
            continue
        at += length
        following = next((each for each in lines[at:] if each.read), None)
        if following is not None and not following.quoted:
            return kept  # quoted without a sign: all the rest is the answered mail
    return kept


def _attribution(lines: Sequence[_Line], at: int) -> int:
    """Return how many lines « Le … X a écrit : » takes here, 0 when it is not there."""
    if not _BEGINS.match(lines[at].read):
        return 0
    told = ""
    for length in range(1, _LONGEST_ATTRIBUTION + 1):
        if at + length > len(lines) or (length > 1 and not lines[at + length - 1].read):
            return 0
        told = f"{told} {lines[at + length - 1].read}".strip()
        if _ATTRIBUTION.fullmatch(told) and _DATED.search(told):
            return length
    return 0


def _cut_signature(lines: Sequence[_Line]) -> list[_Line]:
    """Cut from the sign of a signature (RFC 3676, 4.3)."""
    for at, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line.read) and any(each.read for each in lines[:at]):
            return list(lines[:at])
    return list(lines)


def _cut_phone(lines: Sequence[_Line]) -> list[_Line]:
    """Drop what the software adds at the end: « Envoyé de mon iPhone »."""
    kept = list(lines)
    while kept and (not kept[-1].read or _is_added(kept[-1].read)):
        kept.pop()
    return kept


def _is_added(read: str) -> bool:
    return bool(_PHONE.fullmatch(read) or _RULE.fullmatch(read))


_MARK_READ = fold(MARK)
