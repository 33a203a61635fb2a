"""A resource, its record and its history as JSON."""

from datetime import UTC, date, datetime
from typing import Any

from assistant.sources import Knowledge
from knowledge.resources.difference import FieldChange, difference
from knowledge.resources.lifecycle import possible_states
from knowledge.resources.record import ResourceRecord, Revision
from knowledge.resources.resource import Resource, ResourceState, french_today
from knowledge.resources.snapshot import to_snapshot
from knowledge.search.duplicates import Duplicate


def details_json(resource: Resource) -> dict[str, Any]:
    """Return what the whole page of a resource adds to its card."""
    return {
        "body": resource.body,
        "publics": list(resource.publics),
        "annee": resource.year,
        "sources": [
            {
                "nom": source.name,
                "url": source.url,
                "date": _iso(source.published_on),
                "consultee_le": _iso(source.consulted_on),
            }
            for source in resource.sources
        ],
        "verifie_le": _iso(resource.verified_on),
        "expire_le": _iso(resource.expires_on),
    }


def record_json(record: ResourceRecord, knowledge: Knowledge) -> dict[str, Any]:
    """Return what staff see: the text that they edit, and where it stands."""
    text, stored = record.working, record.resource
    return {
        "id": text.id,
        "type": text.type.value,
        "title": text.title,
        "summary": text.summary,
        "url": text.url,
        "themes": list(text.themes),
        "territoires": [_place(each, knowledge) for each in text.territoires],
        "population": text.population,
        "questions": list(text.questions),
        "a_revoir_le": _iso(text.review_on),
        "responsable": text.owner,
        **details_json(text),
        "etat": stored.state.value,
        "revision": record.revision_state.value if record.revision_state else None,
        "possibles": [state.value for state in possible_states(record)],
        "en_ligne": is_visible(record),
        "version": stored.version,
        "auteur": record.author,
        "dernier_redacteur": record.editor,
        "cree_le": _iso(stored.created_at),
        "modifie_le": _iso(stored.updated_at),
        "publie_le": _iso(stored.published_at),
        "publish_at": _iso(record.publish_at),
        "revision_publish_at": _iso(record.revision_at),
        "supprime_le": _iso(record.deleted_at),
    }


def is_visible(record: ResourceRecord) -> bool:
    """Tell whether élus see the resource now."""
    waits = record.publish_at is not None and record.publish_at > datetime.now(UTC)
    return (
        record.resource.state is ResourceState.PUBLIE
        and record.deleted_at is None
        and not waits
        and not record.resource.is_expired(french_today())
    )


def duplicate_json(duplicate: Duplicate) -> dict[str, Any]:
    """Return a resource that the text may repeat."""
    return {
        "id": duplicate.id,
        "title": duplicate.title,
        "etat": duplicate.state.value,
        "motif": duplicate.reason.value,
        "ressemblance": duplicate.likeness,
    }


def history_json(revisions: list[Revision]) -> list[dict[str, Any]]:
    """Return the history, the latest first, each entry with the fields that it changed."""
    items = []
    for number, revision in enumerate(revisions):
        former = revisions[number - 1].content if number else None
        changed = difference(former, revision.content) if former else ()
        items.append(
            {
                "version": revision.version,
                "action": revision.action,
                "auteur": revision.actor,
                "le": _iso(revision.at),
                "etat": revision.state.value,
                "champs": [each.field for each in changed],
            }
        )
    return items[::-1]


def revision_json(revision: Revision) -> dict[str, Any]:
    """Return one entry of the history with its whole text."""
    return {
        "version": revision.version,
        "action": revision.action,
        "auteur": revision.actor,
        "le": _iso(revision.at),
        "etat": revision.state.value,
        "contenu": to_snapshot(revision.content),
    }


def change_json(change: FieldChange) -> dict[str, Any]:
    """Return a field that changed; the body line by line."""
    return {
        "champ": change.field,
        "avant": change.before,
        "apres": change.after,
        "lignes": list(change.lines),
    }


def _place(reference: str, knowledge: Knowledge) -> dict[str, str] | str:
    kind, _, code = reference.partition(":")
    found = knowledge.find(kind, code) if code else None
    if found is None:
        return reference
    return {"type": found.type, "code": found.code, "nom": found.nom}


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None
