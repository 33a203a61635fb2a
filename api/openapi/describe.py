"""The description of the API, `GET /openapi.json`: French from end to end, with examples.

FastAPI writes what it can of it, in English where it speaks by itself; this gives the rest: what is
returned, the refusals, the keys, the meaning of each field (`openapi.yml`), the examples
(`exemples.yml`).
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.droits.matrix import CONVERSATION, OPEN, load_matrix
from api.errors import MEDIA_TYPE, problem_title
from api.openapi.reponses import READY, RETURNED, Problem

_FOLDER = Path(__file__).parent
_REF = "#/components/schemas/{model}"
_PROBLEM = {"$ref": _REF.format(model=Problem.__name__)}
_JSON = "application/json"
_HEADER = "authorization"
_FASTAPI_OWN = ("HTTPValidationError", "ValidationError")
_BODY_REFUSALS = ("400", "413", "415")
_VERSION = "if-match"
_READ = ("description", "summary")
_TYPOGRAPHY = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r" (?=[:;?!»])"), "\u00a0"),
    (re.compile(r"(?<=«) "), "\u00a0"),
)
_OPERATIONS_TAG = "Exploitation"
_TICKETS = "POST /api/v1/tickets"


def describe(app: FastAPI) -> None:
    """Make the application describe itself in French; the description is written once."""
    written = app.openapi
    known: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not known:
            known.update(_french(written()))
        return known

    app.openapi = openapi  # type: ignore[method-assign]


@cache
def texts() -> dict[str, Any]:
    """Return the words of the description."""
    found: dict[str, Any] = yaml.safe_load((_FOLDER / "openapi.yml").read_text(encoding="utf-8"))
    return found


@cache
def examples() -> dict[str, Any]:
    """Return the examples of requests and of answers, by operation."""
    found: dict[str, Any] = yaml.safe_load((_FOLDER / "exemples.yml").read_text(encoding="utf-8"))
    return found


def _french(document: dict[str, Any]) -> dict[str, Any]:
    schemas = {**document["components"]["schemas"], **_models()}
    for name in _FASTAPI_OWN:
        schemas.pop(name, None)
    for name, schema in schemas.items():
        _tell_fields(name, schema)
    for name, operation in operations(document):
        _tell(name, operation)
    keys = {
        name: {"type": "http", "scheme": "bearer", "description": told}
        for name, told in texts()["cles"].items()
    }
    tags = [{"name": name, "description": told} for name, told in texts()["etiquettes"].items()]
    components = {"schemas": schemas, "securitySchemes": keys}
    whole: dict[str, Any] = _typeset({**document, "components": components, "tags": tags})
    return whole


def _typeset(value: Any, key: str = "") -> Any:
    """Put the apostrophes and the no-break spaces of French in all that is read."""
    if isinstance(value, dict):
        return {name: _typeset(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_typeset(each, key) for each in value]
    if key not in _READ or not isinstance(value, str):
        return value
    for pattern, put in _TYPOGRAPHY:
        value = pattern.sub(put, value)
    return value


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through the operations: « POST /api/v1/tickets », and what is said of it."""
    for path, described in document["paths"].items():
        for method, operation in described.items():
            yield f"{method.upper()} {path}", operation


def _models() -> dict[str, Any]:
    models: list[type[BaseModel]] = [*dict.fromkeys(RETURNED.values()), Problem]
    _, written = models_json_schema([(each, "validation") for each in models], ref_template=_REF)
    found: dict[str, Any] = written["$defs"]
    return found


def _tell_fields(name: str, schema: dict[str, Any]) -> None:
    """Give each field its meaning, and take away the titles made of its English name."""
    meanings = texts()["champs"]
    schema.pop("title", None)
    if name in texts()["schemas"]:
        schema["description"] = texts()["schemas"][name]
    for field, told in schema.get("properties", {}).items():
        told.pop("title", None)
        meaning = meanings.get(f"{name}.{field}") or meanings.get(field)
        if meaning:
            told.setdefault("description", meaning)


def _tell(name: str, operation: dict[str, Any]) -> None:
    parameters = [each for each in operation.get("parameters", []) if each["name"] != _HEADER]
    for each in parameters:
        _tell_parameter(each)
    operation["parameters"] = parameters
    operation["security"] = _security(name)
    operation["responses"] = _responses(name, operation, parameters)
    _add_examples(name, operation)


def _tell_parameter(parameter: dict[str, Any]) -> None:
    schema = parameter["schema"]
    schema.pop("title", None)
    told = parameter.get("description") or texts()["parametres"].get(parameter["name"])
    if told:
        parameter["description"] = told
    schema.pop("description", None)


def _security(name: str) -> list[dict[str, list[str]]]:
    method, _, path = name.partition(" ")
    action = load_matrix().action_of(method, path)
    if action == OPEN:
        return []
    if action == CONVERSATION and name != _TICKETS:
        return [{"jeton": []}]
    return [{"cle": []}, {"jeton": []}] if name == _TICKETS else [{"cle": []}]


def _responses(
    name: str, operation: dict[str, Any], parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    told = texts()["reponses"]
    found: dict[str, Any] = {}
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            found[status] = {**response, "description": told[status]}
            _return(name, found[status])
    for status in sorted(_refusals(name, operation, parameters)):
        content = {MEDIA_TYPE: {"schema": _PROBLEM}}
        title = problem_title(int(status))
        found[status] = {"description": told.get(status, title), "content": content}
    if name == READY:  # who asks reads which part is missing
        found["503"] = {**found["200"], "description": told["503"]}
    return found


def _return(name: str, response: dict[str, Any]) -> None:
    """Say what is returned: its model, or else an object."""
    for content in response.get("content", {}).values():
        content.get("schema", {}).pop("title", None)
    model = RETURNED.get(name)
    if model is not None:
        response["content"] = {_JSON: {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def _refusals(name: str, operation: dict[str, Any], parameters: list[dict[str, Any]]) -> set[str]:
    """Return how an operation may refuse, from what it takes; the rest is in `openapi.yml`."""
    places = {each["in"] for each in parameters}
    found = set(map(str, texts()["refus"].get(name, ())))
    if _OPERATIONS_TAG not in operation["tags"]:
        found.add("503")
    if "requestBody" in operation:
        found |= {*_BODY_REFUSALS, "422"}
    if parameters:
        found.add("422")
    if "path" in places:
        found.add("404")
    if operation["security"] and "cle" in operation["security"][0]:
        found |= {"401", "403"}
    if any(each["name"].lower() == _VERSION for each in parameters):
        found |= {"409", "412", "428"}
    return found


def _add_examples(name: str, operation: dict[str, Any]) -> None:
    given = examples().get(name, {})
    if "requete" in given:
        operation["requestBody"]["content"][_JSON]["examples"] = _named(given["requete"])
    for status, answers in given.get("reponses", {}).items():
        content = operation["responses"][str(status)]["content"]
        next(iter(content.values()))["examples"] = _named(answers)


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """Write examples as OpenAPI does: each has a summary and a value."""
    return {
        name: {"summary": each["resume"], "value": each["valeur"]} for name, each in given.items()
    }
