"""Texts of resources as staff send them, for the tests of the editorial API."""

import itertools
from typing import Any

import httpx2

ROOT = "/api/v1/resources"
_numbers = itertools.count(1)
_SENTENCE = (
    "La commune réunit les habitants du bourg, écoute leurs propositions et dit ensuite ce qu'elle "
    "en retient. "
)


def fiche(**changes: Any) -> dict[str, Any]:
    """Return a complete text, different at each call."""
    number = next(_numbers)
    return {
        "type": "outil",
        "title": f"Balade urbaine numéro {number} : regarder le bourg ensemble",
        "summary": f"Une marche de deux heures avec les habitants (parcours {number}) pour relever "
        "sur place ce qui va, ce qui ne va pas et ce qui pourrait changer dans le bourg.",
        "body": _SENTENCE * 4 + f"Le parcours {number} finit à la mairie.",
        "themes": ["concertation"],
        "territoires": ["france"],
        "sources": [{"nom": "Exemple", "url": f"https://exemple.fr/balade-{number}"}],
        "questions": [
            f"Comment organiser la balade {number} dans le bourg ?",
            f"Que prévoir pour une marche exploratoire numéro {number} ?",
            f"balade urbaine {number} avec les habitants",
        ],
        **changes,
    }


def created(client: httpx2.Client, **changes: Any) -> dict[str, Any]:
    """Create a draft and return it."""
    response = client.post(ROOT, json=fiche(**changes))
    assert response.status_code == 201, response.text
    return dict(response.json())


def act(client: httpx2.Client, resource_id: str, action: str, **body: Any) -> httpx2.Response:
    """Make a resource change state."""
    return client.post(f"{ROOT}/{resource_id}/{action}", json=body or None)


def published(staff: dict[str, httpx2.Client], **changes: Any) -> dict[str, Any]:
    """Have Claire write a resource and Paul publish it."""
    draft = created(staff["claire"], **changes)
    assert act(staff["claire"], draft["id"], "submit").status_code == 200
    response = act(staff["paul"], draft["id"], "publish")
    assert response.status_code == 200, response.text
    return dict(response.json())


def edit(client: httpx2.Client, resource_id: str, **changes: Any) -> httpx2.Response:
    """Change a resource from its present version."""
    read = client.get(f"{ROOT}/{resource_id}")
    headers = {"If-Match": read.headers["ETag"]}
    return client.patch(f"{ROOT}/{resource_id}", json=changes, headers=headers)
