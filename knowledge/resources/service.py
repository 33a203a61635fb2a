"""Import of content files: repeatable, and respectful of what staff changed in the database."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources import repository
from knowledge.resources.content import serialise_content
from knowledge.resources.lint import ContentFile, IsKnown, lint_content
from knowledge.resources.problems import ContentProblem
from knowledge.resources.repository import StoredResource
from knowledge.resources.resource import Resource, french_today


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, by identifier.

    `kept` were changed by staff since the last import and are left as staff wrote them, although
    the file changed too. `problems` tell why files were refused, warnings included. `absent` were
    imported once and have no file any more: they stay in the base.
    """

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    problems: tuple[ContentProblem, ...] = ()

    @property
    def refused(self) -> tuple[str, ...]:
        """Names of the files refused, each once."""
        return tuple(dict.fromkeys(each.file for each in self.problems if not each.warning))


async def import_content(
    session: AsyncSession,
    files: Iterable[ContentFile],
    *,
    is_known: IsKnown,
    today: date | None = None,
    overwrite: bool = False,
) -> ImportReport:
    """Bring the base in line with content files; the caller commits, once, or rolls back.

    A second import of the same files writes nothing. `overwrite` replaces what staff changed.
    """
    lint = lint_content(files, is_known=is_known, today=today or french_today())
    stored = await repository.list_all(session)
    plan: dict[str, list[Resource]] = {"create": [], "update": [], "unchanged": [], "keep": []}
    for resource in lint.resources:
        plan[_decide(resource, stored.get(resource.id), overwrite=overwrite)].append(resource)
    await _create(session, plan["create"])
    await _update(session, plan["update"], stored)
    given = {resource.id for resource in lint.resources}
    given |= {problem.file.removesuffix(".md") for problem in lint.problems}
    return ImportReport(
        created=_ids(plan["create"]),
        updated=_ids(plan["update"]),
        unchanged=_ids(plan["unchanged"]),
        kept=_ids(plan["keep"]),
        absent=tuple(
            id_ for id_, each in stored.items() if each.imported_hash and id_ not in given
        ),
        problems=lint.problems,
    )


def content_hash(resource: Resource) -> str:
    """Identify what a resource says, whatever its version and its dates of change."""
    return hashlib.sha256(serialise_content(resource).encode()).hexdigest()


def _decide(resource: Resource, stored: StoredResource | None, *, overwrite: bool) -> str:
    if stored is None:
        return "create"
    wanted, present = content_hash(resource), content_hash(stored.resource)
    if stored.touched and not overwrite:
        return "unchanged" if stored.imported_hash == wanted else "keep"
    if wanted == present and stored.imported_hash == wanted:
        return "unchanged"
    if overwrite or present in (stored.imported_hash, wanted):
        return "update"
    # Staff changed it since the last import: silence if the file did not move, else a warning.
    return "unchanged" if stored.imported_hash == wanted else "keep"


async def _create(session: AsyncSession, resources: list[Resource]) -> None:
    hashes = {resource.id: content_hash(resource) for resource in resources}
    await repository.insert_many(session, resources, hashes=hashes)


async def _update(
    session: AsyncSession, resources: list[Resource], stored: dict[str, StoredResource]
) -> None:
    for resource in resources:
        await repository.change(
            session,
            resource,
            expected_version=stored[resource.id].resource.version,
            imported_hash=content_hash(resource),
        )


def _ids(resources: Iterable[Resource]) -> tuple[str, ...]:
    return tuple(resource.id for resource in resources)
