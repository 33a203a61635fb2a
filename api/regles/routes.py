"""The pages of the orientation rules and what is done from them."""

from fastapi import FastAPI

from api.regles.actions import router as actions
from api.regles.pages import router as pages


def install_regles(app: FastAPI) -> None:
    """Add the pages of the rules to the application."""
    for router in (actions, pages):
        app.include_router(router)
