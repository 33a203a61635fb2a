"""The pages of the synonyms, of the acronyms explained and of the themes."""

from fastapi import FastAPI

from api.taxonomie.pages import router as synonyms
from api.taxonomie.sigles import router as sigles
from api.taxonomie.themes import router as themes


def install_taxonomie(app: FastAPI) -> None:
    """Add these pages to the application."""
    for router in (synonyms, sigles, themes):
        app.include_router(router)
