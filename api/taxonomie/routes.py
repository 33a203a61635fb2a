"""The pages of the synonyms and acronyms."""

from fastapi import FastAPI

from api.taxonomie.pages import router


def install_taxonomie(app: FastAPI) -> None:
    """Add these pages to the application."""
    app.include_router(router)
