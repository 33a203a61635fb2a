"""Synonyms and acronyms of the search, kept by staff; the effect of a change is shown before."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.bodies import Line
from api.container import Container
from api.dependencies import get_container
from api.errors import Problem, not_found
from api.resources.auth import staff
from api.resources.effect import effect_json
from api.resources.staff import version_read
from knowledge.resources.lifecycle import Action, Editor
from knowledge.search.synonym_service import (
    SynonymExistsError,
    SynonymModifiedError,
    SynonymNotFoundError,
    SynonymRecord,
    SynonymService,
    with_entry,
)
from knowledge.search.synonyms import MAX_FORM_WORDS, Synonym
from nlu.text import words

router = APIRouter(prefix="/api/v1/synonyms", tags=["Ressources : rédaction"])
Services = Annotated[Container, Depends(get_container)]
Staff = Annotated[Editor, Depends(staff)]
IfMatch = Annotated[str | None, Header(description="Version lue (ETag).")]
Form = Annotated[Line, Field(min_length=1, max_length=60)]


class SynonymBody(BaseModel):
    """Une manière développée de dire une chose, et ce que les élus tapent à la place."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    sens: Annotated[Line, Field(min_length=3, max_length=120, description="Forme développée.")]
    formes: Annotated[
        list[Form], Field(min_length=1, max_length=30, description="Sigles et tournures.")
    ]
    majuscules: Annotated[
        bool, Field(description="Vrai : reconnu seulement en capitales (AMI, PAT…).")
    ] = False

    @field_validator("formes")
    @classmethod
    def _readable(cls, forms: list[str]) -> list[str]:
        """Each form has words, and no more than the search looks at."""
        if any(not 1 <= len(words(each)) <= MAX_FORM_WORDS for each in forms):
            raise ValueError(f"chaque forme compte de un à {MAX_FORM_WORDS} mots")
        return list(dict.fromkeys(forms))

    @model_validator(mode="after")
    def _says_something_else(self) -> "SynonymBody":
        if not words(self.sens):
            raise ValueError("le sens doit contenir des mots")
        if any(words(each) == words(self.sens) for each in self.formes):
            raise ValueError("une forme répète le sens")
        return self

    def to_entry(self) -> Synonym:
        """Return what the search reads."""
        return Synonym(
            sens=self.sens,
            formes=tuple(self.formes),
            sigle="majuscules" if self.majuscules else None,
        )


class EffectBody(SynonymBody):
    """Une entrée à essayer ; « id » est celle qu'elle remplacerait."""

    id: Annotated[int | None, Field(ge=1)] = None


@router.get("", summary="Lire les synonymes et les sigles")
async def list_synonyms(services: Services, editor: Staff) -> dict[str, Any]:
    """Tels que la recherche les emploie."""
    async with services.database.sessions() as session:
        found = await SynonymService(session, editor).list()
    return {"items": [_json(each) for each in found]}


@router.post("/effect", summary="Voir l'effet d'un synonyme")
async def read_synonym_effect(
    body: EffectBody, services: Services, editor: Staff
) -> dict[str, Any]:
    """Les questions témoins qu'il ferait gagner ou perdre ; rien n'est enregistré."""
    editor.check(Action.READ)
    async with services.database.sessions() as session:
        known = await SynonymService(session, editor).list()
    synonyms = with_entry(known, body.to_entry(), id_=body.id)
    candidate = await services.index.candidate(synonyms=synonyms)
    return effect_json(await asyncio.to_thread(services.gate.effect, candidate))


@router.post("", status_code=201, summary="Ajouter un synonyme")
async def add_synonym(body: SynonymBody, services: Services, editor: Staff) -> JSONResponse:
    """Employé par la recherche dans la seconde."""
    async with services.database.sessions.begin() as session:
        try:
            record = await SynonymService(session, editor).add(body.to_entry())
        except SynonymExistsError:
            raise Problem(409, "synonyme_existe") from None
    return _response(record, status=201)


@router.get("/{synonym_id}", summary="Lire un synonyme")
async def read_synonym(synonym_id: int, services: Services, editor: Staff) -> JSONResponse:
    """Avec sa version (ETag)."""
    async with services.database.sessions() as session:
        try:
            record = await SynonymService(session, editor).read(_known(synonym_id))
        except SynonymNotFoundError:
            raise not_found() from None
    return _response(record)


@router.put("/{synonym_id}", summary="Remplacer un synonyme")
async def replace_synonym(
    synonym_id: int, body: SynonymBody, services: Services, editor: Staff, if_match: IfMatch = None
) -> JSONResponse:
    """À partir de la version lue (If-Match)."""
    version = version_read(if_match, required=True)
    async with services.database.sessions.begin() as session:
        try:
            record = await SynonymService(session, editor).replace(
                _known(synonym_id), body.to_entry(), version=version
            )
        except SynonymNotFoundError:
            raise not_found() from None
        except SynonymModifiedError:
            raise Problem(412, "version_perimee") from None
        except SynonymExistsError:
            raise Problem(409, "synonyme_existe") from None
    return _response(record)


@router.delete("/{synonym_id}", status_code=204, summary="Supprimer un synonyme")
async def delete_synonym(
    synonym_id: int, services: Services, editor: Staff, if_match: IfMatch = None
) -> Response:
    """À partir de la version lue (If-Match)."""
    version = version_read(if_match, required=True)
    async with services.database.sessions.begin() as session:
        try:
            await SynonymService(session, editor).delete(_known(synonym_id), version=version)
        except SynonymNotFoundError:
            raise not_found() from None
        except SynonymModifiedError:
            raise Problem(412, "version_perimee") from None
    return Response(status_code=204)


def _known(synonym_id: int) -> int:
    if not 0 < synonym_id < 2**31:
        raise not_found()
    return synonym_id


def _response(record: SynonymRecord, *, status: int = 200) -> JSONResponse:
    headers = {"ETag": f'"{record.version}"'}
    if status == 201:  # noqa: PLR2004 - Created
        headers["Location"] = f"/api/v1/synonyms/{record.id}"
    return JSONResponse(_json(record), status_code=status, headers=headers)


def _json(record: SynonymRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "sens": record.entry.sens,
        "formes": list(record.entry.formes),
        "majuscules": record.entry.sigle is not None,
        "version": record.version,
        "modifie_par": record.editor,
        "modifie_le": record.updated_at.isoformat(),
    }
