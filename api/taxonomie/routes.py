"""The pages of the synonyms, of the acronyms and of the themes."""

from fastapi import FastAPI

from api.taxonomie.pages import router as synonyms
from api.taxonomie.themes import router as themes


def install_taxonomie(app: FastAPI) -> None:
    """Add these pages to the application."""
    for router in (synonyms, themes):
        app.include_router(router)
