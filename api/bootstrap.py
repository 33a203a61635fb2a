"""Builds the application's parts, in the order of their needs."""

import asyncio
from datetime import UTC, datetime

from api.container import Container
from api.conversations.chat import Chat
from api.conversations.events import ConversationEvents
from api.conversations.records import ConversationRecords
from api.conversations.service import ConversationService
from api.database import Database, psycopg_url
from api.entrainement.keeper import ModelKeeper
from api.entrainement.store import ModelStore
from api.identite.provider import Provider
from api.limits import AddressLimiter
from api.metrics import Metrics
from api.regles.keeper import ReglesKeeper
from api.regles.porte import PorteRegles
from api.search_index import SearchIndexKeeper
from api.secret_box import SecretBox
from api.settings import Settings
from api.taxonomie.keeper import SigleKeeper, ThemeKeeper
from api.tickets.gateway import BuiltInTickets
from api.tickets.routing import load_aiguillage
from api.zammad.gateway import ZammadTickets
from assistant.actions.base import Services
from assistant.dialogue import DialogueEngine
from assistant.domaine import to_asked
from assistant.engine import Assistant
from assistant.replies import load_replies
from assistant.sources import Knowledge, Sigle
from knowledge.accompagnements.loader import load_accompagnements
from knowledge.accompagnements.voisins import TerritoiresAccompagnes
from knowledge.orientation.loader import load_regles
from knowledge.resources.vocabulary import load_vocabulary
from knowledge.search.gate import PublicationGate
from knowledge.search.judged import load_witnesses
from knowledge.search.query import SearchQuery
from knowledge.search.sigles import shipped_sigles
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.lookup import find_territoire
from knowledge.territoires.service import TerritoireService
from knowledge.territoires.territoire import Territoire
from nlu.besoins import load_or_train_needs
from nlu.encoder import UseEncoder, shared_encoder
from nlu.intents import IntentClassifier, load_or_train
from nlu.pipeline import Classifier, Understander
from nlu.text import words

_WARM_UP = "Maire d'une commune de 900 habitants près d'Auch, comment associer les habitants ?"


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        return datetime.now(UTC)


def load_classifier(settings: Settings, encoder: UseEncoder) -> IntentClassifier:
    """Return the classifier trained on the present sentences, training it when they changed."""
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    return load_or_train(encoder, models=settings.models_dir)


def build_understander(
    settings: Settings,
    encoder: UseEncoder,
    territoires: TerritoireBase,
    *,
    classifier: Classifier | None = None,
) -> Understander:
    """Build the understanding of French around the gazetteer and a classifier: the shipped one."""
    return Understander.build(
        lieux=territoires,
        classifier=classifier or load_classifier(settings, encoder),
        needs=load_or_train_needs(encoder, models=settings.models_dir),
    )


def load_sigles() -> dict[str, Sigle]:
    """Read the acronyms of the product whose source was checked."""
    return {
        key: Sigle(each.sigle, each.developpe, each.explication, each.source_url)
        for key, each in shipped_sigles().items()
        if each.vu
    }


def find_reference(base: TerritoireBase, reference: str) -> Territoire | None:
    """Return the territory of a reference such as `commune:32013`, None for `france`."""
    kind, _, code = reference.partition(":")
    return find_territoire(base, kind, code)


def _warm_up(understander: Understander, knowledge: Knowledge) -> None:
    """Load what loads at the first use: the first élu of the day does not wait for it."""
    understander.understand(_WARM_UP)
    knowledge.engine.search(SearchQuery(_WARM_UP))


async def build_container(
    settings: Settings,
    database: Database,
    dialogue: DialogueEngine,
    territoires: TerritoireBase,
) -> Container:
    """Build everything; the search index is read from the database."""
    encoder = shared_encoder()
    shipped = load_classifier(settings, encoder)
    models = ModelKeeper(database, ModelStore(settings.trained_dir), encoder, shipped)
    understander = build_understander(settings, encoder, territoires, classifier=models.classifier)
    index = SearchIndexKeeper(
        database,
        encoder,
        find_territoire=lambda ref: find_reference(territoires, ref),
        protected=frozenset(word for each in territoires for word in words(each.nom)),
    )
    await index.load()
    await models.load()
    themes_kept = ThemeKeeper(database, understander)
    await themes_kept.load()
    replies, clock = load_replies(), SystemClock()
    knowledge = Knowledge(
        engine=index.engine,
        territoires=territoires,
        regles=load_regles(),
        sigles=load_sigles(),
        accompagnes=TerritoiresAccompagnes(territoires, load_accompagnements()),
    )
    sigles = SigleKeeper(database, knowledge)
    await sigles.load()
    regles = ReglesKeeper(database, knowledge)
    await regles.load()
    await asyncio.to_thread(_warm_up, understander, knowledge)
    aiguillage = load_aiguillage(settings.routing_file)
    desk = ZammadTickets if settings.zammad else BuiltInTickets
    tickets = desk(database.actions_sessions, aiguillage)
    assistant = Assistant(understander, dialogue, Services(knowledge, tickets, replies, clock))
    limited = settings.rate_limit == "on"
    conversations = ConversationService(
        database,
        assistant,
        messages_per_minute=settings.messages_per_minute if limited else None,
        erased=replies.render("donnees.efface"),
    )
    metrics, themes = Metrics(), frozenset(load_vocabulary().themes)
    gate = PublicationGate(
        index.engine,
        load_witnesses(),
        find_territoire=lambda ref: find_reference(territoires, ref),
        understand=lambda text: to_asked(understander.understand(text)),
    )
    rules_gate = PorteRegles(understander, knowledge)

    def swapped() -> None:
        gate.forget()
        rules_gate.forget()

    models.swapped = swapped
    return Container(
        settings=settings,
        database=database,
        knowledge=knowledge,
        territoires=TerritoireService(territoires),
        index=index,
        gate=gate,
        models=models,
        themes=themes_kept,
        sigles=sigles,
        regles=regles,
        rules_gate=rules_gate,
        dialogue=dialogue,
        assistant=assistant,
        conversations=conversations,
        records=ConversationRecords(database),
        chat=Chat(database, conversations, replies, knowledge, themes, metrics),
        events=ConversationEvents(psycopg_url(database.url)),
        aiguillage=aiguillage,
        replies=replies,
        clock=clock,
        metrics=metrics,
        address_limiter=AddressLimiter(
            settings.requests_per_minute_per_address if limited else None
        ),
        box=SecretBox(settings),
        provider=Provider(settings) if settings.oidc_issuer else None,
    )
