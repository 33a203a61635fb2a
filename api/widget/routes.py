"""The pages that an élu sees, and the widget's files. Sentences live in `templates/`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.vie_privee.conservation import Conservation, default_conservation
from api.widget.assets import Asset, load_assets

TEMPLATES = Path(__file__).parent / "templates"
PAGES = {
    "/": "accueil.html",
    "/assistant": "assistant.html",
    "/demo": "demo.html",
    "/comment-ca-marche": "comment-ca-marche.html",
    "/accessibilite": "accessibilite.html",
    "/confidentialite": "confidentialite.html",
    "/mentions-legales": "mentions-legales.html",
}
# `no-cache`: kept by the browser, used again after a 304. The scripts are public: any mairie's page
# may load them.
_FILE_HEADERS = {
    "Cache-Control": "no-cache",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Exploitant:
    """Who runs this instance. What is None is shown as still to be filled in, never invented.

    `conservation` says what is kept and how long. `prefiguration` shows that this is not an
    official State service.
    """

    nom: str | None = None
    adresse: str | None = None
    directeur_publication: str | None = None
    hebergeur: str | None = None
    courriel: str | None = None
    telephone: str | None = None
    courriel_dpo: str | None = None
    conservation: Conservation = field(default_factory=default_conservation)
    code_source: str | None = None
    prefiguration: bool = True


def build_router(*, exploitant: Exploitant | None = None) -> APIRouter:
    """Return the routes of the pages and of `/widget/…`; they are not part of the OpenAPI."""
    router = APIRouter(include_in_schema=False)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for path, template in PAGES.items():
        _add_page(router, environment, path, template, exploitant or Exploitant())
    _add_files(router, load_assets())
    return router


def _add_page(
    router: APIRouter, environment: Environment, path: str, template: str, exploitant: Exploitant
) -> None:
    async def page(request: Request) -> HTMLResponse:
        facts: dict[str, Any] = {
            "exploitant": exploitant,
            "racine": str(request.scope.get("root_path", "")).rstrip("/"),
            "chemin": path,
        }
        content = environment.get_template(template).render(facts)
        return HTMLResponse(content, headers={"Cache-Control": "no-cache"})

    router.add_api_route(path, page, methods=["GET", "HEAD"], name=template)


def _add_files(router: APIRouter, assets: dict[str, Asset]) -> None:
    async def widget_file(request: Request, name: str) -> Response:
        asset = assets.get(name)
        if asset is None:
            raise HTTPException(status_code=404)
        return file_response(asset, request)

    router.add_api_route("/widget/{name:path}", widget_file, methods=["GET", "HEAD"])


def file_response(asset: Asset, request: Request) -> Response:
    """Return a file, or 304 to a browser that has it."""
    headers = {**_FILE_HEADERS, "ETag": asset.etag}
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.gzipped, media_type=asset.media_type, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)
