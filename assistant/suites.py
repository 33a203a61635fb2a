"""« Et pour une intercommunalité ? »: a question that only makes sense after the one before."""

import re
from dataclasses import replace

from assistant.memory import Memory
from nlu.text import fold, words
from nlu.understanding import Understanding

_FOLLOW_UP = re.compile(r"^(?:et|mais|ou) (?:pour|si|dans|chez|avec|a|en|quand|sinon)\b")
_MAX_WORDS = 9


def is_follow_up(text: str, memory: Memory) -> bool:
    """Tell whether the message completes the question in memory instead of asking a new one."""
    return bool(
        memory.besoin
        and memory.intention
        and _FOLLOW_UP.match(fold(text))
        and len(words(text)) <= _MAX_WORDS
    )


def with_previous_intent(understanding: Understanding, memory: Memory) -> Understanding:
    """Return the understanding of a follow-up: it asks what the previous question asked."""
    if memory.intention is None or not is_follow_up(understanding.text, memory):
        return understanding
    return replace(understanding, intent=memory.intention)


def whole_question(text: str, memory: Memory) -> str:
    """Return what to search for: the previous question with its follow-up, or the new one."""
    return f"{memory.besoin} {text}" if is_follow_up(text, memory) else text
