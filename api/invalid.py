"""What does not fit in a request, field by field, in French; the sentences are in `champs.yml`."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from api.errors import Problem, problem_response

_TEXTS = Path(__file__).parent / "textes" / "champs.yml"
_BODY = ("body",)
_TOLD_IN_DETAIL = 3


@cache
def _texts() -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts


def install_invalid_handler(app: FastAPI) -> None:
    """Say in French what does not fit in a request."""
    app.add_exception_handler(RequestValidationError, _on_invalid)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    content_type = request.headers.get("content-type", "")
    return problem_response(invalid_request(error, content_type=content_type), request.scope)


def invalid_request(error: RequestValidationError, *, content_type: str) -> Problem:
    """Return the refusal of a request: unreadable (400), not JSON (415), fields to mend (422)."""
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return Problem(400, "illisible")
    if any(tuple(each["loc"]) == _BODY for each in found):
        return _wrong_body(found, content_type)
    return fields_problem("champs", [(_field(each), _reason(each)) for each in found])


def fields_problem(key: str, told: Iterable[tuple[str, str]]) -> Problem:
    """Return a refusal that tells each field and its reason; the first ones are in its sentence."""
    listed = [{"champ": field, "message": reason} for field, reason in told]
    sentence = _texts()["phrase"]
    first = " ".join(sentence.format_map(each) for each in listed[:_TOLD_IN_DETAIL])
    fields = list(dict.fromkeys(each["champ"] for each in listed))
    return Problem(422, key, raisons=first, extra={"champs": fields, "problemes": listed})


def _wrong_body(found: Sequence[Mapping[str, Any]], content_type: str) -> Problem:
    """The body as a whole: none, of another kind than JSON, or not an object."""
    if all(each["type"] == "missing" for each in found):
        return Problem(422, "corps_absent", extra={"champs": [], "problemes": []})
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return Problem(415, "type_de_contenu")
    return Problem(422, "corps_objet", extra={"champs": [], "problemes": []})


def _field(error: Mapping[str, Any]) -> str:
    """Return the name of a field as the caller wrote it: « themes.2 », « limit »."""
    return ".".join(str(part) for part in error["loc"][1:])


def _reason(error: Mapping[str, Any]) -> str:
    texts = _texts()
    facts = {name: _plain(value) for name, value in (error.get("ctx") or {}).items()}
    return texts.get(error["type"], texts["autre"]).format_map(facts)


def _plain(fact: Any) -> str:
    """Write a fact of the rule as French does: « a », « b » or « c »; no English « or »."""
    if isinstance(fact, float):
        return f"{fact:g}".replace(".", ",")
    text = str(fact).replace(" or ", ", ").rstrip(".")
    return text.replace("'", "") if "'," in text or text.startswith("'") else text
