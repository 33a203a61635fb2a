"""The rules as the public pages list them."""

from knowledge.orientation.loader import load_routes
from knowledge.orientation.regle import Regle


def by_route(regles: tuple[Regle, ...]) -> list[tuple[str, list[Regle]]]:
    """Return the rules by route, in the order of the routes, then of the ranks."""
    ranked = sorted(regles, key=lambda each: each.rang)
    return [(route, [each for each in ranked if each.route == route]) for route in load_routes()]
