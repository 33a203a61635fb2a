"""The pages that an élu sees, and the widget's files. Sentences live in `templates/`."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from api.widget.assets import Asset, load_assets
from api.widget.exploitant import TEMPLATES, Exploitant, Pages, load_pages, rules

__all__ = ["PAGES", "TEMPLATES", "Exploitant", "Pages", "build_router", "file_response"]

PAGES = {
    "/": "accueil.html",
    "/assistant": "assistant.html",
    "/demo": "demo.html",
    "/comment-ca-marche": "comment-ca-marche.html",
    "/accessibilite": "accessibilite.html",
    "/confidentialite": "confidentialite.html",
    "/mentions-legales": "mentions-legales.html",
    "/cgu": "cgu.html",
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


def build_router(*, pages: Pages | None = None) -> APIRouter:
    """Return the routes of the pages and of `/widget/…`; they are not part of the OpenAPI."""
    router = APIRouter(include_in_schema=False)
    given = pages or load_pages(None)
    for path, template in PAGES.items():
        _add_page(router, given, path, template)
    _add_files(router, load_assets())
    return router


def _add_page(router: APIRouter, pages: Pages, path: str, template: str) -> None:
    async def page(request: Request) -> HTMLResponse:
        root = str(request.scope.get("root_path", "")).rstrip("/")
        content = pages.render(template, **rules(), racine=root, chemin=path)
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
