"""The loopback application that Rasa calls back: actions, and nothing else."""

import hmac

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from assistant.actions.base import Services
from assistant.webhook import ActionRejected, run_action


def create_internal_app(services: Services, token: str) -> FastAPI:
    """Build the action server; each call must bear the start-up token."""
    app = FastAPI(title="Actions", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/actions")
    async def act(request: Request) -> JSONResponse:
        given = request.headers.get("x-internal-token", "")
        if not hmac.compare_digest(given.encode(), token.encode()):
            return JSONResponse({"error": "unauthorized"}, status_code=401)
        body = await request.json()
        try:
            return JSONResponse(await run_action(body, services))
        except ActionRejected:
            name = body["next_action"]
            return JSONResponse({"action_name": name, "error": "rejected"}, status_code=400)

    return app
