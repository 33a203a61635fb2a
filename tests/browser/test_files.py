"""The pages and the widget's files, as any HTTP client receives them."""

import re

import httpx2
import pytest

from tests.browser.test_accessibility import PAGES

BUDGETS = {"v1.js": 12_000, "v1/more.js": 6_000, "pages.css": 3_000}


@pytest.fixture
def http(base_url: str) -> httpx2.Client:
    """A client that asks for compressed answers."""
    return httpx2.Client(base_url=base_url, headers={"Accept-Encoding": "gzip"})


@pytest.mark.parametrize(("name", "budget"), BUDGETS.items())
def test_a_file_of_the_widget_is_light(http: httpx2.Client, name: str, budget: int) -> None:
    response = http.get(f"/widget/{name}")
    assert response.status_code == 200
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) < budget


def test_a_file_already_there_is_not_sent_again(http: httpx2.Client) -> None:
    first = http.get("/widget/v1.js")
    again = http.get("/widget/v1.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert first.headers["cache-control"] == "no-cache"


def test_a_file_is_whole_for_who_reads_no_gzip(http: httpx2.Client) -> None:
    plain = http.get("/widget/v1.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == http.get("/widget/v1.js").text
    assert plain.headers["content-type"].startswith("text/javascript")


def test_another_site_may_load_the_widget(http: httpx2.Client) -> None:
    headers = http.get("/widget/v1.js", headers={"Origin": "https://mairie.exemple.fr"}).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("name", ["inconnu.js", "../routes.py", "v1/texts.js", ""])
def test_nothing_else_is_served(http: httpx2.Client, name: str) -> None:
    assert http.get(f"/widget/{name}").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_page_carries_a_strict_policy_and_no_inline_code(http: httpx2.Client, path: str) -> None:
    response = http.get(path)
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", response.text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_follows_french_typography(http: httpx2.Client, path: str) -> None:
    """A no-break space before « : ; ? ! » and inside « guillemets », typographic apostrophes."""
    text = re.sub(r"<(pre|code).*?</\1>|<[^>]*>", " ", http.get(path).text, flags=re.DOTALL)
    assert not re.findall(r"\S{1,20} [;:!?»]", text)
    assert not re.findall(r"« \S{1,20}", text)
    assert not re.findall(r"\w'\w", text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_its_accessibility_and_that_it_is_not_official(
    http: httpx2.Client, path: str
) -> None:
    text = http.get(path).text
    assert "Accessibilité\u00a0: non conforme (non évaluée)" in text
    assert "préfiguration" in text or "Page de démonstration" in text
