"""Explain an orientation without the service: understanding and rules, no database."""

from api.bootstrap import build_understander, load_sigles
from api.prepare import CONTENT_DIR, known_places
from api.settings import Settings
from assistant.domaine import OFF_TOPIC
from assistant.explication import Explication, explain_question
from assistant.sources import Knowledge
from knowledge.accompagnements.loader import load_accompagnements
from knowledge.accompagnements.voisins import TerritoiresAccompagnes
from knowledge.orientation.loader import load_regles
from knowledge.resources.lint import lint_content, read_folder
from knowledge.resources.resource import french_today
from knowledge.search.engine import ResourceIndex, SearchEngine
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires
from nlu.encoder import UseEncoder


def explain_alone(settings: Settings, question: str) -> Explication:
    """Return the explanation of a question; the project's own resources stand for the base."""
    encoder, base = UseEncoder(), load_territoires()
    understander = build_understander(settings, encoder, base)
    # Only a message that seems off topic is held against the base: the others need no index.
    doubtful = understander.understand(question).intent == OFF_TOPIC
    knowledge = Knowledge(
        engine=_engine(base, encoder) if doubtful else SearchEngine(),
        territoires=base,
        regles=load_regles(),
        sigles=load_sigles(),
        accompagnes=TerritoiresAccompagnes(base, load_accompagnements()),
    )
    return explain_question(question, understander, knowledge)


def _engine(base: TerritoireBase, encoder: UseEncoder) -> SearchEngine:
    files = read_folder(CONTENT_DIR)
    report = lint_content(files, is_known=known_places(base), today=french_today())
    return SearchEngine(ResourceIndex.build(report.resources, encoder=encoder))
