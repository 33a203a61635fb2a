"""Which files are let in: known by their name, and by what they really hold."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from nlu.text import strip_invisible

MAX_BYTES = 10_000_000
MAX_FILES = 5
_MAX_NAME = 100
_MAX_ENDING = 10
_UNSEEN = ("Cc", "Cf", "Cs")
_MAX_MEMBER = 1_000
_MARKUP = re.compile(r"<\s*(?:!doctype|html|svg|script|\?xml|body|iframe)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSAFE = re.compile(r'[\\/:*?"<>|;\x00-\x1f\x7f]+')
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


class PieceRefused(Exception):
    """A file is not let in; `key` is that of a sentence, `status` that of the response."""

    def __init__(self, key: str, nom: str = "", *, status: int = 422) -> None:
        super().__init__(key)
        self.key = key
        self.nom = nom
        self.status = status


@dataclass(frozen=True, slots=True)
class NewPiece:
    """A file that was let in."""

    nom: str
    type: str
    contenu: bytes


@dataclass(frozen=True, slots=True)
class _Kind:
    type: str
    holds: Callable[[bytes], bool]


def accept(nom: str, contenu: bytes) -> NewPiece:
    """Return the file under a name that no header and no disk can be harmed by.

    Raises PieceRefused.
    """
    shown = clean_name(nom)
    stem, _, ending = shown.rpartition(".")
    kind = _KINDS.get(ending.lower()) if stem else None
    if kind is None:
        raise PieceRefused("piece_type", shown)
    if not contenu:
        raise PieceRefused("piece_vide", shown)
    if len(contenu) > MAX_BYTES:
        raise PieceRefused("piece_lourde", shown, status=413)
    if not kind.holds(contenu):
        raise PieceRefused("piece_contenu", shown)
    return NewPiece(shown, kind.type, contenu)


def clean_name(nom: str) -> str:
    """Return a file name on one line, without a path nor anything invisible."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", strip_invisible(nom)))[-1]
    spaced = _UNSAFE.sub(" ", last)
    seen = "".join(each for each in spaced if unicodedata.category(each) not in _UNSEEN)
    stem, dot, ending = " ".join(seen.split()).rstrip(" .").rpartition(".")
    if not dot:
        return ending[:_MAX_NAME]
    short = stem[: _MAX_NAME - _MAX_ENDING - 1].strip(" .") or "document"
    return f"{short}.{ending[:_MAX_ENDING]}"


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda contenu: contenu.startswith(beginnings)


def _office(member: str) -> Callable[[bytes], bool]:
    """A document of Office: no macro."""

    def holds(contenu: bytes) -> bool:
        names = _members(contenu)
        macro = any("vbaproject" in each.lower() for each in names)
        return {"[Content_Types].xml", member} <= names and not macro

    return holds


def _open_document(kind: str) -> Callable[[bytes], bool]:
    """An open document: it says what it is, and holds no macro."""

    def holds(contenu: bytes) -> bool:
        names = _members(contenu)
        macro = any(each.startswith(("Basic/", "Scripts/")) for each in names)
        return _read_member(contenu, "mimetype") == f"{_OPEN}{kind}".encode() and not macro

    return holds


def _members(contenu: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return set()


def _read_member(contenu: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive, archive.open(name) as member:
            return member.read(_MAX_MEMBER).strip()
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError):
        return b""


def _text(contenu: bytes) -> bool:
    """Plain text, as mairies' computers write it: UTF-8 or Windows; never a page."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            told = contenu.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _CONTROL.search(told) and not _MARKUP.search(told)
    return False


_JPEG = _Kind("image/jpeg", _starts(b"\xff\xd8\xff"))
_KINDS = {
    "pdf": _Kind("application/pdf", _starts(b"%PDF-")),
    "docx": _Kind(f"{_OFFICE}wordprocessingml.document", _office("word/document.xml")),
    "xlsx": _Kind(f"{_OFFICE}spreadsheetml.sheet", _office("xl/workbook.xml")),
    "odt": _Kind(f"{_OPEN}text", _open_document("text")),
    "ods": _Kind(f"{_OPEN}spreadsheet", _open_document("spreadsheet")),
    "png": _Kind("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "csv": _Kind("text/csv; charset=utf-8", _text),
    "txt": _Kind("text/plain; charset=utf-8", _text),
}
ENDINGS = tuple(_KINDS)
