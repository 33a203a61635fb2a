"""A real Chromium; each test gets pages of a context of its own."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.assistant import Assistant

CHROMIUM = Path(os.environ.get("ORIENTATION_CHROMIUM", "/usr/bin/chromium"))
PRESENT = CHROMIUM.exists()
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}

OpenPage = Callable[..., Awaitable[Page]]
OpenAssistant = Callable[..., Awaitable[Assistant]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    if not PRESENT:
        message = "Chromium est absent (Debian : apt install --no-install-recommends chromium)."
        # Continuous integration must not take a skipped browser for a green one.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, base_url: str) -> AsyncIterator[OpenPage]:
    """Open a page of the service; the test fails on any script or policy error it caused."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    async def open_one(path: str, **options: Any) -> Page:
        settings = {"viewport": DESKTOP, "locale": "fr-FR", "reduced_motion": "reduce"} | options
        context = await browser.new_context(**settings)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        await page.goto(base_url + path)
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert errors == []


@pytest_asyncio.fixture(loop_scope="session")
async def open_assistant(open_page: OpenPage) -> OpenAssistant:
    """Open the full page assistant, greeted."""

    async def open_one(path: str = "/assistant", **options: Any) -> Assistant:
        assistant = Assistant(await open_page(path, **options))
        if path != "/assistant":
            await assistant.launcher.click()
        await assistant.greeted()
        return assistant

    return open_one


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Chromium, so that `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
