"""What the tests of the editorial desk share: a form as a browser without JavaScript sends it."""

import html
import re
from html.parser import HTMLParser
from typing import Any

import httpx2

from tests.api.fiches import fiche

NEW = "/redaction/fiches/nouvelle"
Fields = dict[str, Any]


class _Form(HTMLParser):
    """Reads what the form of this identifier would send."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._id, self._inside = form_id, False
        self._text: str | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") == self._id
        elif not self._inside:
            return
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and "selected" in given:
            self._keep(self._select, given["value"])
        elif tag == "textarea":
            self._text = given["name"]
            self.fields.setdefault(self._text, []).append("")
        elif tag == "input" and (
            given.get("type") not in ("checkbox", "radio") or "checked" in given
        ):
            self._keep(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._inside and self._text is not None:
            self.fields[self._text][-1] += data

    def _keep(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def fields_of(page: httpx2.Response, form_id: str = "fiche") -> Fields:
    """Return what the form of a page would send, every field a list."""
    reader = _Form(form_id)
    reader.feed(page.text)
    assert reader.fields, page.text
    return dict(reader.fields)


def typed(**changes: Any) -> Fields:
    """Return a complete text as the form names its fields, different at each call."""
    given = fiche()
    source = given["sources"][0]
    return {
        "type": given["type"],
        "titre": given["title"],
        "resume": given["summary"],
        "corps": given["body"],
        "themes": given["themes"],
        "questions": given["questions"],
        "source_url": source["url"],
        "source_nom": source["nom"],
        **changes,
    }


def send(client: httpx2.Client, address: str, geste: str, **changes: Any) -> httpx2.Response:
    """Open the form, change some fields and press a button; the redirection is not followed."""
    shown = client.get(address)
    return press(client, shown, geste, **changes)


def press(
    client: httpx2.Client, shown: httpx2.Response, geste: str, **changes: Any
) -> httpx2.Response:
    """Press a button of a form that is already shown."""
    data = fields_of(shown) | changes | {"geste": geste}
    return client.post(shown.url.path, data=data)


def write(client: httpx2.Client, geste: str = "enregistrer", **changes: Any) -> str:
    """Write a new resource, likenesses seen; return its address."""
    answer = send(client, NEW, geste, **typed(**changes))
    if answer.status_code == 409:
        answer = press(client, answer, geste)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("?")[0]


def do(client: httpx2.Client, address: str, gesture: str, **changes: Any) -> httpx2.Response:
    """Press a button of the page of a resource, as whoever has just read it."""
    shown = client.get(address)
    values = {name: _hidden(shown, name) for name in ("csrf", "version")}
    return client.post(f"{address}/{gesture}", data=values | changes)


def words(page: httpx2.Response) -> str:
    """Return the words of a page, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def _hidden(page: httpx2.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return found[1]
