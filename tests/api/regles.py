"""What the tests of the rules share: a text changed in a page, proposed, then published."""

import re
import secrets

import httpx2

from knowledge.orientation.loader import REGLES_DIR
from tests.api.console import csrf, submit
from tests.api.redaction import fields_of
from tests.conftest import Chat, Service

HOME = "/redaction/regles"
FILE = f"{HOME}/fichiers/ateliers.yml"
PATIENCE = 180
"""Seconds: the first effect understands every witness message, on a machine that may be busy."""
ASKED = "Un atelier sur l’accueil des jeunes est-il prévu à l’automne ?"


def shipped() -> str:
    """The file of the product."""
    return (REGLES_DIR / "ateliers.yml").read_text(encoding="utf-8")


def without_rule(text: str, name: str = "ateliers-evoques") -> str:
    """A file without one of its rules."""
    kept = [
        each
        for each in re.split(r"(?m)^(?=- id: )", text)
        if not each.startswith(f"- id: {name}\n")
    ]
    assert len(kept) < len(re.split(r"(?m)^(?=- id: )", text))
    return "".join(kept).rstrip("\n") + "\n"


def press(
    who: httpx2.Client, shown: httpx2.Response, geste: str, **changes: str
) -> httpx2.Response:
    """Press a button of the form of a file, some fields changed."""
    data = fields_of(shown, "regles") | changes | {"geste": geste}
    return who.post(FILE, data=data, timeout=PATIENCE)


def propose(who: httpx2.Client, text: str, raison: str = "Trop large") -> str:
    """Look at the effect of a text, then propose it; return the page of the proposal."""
    tried = press(who, who.get(FILE), "voir", texte=text, raison=raison)
    assert tried.status_code == 200, tried.text
    done = press(who, tried, "proposer")
    assert done.status_code == 303, done.text
    return str(done.headers["location"]).partition("?")[0]


def decide(who: httpx2.Client, page: str, gesture: str, **fields: str) -> httpx2.Response:
    """Publish, refuse or withdraw from the page of a proposal, as it is shown now."""
    shown = who.get(page, timeout=PATIENCE)
    version = re.search(r'name="version" value="(\d+)"', shown.text)
    data = {"csrf": csrf(shown), "version": version[1] if version else "0", **fields}
    return who.post(f"{page}/{gesture}", data=data, timeout=PATIENCE)


def go_back(who: httpx2.Client, number: int) -> httpx2.Response:
    """Go back to a version in one click, from the page of the rules."""
    shown = who.get(HOME)
    version = re.search(r"Version (\d+)</strong>", shown.text)
    return submit(
        who, HOME, f"{HOME}/versions/{number}/retablir", version=version[1] if version else "0"
    )


def route_of(service: Service, text: str = ASKED) -> str:
    """Where a message leads, in a conversation of its own."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        turn = Chat.open(client).say(text)
    return str((turn["orientation"] or {}).get("route"))


def fresh_name(nom: str) -> str:
    """A name of this test alone."""
    return f"{nom} {secrets.token_hex(3)}"
