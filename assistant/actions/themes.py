"""The themes of the base that are nearest to a question nothing answers."""

from collections import defaultdict

from assistant.actions.base import Call
from assistant.actions.chercher import Found
from knowledge.resources.vocabulary import load_vocabulary

_SHOWN = 3


def nearest_themes(call: Call, found: Found) -> tuple[str, ...]:
    """Return at most three themes: those of the message, then those of what comes least far.

    Nothing is proposed to a message that is not of our domain: its neighbours mean nothing.
    """
    said = list(call.understanding.themes)
    if not said and not found.near:
        return ()
    weights: defaultdict[str, float] = defaultdict(float)
    for rank, hit in enumerate(found.hits, start=1):
        for theme in hit.resource.themes:
            weights[theme] += 1 / rank
    nearest = sorted(weights, key=lambda theme: -weights[theme])
    return tuple(dict.fromkeys([*said, *nearest]))[:_SHOWN]


def chosen_theme(call: Call) -> str | None:
    """Return the theme of the button that was pressed, None when it names none of ours."""
    theme = call.payload.data.get("theme") if call.payload else None
    return theme if isinstance(theme, str) and theme in load_vocabulary().themes else None
