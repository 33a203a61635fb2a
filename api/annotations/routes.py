"""The annotation queue: its pages and what is done from them."""

from fastapi import FastAPI

from api.annotations.actions import router as actions
from api.annotations.pages import router as pages


def install_annotations(app: FastAPI) -> None:
    """Add the annotation queue to the application."""
    for router in (actions, pages):
        app.include_router(router)
