"""The training pages and what is done from them."""

from fastapi import FastAPI

from api.entrainement.actions import router as actions
from api.entrainement.pages import router as pages


def install_entrainement(app: FastAPI) -> None:
    """Add the training pages to the application."""
    for router in (actions, pages):
        app.include_router(router)
