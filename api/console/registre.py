"""The register of what is kept: generated from the file that the daily erasure obeys."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from api.console.pages import page
from api.dependencies import get_container
from api.vie_privee.conservation import conservation_of
from api.vie_privee.models import Passage

router = APIRouter(include_in_schema=False)
_RUNS = 10


@router.get("/console/registre")
async def show_registre(request: Request) -> Response:
    """Show what, why, on which ground, how long, who; and the last erasures."""
    services = get_container(request)
    async with services.database.sessions.begin() as session:
        last = select(Passage).order_by(Passage.id.desc()).limit(_RUNS)
        passages = (await session.execute(last)).scalars().all()
    conservation = conservation_of(services.settings)
    return page(request, "registre.html", conservation=conservation, passages=passages)
