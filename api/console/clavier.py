"""The page that lists the shortcuts of the keyboard: the script of the pages reads this list."""

from fastapi import APIRouter, Request, Response

from api.console.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/console/clavier")
async def show_keys(request: Request) -> Response:
    """List the shortcuts, and let them be turned off."""
    return page(request, "clavier.html")
