"""The gap board: its pages and what is done from them."""

from fastapi import FastAPI

from api.lacunes.actions import router as actions
from api.lacunes.apart import router as apart
from api.lacunes.croisement import router as croisement
from api.lacunes.pages import router as pages


def install_lacunes(app: FastAPI) -> None:
    """Add the gap board to the application."""
    for router in (croisement, actions, apart, pages):
        app.include_router(router)
