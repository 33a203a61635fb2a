"""Everything the application is made of, built once and explicitly."""

from dataclasses import dataclass

from api.conversations.chat import Chat
from api.conversations.events import ConversationEvents
from api.conversations.records import ConversationRecords
from api.conversations.service import ConversationService
from api.database import Database
from api.entrainement.keeper import ModelKeeper
from api.identite.provider import Provider
from api.limits import AddressLimiter
from api.metrics import Metrics
from api.regles.keeper import ReglesKeeper
from api.regles.porte import PorteRegles
from api.search_index import SearchIndexKeeper
from api.secret_box import SecretBox
from api.settings import Settings
from api.taxonomie.keeper import SigleKeeper, ThemeKeeper
from api.tickets.aiguillage import Aiguillage
from assistant.dialogue import DialogueEngine
from assistant.engine import Assistant
from assistant.ports import Clock
from assistant.replies import Replies
from assistant.sources import Knowledge
from knowledge.search.gate import PublicationGate
from knowledge.territoires.service import TerritoireService


@dataclass(slots=True)
class Container:
    """The parts of one process."""

    settings: Settings
    database: Database
    knowledge: Knowledge
    territoires: TerritoireService
    index: SearchIndexKeeper
    gate: PublicationGate
    models: ModelKeeper
    themes: ThemeKeeper
    sigles: SigleKeeper
    regles: ReglesKeeper
    rules_gate: PorteRegles
    dialogue: DialogueEngine
    assistant: Assistant
    conversations: ConversationService
    records: ConversationRecords
    chat: Chat
    events: ConversationEvents
    aiguillage: Aiguillage
    replies: Replies
    clock: Clock
    metrics: Metrics
    address_limiter: AddressLimiter
    box: SecretBox
    provider: Provider | None
