"""Check content files together: what each says, and what they must not say twice."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from knowledge.resources.content import parse_content
from knowledge.resources.problems import ContentProblem, ContentRefused
from knowledge.resources.resource import Resource, ResourceState, ResourceType
from knowledge.resources.vocabulary import load_vocabulary
from knowledge.territoires.territoire import TerritoireType
from nlu.text import fold

BODY_WORDS = (40, 400)
ADVISED_BODY_WORDS = (80, 250)

IsKnown = Callable[[TerritoireType, str], bool]
"""Tells whether a current territory has this type and code."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_REF = re.compile(r"(?P<type>commune|epci|departement|region):(?P<code>[0-9AB]{2,9})")
# Bodies are Markdown: no HTML (but « <https://…> »), and no link that runs something.
_HTML = re.compile(r"<(?!https?://|mailto:)[a-zA-Z!/?]")
_LINK = re.compile(r"\]\(\s*<?(?!https?://|mailto:)|^\s*\[[^\]]+\]:\s*(?!https?://|mailto:)", re.M)
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}", re.I)

Finding = tuple[str, str, dict[str, Any]]
"""Field, code of the message, facts."""


@dataclass(frozen=True, slots=True)
class ContentFile:
    """A content file as given: `path` says its type (folder) and its identifier (stem)."""

    path: PurePath
    text: str


def read_folder(folder: Path) -> Iterator[ContentFile]:
    """Yield the content files of a folder, sorted; paths are relative to it.

    A file that is not UTF-8 keeps its unreadable bytes as « \ufffd »: the linter refuses it.
    """
    for path in sorted(folder.rglob("*.md")):
        if path.name.casefold() != "readme.md":
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            yield ContentFile(path.relative_to(folder), text)


@dataclass(frozen=True, slots=True)
class LintReport:
    """The resources that may be imported, and all that is wrong; warnings included."""

    resources: tuple[Resource, ...]
    problems: tuple[ContentProblem, ...]

    @property
    def errors(self) -> tuple[ContentProblem, ...]:
        """The problems that prevent an import."""
        return tuple(problem for problem in self.problems if not problem.warning)


def lint_content(files: Iterable[ContentFile], *, is_known: IsKnown, today: date) -> LintReport:
    """Check files; a resource with an error is left out of `resources`, the others stay."""
    problems: list[ContentProblem] = []
    kept: list[Resource] = []
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        name = file.path.name
        if "\ufffd" in file.text:
            problems.append(ContentProblem(name, "", "texte_illisible"))
            continue
        try:
            resource = parse_content(file.text, file=name)
        except ContentRefused as refused:
            problems += refused.problems
            continue
        found = [
            *_check_path(resource, file.path),
            *check_resource(resource, is_known=is_known, today=today),
            *_check_unique(resource, seen),
        ]
        if not found:
            kept.append(resource)
        advised = () if found else _advise(resource)
        problems += [ContentProblem(name, *finding) for finding in found]
        problems += [ContentProblem(name, *finding, warning=True) for finding in advised]
    return LintReport(tuple(kept), tuple(problems))


def check_resource(resource: Resource, *, is_known: IsKnown, today: date) -> Iterator[Finding]:
    """Yield what is wrong in one resource, whether it comes from a file or from the console."""
    yield from _check_id(resource)
    yield from _check_vocabulary(resource)
    yield from _check_territoires(resource, is_known)
    yield from _check_sources(resource)
    yield from _check_dates(resource, today)
    yield from _check_body(resource)
    if resource.population is not None and resource.type != ResourceType.EXPERIENCE:
        yield "population", "population_reservee", {}


def _check_path(resource: Resource, path: PurePath) -> Iterator[Finding]:
    if path.stem != resource.id:
        yield "id", "nom_de_fichier", {"id": resource.id}
    if path.parent.name and path.parent.name != resource.type.value:
        yield "type", "dossier", {"type": resource.type.value}


def _check_id(resource: Resource) -> Iterator[Finding]:
    prefix = resource.type.value.replace("_", "-")
    if not _ID.fullmatch(resource.id) or not resource.id.startswith(f"{prefix}-"):
        yield "id", "identifiant", {"type": prefix}


def _check_vocabulary(resource: Resource) -> Iterator[Finding]:
    vocabulary = load_vocabulary()
    for field, values, allowed in (
        ("themes", resource.themes, vocabulary.themes),
        ("publics", resource.publics, tuple(vocabulary.publics)),
    ):
        for value in values:
            if value not in allowed:
                yield field, "valeur_inconnue", {"valeur": value}
        yield from _repeated(field, values)


def _check_territoires(resource: Resource, is_known: IsKnown) -> Iterator[Finding]:
    refs = resource.territoires
    if "france" in refs and len(refs) > 1:
        yield "territoires", "territoires_melanges", {}
    for ref in refs:
        match = _REF.fullmatch(ref)
        if ref != "france" and match is None:
            yield "territoires", "territoire_forme", {"valeur": ref}
        elif match and not is_known(match["type"], match["code"]):  # type: ignore[arg-type]
            yield "territoires", "territoire_inconnu", {"valeur": ref}
    yield from _repeated("territoires", refs)


def _check_sources(resource: Resource) -> Iterator[Finding]:
    if not resource.sources and resource.state == ResourceState.PUBLIE:
        yield "sources", "sources_absentes", {}
    for number, source in enumerate(resource.sources, start=1):
        if not _is_public_url(source.url):
            yield f"sources[{number}].url", "adresse", {}
    yield from _repeated("sources", [source.url for source in resource.sources])


def _check_dates(resource: Resource, today: date) -> Iterator[Finding]:
    days = {"verifie_le": resource.verified_on}
    for number, source in enumerate(resource.sources, start=1):
        days[f"sources[{number}].date"] = source.published_on
        days[f"sources[{number}].consultee_le"] = source.consulted_on
    for field, day in days.items():
        if day is not None and day > today:
            yield field, "date_future", {"valeur": day.isoformat()}
    if resource.type == ResourceType.ACTUALITE and resource.expires_on is None:
        yield "expire_le", "expiration_absente", {}


def _check_body(resource: Resource) -> Iterator[Finding]:
    if _HTML.search(f"{resource.title}\n{resource.summary}\n{resource.body}"):
        yield "", "html", {}
    if _LINK.search(resource.body):
        yield "", "lien", {}
    count = len(resource.body.split())
    least, most = BODY_WORDS
    if count == 0:
        yield "", "corps_vide", {}
    elif count < least:
        yield "", "corps_court", {"mots": count, "limite": least}
    elif count > most:
        yield "", "corps_long", {"mots": count, "limite": most}


def _check_unique(resource: Resource, seen: dict[tuple[str, str], str]) -> Iterator[Finding]:
    """Yield what another resource already says; `seen` remembers who said it first."""
    for field, code, value in (
        ("id", "id_en_double", resource.id),
        ("titre", "titre_en_double", resource.title),
        *(("questions", "question_en_double", question) for question in resource.questions),
    ):
        key = (code, fold(value))
        if key in seen:
            yield field, code, {"valeur": value, "autre": seen[key]}
        seen.setdefault(key, resource.id)


def _advise(resource: Resource) -> Iterator[Finding]:
    """Yield what is better mended but does not prevent an import."""
    count = len(resource.body.split())
    least, most = ADVISED_BODY_WORDS
    if BODY_WORDS[0] <= count < least:
        yield "", "corps_court", {"mots": count, "limite": least}
    elif most < count <= BODY_WORDS[1]:
        yield "", "corps_long", {"mots": count, "limite": most}
    if resource.expires_on and resource.verified_on and resource.expires_on < resource.verified_on:
        yield "expire_le", "expiration", {"valeur": resource.expires_on.isoformat()}
    for number, source in enumerate(resource.sources, start=1):
        if (urlsplit(source.url).hostname or "").endswith("."):
            yield f"sources[{number}].url", "adresse_point", {}


def _repeated(field: str, values: Iterable[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield field, "doublon", {"valeur": value}
        seen.add(value)


def _is_public_url(url: str) -> bool:
    if any(char.isspace() or char in '<>"{}|\\^`' for char in url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and port != 0
        and parts.username is None
        and _HOST.fullmatch((parts.hostname or "").removesuffix(".")) is not None
    )
