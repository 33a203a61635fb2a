"""`orientation dialogue`: a dialogue engine of its own, for a service that runs several."""

import asyncio

import httpx2

from api.rasa_process import RasaProcess, train_dialogue
from api.schema import migrate
from api.serve import Say
from api.settings import Settings


async def run_dialogue(
    settings: Settings, *, host: str, port: int, actions_url: str, say: Say
) -> None:
    """Start a dialogue engine, watch over it and say when it answers; until told to stop."""
    url = settings.database_url
    assert url is not None  # noqa: S101 - checked by the command
    await asyncio.to_thread(migrate, url)
    rasa = RasaProcess(
        settings,
        model=await train_dialogue(settings),
        database_url=url,
        actions_url=actions_url,
        host=host,
        port=port,
    )
    await rasa.start()
    try:
        async with httpx2.AsyncClient() as client:
            if await rasa.wait_ready(client):
                say(f"Prêt : {rasa.url}")
        await asyncio.Event().wait()
    finally:
        await rasa.stop()
